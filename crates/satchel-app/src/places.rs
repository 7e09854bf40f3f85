//! Which tables are kept, and which of their columns stand in lists and on record pages.
//! The organisation's own views and forms take this over later; until then these are the stock ones.

use satchel_domain::{
    Column, TableName,
    schema::{ColumnShape, Table},
};

/// The tables that are pulled, in this order: those with a list first, then those that lists refer to.
pub(crate) const TABLES: [&str; 10] = [
    "opportunity",
    "account",
    "contact",
    "transactioncurrency",
    "lead",
    "incident",
    "systemuser",
    "email",
    "activityparty",
    "activitymimeattachment",
];

/// The tables with a list, in the order of their tabs.
pub(crate) const LISTED: [&str; 3] = ["account", "contact", "opportunity"];

const LISTS: [(&str, &[&str]); 3] = [
    ("account", &["name", "telephone1", "address1_city", "primarycontactid", "industrycode", "modifiedon"]),
    ("contact", &["fullname", "jobtitle", "parentcustomerid", "emailaddress1", "telephone1", "modifiedon"]),
    (
        "opportunity",
        &["name", "customerid", "salesstagecode", "stepname", "estimatedvalue", "estimatedclosedate", "modifiedon"],
    ),
];

const PAGES: [(&str, &[&str]); 3] = [
    (
        "account",
        &[
            "name",
            "accountnumber",
            "telephone1",
            "emailaddress1",
            "websiteurl",
            "primarycontactid",
            "parentaccountid",
            "industrycode",
            "revenue",
            "numberofemployees",
            "transactioncurrencyid",
            "creditonhold",
            "address1_line1",
            "address1_postalcode",
            "address1_city",
            "address1_country",
            "ownerid",
            "description",
            "createdon",
            "modifiedon",
        ],
    ),
    (
        "contact",
        &[
            "fullname",
            "firstname",
            "lastname",
            "jobtitle",
            "parentcustomerid",
            "emailaddress1",
            "telephone1",
            "mobilephone",
            "preferredcontactmethodcode",
            "birthdate",
            "donotphone",
            "address1_line1",
            "address1_postalcode",
            "address1_city",
            "address1_country",
            "ownerid",
            "description",
            "createdon",
            "modifiedon",
        ],
    ),
    (
        "opportunity",
        &[
            "name",
            "customerid",
            "parentaccountid",
            "parentcontactid",
            "estimatedvalue",
            "transactioncurrencyid",
            "estimatedclosedate",
            "closeprobability",
            "budgetamount",
            "salesstagecode",
            "stepname",
            "opportunityratingcode",
            "statecode",
            "statuscode",
            "ownerid",
            "description",
            "createdon",
            "modifiedon",
        ],
    ),
];

pub(crate) fn table_names() -> Vec<TableName> {
    TABLES.iter().map(|name| TableName::new(*name)).collect()
}

/// The columns of the table's list, as far as this organisation has them.
pub(crate) fn list_columns(table: &Table) -> Vec<&ColumnShape> {
    chosen(table, &LISTS)
}

/// The columns of the table's record page, as far as this organisation has them.
pub(crate) fn page_columns(table: &Table) -> Vec<&ColumnShape> {
    chosen(table, &PAGES)
}

fn chosen<'a>(table: &'a Table, lists: &[(&str, &[&str])]) -> Vec<&'a ColumnShape> {
    let names = lists.iter().find(|(name, _)| *name == table.name.as_str()).map_or(&[][..], |(_, columns)| columns);
    names.iter().filter_map(|name| table.column(&Column::new(*name))).collect()
}

//! A small organisation for tests: account, contact and opportunity with columns of every kind, and emails.

use satchel_domain::{
    Column, OrganisationId, RecordId, TableName, UserId,
    ids::Uuid,
    schema::{Choice, ColumnShape, Kind, Lines, Organisation, Table, Target},
};

/// The organisation that tests use when they do not care which.
pub fn sample() -> Organisation {
    Organisation {
        id: OrganisationId(Uuid::from_u128(0x0c0f_fee0)),
        user: UserId(Uuid::from_u128(0x0a11_ce00)),
        user_name: "Sales Person".to_owned(),
        tables: vec![account(), contact(), opportunity(), email(), party(), attachment()],
    }
}

/// The same id for the same words, so that a test's records keep theirs in every run.
pub fn id_of(words: &str) -> RecordId {
    RecordId(Uuid::new_v5(&Uuid::NAMESPACE_OID, words.as_bytes()))
}

pub fn account() -> Table {
    table("account", "accounts", "Account", "Accounts", "accountid", "name")
        .with(column("name", "Account Name", text(160)).required())
        .with(column("telephone1", "Main Phone", text(50)))
        .with(column("address1_city", "City", text(80)))
        .with(column("description", "Description", memo(2000)))
        .with(column("revenue", "Annual Revenue", Kind::Money { digits: 4 }))
        .with(column("numberofemployees", "Employees", Kind::Whole { min: 0, max: 1_000_000_000 }))
        .with(column("creditonhold", "Credit Hold", yes_no()))
        .with(column("industrycode", "Industry", choice(&[(1, "Accounting"), (7, "Consulting")])))
        .with(column("primarycontactid", "Primary Contact", lookup(&[("contact", "primarycontactid")])))
        .with(column("parentaccountid", "Parent Account", lookup(&[("account", "parentaccountid")])))
        .with(column("modifiedon", "Modified On", Kind::DateTime).read_only())
        .done()
}

pub fn contact() -> Table {
    table("contact", "contacts", "Contact", "Contacts", "contactid", "fullname")
        .with(column("fullname", "Full Name", text(160)).read_only())
        .with(column("firstname", "First Name", text(50)))
        .with(column("lastname", "Last Name", text(50)).required())
        .with(column("emailaddress1", "Email", text(100)))
        .with(column("telephone1", "Business Phone", text(50)))
        .with(column("jobtitle", "Job Title", text(100)))
        .with(column("birthdate", "Birthday", Kind::Date))
        .with(column("lastonholdtime", "Last On Hold Time", Kind::DateTime))
        .with(column("exchangerate", "Exchange Rate", Kind::Decimal { digits: 10 }))
        .with(column("donotphone", "Do not allow Phone Calls", yes_no()))
        .with(column(
            "parentcustomerid",
            "Company Name",
            lookup(&[("account", "parentcustomerid_account"), ("contact", "parentcustomerid_contact")]),
        ))
        .with(column("modifiedon", "Modified On", Kind::DateTime).read_only())
        .done()
}

pub fn opportunity() -> Table {
    table("opportunity", "opportunities", "Opportunity", "Opportunities", "opportunityid", "name")
        .with(column("name", "Topic", text(300)).required())
        .with(column("description", "Description", memo(2000)))
        .with(column("estimatedvalue", "Est. Revenue", Kind::Money { digits: 4 }))
        .with(column("estimatedclosedate", "Est. Close Date", Kind::Date))
        .with(column("closeprobability", "Probability", Kind::Whole { min: 0, max: 100 }))
        .with(column("opportunityratingcode", "Rating", choice(&[(1, "Hot"), (2, "Warm"), (3, "Cold")])))
        .with(column("isrevenuesystemcalculated", "Revenue", yes_no()))
        .with(column("lastonholdtime", "Last On Hold Time", Kind::DateTime))
        .with(column("statecode", "Status", choice(&[(0, "Open"), (1, "Won"), (2, "Lost")])).set_by_service())
        .with(column("parentaccountid", "Account", lookup(&[("account", "parentaccountid")])))
        .with(column(
            "customerid",
            "Potential Customer",
            lookup(&[("account", "customerid_account"), ("contact", "customerid_contact")]),
        ))
        .with(column("modifiedon", "Modified On", Kind::DateTime).read_only())
        .done()
}

pub fn email() -> Table {
    let about = ["account", "contact", "opportunity"].map(|table| (table, format!("regardingobjectid_{table}_email")));
    let about: Vec<_> = about.iter().map(|(table, navigation)| (*table, navigation.as_str())).collect();
    let reasons = [
        (1, "Draft"),
        (8, "Failed"),
        (2, "Completed"),
        (3, "Sent"),
        (4, "Received"),
        (6, "Pending Send"),
        (5, "Canceled"),
    ];
    table("email", "emails", "Email", "Emails", "activityid", "subject")
        .with(column("subject", "Subject", text(800)))
        .with(column("description", "Description", memo(1_073_741_823)))
        .with(column("directioncode", "Direction", yes_no()))
        .with(column("messageid", "Message ID", text(320)))
        .with(column("actualend", "Actual End", Kind::DateTime))
        .with(column("regardingobjectid", "Regarding", lookup(&about)))
        .with(column("statecode", "Status", choice(&[(0, "Open"), (1, "Completed"), (2, "Canceled")])).set_by_service())
        .with(column("statuscode", "Status Reason", choice(&reasons)).set_by_service())
        .with(column("modifiedon", "Modified On", Kind::DateTime).read_only())
        .done()
}

pub fn party() -> Table {
    let roles = [(1, "Sender"), (2, "To Recipient"), (3, "CC Recipient"), (4, "BCC Recipient")];
    table("activityparty", "activityparties", "Party", "Parties", "activitypartyid", "addressused")
        .with(column("activityid", "Activity", lookup(&[("email", "activityid_email")])))
        .with(column("partyid", "Party", lookup(&[("account", "partyid_account"), ("contact", "partyid_contact")])))
        .with(column("participationtypemask", "Participation Type", choice(&roles)))
        .with(column("addressused", "Address", text(320)))
        .with(column("unresolvedpartyname", "Unresolved Party Name", text(200)))
        .done()
}

pub fn attachment() -> Table {
    let id = "activitymimeattachmentid";
    table("activitymimeattachment", "activitymimeattachments", "Attachment", "Attachments", id, "filename")
        .with(column("objectid", "Regarding", lookup(&[("email", "objectid_email")])).required())
        .with(column("filename", "File Name", text(255)))
        .with(column("mimetype", "Mime Type", text(256)))
        .with(column("body", "Body", memo(1_073_741_823)))
        .with(column("attachmentnumber", "Attachment Number", Kind::Whole { min: 0, max: 1_000_000_000 }))
        .with(column("attachmentcontentid", "Content Id", text(250)))
        .done()
}

/// Builds a table column by column.
#[derive(Debug)]
pub struct TableBuilder(Table);

/// A table with its id column and nothing else.
pub fn table(name: &str, set: &str, label: &str, plural: &str, id: &str, primary: &str) -> TableBuilder {
    let builder = TableBuilder(Table {
        name: TableName::new(name),
        set_name: set.to_owned(),
        label: label.to_owned(),
        plural_label: plural.to_owned(),
        primary_id: Column::new(id),
        primary_name: Some(Column::new(primary)),
        columns: Vec::new(),
    });
    let mut id = column(id, label, Kind::Id);
    id.0.may_update = false;
    builder.with(id)
}

impl TableBuilder {
    #[must_use]
    pub fn with(mut self, column: ColumnBuilder) -> Self {
        self.0.columns.push(column.0);
        self
    }

    pub fn done(self) -> Table {
        self.0
    }
}

/// Builds one column.
#[derive(Debug)]
pub struct ColumnBuilder(ColumnShape);

/// A column that may be written and left empty.
pub fn column(name: &str, label: &str, kind: Kind) -> ColumnBuilder {
    ColumnBuilder(ColumnShape {
        name: Column::new(name),
        label: label.to_owned(),
        kind,
        is_required: false,
        may_create: true,
        may_update: true,
    })
}

impl ColumnBuilder {
    #[must_use]
    pub fn required(mut self) -> Self {
        self.0.is_required = true;
        self
    }

    #[must_use]
    pub fn read_only(mut self) -> Self {
        self.0.may_create = false;
        self.0.may_update = false;
        self
    }

    pub fn done(self) -> ColumnShape {
        self.0
    }

    /// The service gives it its first value; a client may change it later.
    #[must_use]
    pub fn set_by_service(mut self) -> Self {
        self.0.may_create = false;
        self
    }
}

pub fn text(max_length: u32) -> Kind {
    Kind::Text { max_length, lines: Lines::One }
}

pub fn memo(max_length: u32) -> Kind {
    Kind::Text { max_length, lines: Lines::Many }
}

pub fn yes_no() -> Kind {
    Kind::YesNo { yes: "Yes".to_owned(), no: "No".to_owned() }
}

pub fn choice(choices: &[(i64, &str)]) -> Kind {
    let choices = choices.iter().map(|&(value, label)| Choice { value, label: label.to_owned() });
    Kind::Choice { choices: choices.collect() }
}

/// Each target is a table and the navigation property that binds it.
pub fn lookup(targets: &[(&str, &str)]) -> Kind {
    let targets = targets
        .iter()
        .map(|&(table, navigation)| Target { table: TableName::new(table), navigation: navigation.to_owned() });
    Kind::Lookup { targets: targets.collect() }
}

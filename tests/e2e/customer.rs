//! A customer of the sample company for messages that a test writes itself.

use anyhow::{Context as _, Result};
use satchel_tests::{Organisation, User};
use serde_json::Value;

/// One customer with one open deal; messages can be from them, and be tracked regarding that deal.
#[derive(Debug)]
pub(crate) struct Customer {
    pub(crate) contact: String,
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) deal: String,
    pub(crate) deal_name: String,
}

impl Customer {
    /// The first whose deal has a name of its own that can be written anywhere.
    pub(crate) async fn find(organisation: &Organisation) -> Result<Self> {
        let path = "opportunities?$select=name,_parentcontactid_value&$filter=statecode eq 0&$orderby=name";
        let deals = rows(organisation, path).await?;
        let contacts = rows(organisation, "contacts?$select=fullname,emailaddress1&$filter=statecode eq 0").await?;
        let alone =
            |all: &[Value], column: &str, value: &str| all.iter().filter(|row| row[column] == value).count() == 1;
        let found = deals.iter().find_map(|deal| {
            let contact = contacts.iter().find(|row| row["contactid"] == deal["_parentcontactid_value"])?;
            let text = |row: &Value, column: &str| row[column].as_str().map(str::to_owned);
            let found = Self {
                contact: text(contact, "contactid")?,
                name: text(contact, "fullname")?,
                address: text(contact, "emailaddress1")?,
                deal: text(deal, "opportunityid")?,
                deal_name: text(deal, "name")?,
            };
            let is_plain = [&found.name, &found.deal_name]
                .into_iter()
                .all(|text| text.chars().all(|c| c.is_ascii_alphanumeric() || " .,-".contains(c)));
            let is_alone = alone(&deals, "name", &found.deal_name) && alone(&contacts, "emailaddress1", &found.address);
            (is_plain && is_alone).then_some(found)
        });
        found.context("no customer has an open deal with a name of its own")
    }
}

/// The rows of a list, as the salesperson sees them.
pub(crate) async fn rows(organisation: &Organisation, path: &str) -> Result<Vec<Value>> {
    let answer = organisation.ask(User::Salesperson, path).await?;
    answer["value"].as_array().cloned().with_context(|| format!("{path} is no list"))
}

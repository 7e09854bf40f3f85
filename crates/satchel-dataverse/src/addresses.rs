//! Where things are in an organisation's Web API.

use satchel_domain::{
    Cursor, RecordId, TableName,
    error::Answer,
    schema::{Kind, Table},
};
use satchel_http::Url;

use crate::broken;

/// The version that is asked for; the only place that names it.
const ROOT: &str = "api/data/v9.2/";

#[derive(Clone, Debug)]
pub(crate) struct Addresses {
    organisation: Url,
}

impl Addresses {
    pub(crate) fn of(organisation: &Url) -> Self {
        let mut organisation = organisation.clone();
        organisation.set_query(None);
        organisation.set_fragment(None);
        if !organisation.path().ends_with('/') {
            let path = format!("{}/", organisation.path());
            organisation.set_path(&path);
        }
        Self { organisation }
    }

    pub(crate) fn under_root(&self, rest: &str) -> Answer<Url> {
        self.organisation
            .join(&format!("{ROOT}{rest}"))
            .map_err(|error| broken(format!("an address cannot be made: {error}")))
    }

    pub(crate) fn set_name_of(&self, table: &TableName) -> Answer<Url> {
        let mut url = self.definition_of(table)?;
        url.query_pairs_mut().append_pair("$select", "EntitySetName");
        Ok(url)
    }

    pub(crate) fn definition_of(&self, table: &TableName) -> Answer<Url> {
        self.under_root(&format!("EntityDefinitions(LogicalName='{table}')"))
    }

    pub(crate) fn record(&self, table: &Table, id: RecordId) -> Answer<Url> {
        self.under_root(&format!("{}({id})", table.set_name))
    }

    /// All rows of a table with its kept columns.
    pub(crate) fn rows(&self, table: &Table) -> Answer<Url> {
        let mut url = self.under_root(&table.set_name)?;
        url.query_pairs_mut().append_pair("$select", &select(table));
        Ok(url)
    }

    pub(crate) fn row(&self, table: &Table, id: RecordId) -> Answer<Url> {
        let mut url = self.record(table, id)?;
        url.query_pairs_mut().append_pair("$select", &select(table));
        Ok(url)
    }

    /// A link that the service gave. It carries our token, so it has to lead where the organisation is.
    pub(crate) fn link(&self, cursor: &Cursor) -> Answer<Url> {
        let url = Url::parse(cursor.as_str()).map_err(|_| broken("its link to the next page is no address"))?;
        if url.origin() != self.organisation.origin() {
            return Err(broken("its link to the next page leads to another server"));
        }
        Ok(url)
    }
}

/// The columns as the Web API reads them: a lookup is `_name_value`.
fn select(table: &Table) -> String {
    let columns = table.columns.iter().map(|column| match column.kind {
        Kind::Lookup { .. } => format!("_{}_value", column.name),
        _ => column.name.to_string(),
    });
    columns.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(organisation: &str) -> Addresses {
        Addresses::of(&Url::parse(organisation).unwrap())
    }

    #[test]
    fn the_organisation_may_stand_in_the_path() {
        let url = addresses("https://crm.example/contoso").under_root("WhoAmI").unwrap();
        assert_eq!(url.as_str(), "https://crm.example/contoso/api/data/v9.2/WhoAmI");
        let url = addresses("https://contoso.example").under_root("WhoAmI").unwrap();
        assert_eq!(url.as_str(), "https://contoso.example/api/data/v9.2/WhoAmI");
    }

    #[test]
    fn a_link_to_another_server_is_not_followed() {
        let addresses = addresses("https://contoso.example");
        assert!(addresses.link(&Cursor::new("https://contoso.example/api/data/v9.2/accounts?x=1")).is_ok());
        for elsewhere in
            ["https://evil.example/api", "http://contoso.example/api", "https://contoso.example:8443/", "x"]
        {
            assert!(addresses.link(&Cursor::new(elsewhere)).is_err(), "{elsewhere}");
        }
    }
}

//! Edits as request bodies. Money goes up digit by digit; a lookup goes up as a binding to its target.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use satchel_domain::{
    Column, RecordId, ServiceError, TableName, Value,
    error::Answer,
    schema::{Kind, Table, Target},
    value::Lookup,
};

/// What two records are compared by is no longer than this in all (its match code), in UTF-16 units.
const MATCHED: usize = 450;

type Sets = BTreeMap<TableName, String>;

/// A new record: what is empty is left out.
pub(crate) fn create(table: &Table, values: &[(Column, Value)], sets: &Sets) -> Answer<String> {
    create_with(table, values, sets, &[])
}

/// A new record, with what no column of its table says.
pub(crate) fn create_with(
    table: &Table,
    values: &[(Column, Value)],
    sets: &Sets,
    more: &[(&str, serde_json::Value)],
) -> Answer<String> {
    let given = values.iter().filter(|(_, value)| !value.is_null());
    body(table, given, sets, more)
}

/// The changed columns: what is empty is cleared.
pub(crate) fn update(table: &Table, values: &[(Column, Value)], sets: &Sets) -> Answer<String> {
    body(table, values.iter(), sets, &[])
}

/// A record as a parameter of a function, in the columns that rules compare; `id` is that of one that is there already.
pub(crate) fn candidate(table: &Table, id: Option<RecordId>, values: &[(Column, Value)]) -> String {
    let mut body = Body::default();
    body.add("@odata.type", &json(&format!("Microsoft.Dynamics.CRM.{}", table.name)));
    if let Some(id) = id {
        body.add(table.primary_id.as_str(), &json(&id.to_string()));
    }
    for (column, value) in values.iter().filter(|(column, _)| column != &table.primary_id) {
        let is_compared = match value {
            Value::Text(text) => text.encode_utf16().count() <= MATCHED,
            // A lookup is a binding, which parameters do not know.
            Value::Lookup(_) | Value::Null => false,
            Value::Whole(_) | Value::Choice(_) | Value::Decimal(_) | Value::Money(_) | Value::YesNo(_) => true,
            Value::Id(_) | Value::DateTime(_) | Value::Date(_) => true,
        };
        if is_compared {
            body.add(column.as_str(), &plain(value));
        }
    }
    body.done()
}

fn body<'a>(
    table: &Table,
    values: impl Iterator<Item = &'a (Column, Value)>,
    sets: &Sets,
    more: &[(&str, serde_json::Value)],
) -> Answer<String> {
    let mut body = Body::default();
    for (key, value) in more {
        body.add(key, &value.to_string());
    }
    // The id stands in the address.
    for (column, value) in values.filter(|(column, _)| column != &table.primary_id) {
        let targets = match table.column(column).map(|column| &column.kind) {
            Some(Kind::Lookup { targets }) => targets.as_slice(),
            _ => &[],
        };
        match value {
            Value::Lookup(lookup) => bind(&mut body, table, column, targets, lookup, sets)?,
            Value::Null if !targets.is_empty() => unbind(&mut body, targets),
            _ => body.add(column.as_str(), &plain(value)),
        }
    }
    Ok(body.done())
}

fn bind(
    body: &mut Body,
    table: &Table,
    column: &Column,
    targets: &[Target],
    lookup: &Lookup,
    sets: &Sets,
) -> Answer<()> {
    let target = targets.iter().find(|target| target.table == lookup.table);
    let (Some(target), Some(set)) = (target, sets.get(&lookup.table)) else {
        return Err(ServiceError::Refused {
            code: String::new(),
            reason: format!("'{column}' of the table '{}' cannot point to the table '{}'.", table.name, lookup.table),
        });
    };
    body.add(&format!("{}@odata.bind", target.navigation), &json(&format!("/{set}({})", lookup.id)));
    Ok(())
}

/// Every target's binding is cleared: which one is set stands on the server.
fn unbind(body: &mut Body, targets: &[Target]) {
    let navigations: BTreeSet<_> = targets.iter().map(|target| &target.navigation).collect();
    for navigation in navigations {
        body.add(&format!("{navigation}@odata.bind"), "null");
    }
}

fn plain(value: &Value) -> String {
    match value {
        // Bound, not written; see `bind`.
        Value::Null | Value::Lookup(_) => "null".to_owned(),
        Value::Text(text) => json(text),
        Value::Whole(number) | Value::Choice(number) => number.to_string(),
        Value::Decimal(number) | Value::Money(number) => number.to_string(),
        Value::YesNo(is_yes) => is_yes.to_string(),
        Value::Id(id) => json(&id.to_string()),
        Value::DateTime(time) => json(&time.to_string()),
        Value::Date(date) => json(&date.to_string()),
    }
}

fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// An object under construction, so that a number keeps the digits it was written with.
#[derive(Default)]
struct Body(String);

impl Body {
    fn add(&mut self, key: &str, value: &str) {
        let comma = if self.0.is_empty() { "" } else { "," };
        // Writing to a String cannot fail.
        let _ = write!(self.0, "{comma}{}:{value}", json(key));
    }

    fn done(self) -> String {
        format!("{{{}}}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use satchel_domain::ids::Uuid;

    use super::*;

    fn table() -> Table {
        let targets = [("account", "customerid_account"), ("contact", "customerid_contact")];
        let targets = targets
            .map(|(table, navigation)| Target { table: TableName::new(table), navigation: navigation.to_owned() });
        let column = |name: &str, kind: Kind| satchel_domain::schema::ColumnShape {
            name: Column::new(name),
            label: name.to_owned(),
            kind,
            is_required: false,
            may_create: true,
            may_update: true,
        };
        Table {
            name: TableName::new("opportunity"),
            set_name: "opportunities".to_owned(),
            label: "Opportunity".to_owned(),
            plural_label: "Opportunities".to_owned(),
            primary_id: Column::new("opportunityid"),
            primary_name: Some(Column::new("name")),
            columns: vec![
                column("estimatedvalue", Kind::Money { digits: 4 }),
                column("customerid", Kind::Lookup { targets: targets.to_vec() }),
            ],
        }
    }

    fn sets() -> Sets {
        [(TableName::new("account"), "accounts".to_owned())].into()
    }

    #[test]
    fn money_goes_up_digit_by_digit() {
        let value = Value::Money("98765432109876.0001".parse().unwrap());
        let body = update(&table(), &[(Column::new("estimatedvalue"), value)], &sets()).unwrap();
        assert_eq!(body, r#"{"estimatedvalue":98765432109876.0001}"#);
    }

    #[test]
    fn a_candidate_goes_up_in_what_rules_compare() {
        let lookup = Lookup { table: TableName::new("account"), id: RecordId(Uuid::nil()), name: None };
        let values = [
            ("opportunityid", Value::Id(RecordId(Uuid::max()))),
            ("name", Value::Text("O'Hara \"& Sons\"".to_owned())),
            ("estimatedvalue", Value::Money("184000.5000".parse().unwrap())),
            ("customerid", Value::Lookup(lookup)),
            ("stepname", Value::Null),
            ("description", Value::Text("a long story ".repeat(40))),
        ]
        .map(|(name, value)| (Column::new(name), value));
        let kind = "\"@odata.type\":\"Microsoft.Dynamics.CRM.opportunity\"";
        let rest = r#""name":"O'Hara \"& Sons\"","estimatedvalue":184000.5000"#;
        assert_eq!(candidate(&table(), None, &values), format!("{{{kind},{rest}}}"));
        let id = "\"opportunityid\":\"00000000-0000-0000-0000-000000000000\"";
        let known = candidate(&table(), Some(RecordId(Uuid::nil())), &values);
        assert_eq!(known, format!("{{{kind},{id},{rest}}}"));
    }

    #[test]
    fn a_lookup_is_bound_to_its_target_and_cleared_from_all() {
        let lookup =
            |table: &str| Value::Lookup(Lookup { table: TableName::new(table), id: RecordId(Uuid::nil()), name: None });
        let customer = Column::new("customerid");
        let bound = update(&table(), &[(customer.clone(), lookup("account"))], &sets()).unwrap();
        assert_eq!(bound, r#"{"customerid_account@odata.bind":"/accounts(00000000-0000-0000-0000-000000000000)"}"#);
        let cleared = update(&table(), &[(customer.clone(), Value::Null)], &sets()).unwrap();
        assert_eq!(cleared, r#"{"customerid_account@odata.bind":null,"customerid_contact@odata.bind":null}"#);
        let wrong = update(&table(), &[(customer.clone(), lookup("lead"))], &sets());
        assert!(matches!(wrong, Err(ServiceError::Refused { .. })));
        assert_eq!(create(&table(), &[(customer, Value::Null)], &sets()).unwrap(), "{}");
    }
}

//! Reads the body of a create or an update into checked columns.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::refusal::Refusal;
use super::{check, path, query};
use crate::schema::{Access, Column, Kind, Schema, Table};
use crate::store::{Look, link};

pub(crate) type Fields = BTreeMap<String, Box<RawValue>>;

/// What a body asks for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Changes<'s> {
    pub(crate) id: Option<Uuid>,
    /// By column name; nothing clears the column.
    pub(crate) cells: BTreeMap<String, Option<Value>>,
    /// Rows to create with this one, and the lookup by which they point at it.
    pub(crate) children: Vec<(&'s Table, &'s Column, Vec<Changes<'s>>)>,
}

pub(crate) fn fields(body: &[u8]) -> Result<Fields, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal::payload(format!("The body is not a JSON object: {error}")))
}

/// Whether a row is being made or changed: some columns are for the maker only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Create,
    Update,
}

pub(crate) fn read<'s>(
    schema: &'s Schema,
    look: &dyn Look,
    table: &'s Table,
    fields: &Fields,
    purpose: Purpose,
) -> Result<Changes<'s>, Refusal> {
    let mut changes = Changes::default();
    for (name, raw) in fields {
        if let Some(navigation) = name.strip_suffix("@odata.bind") {
            let (column, value) = bind(schema, look, table, navigation, raw)?;
            set(&mut changes, column, value, purpose);
        } else if name.contains('@') {
            // Annotations say something about the body; they are no columns.
        } else if let Some(column) = table.column(name).filter(|column| !column.is_lookup()) {
            let value = check::cell(table, column, raw)?;
            if column.name == table.key {
                changes.id = value.as_ref().and_then(|v| Uuid::parse_str(v.as_str()?).ok());
            } else {
                set(&mut changes, column, value, purpose);
            }
        } else if let Some(column) = cleared(table, name, raw) {
            set(&mut changes, column, None, purpose);
        } else if let Some((rows, column)) = query::collection(schema, table, name) {
            if purpose == Purpose::Update {
                return Err(Refusal::payload(format!("The collection '{name}' can be written with a new row only.")));
            }
            changes.children.push((rows, column, children(schema, look, rows, raw)?));
        } else {
            return Err(unknown(table, name));
        }
    }
    Ok(changes)
}

fn set(changes: &mut Changes<'_>, column: &Column, value: Option<Value>, purpose: Purpose) {
    // Like the service, values of columns that nobody may write are passed over.
    let writable = match column.access {
        Access::Free => true,
        Access::CreateOnly => purpose == Purpose::Create,
        Access::ReadOnly => false,
    };
    if writable {
        changes.cells.insert(column.name.clone(), value);
    }
}

/// `"parentaccountid": null` clears the lookup.
fn cleared<'s>(table: &'s Table, name: &str, raw: &RawValue) -> Option<&'s Column> {
    let (column, _) = table.navigation(name)?;
    (raw.get() == "null").then_some(column)
}

fn unknown(table: &Table, name: &str) -> Refusal {
    if table.property(name).is_some() {
        return Refusal::payload(format!(
            "CRM do not support direct update of Entity Reference properties, Use Navigation properties \
             instead: '{name}'."
        ));
    }
    Refusal::payload(format!(
        "Error identified in Payload provided by the user for Entity :'{}': the property '{name}' does not \
         exist on type 'Microsoft.Dynamics.CRM.{}'. Make sure to only use property names that are defined by \
         the type.",
        table.set, table.name
    ))
}

/// The lookup behind `navigation` and the row it shall point at, which must exist.
pub(crate) fn bind<'s>(
    schema: &Schema,
    look: &dyn Look,
    table: &'s Table,
    navigation: &str,
    raw: &RawValue,
) -> Result<(&'s Column, Option<Value>), Refusal> {
    let (column, target) = table.navigation(navigation).ok_or_else(|| unknown(table, navigation))?;
    if raw.get() == "null" {
        return Ok((column, None));
    }
    let wrong =
        || Refusal::payload(format!("The value {} of '{navigation}@odata.bind' is no reference to a row.", raw.get()));
    let text: String = serde_json::from_str(raw.get()).map_err(|_| wrong())?;
    let (set, key) = path::reference(&text).ok_or_else(wrong)?;
    let pointed = schema.set(&set).ok_or_else(|| Refusal::no_resource(&set))?;
    if pointed.name != target.table {
        return Err(Refusal::payload(format!("'{navigation}' points at {}, not at {}.", target.table, pointed.name)));
    }
    let id = path::record_id(&key, &pointed.key)?;
    if look.get(&pointed.name, id)?.is_none() {
        return Err(Refusal::missing(&pointed.name, id));
    }
    Ok((column, Some(link(&pointed.name, id))))
}

/// The rows of a deep insert, or of a collection that is written anew.
pub(crate) fn children<'s>(
    schema: &'s Schema,
    look: &dyn Look,
    table: &'s Table,
    raw: &RawValue,
) -> Result<Vec<Changes<'s>>, Refusal> {
    let rows: Vec<Fields> = serde_json::from_str(raw.get())
        .map_err(|_| Refusal::payload("A collection is written as an array of objects."))?;
    rows.iter().map(|fields| read(schema, look, table, fields, Purpose::Create)).collect()
}

/// Whether a column is one that a caller must fill.
pub(crate) fn is_required(column: &Column) -> bool {
    column.need == crate::schema::Need::Required && !matches!(column.kind, Kind::Key)
}

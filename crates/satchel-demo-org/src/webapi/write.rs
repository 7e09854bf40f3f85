//! Requests that change rows: one transaction each, on disk before the answer.

use uuid::Uuid;

use super::body::{self, Changes, Fields, Purpose};
use super::deed::Deed;
use super::refusal::Refusal;
use super::session::Session;
use super::{duplicates, query, read, rules, wire};
use crate::doors;
use crate::http::Reply;
use crate::schema::Table;
use crate::store::{Look, Record, Writing};

/// What the caller demands of the row as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Condition {
    None,
    Exists,
    IsNew,
    Version(String),
}

impl Condition {
    /// `If-None-Match: null` is how clients say that they have nothing cached.
    fn of(session: &Session<'_>) -> Self {
        match (session.call.header("if-match"), session.call.header("if-none-match")) {
            (Some("*"), _) => Self::Exists,
            (Some(version), _) if version != "null" => Self::Version(version.to_owned()),
            (_, Some("*")) => Self::IsNew,
            _ => Self::None,
        }
    }

    fn check(&self, record: &Record) -> Result<(), Refusal> {
        match self {
            Self::IsNew => Err(Refusal::duplicate()),
            Self::Version(version) if *version != wire::etag(record.version) => Err(Refusal::stale()),
            _ => Ok(()),
        }
    }
}

pub(crate) fn deed<'s>(session: &'s Session<'_>) -> Deed<'s> {
    Deed { schema: session.schema(), caller: session.user.person().id, now: session.now }
}

pub(crate) fn create(session: &Session<'_>, table: &Table) -> Result<Reply, Refusal> {
    let fields = body::fields(&session.call.body)?;
    let id = session.world.store.write(|writing| create_one(session, writing, table, &fields))?;
    done(session, table, id, true)
}

pub(crate) fn create_one(
    session: &Session<'_>,
    writing: &mut Writing<'_>,
    table: &Table,
    fields: &Fields,
) -> Result<Uuid, Refusal> {
    let changes = body::read(session.schema(), writing, table, fields, Purpose::Create)?;
    let id = changes.id.unwrap_or_else(doors::new_id);
    duplicates::refuse(session, writing, table, id, &changes)?;
    create_own(session, writing, table, id, &changes)?;
    Ok(id)
}

/// Makes a row within the caller's reach; what would lie beyond is taken back with the whole request.
fn create_own(
    session: &Session<'_>,
    writing: &mut Writing<'_>,
    table: &Table,
    id: Uuid,
    changes: &Changes<'_>,
) -> Result<(), Refusal> {
    deed(session).create(writing, table, id, changes)?;
    let made = read::record(writing, table, id)?;
    session.sight(writing).check(table, &made)
}

pub(crate) fn update_one(
    session: &Session<'_>,
    writing: &mut Writing<'_>,
    table: &Table,
    before: &Record,
    fields: &Fields,
) -> Result<(), Refusal> {
    let changes = body::read(session.schema(), writing, table, fields, Purpose::Update)?;
    duplicates::refuse(session, writing, table, before.id, &changes)?;
    deed(session).update(writing, table, before, &changes)
}

/// Changes the row; without a condition it makes one that is not there.
pub(crate) fn patch(session: &Session<'_>, table: &Table, id: Uuid) -> Result<Reply, Refusal> {
    let fields = body::fields(&session.call.body)?;
    let condition = Condition::of(session);
    let is_new = session.world.store.write(|writing| match writing.get(&table.name, id)? {
        Some(before) => {
            session.sight(writing).check(table, &before)?;
            condition.check(&before)?;
            update_one(session, writing, table, &before, &fields)?;
            Ok(false)
        }
        None if matches!(condition, Condition::Exists | Condition::Version(_)) => {
            Err(Refusal::missing(&table.name, id))
        }
        None => {
            let changes = body::read(session.schema(), writing, table, &fields, Purpose::Create)?;
            duplicates::refuse(session, writing, table, id, &changes)?;
            create_own(session, writing, table, id, &changes)?;
            Ok(true)
        }
    })?;
    done(session, table, id, is_new)
}

pub(crate) fn delete(session: &Session<'_>, table: &Table, id: Uuid) -> Result<Reply, Refusal> {
    let condition = Condition::of(session);
    session.world.store.write(|writing| {
        let record = read::record(&session.sight(writing), table, id)?;
        condition.check(&record)?;
        deed(session).delete(writing, table, &record)
    })?;
    Ok(Reply::empty(204))
}

/// `PUT …/name {"value":…}`, `DELETE …/name`, and `PUT …/email_activity_parties`.
pub(crate) fn property(session: &Session<'_>, table: &Table, id: Uuid, name: &str) -> Result<Reply, Refusal> {
    let clears = session.call.method == axum::http::Method::DELETE;
    if !clears && query::collection(session.schema(), table, name).is_some() {
        return collection(session, table, id, name);
    }
    let mut fields = Fields::new();
    let value = if clears {
        serde_json::value::to_raw_value(&()).ok()
    } else {
        body::fields(&session.call.body)?.remove("value")
    };
    let value = value.ok_or_else(|| Refusal::payload("The body must hold a 'value'."))?;
    fields.insert(name.to_owned(), value);
    change(session, table, id, &fields)
}

/// Sets or clears a single-valued navigation property.
pub(crate) fn reference(session: &Session<'_>, table: &Table, id: Uuid, navigation: &str) -> Result<Reply, Refusal> {
    let value = if session.call.method == axum::http::Method::DELETE {
        serde_json::value::to_raw_value(&()).ok()
    } else {
        body::fields(&session.call.body)?.remove("@odata.id")
    };
    let value = value.ok_or_else(|| Refusal::payload("The body must hold an '@odata.id'."))?;
    change(session, table, id, &Fields::from([(format!("{navigation}@odata.bind"), value)]))
}

fn change(session: &Session<'_>, table: &Table, id: Uuid, fields: &Fields) -> Result<Reply, Refusal> {
    let condition = Condition::of(session);
    session.world.store.write(|writing| {
        let before = read::record(&session.sight(writing), table, id)?;
        condition.check(&before)?;
        update_one(session, writing, table, &before, fields)
    })?;
    Ok(Reply::empty(204))
}

/// Replaces all parties of an email.
fn collection(session: &Session<'_>, table: &Table, id: Uuid, name: &str) -> Result<Reply, Refusal> {
    let mut fields = body::fields(&session.call.body)?;
    let rows = fields.remove("value").ok_or_else(|| Refusal::payload("The body must hold a 'value'."))?;
    let (party, column) = query::collection(session.schema(), table, name)
        .filter(|(rows, _)| rows.name == "activityparty")
        .ok_or_else(|| Refusal::method(name))?;
    session.world.store.write(|writing| {
        let email = read::record(&session.sight(writing), table, id)?;
        let pointer = crate::store::link(&table.name, id);
        rules::refuse_if_closed(writing, Some(&pointer), "Parties cannot be changed on")?;
        let parties = body::children(session.schema(), writing, party, &rows)?;
        for old in writing.children(&party.name, id)? {
            writing.delete(&party.name, &old, Some(id))?;
        }
        let deed = deed(session);
        for mut row in parties {
            row.cells.insert(column.name.clone(), Some(pointer.clone()));
            let row_id = row.id.unwrap_or_else(doors::new_id);
            deed.create(writing, party, row_id, &row)?;
        }
        let mut cells = email.cells;
        for stale in ["sender", "torecipients", "emailsender"] {
            cells.remove(stale);
        }
        deed.store(writing, table, id, cells)?;
        rules::after_parties(&deed, writing, table, id)
    })?;
    Ok(Reply::empty(204))
}

fn done(session: &Session<'_>, table: &Table, id: Uuid, is_new: bool) -> Result<Reply, Refusal> {
    if session.prefer.representation {
        let look = session.world.store.read()?;
        let record = read::record(&look, table, id)?;
        return read::show(session, &look, table, &record, if is_new { 201 } else { 200 });
    }
    let url = format!("{}/{}({id})", session.root, table.set);
    Ok(Reply::empty(204).with("odata-entityid", url))
}

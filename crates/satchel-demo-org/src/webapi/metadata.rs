//! Answers questions about the tables themselves.

use axum::http::Method;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::definition;
use super::eval::{self, Operand, Subject};
use super::filter::{self, Test};
use super::path::Segment;
use super::refusal::Refusal;
use super::session::Session;
use crate::http::Reply;
use crate::schema::Table;

/// The collections of a definition, shown only when they are expanded or asked for.
const COLLECTIONS: [&str; 5] =
    ["Attributes", "ManyToOneRelationships", "OneToManyRelationships", "ManyToManyRelationships", "Keys"];
/// The parts of a column's definition that are shown only when they are expanded.
const PARTS: [&str; 2] = ["OptionSet", "GlobalOptionSet"];

pub(crate) fn answer(session: &Session<'_>, first: &Segment, rest: &[Segment]) -> Result<Reply, Refusal> {
    if session.call.method != Method::GET {
        return Err(Refusal::method("metadata: the demo organisation's tables are fixed"));
    }
    let options = Options::read(&session.options)?;
    let Some(key) = &first.key else {
        return list(session, "EntityDefinitions", definition::tables(session.schema()), &options);
    };
    let table = find(session, key)?;
    let definition = definition::table(session.schema(), &table.name);
    let context = format!("{}/$metadata#EntityDefinitions", session.root);
    match rest {
        [] => Ok(entity(session, &context, definition, &options)),
        [collection, rest @ ..] if COLLECTIONS.contains(&collection.name.as_str()) => {
            let rows = definition.get(&collection.name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            let one = collection.key.as_deref();
            let cast = rest.last().filter(|segment| segment.name.contains('.'));
            let kind = cast.map(|cast| format!("#{}", cast.name));
            let is_of_kind = |row: &&Value| {
                kind.as_ref().is_none_or(|kind| row.get("@odata.type").and_then(Value::as_str) == Some(kind))
            };
            let mut rows = rows.iter().filter(is_of_kind);
            if let Some(key) = one.or(cast.and_then(|cast| cast.key.as_deref())) {
                let row = rows.find(|row| has_key(row, key)).ok_or_else(|| no_attribute(table, key))?;
                return Ok(entity(session, &format!("{context}('{}')/Attributes", table.name), row, &options));
            }
            list(session, &format!("EntityDefinitions('{}')/{}", table.name, collection.name), rows, &options)
        }
        [other, ..] => Err(Refusal::no_resource(&other.name)),
    }
}

fn no_attribute(table: &Table, key: &str) -> Refusal {
    Refusal::new(
        404,
        "0x80060888",
        format!("Could not find an attribute with specified key: ({key}) of {}", table.name),
    )
}

fn find<'s>(session: &'s Session<'_>, key: &str) -> Result<&'s Table, Refusal> {
    let id = Uuid::parse_str(key.trim_start_matches("MetadataId=")).ok();
    session
        .schema()
        .tables
        .iter()
        .find(|table| match id {
            Some(id) => definition::metadata_id(&table.name) == id,
            None => key == format!("LogicalName='{}'", table.name),
        })
        .ok_or_else(|| Refusal::new(404, "0x80060888", format!("Could not find an entity with specified key: ({key})")))
}

fn has_key(row: &Value, key: &str) -> bool {
    let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
    key == format!("LogicalName='{}'", text("LogicalName")) || key == text("MetadataId")
}

/// `$select`, `$expand` and `$filter` as they stand in the URL or in an expansion.
#[derive(Debug, Default)]
struct Options {
    select: Option<Vec<String>>,
    expands: Vec<(String, Options)>,
    filter: Option<Test>,
}

impl Options {
    fn read(pairs: &[(String, String)]) -> Result<Self, Refusal> {
        let mut options = Self::default();
        for (name, value) in pairs {
            options.take(name, value)?;
        }
        Ok(options)
    }

    fn take(&mut self, name: &str, value: &str) -> Result<(), Refusal> {
        match name {
            "$select" => {
                self.select = Some(value.split(',').map(|name| name.trim().to_owned()).collect());
            }
            "$filter" => self.filter = Some(filter::parse(value)?),
            "$expand" => {
                for part in super::query::split(value, ',') {
                    let (name, inner) = part.split_once('(').unwrap_or((part, ""));
                    let inner = inner.trim().strip_suffix(')').unwrap_or(inner);
                    let mut options = Self::default();
                    for option in super::query::split(inner, ';') {
                        let (name, value) = option.split_once('=').unwrap_or((option, ""));
                        options.take(name.trim(), value)?;
                    }
                    self.expands.push((name.trim().to_owned(), options));
                }
            }
            other if other.starts_with('$') && other != "$count" => {
                return Err(Refusal::query(format!("The query parameter {other} is not supported for metadata.")));
            }
            _ => {}
        }
        Ok(())
    }
}

fn list<'v>(
    session: &Session<'_>,
    context: &str,
    rows: impl IntoIterator<Item = &'v Value>,
    options: &Options,
) -> Result<Reply, Refusal> {
    let body = json!({
        "@odata.context": format!("{}/$metadata#{context}", session.root),
        "value": shown(rows, options)?,
    });
    Ok(session.body(200, body.to_string()))
}

fn entity(session: &Session<'_>, context: &str, row: &Value, options: &Options) -> Reply {
    let mut row = project(row, options);
    if let Value::Object(members) = &mut row {
        members.insert("@odata.context".to_owned(), format!("{context}/$entity").into());
    }
    session.body(200, row.to_string())
}

fn shown<'v>(rows: impl IntoIterator<Item = &'v Value>, options: &Options) -> Result<Vec<Value>, Refusal> {
    let mut found = Vec::new();
    for row in rows {
        let keep = match &options.filter {
            Some(test) => eval::passes(&Definition(row), test)?,
            None => true,
        };
        if keep {
            found.push(project(row, options));
        }
    }
    Ok(found)
}

/// Leaves what was selected and expanded.
fn project(row: &Value, options: &Options) -> Value {
    let Value::Object(members) = row else { return row.clone() };
    let mut out = Map::new();
    for (name, value) in members {
        let is_part = COLLECTIONS.contains(&name.as_str()) || PARTS.contains(&name.as_str());
        if is_part {
            let Some((_, inner)) = options.expands.iter().find(|(part, _)| part == name) else {
                continue;
            };
            let value = match value {
                // A filter inside an expansion was parsed; one that cannot be judged shows nothing.
                Value::Array(rows) => Value::Array(shown(rows, inner).unwrap_or_default()),
                other => project(other, inner),
            };
            out.insert(name.clone(), value);
        } else if is_selected(name, options) {
            out.insert(name.clone(), value.clone());
        }
    }
    Value::Object(out)
}

fn is_selected(name: &str, options: &Options) -> bool {
    match &options.select {
        None => true,
        Some(names) => name == "MetadataId" || name.starts_with('@') || names.iter().any(|known| known == name),
    }
}

/// Something that is described in JSON and not kept in a table.
pub(super) struct Definition<'a>(pub(super) &'a Value);

impl Subject for Definition<'_> {
    fn operand(&self, path: &[String]) -> Result<Operand, Refusal> {
        let mut value = self.0;
        for step in path {
            value = value.get(step).ok_or_else(|| Refusal::no_property(step, "the resource"))?;
        }
        Ok(match value {
            Value::Bool(flag) => Operand::Flag(*flag),
            Value::Number(number) => number.to_string().parse().map_or(Operand::Null, Operand::Number),
            Value::String(text) => match Uuid::parse_str(text) {
                Ok(id) => Operand::Id(id),
                Err(_) => Operand::Text(text.clone()),
            },
            _ => Operand::Null,
        })
    }

    fn count(&self, path: &[String], _: Option<&Test>) -> Result<(usize, usize), Refusal> {
        Err(Refusal::query(format!("{} cannot be searched.", path.join("/"))))
    }
}

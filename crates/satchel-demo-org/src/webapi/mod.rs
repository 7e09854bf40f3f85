//! Plays the Dataverse Web API: who may call, and which resource answers.

mod body;
mod check;
mod cookie;
mod deed;
mod definition;
mod derive;
mod duplicates;
mod eval;
mod filter;
mod formatted;
mod functions;
mod list;
mod metadata;
mod path;
mod plugin;
mod prefer;
mod query;
mod read;
mod refusal;
mod rules;
mod session;
mod sight;
mod tokens;
mod track;
mod wire;
mod write;

use axum::http::Method;
use serde_json::json;

use crate::authority::{Audience, Refused};
use crate::doors;
use crate::http::{Call, Reply, decode_path};
use crate::schema::Table;
use crate::server::World;
use crate::staff;
use path::Segment;
use prefer::Prefer;
pub(crate) use refusal::Refusal;
use session::Session;

pub(crate) use deed::Deed;
pub(crate) use derive::BASE_CURRENCY;

/// Whether something described in JSON passes an OData filter.
pub(crate) fn passes(value: &serde_json::Value, filter: &str) -> Result<bool, Refusal> {
    eval::passes(&metadata::Definition(value), &filter::parse(filter)?)
}

/// Versions that answer; they differ in nothing that is played here.
const VERSIONS: [&str; 3] = ["v9.0", "v9.1", "v9.2"];

/// `rest` is the path after `/api/data/`.
pub(crate) fn answer(world: &World, call: &Call, rest: &str) -> Reply {
    let (version, resource) = rest.split_once('/').unwrap_or((rest, ""));
    let user = match world.keys.bearer(call.header("authorization"), world.audiences(Audience::Crm)) {
        Ok(user) => user,
        Err(refused) => return challenge(world, refused),
    };
    if !VERSIONS.contains(&version) {
        return Refusal::no_resource(version).reply();
    }
    let session = Session {
        world,
        call,
        user,
        prefer: Prefer::read(&call.headers),
        options: call.options(),
        root: format!("{}/api/data/{version}", call.base),
        now: doors::now(),
    };
    resource_answer(&session, &decode_path(resource))
        .unwrap_or_else(|refusal| refusal.reply())
        .with("odata-version", "4.0")
}

/// Sends the caller to the authority that could help.
fn challenge(world: &World, refused: Refused) -> Reply {
    let addresses = &world.addresses;
    let mut header = format!(
        "Bearer authorization_uri={}/{}/oauth2/authorize, resource_id={}/",
        addresses.authority,
        staff::TENANT,
        addresses.organisation_https
    );
    let why = match refused {
        Refused::Missing => "No token was sent.",
        Refused::Expired => "The token has expired.",
        Refused::WrongAudience => "The token is for another service.",
        Refused::Invalid => "The token's signature or its issuer is not the authority's.",
    };
    if refused != Refused::Missing {
        header.push_str(", error=invalid_token, error_description=\"");
        header.push_str(why);
        header.push('"');
    }
    Reply::json(401, &json!({ "error": { "code": "0x80041d0b", "message": why } })).with("www-authenticate", header)
}

fn resource_answer(session: &Session<'_>, resource: &str) -> Result<Reply, Refusal> {
    let segments = path::segments(resource);
    let method = &session.call.method;
    match segments.as_slice() {
        [] if method == Method::GET => Ok(service_document(session)),
        [] => Err(Refusal::method("the service document")),
        [first, rest @ ..] if first.name == "EntityDefinitions" => metadata::answer(session, first, rest),
        [first, rest @ ..] => match session.schema().set(&first.name) {
            Some(table) => table_answer(session, table, first, rest),
            None => functions::answer(session, first),
        },
    }
}

fn table_answer(session: &Session<'_>, table: &Table, first: &Segment, rest: &[Segment]) -> Result<Reply, Refusal> {
    let method = session.call.method.as_str();
    // Parties live and die with their activity, and are written through it only.
    if table.name == "activityparty" && method != "GET" {
        return Err(Refusal::method("activityparties: write the activity's collection"));
    }
    let Some(key) = &first.key else {
        return match (method, rest) {
            ("GET", []) => {
                list::check_options(session)?;
                let reading = session.world.store.read()?;
                let look = session.sight(&reading);
                if track::is_wanted(session) {
                    track::answer(session, &look, table)
                } else {
                    list::answer(session, &look, table, None)
                }
            }
            ("GET", [count]) if count.name == "$count" => {
                let reading = session.world.store.read()?;
                let look = session.sight(&reading);
                if track::is_wanted(session) {
                    track::count(session, &look, table)
                } else {
                    list::count(session, &look, table, None)
                }
            }
            ("POST", []) => write::create(session, table),
            ("POST", [action]) => functions::many(session, table, &action.name),
            (_, [other, ..]) => Err(Refusal::no_resource(&other.name)),
            _ => Err(Refusal::method(&table.set)),
        };
    };
    let id = path::record_id(key, &table.key)?;
    match (method, rest) {
        ("GET", []) => read::answer(session, &session.sight(&session.world.store.read()?), table, id),
        ("GET", [property, last @ ..]) => {
            let last = last.first().map(|segment| segment.name.as_str());
            let reading = session.world.store.read()?;
            let look = session.sight(&reading);
            read::property(session, &look, table, id, &property.name, last)
        }
        ("PATCH", []) => write::patch(session, table, id),
        ("DELETE", []) => write::delete(session, table, id),
        ("PUT" | "DELETE", [property]) => write::property(session, table, id, &property.name),
        ("PUT" | "DELETE" | "POST", [property, last]) if last.name == "$ref" => {
            write::reference(session, table, id, &property.name)
        }
        _ => Err(Refusal::method(&first.name)),
    }
}

fn service_document(session: &Session<'_>) -> Reply {
    let sets: Vec<_> = session
        .schema()
        .tables
        .iter()
        .map(|table| json!({ "name": table.set, "kind": "EntitySet", "url": table.set }))
        .collect();
    let document = json!({
        "@odata.context": format!("{}/$metadata", session.root),
        "value": sets,
    });
    session.body(200, document.to_string())
}

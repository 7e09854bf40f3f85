//! Functions and actions: who am I, which version, many rows at once.

use std::collections::BTreeMap;

use axum::http::Method;
use serde_json::json;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::body::{self, Fields};
use super::path::Segment;
use super::refusal::Refusal;
use super::session::Session;
use super::{duplicates, read, write};
use crate::http::Reply;
use crate::schema::Table;
use crate::staff;

const VERSION: &str = "9.2.25063.00196";

pub(crate) fn answer(session: &Session<'_>, segment: &Segment) -> Result<Reply, Refusal> {
    let type_of = |name: &str| format!("{}/$metadata#Microsoft.Dynamics.CRM.{name}Response", session.root);
    if segment.name == "RetrieveDuplicates" && session.call.method == Method::GET {
        return duplicates::retrieve(session, segment);
    }
    let body = match segment.name.as_str() {
        "WhoAmI" => json!({
            "@odata.context": type_of("WhoAmI"),
            "BusinessUnitId": staff::BUSINESS_UNIT,
            "UserId": session.user.person().id,
            "OrganizationId": staff::ORGANISATION,
        }),
        "RetrieveVersion" => json!({
            "@odata.context": type_of("RetrieveVersion"),
            "Version": VERSION,
        }),
        "RetrieveCurrentOrganization" => json!({
            "@odata.context": type_of("RetrieveCurrentOrganization"),
            "Detail": {
                "OrganizationId": staff::ORGANISATION,
                "FriendlyName": staff::COMPANY,
                "UniqueName": "brightwater",
                "UrlName": "brightwater",
                "OrganizationVersion": VERSION,
                "State": "Enabled",
            },
        }),
        other => return Err(Refusal::no_resource(other)),
    };
    if session.call.method != Method::GET {
        return Err(Refusal::method(&segment.name));
    }
    Ok(session.body(200, body.to_string()))
}

/// `CreateMultiple` and `UpdateMultiple`: all rows or none.
pub(crate) fn many(session: &Session<'_>, table: &Table, action: &str) -> Result<Reply, Refusal> {
    let mut fields = body::fields(&session.call.body)?;
    let targets = fields.remove("Targets").ok_or_else(|| Refusal::payload("The body must hold 'Targets'."))?;
    let targets: Vec<Fields> =
        serde_json::from_str(targets.get()).map_err(|_| Refusal::payload("'Targets' must be an array of objects."))?;
    match action.strip_prefix("Microsoft.Dynamics.CRM.") {
        Some("CreateMultiple") => {
            let ids = session.world.store.write(|writing| {
                targets
                    .iter()
                    .map(|target| write::create_one(session, writing, table, target))
                    .collect::<Result<Vec<Uuid>, Refusal>>()
            })?;
            let context = format!("{}/$metadata#Microsoft.Dynamics.CRM.CreateMultipleResponse", session.root);
            Ok(session.body(200, json!({ "@odata.context": context, "Ids": ids }).to_string()))
        }
        Some("UpdateMultiple") => {
            session.world.store.write(|writing| {
                for target in &targets {
                    let id = key(table, target)?;
                    let before = read::record(&session.sight(writing), table, id)?;
                    write::update_one(session, writing, table, &before, target)?;
                }
                Ok::<_, Refusal>(())
            })?;
            Ok(Reply::empty(204))
        }
        _ => Err(Refusal::no_resource(action)),
    }
}

fn key(table: &Table, target: &BTreeMap<String, Box<RawValue>>) -> Result<Uuid, Refusal> {
    target
        .get(&table.key)
        .and_then(|raw| serde_json::from_str(raw.get()).ok())
        .ok_or_else(|| Refusal::payload(format!("Each target must hold its '{}'.", table.key)))
}

//! Plays Microsoft Graph for the salesperson's mailbox.

mod delta;
mod item;
mod mime;
mod put;
mod send;
mod shape;

pub(crate) use item::{File, Folder, Item, Mailbox};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::authority::Audience;
use crate::http::{Call, Reply, decode_path};
use crate::server::World;
use crate::staff::User;
use crate::store::StoreError;
use crate::webapi::{self, Refusal as Unfiltered};

/// Rows of a page when nobody says how many.
const PAGE: usize = 10;
const LARGEST_PAGE: usize = 1000;

/// Why Graph says no.
#[derive(Debug)]
struct Refusal {
    status: u16,
    code: &'static str,
    message: String,
}

impl Refusal {
    fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    fn missing() -> Self {
        Self::new(404, "ErrorItemNotFound", "The specified object was not found in the store.")
    }

    fn reply(&self) -> Reply {
        Reply::json(self.status, &json!({ "error": { "code": self.code, "message": self.message } }))
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::new(500, "generalException", error.to_string())
    }
}

impl From<Unfiltered> for Refusal {
    fn from(refusal: Unfiltered) -> Self {
        Self::new(400, "RequestBroker--ParseUri", refusal.message)
    }
}

/// One request of one user.
struct Session<'w> {
    world: &'w World,
    call: &'w Call,
    user: User,
    options: Vec<(String, String)>,
}

impl Session<'_> {
    fn option(&self, name: &str) -> Option<&str> {
        self.options.iter().find_map(|(key, value)| (key == name).then_some(value.as_str()))
    }

    /// The URL under which the caller reached the service.
    fn root(&self) -> String {
        format!("{}/graph/v1.0", self.call.base)
    }

    fn prefers(&self, what: &str) -> Option<&str> {
        self.call
            .headers
            .get_all("prefer")
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(','))
            .filter_map(|preference| preference.trim().split_once('='))
            .find_map(|(name, value)| (name == what).then(|| value.trim_matches('"')))
    }

    fn page(&self) -> usize {
        self.prefers("odata.maxpagesize")
            .or(self.option("$top"))
            .and_then(|rows| rows.parse().ok())
            .unwrap_or(PAGE)
            .clamp(1, LARGEST_PAGE)
    }
}

/// `rest` is the path after `/graph/v1.0/`.
pub(crate) fn answer(world: &World, call: &Call, rest: &str) -> Reply {
    let audiences = world.audiences(Audience::Mail);
    let Ok(user) = world.keys.bearer(call.header("authorization"), audiences) else {
        let why = "Access token is missing, has expired or is for another service.";
        return Refusal::new(401, "InvalidAuthenticationToken", why)
            .reply()
            .with("www-authenticate", "Bearer error=\"invalid_token\"");
    };
    let session = Session { world, call, user, options: call.options() };
    route(&session, &decode_path(rest)).unwrap_or_else(|refusal| refusal.reply())
}

fn route(session: &Session<'_>, path: &str) -> Result<Reply, Refusal> {
    // `mailFolders('id')` is another way of writing `mailFolders/id`.
    let path = path.replace("('", "/").replace("')", "");
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let method = session.call.method.as_str();
    match (method, parts.as_slice()) {
        ("GET", ["me"]) => return Ok(me(session.user)),
        ("POST", ["me", "sendMail"]) => return send::answer(session),
        _ if session.user != User::Salesperson => {
            return Err(Refusal::new(
                404,
                "MailboxNotEnabledForRESTAPI",
                "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
            ));
        }
        _ => {}
    }
    match (method, parts.as_slice()) {
        ("GET", ["me", "mailFolders"]) => folders(session),
        ("GET", ["me", "mailFolders", "delta"]) => delta::folders(session),
        ("GET", ["me", "mailFolders", id]) => {
            let items = Item::all(&session.world.store.read()?)?;
            Ok(Reply::json(200, &shape::folder(folder(id)?, &items)))
        }
        ("GET", ["me", "mailFolders", id, "messages"]) => messages(session, Some(folder(id)?)),
        ("GET", ["me", "mailFolders", id, "messages", "delta"]) => delta::messages(session, folder(id)?),
        ("GET", ["me", "messages"]) => messages(session, None),
        ("POST", ["me", "mailFolders", id, "messages"]) => put::create(session, folder(id)?),
        ("POST", ["demo", "forgetSyncStates"]) => delta::forget(session),
        (_, ["me", "mailFolders", place, "messages", id, rest @ ..]) => {
            // A message is found in its own folder only.
            if find(session, id)?.folder != folder(place)? {
                return Err(Refusal::missing());
            }
            message(session, method, id, rest)
        }
        (_, ["me", "messages", id, rest @ ..]) => message(session, method, id, rest),
        _ => Err(no_resource(&parts)),
    }
}

/// `rest` is the path behind one message.
fn message(session: &Session<'_>, method: &str, id: &str, rest: &[&str]) -> Result<Reply, Refusal> {
    match (method, rest) {
        ("GET", []) => {
            let shown = shape::message(session, &find(session, id)?, session.option("$select"));
            Ok(Reply::json(200, &shown))
        }
        ("PATCH", []) => change(session, id),
        ("POST", ["move"]) => put::move_to(session, id),
        ("POST", ["permanentDelete"]) => put::delete(session, id),
        ("GET", ["$value"]) => Ok(Reply::new(200, "text/plain", mime::write(&find(session, id)?))),
        ("GET", ["attachments"]) => {
            let item = find(session, id)?;
            let rows: Vec<Value> =
                (0..item.files.len()).map(|at| shape::attachment(&item, at, session.option("$select"))).collect();
            Ok(Reply::json(200, &json!({ "value": rows })))
        }
        ("GET", ["attachments", file, rest @ ..]) => {
            let item = find(session, id)?;
            let at = shape::attachment_place(&item, file).ok_or_else(Refusal::missing)?;
            match rest {
                ["$value"] => {
                    let bytes = STANDARD.decode(&item.files[at].content).unwrap_or_default();
                    Ok(Reply::new(200, &item.files[at].mime, bytes))
                }
                _ => Ok(Reply::json(200, &shape::attachment(&item, at, session.option("$select")))),
            }
        }
        _ => Err(no_resource(rest)),
    }
}

fn no_resource(path: &[&str]) -> Refusal {
    let last = path.last().unwrap_or(&"");
    Refusal::new(404, "ResourceNotFound", format!("Resource not found for the segment '{last}'."))
}

fn me(user: User) -> Reply {
    let person = user.person();
    Reply::json(
        200,
        &json!({
            "id": person.object_id,
            "displayName": person.name(),
            "givenName": person.first,
            "surname": person.last,
            "jobTitle": person.title,
            "mail": person.address(),
            "userPrincipalName": person.address(),
        }),
    )
}

fn folder(id: &str) -> Result<Folder, Refusal> {
    Folder::find(id).ok_or_else(Refusal::missing)
}

fn find(session: &Session<'_>, id: &str) -> Result<Item, Refusal> {
    Item::find(&session.world.store.read()?, id)?.ok_or_else(Refusal::missing)
}

fn folders(session: &Session<'_>) -> Result<Reply, Refusal> {
    let items = Item::all(&session.world.store.read()?)?;
    let rows: Vec<Value> = Folder::ALL.iter().map(|folder| shape::folder(*folder, &items)).collect();
    let context = format!("{}/$metadata#users('me')/mailFolders", session.root());
    Ok(Reply::json(200, &json!({ "@odata.context": context, "value": rows })))
}

/// Newest first, in pages.
fn messages(session: &Session<'_>, folder: Option<Folder>) -> Result<Reply, Refusal> {
    let mut items = Item::all(&session.world.store.read()?)?;
    items.retain(|item| folder.is_none_or(|folder| item.folder == folder));
    if let Some(filter) = session.option("$filter") {
        let mut kept = Vec::new();
        for item in items {
            if webapi::passes(&shape::message(session, &item, None), filter)? {
                kept.push(item);
            }
        }
        items = kept;
    }
    items.sort_by(|left, right| (&right.sent, &right.id).cmp(&(&left.sent, &left.id)));
    let skip: usize = session.option("$skip").and_then(|rows| rows.parse().ok()).unwrap_or(0);
    let size = session.page();
    let shown: Vec<Value> = items
        .iter()
        .skip(skip)
        .take(size)
        .map(|item| shape::message(session, item, session.option("$select")))
        .collect();
    let mut body = json!({
        "@odata.context": format!("{}/$metadata#users('me')/messages", session.root()),
        "value": shown,
    });
    if items.len() > skip + size {
        let next = (skip + size).to_string();
        body["@odata.nextLink"] = session.call.continued(&["$skip"], "$skip", &next).into();
    }
    Ok(Reply::json(200, &body))
}

/// Marks as read or unread, and sets categories, unless somebody else was faster.
fn change(session: &Session<'_>, id: &str) -> Result<Reply, Refusal> {
    let body: serde_json::Map<String, Value> = serde_json::from_slice(&session.call.body)
        .map_err(|error| Refusal::new(400, "BadRequest", format!("Unable to read JSON: {error}")))?;
    let expected = session.call.header("if-match").filter(|etag| *etag != "*");
    let item = session.world.store.write(|writing| {
        let mut item = Item::find_for_change(writing, id)?.ok_or_else(Refusal::missing)?;
        if expected.is_some_and(|etag| etag != item.etag()) {
            return Err(Refusal::new(
                412,
                "ErrorIrresolvableConflict",
                "The change key passed in the request does not match the current change key for the item.",
            ));
        }
        for (name, value) in &body {
            match (name.as_str(), value) {
                ("isRead", Value::Bool(read)) => item.is_read = *read,
                ("categories", value) => {
                    item.categories = serde_json::from_value(value.clone())
                        .map_err(|_| Refusal::new(400, "BadRequest", "Categories are texts."))?;
                }
                _ => {
                    return Err(Refusal::new(
                        400,
                        "ErrorInvalidProperty",
                        format!("The property '{name}' cannot be changed in the demo organisation."),
                    ));
                }
            }
        }
        Ok(item.store(writing)?)
    })?;
    Ok(Reply::json(200, &shape::message(session, &item, session.option("$select"))))
}

//! Delta queries: the whole folder once, newest first, then what changed in it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::item::{Folder, Item};
use super::{Refusal, Session, shape};
use crate::http::Reply;
use crate::store::StoreError;

/// What a link remembers: nobody but us reads it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Token {
    /// Changes up to here were told in earlier rounds.
    after: u64,
    /// Changes up to here belong to this round.
    until: u64,
    /// The time and id of the message that the page before told last; nothing begins a round.
    told: Option<(String, String)>,
    select: Option<String>,
}

impl Token {
    fn write(&self) -> Result<String, Refusal> {
        serde_json::to_vec(self)
            .map(|json| URL_SAFE_NO_PAD.encode(json))
            .map_err(|error| Refusal::new(500, "generalException", error.to_string()))
    }

    fn read(text: &str) -> Result<Self, Refusal> {
        URL_SAFE_NO_PAD.decode(text).ok().and_then(|json| serde_json::from_slice(&json).ok()).ok_or_else(gone)
    }
}

/// The caller starts over.
fn gone() -> Refusal {
    Refusal::new(410, "syncStateNotFound", "The sync state is not found; start a new round.")
}

fn newest(session: &Session<'_>) -> Result<u64, StoreError> {
    session.world.store.read()?.counter(super::item::CHANGES)
}

pub(super) fn messages(session: &Session<'_>, folder: Folder) -> Result<Reply, Refusal> {
    let newest = newest(session)?;
    let token = match (session.option("$skiptoken"), session.option("$deltatoken")) {
        (Some(text), _) => Token::read(text)?,
        (None, Some(text)) => Token { until: newest, ..Token::read(text)? },
        (None, None) => {
            Token { until: newest, select: session.option("$select").map(str::to_owned), ..Token::default() }
        }
    };
    if token.after > newest {
        return Err(gone());
    }
    let mut items = Item::all(&session.world.store.read()?)?;
    items.retain(|item| item.folder == folder && item.change > token.after && item.change <= token.until);
    items.sort_by(|left, right| place(right).cmp(&place(left)));
    if let Some((sent, id)) = &token.told {
        items.retain(|item| place(item) < (sent.as_str(), id.as_str()));
    }
    let size = session.page();
    let more = items.len() > size;
    items.truncate(size);
    let rows: Vec<Value> = items.iter().map(|item| shape::message(session, item, token.select.as_deref())).collect();
    let (name, option, next) = match items.last().filter(|_| more) {
        Some(last) => {
            let told = Some((last.sent.clone(), last.id.clone()));
            ("@odata.nextLink", "$skiptoken", Token { told, ..token })
        }
        None => {
            let next = Token { after: token.until, until: 0, told: None, select: token.select };
            ("@odata.deltaLink", "$deltatoken", next)
        }
    };
    let base = format!("{}/me/mailFolders('{}')/messages/delta", session.root(), folder.id());
    let body = json!({
        "@odata.context": format!("{}/$metadata#Collection(message)", session.root()),
        "value": rows,
        name: format!("{base}?{option}={}", next.write()?),
    });
    Ok(Reply::json(200, &body))
}

/// Newest first; the id decides between messages of the same second.
fn place(item: &Item) -> (&str, &str) {
    (&item.sent, &item.id)
}

/// The folders of the demo mailbox never change: one round tells them, the next ones nothing.
pub(super) fn folders(session: &Session<'_>) -> Result<Reply, Refusal> {
    let rows: Vec<Value> = match session.option("$deltatoken") {
        Some(token) => {
            Token::read(token)?;
            Vec::new()
        }
        None => {
            let items = Item::all(&session.world.store.read()?)?;
            Folder::ALL.iter().map(|folder| shape::folder(*folder, &items)).collect()
        }
    };
    let link = format!("{}/me/mailFolders/delta?$deltatoken={}", session.root(), Token::default().write()?);
    let body = json!({
        "@odata.context": format!("{}/$metadata#Collection(mailFolder)", session.root()),
        "value": rows,
        "@odata.deltaLink": link,
    });
    Ok(Reply::json(200, &body))
}

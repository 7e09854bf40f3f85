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
    /// Links of another age are forgotten.
    #[serde(default)]
    age: u64,
}

/// The counter of ages.
const AGE: &str = "mailbox sync states";

impl Token {
    fn write(&self) -> Result<String, Refusal> {
        serde_json::to_vec(self)
            .map(|json| URL_SAFE_NO_PAD.encode(json))
            .map_err(|error| Refusal::new(500, "generalException", error.to_string()))
    }

    fn read(session: &Session<'_>, text: &str) -> Result<Self, Refusal> {
        let token: Option<Self> = URL_SAFE_NO_PAD.decode(text).ok().and_then(|json| serde_json::from_slice(&json).ok());
        let age = age(session)?;
        token.filter(|token| token.age == age).ok_or_else(gone)
    }
}

/// The caller starts over.
fn gone() -> Refusal {
    Refusal::new(410, "syncStateNotFound", "The sync state is not found; start a new round.")
}

fn age(session: &Session<'_>) -> Result<u64, StoreError> {
    session.world.store.read()?.counter(AGE)
}

/// Every link that was handed out so far is forgotten: for tests, as the real service does when it pleases.
pub(super) fn forget(session: &Session<'_>) -> Result<Reply, Refusal> {
    session.world.store.write(|writing| writing.count(AGE).map_err(Refusal::from))?;
    Ok(Reply::empty(204))
}

fn newest(session: &Session<'_>) -> Result<u64, StoreError> {
    session.world.store.read()?.counter(super::item::CHANGES)
}

pub(super) fn messages(session: &Session<'_>, folder: Folder) -> Result<Reply, Refusal> {
    let newest = newest(session)?;
    let token = match (session.option("$skiptoken"), session.option("$deltatoken")) {
        (Some(text), _) => Token::read(session, text)?,
        (None, Some(text)) => Token { until: newest, ..Token::read(session, text)? },
        (None, None) => Token {
            until: newest,
            select: session.option("$select").map(str::to_owned),
            age: age(session)?,
            ..Token::default()
        },
    };
    if token.after > newest {
        return Err(gone());
    }
    let mut found = changes(session, folder, &token)?;
    if let Some((sent, id)) = &token.told {
        found.retain(|change| change.place() < (sent.as_str(), id.as_str()));
    }
    let size = session.page();
    let more = found.len() > size;
    found.truncate(size);
    let select = token.select.as_deref();
    let rows: Vec<Value> = found
        .iter()
        .map(|change| match change {
            Change::Here(item) => shape::message(session, item, select),
            Change::Removed(id) => json!({
                "@odata.type": "#microsoft.graph.message", "id": id, "@removed": { "reason": "deleted" },
            }),
        })
        .collect();
    let (name, option, next) = match found.last().filter(|_| more) {
        Some(last) => {
            let (sent, id) = last.place();
            let told = Some((sent.to_owned(), id.to_owned()));
            ("@odata.nextLink", "$skiptoken", Token { told, ..token })
        }
        None => {
            let next = Token { after: token.until, until: 0, told: None, ..token };
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

/// What a round has to tell of a folder.
enum Change {
    Here(Box<Item>),
    Removed(String),
}

impl Change {
    /// Newest first, what is gone last; the id decides between messages of the same second.
    fn place(&self) -> (&str, &str) {
        match self {
            Self::Here(item) => (&item.sent, &item.id),
            Self::Removed(id) => ("", id),
        }
    }
}

fn changes(session: &Session<'_>, folder: Folder, token: &Token) -> Result<Vec<Change>, Refusal> {
    let within = |change: u64| change > token.after && change <= token.until;
    let reading = session.world.store.read()?;
    let items: Vec<Item> = Item::all(&reading)?.into_iter().filter(|item| item.folder == folder).collect();
    // The first round tells what is there, and of what came back only that it is there.
    let is_gone = |id: &str| token.after > 0 && items.iter().all(|item| item.id != id);
    let gone = Item::departures(&reading)?.into_iter();
    let gone = gone.filter(|gone| gone.folder == folder && within(gone.change) && is_gone(&gone.id));
    let mut found: Vec<Change> = gone.map(|gone| Change::Removed(gone.id)).collect();
    found.extend(items.into_iter().filter(|item| within(item.change)).map(|item| Change::Here(Box::new(item))));
    found.sort_by(|left, right| right.place().cmp(&left.place()));
    Ok(found)
}

/// The folders of the demo mailbox never change: one round tells them, the next ones nothing.
pub(super) fn folders(session: &Session<'_>) -> Result<Reply, Refusal> {
    let rows: Vec<Value> = match session.option("$deltatoken") {
        Some(token) => {
            Token::read(session, token)?;
            Vec::new()
        }
        None => {
            let items = Item::all(&session.world.store.read()?)?;
            Folder::ALL.iter().map(|folder| shape::folder(*folder, &items)).collect()
        }
    };
    let link = format!(
        "{}/me/mailFolders/delta?$deltatoken={}",
        session.root(),
        Token { age: age(session)?, ..Token::default() }.write()?
    );
    let body = json!({
        "@odata.context": format!("{}/$metadata#Collection(mailFolder)", session.root()),
        "value": rows,
        "@odata.deltaLink": link,
    });
    Ok(Reply::json(200, &body))
}

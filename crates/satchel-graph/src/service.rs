//! The four calls of the port, each as the requests that Graph wants for it.

use std::sync::Arc;

use satchel_domain::{
    Cursor, FolderId, ItemId, ServiceError,
    error::Answer,
    mail::{Action, Folder, Head},
    ports::{From, Later, MailPage, Mailbox, Next, TokenSource},
};
use satchel_http::{Client, Request, Response, Root, Url};
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    folders,
    messages::{self, Row, Rows, Told},
    refusal,
};

/// Without it ids change when a message is moved; only if every request says so are they the same in all answers.
const IMMUTABLE_IDS: &str = "IdType=\"ImmutableId\"";
const VERSION: &str = "v1.0";
/// The only order that a delta knows.
const NEWEST_FIRST: (&str, &str) = ("$orderby", "receivedDateTime desc");

/// The mailbox of the user of `tokens`.
#[derive(Debug)]
pub struct Graph {
    http: Client,
    root: Root,
    tokens: Arc<dyn TokenSource>,
}

/// What must be known of a message before it is marked.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Mark {
    is_read: Option<bool>,
    parent_folder_id: Option<String>,
    #[serde(rename = "@odata.etag")]
    etag: Option<String>,
}

impl Graph {
    /// `graph` is the service's address without a version, such as `https://graph.microsoft.com`.
    pub fn new(http: Client, graph: &Url, tokens: Arc<dyn TokenSource>) -> Answer<Self> {
        let mut base = graph.clone();
        base.set_query(None);
        base.set_fragment(None);
        let path = format!("{}/{VERSION}/", graph.path().trim_end_matches('/'));
        base.set_path(&path);
        Ok(Self { http, root: Root::new(base, path)?, tokens })
    }

    pub(crate) fn at(&self, path: &[&str], options: &[(&str, &str)]) -> Answer<Url> {
        self.root.below(path, options)
    }

    pub(crate) fn follow(&self, link: &str) -> Answer<Url> {
        self.root.follow(link)
    }

    pub(crate) async fn get<T: DeserializeOwned>(&self, url: Url) -> Answer<T> {
        self.read(Request::get(url).header("Prefer", IMMUTABLE_IDS)).await?.json()
    }

    /// A good answer, or what the bad one means.
    async fn read(&self, request: Request) -> Answer<Response> {
        let response = self.http.send_as(self.tokens.as_ref(), request).await?;
        if response.is_success() { Ok(response) } else { Err(refusal::of_reading(&response)) }
    }

    /// A message within its folder: elsewhere it is not found.
    fn message(&self, folder: &FolderId, item: &ItemId, options: &[(&str, &str)]) -> Answer<Url> {
        self.at(&["me", "mailFolders", folder.as_str(), "messages", item.as_str()], options)
    }

    async fn pull(&self, folder: &FolderId, from: From<'_>, page_size: u32) -> Answer<MailPage> {
        let url = match from {
            From::Start => self
                .at(&["me", "mailFolders", folder.as_str(), "messages", "delta"], &[messages::SELECT, NEWEST_FIRST])?,
            From::Cursor(cursor) => self.follow(cursor.as_str())?,
        };
        let prefer = format!("{IMMUTABLE_IDS}, odata.maxpagesize={page_size}");
        let rows: Rows = self.read(Request::get(url).header("Prefer", prefer)).await?.json()?;
        let next = match (&rows.next, &rows.delta) {
            (Some(link), _) => Next::More(self.cursor(link)?),
            (None, Some(link)) => Next::CaughtUp(self.cursor(link)?),
            (None, None) => {
                return Err(ServiceError::Broken { detail: "a last page says not where to go on".to_owned() });
            }
        };
        let mut page = MailPage { heads: Vec::new(), read: Vec::new(), gone: Vec::new(), next };
        for row in rows.value {
            let told = row.told()?;
            // A message may come several times in a round; the last row is right.
            match &told {
                Told::Gone(item) => {
                    page.heads.retain(|head| &head.item != item);
                    page.read.retain(|(known, _)| known != item);
                }
                Told::Read(item, _) | Told::Part(item) => page.gone.retain(|known| known != item),
                Told::Whole(head) => page.gone.retain(|known| known != &head.item),
            }
            match told {
                Told::Gone(item) => page.gone.push(item),
                Told::Read(item, is_read) => page.read.push((item, is_read)),
                Told::Whole(head) => page.heads.push(*head),
                Told::Part(item) => page.heads.extend(self.head(folder, &item).await?),
            }
        }
        Ok(page)
    }

    /// The whole message; none when it is gone since, which the next round says.
    async fn head(&self, folder: &FolderId, item: &ItemId) -> Answer<Option<Head>> {
        match self.get::<Row>(self.message(folder, item, &[messages::SELECT])?).await {
            Ok(row) => row.head().map(Some),
            Err(ServiceError::Missing) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A link is checked when it is stored and again when it is followed.
    fn cursor(&self, link: &str) -> Answer<Cursor> {
        self.follow(link).map(|_| Cursor::new(link))
    }

    async fn raw(&self, folder: &FolderId, item: &ItemId) -> Answer<Vec<u8>> {
        let path = ["me", "mailFolders", folder.as_str(), "messages", item.as_str(), "$value"];
        // No message begins as a page does, so a network that wants a sign-in is found out here too.
        let response = self.read(Request::get(self.at(&path, &[])?).header("Prefer", IMMUTABLE_IDS)).await?;
        Ok(response.body.reveal().clone())
    }

    async fn set_read(&self, folder: &FolderId, item: &ItemId, is_read: bool) -> Answer<()> {
        match self.try_set_read(folder, item, is_read).await {
            // Somebody touched the message in between: look again, and once only.
            Err(ServiceError::Stale) => self.try_set_read(folder, item, is_read).await,
            answer => answer,
        }
    }

    async fn try_set_read(&self, folder: &FolderId, item: &ItemId, is_read: bool) -> Answer<()> {
        let mark: Mark = self.get(self.message(folder, item, &[("$select", "isRead,parentFolderId")])?).await?;
        if mark.parent_folder_id.is_some_and(|parent| parent != folder.as_str()) {
            return Err(ServiceError::Missing);
        }
        if mark.is_read == Some(is_read) {
            return Ok(());
        }
        let etag = mark.etag.ok_or_else(|| ServiceError::Broken { detail: "a message has no version".to_owned() })?;
        let request = Request::patch_json(self.message(folder, item, &[])?, format!("{{\"isRead\":{is_read}}}"));
        let request = request.header("Prefer", IMMUTABLE_IDS).header("If-Match", etag);
        let response = self.http.send_as(self.tokens.as_ref(), request).await?;
        if response.is_success() { Ok(()) } else { Err(refusal::of_writing(&response)) }
    }
}

impl Mailbox for Graph {
    fn folders(&self) -> Later<'_, Answer<Vec<Folder>>> {
        Box::pin(folders::folders(self))
    }

    fn pull<'a>(&'a self, folder: &'a FolderId, from: From<'a>, page_size: u32) -> Later<'a, Answer<MailPage>> {
        Box::pin(self.pull(folder, from, page_size))
    }

    fn raw<'a>(&'a self, folder: &'a FolderId, item: &'a ItemId) -> Later<'a, Answer<Vec<u8>>> {
        Box::pin(self.raw(folder, item))
    }

    fn act<'a>(&'a self, folder: &'a FolderId, action: &'a Action) -> Later<'a, Answer<()>> {
        Box::pin(async move {
            match action {
                Action::SetRead { item, is_read } => self.set_read(folder, item, *is_read).await,
            }
        })
    }
}

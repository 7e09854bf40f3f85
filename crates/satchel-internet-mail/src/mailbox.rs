//! The port `Mailbox`, spoken over one connection that is kept, and opened anew when it died.

use std::fmt;

use satchel_domain::{
    ServiceError,
    error::Answer,
    ids::{FolderId, ItemId},
    mail::{Action, Folder},
    ports::{From, Later, MailPage, Mailbox},
};
use tokio::{
    sync::{Mutex, MutexGuard},
    time::timeout,
};

use crate::{
    cursor::Place,
    fault::Fault,
    folders, heads, item, pull,
    session::Session,
    settings::{Settings, SettingsError},
    tls::Way,
};

/// A mailbox on an IMAP server. Calls wait for each other: there is one connection, and servers count them.
pub struct Imap {
    settings: Settings,
    way: Way,
    kept: Mutex<Option<Session>>,
}

impl Imap {
    /// Connects to nothing yet.
    pub fn new(settings: Settings) -> Result<Self, SettingsError> {
        Ok(Self { way: Way::new(&settings)?, settings, kept: Mutex::new(None) })
    }

    /// A connection that answers: the kept one, or a new one.
    async fn lend(&self) -> Answer<Lent<'_>> {
        let mut kept = self.kept.lock().await;
        if let Some(mut session) = kept.take()
            && session.ask("NOOP", |_| {}).await.is_ok()
        {
            return Ok(Lent { kept, session, server: &self.way.server });
        }
        let session = Session::open(&self.way, &self.settings).await?;
        Ok(Lent { kept, session, server: &self.way.server })
    }

    fn in_time<'a, T>(&'a self, call: impl Future<Output = Answer<T>> + Send + 'a) -> Later<'a, Answer<T>> {
        let total = self.settings.patience.total;
        Box::pin(async move { timeout(total, call).await.unwrap_or_else(|_| Err(self.way.silent())) })
    }
}

/// A connection in use. Whoever drops a call half-way drops its connection with it, so that no answer is taken for another's.
struct Lent<'a> {
    kept: MutexGuard<'a, Option<Session>>,
    session: Session,
    server: &'a str,
}

impl Lent<'_> {
    /// The call is over: the connection is kept if it is still good.
    fn give_back<T>(mut self, outcome: Result<Answer<T>, Fault>) -> Answer<T> {
        if !outcome.as_ref().is_err_and(Fault::ends_the_connection) {
            *self.kept = Some(self.session);
        }
        // Every call of the port may be made again, so none has to be read back first.
        outcome.unwrap_or_else(|fault| Err(fault.remedy(self.server)))
    }
}

impl Mailbox for Imap {
    fn folders(&self) -> Later<'_, Answer<Vec<Folder>>> {
        self.in_time(async {
            let mut lent = self.lend().await?;
            let listed = folders::list(&mut lent.session).await;
            lent.give_back(listed.map(Ok))
        })
    }

    fn pull<'a>(&'a self, folder: &'a FolderId, from: From<'a>, page_size: u32) -> Later<'a, Answer<MailPage>> {
        self.in_time(async move {
            let mut lent = self.lend().await?;
            let page = pull_from(&mut lent.session, folder, from, page_size).await;
            lent.give_back(page)
        })
    }

    fn raw<'a>(&'a self, folder: &'a FolderId, item: &'a ItemId) -> Later<'a, Answer<Vec<u8>>> {
        self.in_time(async move {
            let mut lent = self.lend().await?;
            let bytes = raw(&mut lent.session, folder, item).await;
            lent.give_back(bytes)
        })
    }

    fn act<'a>(&'a self, folder: &'a FolderId, action: &'a Action) -> Later<'a, Answer<()>> {
        self.in_time(async move {
            let mut lent = self.lend().await?;
            let done = match action {
                Action::SetRead { item, is_read } => set_read(&mut lent.session, folder, item, *is_read).await,
            };
            lent.give_back(done)
        })
    }
}

/// Says where, not who.
impl fmt::Debug for Imap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Imap").field("server", &self.way.server).finish_non_exhaustive()
    }
}

async fn pull_from(
    session: &mut Session,
    folder: &FolderId,
    from: From<'_>,
    page_size: u32,
) -> Result<Answer<MailPage>, Fault> {
    // Opened anew each time: only so does the server say how things stand now.
    let now = session.select(folder.as_str()).await?;
    let place = match from {
        From::Start => Some(Place::start(now.uid_validity)),
        From::Cursor(cursor) => Place::read(cursor).filter(|place| place.uid_validity == now.uid_validity),
    };
    match place {
        Some(place) => pull::page(session, &now, place, page_size).await.map(Ok),
        None => Ok(Err(ServiceError::CursorExpired)),
    }
}

async fn raw(session: &mut Session, folder: &FolderId, item: &ItemId) -> Result<Answer<Vec<u8>>, Fault> {
    let Some(uid) = find(session, folder, item).await? else { return Ok(Err(ServiceError::Missing)) };
    // Looking is not reading: PEEK leaves the message unread.
    let told = heads::told(session, &format!("UID FETCH {uid} (UID BODY.PEEK[])")).await?.remove(&uid);
    Ok(told.and_then(|told| told.bytes).ok_or(ServiceError::Missing))
}

async fn set_read(session: &mut Session, folder: &FolderId, item: &ItemId, is_read: bool) -> Result<Answer<()>, Fault> {
    let Some(uid) = find(session, folder, item).await? else { return Ok(Err(ServiceError::Missing)) };
    let sign = if is_read { '+' } else { '-' };
    let stored = session.ask(&format!("UID STORE {uid} {sign}FLAGS.SILENT (\\Seen)"), |_| {}).await;
    if let Err(fault) = &stored
        && fault.ends_the_connection()
    {
        return stored.map(Ok);
    }
    // A server says nothing of a message that is gone, and nothing of a flag that it does not keep: it is asked.
    match heads::told(session, &format!("UID FETCH {uid} (UID FLAGS)")).await?.remove(&uid) {
        None => Ok(Err(ServiceError::Missing)),
        Some(told) if told.is_seen == is_read => Ok(Ok(())),
        Some(_) => stored.map(|()| {
            let reason = "The server does not keep what was read in this folder.".to_owned();
            Err(ServiceError::Refused { code: "FLAGS".to_owned(), reason })
        }),
    }
}

/// The message's number in the folder that is open then; none when the handle is of another time.
async fn find(session: &mut Session, folder: &FolderId, item: &ItemId) -> Result<Option<u32>, Fault> {
    let now = session.stay_in(folder.as_str()).await?;
    Ok(item::read(item, now.uid_validity))
}

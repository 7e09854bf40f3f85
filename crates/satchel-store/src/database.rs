//! One encrypted file, one writer, a few readers, and word of what changed.

use std::{
    cell::RefCell,
    collections::BTreeSet,
    fmt, fs,
    ops::Deref,
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, functions::FunctionFlags};
use satchel_domain::Private;

use crate::{
    cipher,
    error::{Result, StoreError},
    migrations, salvage, sql,
};

/// Readers at once; the others wait their turn.
const READERS: usize = 3;
/// Nothing waits longer for a lock or for a free reader.
const PATIENCE: Duration = Duration::from_secs(10);
/// The WAL is cut back to this after a checkpoint.
const WAL_LIMIT: i64 = 64 << 20;
/// Pages that a connection keeps decrypted.
const CACHE_KIB: i64 = 16 << 10;
/// A database has at least one page.
const SMALLEST_PAGE: u64 = 512;

/// A kind of data that somebody may be looking at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    Start,
    Records,
    Sync,
    Outbox,
    /// Mailboxes, folders, messages and the marks of those that are tracked.
    Mail,
}

/// What a commit outlives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// A power cut: what the user did, before we say "saved".
    Full,
    /// A crash of ours. After a power cut the file is whole but may lack it: what can be pulled again.
    Normal,
}

type Subscriber = Box<dyn Fn(&[Topic]) + Send + Sync>;

/// The profile's database; clones are the same one. Every call may block: callers run it on threads that may.
#[derive(Clone)]
pub struct Database(Arc<Inner>);

struct Inner {
    path: PathBuf,
    writer: Mutex<Connection>,
    has_readers: bool,
    readers: Mutex<Vec<Connection>>,
    reader_is_back: Condvar,
    subscribers: RwLock<Vec<Subscriber>>,
}

impl Database {
    /// Makes a database where there is none. It takes its name only when it is whole, so a crash leaves none behind.
    pub fn create(path: &Path, key: &Private<String>) -> Result<Self> {
        Self::grow(path, key, |_| Ok(()))?;
        Self::open(path, key)
    }

    /// Makes the file, with what `fill` puts into it, and leaves it shut.
    pub(crate) fn grow<T>(path: &Path, key: &Private<String>, fill: impl FnOnce(&Tx<'_>) -> Result<T>) -> Result<T> {
        if path.exists() {
            return Err(StoreError::Exists);
        }
        let growing = beside(path, ".new");
        for leftover in [growing.clone(), beside(&growing, "-journal")] {
            match fs::remove_file(leftover) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
        }
        private_file(&growing)?;
        let mut connection = connect(&growing, key, None)?;
        migrations::run(&mut connection)?;
        let transaction = connection.transaction()?;
        let filled = fill(&Tx { reader: Reader { connection: &transaction }, touched: RefCell::default() })?;
        transaction.commit()?;
        connection.close().map_err(|(_, error)| error)?;
        fs::rename(&growing, path)?;
        sync_folder(path)?;
        Ok(filled)
    }

    pub fn open(path: &Path, key: &Private<String>) -> Result<Self> {
        if fs::metadata(path)?.len() < SMALLEST_PAGE {
            return Err(StoreError::Damaged);
        }
        Self::open_on(path, key, None)
    }

    /// The same on a file system that SQLite knows by that name. For tests, whose disks forget and break: a profile of
    /// the program lies on the system's own.
    #[doc(hidden)]
    pub fn open_on(path: &Path, key: &Private<String>, file_system: Option<&str>) -> Result<Self> {
        Self::open_with(READERS, || connect(path, key, file_system), path)
    }

    /// The same without readers: the writer's connection answers. For tests that open thousands, each used by one thread.
    #[doc(hidden)]
    pub fn open_small(path: &Path, key: &Private<String>) -> Result<Self> {
        Self::open_small_on(path, key, None)
    }

    #[doc(hidden)]
    pub fn open_small_on(path: &Path, key: &Private<String>, file_system: Option<&str>) -> Result<Self> {
        Self::open_with(0, || connect(path, key, file_system), path)
    }

    /// The file may not grow beyond this many pages, or beyond what it has. For tests of a disk without room.
    #[doc(hidden)]
    pub fn limit_pages(&self, most: u32) -> Result<()> {
        lock(&self.0.writer).pragma_update_and_check(None, "max_page_count", most, |_| Ok(()))?;
        Ok(())
    }

    fn open_with(count: usize, connect: impl Fn() -> Result<Connection>, path: &Path) -> Result<Self> {
        let mut writer = connect()?;
        writer.pragma_update(None, "journal_mode", "wal")?;
        writer.pragma_update(None, "journal_size_limit", WAL_LIMIT)?;
        migrations::run(&mut writer)?;
        let mut readers = Vec::with_capacity(count);
        let has_readers = count > 0;
        for _ in 0..count {
            let reader = connect()?;
            reader.pragma_update(None, "query_only", true)?;
            readers.push(reader);
        }
        Ok(Self(Arc::new(Inner {
            path: path.to_owned(),
            writer: Mutex::new(writer),
            has_readers,
            readers: Mutex::new(readers),
            reader_is_back: Condvar::new(),
            subscribers: RwLock::default(),
        })))
    }

    /// One transaction: all of it, or after an error none of it. Subscribers hear of it after the commit.
    pub fn write<T>(&self, durability: Durability, deed: impl FnOnce(&Tx<'_>) -> Result<T>) -> Result<T> {
        let (done, touched) = self.noted(self.commit(durability, deed))?;
        if !touched.is_empty() {
            let subscribers = self.0.subscribers.read().unwrap_or_else(PoisonError::into_inner);
            subscribers.iter().for_each(|tell| tell(&touched));
        }
        Ok(done)
    }

    fn commit<T>(&self, durability: Durability, deed: impl FnOnce(&Tx<'_>) -> Result<T>) -> Result<(T, Vec<Topic>)> {
        let mut writer = lock(&self.0.writer);
        let synchronous = match durability {
            Durability::Full => "full",
            Durability::Normal => "normal",
        };
        writer.pragma_update(None, "synchronous", synchronous)?;
        let transaction = writer.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let tx = Tx { reader: Reader { connection: &transaction }, touched: RefCell::default() };
        let done = deed(&tx)?;
        let touched: Vec<Topic> = tx.touched.into_inner().into_iter().collect();
        transaction.commit()?;
        Ok((done, touched))
    }

    /// Everything that `question` reads is of one moment.
    pub fn read<T>(&self, question: impl FnOnce(&Reader<'_>) -> Result<T>) -> Result<T> {
        self.noted(self.ask(question))
    }

    fn ask<T>(&self, question: impl FnOnce(&Reader<'_>) -> Result<T>) -> Result<T> {
        if !self.0.has_readers {
            let writer = lock(&self.0.writer);
            let transaction = writer.unchecked_transaction()?;
            return question(&Reader { connection: &transaction });
        }
        let borrowed = Borrowed::from(&self.0)?;
        let transaction = borrowed.connection()?.unchecked_transaction()?;
        question(&Reader { connection: &transaction })
    }

    /// A damaged page is met long after the file was opened: the next opening mends it.
    fn noted<T>(&self, outcome: Result<T>) -> Result<T> {
        if matches!(outcome, Err(StoreError::Damaged)) {
            salvage::note_damage(&self.0.path);
        }
        outcome
    }

    /// What was found to be wrong with the file is mended by the next opening.
    pub fn note_damage(&self) {
        salvage::note_damage(&self.0.path);
    }

    /// `tell` is called after each commit, on the thread that wrote, without any lock of the database.
    pub fn subscribe(&self, tell: impl Fn(&[Topic]) + Send + Sync + 'static) {
        self.0.subscribers.write().unwrap_or_else(PoisonError::into_inner).push(Box::new(tell));
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Database")
    }
}

/// What may be asked; all of one moment.
pub struct Reader<'a> {
    connection: &'a Connection,
}

impl Reader<'_> {
    pub(crate) fn sql(&self) -> &Connection {
        self.connection
    }
}

/// One transaction that writes, and what it touched.
pub struct Tx<'a> {
    reader: Reader<'a>,
    touched: RefCell<BTreeSet<Topic>>,
}

impl Tx<'_> {
    /// Tells who looks at `topic`, once this is committed.
    pub fn touch(&self, topic: Topic) {
        self.touched.borrow_mut().insert(topic);
    }
}

impl<'a> Deref for Tx<'a> {
    type Target = Reader<'a>;

    fn deref(&self) -> &Self::Target {
        &self.reader
    }
}

impl fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reader")
    }
}

impl fmt::Debug for Tx<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tx")
    }
}

/// A reader on loan; it goes back when this goes, also when the question panics.
struct Borrowed<'a> {
    inner: &'a Inner,
    connection: Option<Connection>,
}

impl<'a> Borrowed<'a> {
    fn from(inner: &'a Inner) -> Result<Self> {
        let readers = lock(&inner.readers);
        let (mut readers, _) = inner
            .reader_is_back
            .wait_timeout_while(readers, PATIENCE, |readers| readers.is_empty())
            .unwrap_or_else(PoisonError::into_inner);
        let connection = Some(readers.pop().ok_or(StoreError::Busy)?);
        Ok(Self { inner, connection })
    }

    fn connection(&self) -> Result<&Connection> {
        self.connection.as_ref().ok_or(StoreError::Busy)
    }
}

impl Drop for Borrowed<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            lock(&self.inner.readers).push(connection);
            self.inner.reader_is_back.notify_one();
        }
    }
}

/// A panic while the lock was held rolled its transaction back, so the connection is as good as before.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// A new name lasts once its folder is synced.
pub(crate) fn sync_folder(path: &Path) -> Result<()> {
    #[cfg(unix)]
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// A new empty file that only its owner may open; SQLite gives its journals the same rights.
fn private_file(path: &Path) -> Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?;
    Ok(())
}

pub(crate) fn connect(path: &Path, key: &Private<String>, file_system: Option<&str>) -> Result<Connection> {
    let key = key.reveal();
    if key.len() != 64 || !key.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(StoreError::Locked);
    }
    cipher::wait_until_ready();
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE;
    let connection = match file_system {
        Some(name) => Connection::open_with_flags_and_vfs(path, flags, name)?,
        None => Connection::open_with_flags(path, flags)?,
    };
    // A wrong key is an answer, not a line on the terminal.
    connection.pragma_update(None, "cipher_log_level", "none")?;
    // A raw key: no passphrase to stretch, so that each connection opens at once.
    connection.pragma_update(None, "key", format!("x'{key}'"))?;
    // Off: it would lock every page in memory, and systems allow an ordinary user only few of them.
    connection.pragma_update(None, "cipher_memory_security", false)?;
    // The first look at the file: a wrong key shows here.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))?;
    connection.busy_timeout(PATIENCE)?;
    connection.set_prepared_statement_cache_capacity(128);
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "mmap_size", 0)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    // SQLite does not encrypt its temporary files, so there are none.
    connection.pragma_update(None, "temp_store", "memory")?;
    // Overwrites deleted rows where that costs no write of its own; the pages are encrypted anyway.
    connection.pragma_update(None, "secure_delete", "fast")?;
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_DIRECTONLY;
    connection.create_scalar_function("has_text", 2, flags, |call| {
        let (text, wanted) = (call.get_raw(0).as_str_or_null()?, call.get_raw(1).as_str()?);
        Ok(text.is_some_and(|text| sql::folded(text).contains(wanted)))
    })?;
    Ok(connection)
}

#[cfg(test)]
mod tests;

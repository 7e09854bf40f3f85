//! What went wrong with the database, named by the remedy. No message carries what a row holds.

use rusqlite::{Error, ErrorCode, ffi::SQLITE_IOERR_SHMSIZE};

pub type Result<T> = std::result::Result<T, StoreError>;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Ask for the right key. SQLCipher cannot tell a wrong key from a damaged first page.
    #[error("The key does not open this profile. Unlock the keyring that has its key, or set the file aside.")]
    Locked,
    /// Open it again, through [`crate::salvage::open`]: the file is set aside, what waits is saved, the rest is pulled.
    #[error(
        "The file of your data is damaged. Close Satchel and start it again: it saves what CRM does not have yet, and reads the rest again."
    )]
    Damaged,
    /// Update Satchel.
    #[error("A newer Satchel wrote this profile (version {found}, this one knows {known}). Update Satchel.")]
    TooNew { found: u32, known: u32 },
    /// Make room.
    #[error("The disk is full. Make room and try again; nothing that was saved is lost.")]
    Full,
    /// Try again.
    #[error("The profile is busy. Try again in a moment.")]
    Busy,
    /// Look at the disk or at the rights of the folder.
    #[error("The disk does not let Satchel read or write the profile: {0}")]
    Disk(String),
    /// Create it.
    #[error("There is no profile here yet.")]
    Absent,
    /// Open it.
    #[error("There is a profile here already.")]
    Exists,
    /// Use another profile.
    #[error(
        "This profile belongs to another user or organisation. Sign in as the user it was made for, or use another profile."
    )]
    OtherOwner,
    /// The user goes to the record instead: nothing here has that id.
    #[error("The entry is not in the outbox any more.")]
    NoSuchEntry,
    /// Nothing: the user removed the mailbox, or its server the folder.
    #[error("The folder or its mailbox is not here any more.")]
    NoSuchFolder,
    /// The schema and the rows disagree, or a name is none: a mistake of ours or of the organisation's metadata.
    #[error("The profile cannot keep this: {0}")]
    Unfit(String),
    /// A mistake of ours.
    #[error("A question to the profile failed: {0}")]
    Query(String),
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        let Error::SqliteFailure(failure, message) = &error else {
            return Self::Query(without_contents(&error));
        };
        // SQLite's own messages name tables and columns, never values.
        let said = message.clone().unwrap_or_else(|| failure.to_string());
        match failure.code {
            ErrorCode::NotADatabase => Self::Locked,
            ErrorCode::DatabaseCorrupt => Self::Damaged,
            // So SQLCipher says that a page does not pass its check; a mistake in a question has words of its own.
            ErrorCode::Unknown if said == "SQL logic error" => Self::Damaged,
            // And so when a question goes on to another page after that one. Where memory really ends nothing answers.
            ErrorCode::OutOfMemory => Self::Damaged,
            ErrorCode::DiskFull => Self::Full,
            // The memory that connections share is a file too, and the first that needs room at a start.
            ErrorCode::SystemIoFailure if failure.extended_code == SQLITE_IOERR_SHMSIZE => Self::Full,
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Busy,
            ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::ReadOnly
            | ErrorCode::PermissionDenied
            | ErrorCode::NoLargeFileSupport => Self::Disk(said),
            _ => Self::Query(said),
        }
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::Full,
            std::io::ErrorKind::NotFound => Self::Absent,
            std::io::ErrorKind::AlreadyExists => Self::Exists,
            kind => Self::Disk(kind.to_string()),
        }
    }
}

impl From<serde_json::Error> for StoreError {
    /// The message of serde_json quotes what it read, so only the place is told.
    fn from(error: serde_json::Error) -> Self {
        Self::Query(format!("stored JSON, line {} column {}: {:?}", error.line(), error.column(), error.classify()))
    }
}

fn without_contents(error: &Error) -> String {
    match error {
        Error::QueryReturnedNoRows => "no row".to_owned(),
        Error::InvalidColumnType(index, name, kind) => format!("column {index} ({name}) is {kind}"),
        Error::FromSqlConversionFailure(index, kind, _) => format!("column {index} is an unreadable {kind}"),
        Error::IntegralValueOutOfRange(index, _) => format!("column {index} is out of range"),
        Error::SqlInputError { msg, .. } => msg.clone(),
        Error::InvalidColumnIndex(index) => format!("no column {index}"),
        Error::InvalidParameterCount(given, wanted) => format!("{given} parameters instead of {wanted}"),
        _ => "unexpected".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_does_not_tell_what_a_row_holds() {
        let held = "ada@example.com";
        let broken = serde_json::from_str::<u32>(&format!("\"{held}\"")).unwrap_err();
        assert!(broken.to_string().contains(held), "serde_json quotes it, so it must not pass");
        assert!(!StoreError::from(broken).to_string().contains(held));

        let connection = rusqlite::Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE t (a INTEGER, CHECK (a > 1)) STRICT").unwrap();
        let refused = connection.execute("INSERT INTO t VALUES (?1)", [held]).unwrap_err();
        let said = StoreError::from(refused).to_string();
        assert!(!said.contains(held) && said.contains("t.a"), "{said}");
    }
}

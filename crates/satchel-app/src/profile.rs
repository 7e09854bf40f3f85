//! The profile's folder: who owns it, and what lies in it.

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use satchel_store::salvage;

use crate::{
    opening::Found,
    requests::{CommandError, ErrorCode},
};

const DATABASE: &str = "satchel.db";
const SALT: &str = "passphrase.salt";
const LOCK: &str = "lock";

/// A profile's folder, owned by this process until it is dropped.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    /// Holds the lock; the system frees it when the process ends, however it ends.
    _lock: File,
}

impl Folder {
    /// Makes the folder when it is not there, for this user alone, and takes its lock.
    pub(crate) fn claim(path: &Path) -> Result<Self, CommandError> {
        make_private(path).map_err(|error| unusable(path, &error))?;
        let lock = File::create(path.join(LOCK)).map_err(|error| unusable(path, &error))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(CommandError {
                code: ErrorCode::AlreadyOpen,
                message: "Satchel is already open on this profile. Use the window that is open, or close it first."
                    .to_owned(),
            }),
            Err(TryLockError::Error(error)) => Err(unusable(path, &error)),
        }
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.path.join(DATABASE)
    }

    pub(crate) fn found(&self) -> Found {
        Found { database: self.database().exists(), salt: self.path.join(SALT).exists() }
    }

    /// The salt of this profile's passphrase. It is no secret.
    pub(crate) fn salt(&self) -> Result<String, CommandError> {
        fs::read_to_string(self.path.join(SALT)).map_err(|error| unusable(&self.path, &error))
    }

    pub(crate) fn keep_salt(&self, salt: &str) -> Result<(), CommandError> {
        fs::write(self.path.join(SALT), salt).map_err(|error| unusable(&self.path, &error))
    }

    /// Renames the database and what belongs to it, so that a new one can be made; nothing is deleted.
    pub(crate) fn set_aside(&self, now: Timestamp) -> Result<(), CommandError> {
        salvage::put_aside(&self.database(), now)?;
        let salt = self.path.join(SALT);
        if salt.exists() {
            let aside = self.path.join(format!("{SALT}.aside-{}", now.as_millisecond()));
            fs::rename(salt, aside).map_err(|error| unusable(&self.path, &error))?;
        }
        Ok(())
    }
}

#[cfg(unix)]
fn make_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn make_private(path: &Path) -> std::io::Result<()> {
    fs::create_dir_all(path)
}

fn unusable(path: &Path, error: &std::io::Error) -> CommandError {
    CommandError::storage(format!(
        "The profile folder {} cannot be used: {error}. Free some space or correct its rights, then start Satchel again.",
        path.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_process_owns_a_profile() {
        let folder = tempfile::tempdir().unwrap();
        let first = Folder::claim(folder.path()).unwrap();
        let second = Folder::claim(folder.path()).unwrap_err();
        assert!(second.code == ErrorCode::AlreadyOpen && second.message.contains("already open"), "{second}");
        drop(first);
        Folder::claim(folder.path()).unwrap();
    }

    #[test]
    fn a_database_set_aside_is_renamed_and_not_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let profile = Folder::claim(folder.path()).unwrap();
        fs::write(profile.database(), "kept").unwrap();
        profile.set_aside(Timestamp::UNIX_EPOCH).unwrap();
        assert!(!profile.found().database);
        assert_eq!(fs::read_to_string(folder.path().join("satchel.db.aside-0")).unwrap(), "kept");
    }
}

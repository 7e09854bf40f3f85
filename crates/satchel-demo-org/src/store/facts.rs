//! Small things remembered by kind and key: sign-in codes, refresh tokens, mailbox items.

use redb::ReadableTable;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Reading, StoreError, Writing};

fn broken(kind: &str, error: &serde_json::Error) -> StoreError {
    StoreError(format!("a {kind} in the store cannot be read: {error}"))
}

impl Reading {
    pub(crate) fn counter(&self, name: &str) -> Result<u64, StoreError> {
        Ok(self.counters.get(name)?.map_or(0, |value| value.value()))
    }

    pub(crate) fn fact<T: DeserializeOwned>(&self, kind: &str, key: &str) -> Result<Option<T>, StoreError> {
        self.facts
            .get((kind, key))?
            .map(|bytes| serde_json::from_slice(bytes.value()).map_err(|e| broken(kind, &e)))
            .transpose()
    }

    /// All facts of a kind, in the order of their keys.
    pub(crate) fn facts<T: DeserializeOwned>(&self, kind: &str) -> Result<Vec<(String, T)>, StoreError> {
        let mut found = Vec::new();
        for fact in self.facts.range((kind, "")..)? {
            let (key, bytes) = fact?;
            let (its_kind, its_key) = key.value();
            if its_kind != kind {
                break;
            }
            let value = serde_json::from_slice(bytes.value()).map_err(|e| broken(kind, &e))?;
            found.push((its_key.to_owned(), value));
        }
        Ok(found)
    }
}

impl Writing<'_> {
    pub(crate) fn fact<T: DeserializeOwned>(&self, kind: &str, key: &str) -> Result<Option<T>, StoreError> {
        self.facts
            .get((kind, key))?
            .map(|bytes| serde_json::from_slice(bytes.value()).map_err(|e| broken(kind, &e)))
            .transpose()
    }

    pub(crate) fn remember<T: Serialize>(&mut self, kind: &str, key: &str, value: &T) -> Result<(), StoreError> {
        let bytes = serde_json::to_vec(value).map_err(|e| broken(kind, &e))?;
        self.facts.insert((kind, key), bytes.as_slice())?;
        Ok(())
    }

    pub(crate) fn forget(&mut self, kind: &str, key: &str) -> Result<(), StoreError> {
        self.facts.remove((kind, key))?;
        Ok(())
    }
}

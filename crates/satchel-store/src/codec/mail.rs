//! The JSON that the database keeps of a message's correspondents and of a mailbox's addresses.

use satchel_domain::mail::{Address, Head};
use serde::{Deserialize, Serialize};

use crate::error::Result;

/// Sender and recipients of a message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct People {
    pub(crate) from: Option<Address>,
    pub(crate) to: Vec<Address>,
    pub(crate) cc: Vec<Address>,
}

pub(crate) fn people_to_json(head: &Head) -> Result<String> {
    let all = |addresses: &[Address]| addresses.iter().map(StoredAddress::from).collect();
    let stored = StoredPeople {
        from: head.from.as_ref().map(StoredAddress::from),
        to: all(head.to.as_slice()),
        cc: all(head.cc.as_slice()),
    };
    Ok(serde_json::to_string(&stored)?)
}

pub(crate) fn people_from_json(json: &str) -> Result<People> {
    let stored: StoredPeople = serde_json::from_str(json)?;
    let all = |addresses: Vec<StoredAddress>| addresses.into_iter().map(Address::from).collect();
    Ok(People { from: stored.from.map(Address::from), to: all(stored.to), cc: all(stored.cc) })
}

pub(crate) fn addresses_to_json(addresses: &[String]) -> Result<String> {
    Ok(serde_json::to_string(addresses)?)
}

pub(crate) fn addresses_from_json(json: &str) -> Result<Vec<String>> {
    Ok(serde_json::from_str(json)?)
}

#[derive(Serialize, Deserialize)]
struct StoredPeople {
    from: Option<StoredAddress>,
    to: Vec<StoredAddress>,
    cc: Vec<StoredAddress>,
}

#[derive(Serialize, Deserialize)]
struct StoredAddress {
    name: Option<String>,
    address: String,
}

impl From<&Address> for StoredAddress {
    fn from(address: &Address) -> Self {
        Self { name: address.name.clone(), address: address.address.clone() }
    }
}

impl From<StoredAddress> for Address {
    fn from(stored: StoredAddress) -> Self {
        Self { name: stored.name, address: stored.address }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn correspondents_read_back_as_they_were_written() {
        let head = samples::head(1, "Offer");
        let read = people_from_json(&people_to_json(&head).unwrap()).unwrap();
        assert_eq!(read, People { from: head.from.clone(), to: head.to.clone(), cc: head.cc.clone() });
        assert!(read.from.is_some() && !read.to.is_empty() && !read.cc.is_empty());
        let nobody = Head { from: None, to: Vec::new(), cc: Vec::new(), ..head };
        let read = people_from_json(&people_to_json(&nobody).unwrap()).unwrap();
        assert_eq!(read, People { from: None, to: Vec::new(), cc: Vec::new() });
    }
}

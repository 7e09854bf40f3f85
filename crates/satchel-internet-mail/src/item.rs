//! The handle of a message: its UID, and the validity without which a UID means nothing.

use satchel_domain::ids::ItemId;

pub(crate) fn write(uid_validity: u32, uid: u32) -> ItemId {
    ItemId::new(format!("{uid_validity}.{uid}"))
}

/// The UID; none when the handle is of another validity, so that it can never name another message.
pub(crate) fn read(item: &ItemId, uid_validity: u32) -> Option<u32> {
    let (validity, uid) = item.as_str().split_once('.')?;
    (validity.parse() == Ok(uid_validity)).then(|| uid.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_of_another_validity_names_nothing() {
        assert_eq!(read(&write(7, 12), 7), Some(12));
        assert_eq!(read(&write(7, 12), 8), None);
        assert_eq!(read(&ItemId::new("12"), 12), None);
        assert_eq!(read(&ItemId::new("7.x"), 7), None);
    }
}

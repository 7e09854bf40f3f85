//! Where a folder's pull goes on: the server's marks, and which messages are known.

use satchel_domain::ids::Cursor;

use crate::uids::Uids;

/// The first word of every cursor of ours; another one is of another time.
const KIND: &str = "imap1";

/// All that a pull needs to find what changed since the last one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// UIDs mean something only together with this (RFC 9051, section 2.3.1.1).
    pub(crate) uid_validity: u32,
    /// What the server said the next UID would be; none when it does not say.
    pub(crate) uid_next: Option<u32>,
    /// The server's count of changes (RFC 7162) up to which flags are known.
    pub(crate) mod_seq: Option<u64>,
    /// Messages that were handed over.
    pub(crate) known: Uids,
    /// Messages that are there and were not handed over yet.
    pub(crate) waiting: Uids,
    /// Which of the known ones are read; kept only for a server that does not count changes.
    pub(crate) seen: Option<Uids>,
}

impl Place {
    pub(crate) fn start(uid_validity: u32) -> Self {
        Self { uid_validity, ..Self::default() }
    }

    /// Nothing came and nothing went: numbers only ever grow, so the same next one and the same count mean the same messages.
    pub(crate) fn is_as_it_was(&self, uid_next: Option<u32>, count: u32) -> bool {
        uid_next.is_some() && self.uid_next == uid_next && self.known.len() + self.waiting.len() == u64::from(count)
    }

    pub(crate) fn write(&self) -> Cursor {
        let number = |number: Option<u64>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
        let seen = self.seen.as_ref().map_or_else(|| "-".to_owned(), Uids::to_string);
        Cursor::new(format!(
            "{KIND} {} {} {} [{}] [{}] [{seen}]",
            self.uid_validity,
            number(self.uid_next.map(u64::from)),
            number(self.mod_seq),
            self.known,
            self.waiting,
        ))
    }

    /// None when it is not one of ours.
    pub(crate) fn read(cursor: &Cursor) -> Option<Self> {
        let mut words = cursor.as_str().split(' ');
        if words.next() != Some(KIND) {
            return None;
        }
        let uid_validity = words.next()?.parse().ok()?;
        let uid_next = optional(words.next()?)?;
        let mod_seq = optional(words.next()?)?;
        let mut set = || words.next()?.strip_prefix('[')?.strip_suffix(']');
        let (known, waiting) = (Uids::parse(set()?)?, Uids::parse(set()?)?);
        let seen = match set()? {
            "-" => None,
            text => Some(Uids::parse(text)?),
        };
        Some(Self { uid_validity, uid_next, mod_seq, known, waiting, seen })
    }
}

fn optional<T: std::str::FromStr>(word: &str) -> Option<Option<T>> {
    if word == "-" { Some(None) } else { word.parse().ok().map(Some) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> Place {
        Place {
            uid_validity: 1_700_000_000,
            uid_next: Some(12),
            mod_seq: Some(9_000_000_000),
            known: [7, 9, 10, 11].into_iter().collect(),
            waiting: [1, 2, 3].into_iter().collect(),
            seen: None,
        }
    }

    #[test]
    fn a_place_is_read_as_it_was_written() {
        assert_eq!(some().write().as_str(), "imap1 1700000000 12 9000000000 [7,9:11] [1:3] [-]");
        let poor = Place { uid_next: None, mod_seq: None, seen: Some(Uids::default()), ..some() };
        for place in [some(), poor, Place::start(1)] {
            assert_eq!(Place::read(&place.write()), Some(place));
        }
    }

    #[test]
    fn what_is_not_ours_is_not_read() {
        for other in ["", "imap1", "imap1 x - - [] [] [-]", "imap1 1 - - [] []", "imap2 1 - - [] [] [-]"] {
            assert_eq!(Place::read(&Cursor::new(other)), None, "{other}");
        }
    }

    #[test]
    fn the_same_count_and_the_same_next_number_mean_the_same_messages() {
        assert!(some().is_as_it_was(Some(12), 7));
        assert!(!some().is_as_it_was(Some(13), 7));
        assert!(!some().is_as_it_was(Some(12), 6));
        assert!(!Place { uid_next: None, ..some() }.is_as_it_was(None, 7));
    }
}

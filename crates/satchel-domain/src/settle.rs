//! Where an entry of the outbox goes after its push was answered.

use jiff::{SignedDuration, Timestamp};

use crate::{
    edit::{Deed, Hold},
    error::{Answer, ServiceError},
};

/// An answer nobody can make sense of is asked again this often, then the entry waits for the user.
const TRIES: u32 = 8;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// The service did it: read the record once more, then the entry goes.
    Done,
    /// It may have arrived, or the record changed: reading decides.
    Read,
    /// Send it again, not before then, after this many answers.
    Later {
        from: Timestamp,
        attempts: u32,
    },
    Held(Hold),
}

/// Decides where an entry goes after its `attempts` earlier tries and this answer.
pub fn settle(deed: Deed, answer: Answer<()>, attempts: u32, now: Timestamp) -> Next {
    use ServiceError as E;
    match answer {
        Ok(()) => Next::Done,
        Err(E::Unanswered | E::Stale) => Next::Read,
        Err(E::Missing) => match deed {
            Deed::Delete => Next::Done,
            Deed::Update => Next::Held(Hold::DeletedOnServer),
            // It refers to what is gone.
            Deed::Create | Deed::Track => Next::Held(Hold::Refused {
                code: String::new(),
                reason: "A record that this one refers to does not exist any more.".to_owned(),
            }),
        },
        // Not this entry's fault: everything of its kind waits, so no back-off here.
        Err(E::Unreachable { .. } | E::SignInNeeded { .. } | E::Throttled { .. }) => {
            Next::Later { from: now, attempts }
        }
        Err(E::Duplicate { candidates, message }) => Next::Held(Hold::Duplicate { candidates, message }),
        Err(E::Refused { code, reason }) => Next::Held(Hold::Refused { code, reason }),
        Err(E::Broken { .. }) if attempts + 1 < TRIES => {
            Next::Later { from: backoff(now, attempts + 1), attempts: attempts + 1 }
        }
        Err(E::Broken { detail }) => Next::Held(Hold::Unanswerable { detail }),
        // A push has no cursor: an adapter that says so is as broken as its answer.
        Err(E::CursorExpired) => Next::Held(Hold::Unanswerable { detail: "a push has no cursor".to_owned() }),
    }
}

/// Decides when an entry is sent again of which a reading showed that it did not arrive. A service that takes it again and
/// again and never answers must not be asked for ever.
///
/// # Errors
/// It was sent often enough: why it waits for the user.
pub fn send_again(attempts: u32, now: Timestamp) -> Result<(Timestamp, u32), Hold> {
    let attempts = attempts + 1;
    match attempts < TRIES {
        true => Ok((backoff(now, attempts), attempts)),
        false => Err(Hold::Unanswerable { detail: format!("it was sent {TRIES} times and did not arrive") }),
    }
}

/// 2 s, 4 s, 8 s … up to four minutes.
fn backoff(now: Timestamp, attempts: u32) -> Timestamp {
    let wait = SignedDuration::from_secs(1_i64 << attempts.min(8));
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn broken() -> Answer<()> {
        Err(ServiceError::Broken { detail: "status 500".into() })
    }

    #[test]
    fn an_answer_that_was_lost_is_read_and_never_sent_blindly() {
        for deed in [Deed::Create, Deed::Update, Deed::Delete, Deed::Track] {
            assert_eq!(settle(deed, Err(ServiceError::Unanswered), 0, NOW), Next::Read);
            assert_eq!(settle(deed, Err(ServiceError::Stale), 0, NOW), Next::Read);
        }
    }

    #[test]
    fn deleting_what_is_gone_is_done_and_changing_it_is_held() {
        assert_eq!(settle(Deed::Delete, Err(ServiceError::Missing), 0, NOW), Next::Done);
        assert_eq!(settle(Deed::Update, Err(ServiceError::Missing), 0, NOW), Next::Held(Hold::DeletedOnServer));
    }

    #[test]
    fn a_poison_entry_is_held_after_eight_answers_and_waits_longer_each_time() {
        let (mut attempts, mut told) = (0, Vec::new());
        while let Next::Later { from, attempts: after } = settle(Deed::Update, broken(), attempts, NOW) {
            told.push(from.as_second());
            attempts = after;
        }
        assert_eq!(told, [2, 4, 8, 16, 32, 64, 128]);
        assert!(matches!(settle(Deed::Update, broken(), attempts, NOW), Next::Held(Hold::Unanswerable { .. })));
    }

    #[test]
    fn what_never_arrives_waits_longer_each_time_and_is_held_in_the_end() {
        let mut told = Vec::new();
        let mut attempts = 0;
        while let Ok((from, after)) = send_again(attempts, NOW) {
            told.push(from.as_second());
            attempts = after;
        }
        assert_eq!(told, [2, 4, 8, 16, 32, 64, 128]);
        assert!(matches!(send_again(attempts, NOW), Err(Hold::Unanswerable { .. })));
    }

    #[test]
    fn a_network_that_is_away_costs_no_try() {
        let away = Err(ServiceError::Unreachable { why: "no route".into() });
        assert_eq!(settle(Deed::Create, away, 3, NOW), Next::Later { from: NOW, attempts: 3 });
    }

    #[test]
    fn a_duplicate_is_held_with_the_records_that_it_may_be() {
        let candidates = vec![crate::ids::RecordId(uuid::Uuid::from_u128(7))];
        let message = "A record like this one exists.".to_owned();
        let found = ServiceError::Duplicate { candidates: candidates.clone(), message: message.clone() };
        assert_eq!(settle(Deed::Create, Err(found), 0, NOW), Next::Held(Hold::Duplicate { candidates, message }));
    }

    #[test]
    fn a_refusal_is_held_with_the_servers_words() {
        let refused = ServiceError::Refused { code: "0x80040265".into(), reason: "Too low".into() };
        let held = Next::Held(Hold::Refused { code: "0x80040265".into(), reason: "Too low".into() });
        assert_eq!(settle(Deed::Update, Err(refused), 0, NOW), held);
    }
}

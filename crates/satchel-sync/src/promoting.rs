//! Tracking, as the agent plays it back: which step follows each answer on the way from a message to its email record.
//!
//! Every try begins by asking whether the record is there. So a try that was cut short, by a crash or by a lost answer,
//! goes on where the service has it, and a message that somebody else tracked first is only linked.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use satchel_domain::{
    Column, Record, ServiceError, Value,
    edit::Hold,
    error::Answer,
    settle::{self, settle},
    tracking::{EmailDraft, Step, steps},
};
use satchel_store::outbox::Entry;

use crate::{
    event::{Effect, Outcome},
    line::later,
};

/// A mailbox that does not give the message now is asked again after this.
const MAILBOX_WAIT: SignedDuration = SignedDuration::from_secs(60);
/// However long a pause a mailbox asks for, it is looked after again by then.
pub(crate) const LONGEST_MAILBOX_WAIT: SignedDuration = SignedDuration::from_hours(1);

/// What follows the look for the email record. `is_known` says that the service told us of one just now.
pub(crate) fn after_find(entry: Entry, is_known: bool, answer: Answer<Option<Record>>, now: Timestamp) -> Effect {
    match answer {
        Ok(Some(email)) if is_unfinished(&entry, &email) => Effect::Draft { entry, is_begun: true },
        Ok(Some(email)) => Effect::Settle { entry, outcome: Outcome::Accepted(email) },
        Ok(None) if is_known => {
            held(entry, "This message is in CRM already, as a record that you may not read. Ask a colleague who may.")
        }
        Ok(None) => Effect::Draft { entry, is_begun: false },
        Err(error) => failed(entry, error, now),
    }
}

/// What follows the writing of the draft. The answer is the mailbox's.
pub(crate) fn after_draft(
    entry: Entry,
    is_begun: bool,
    answer: Answer<Arc<EmailDraft>>,
    may_send: bool,
    now: Timestamp,
) -> Effect {
    match answer {
        Ok(draft) => {
            let done = is_begun.then_some(Step::Create);
            send(entry, draft, done, may_send, now)
        }
        Err(ServiceError::Missing) => {
            held(entry, "The message is no longer in the mailbox, so that CRM cannot have it. Discard this entry.")
        }
        Err(ServiceError::Throttled { wait }) => wait_for_mailbox(entry, wait, now),
        Err(
            ServiceError::Unreachable { .. }
            | ServiceError::Unanswered
            | ServiceError::SignInNeeded { .. }
            | ServiceError::Stale
            | ServiceError::CursorExpired,
        ) => wait_for_mailbox(entry, MAILBOX_WAIT, now),
        Err(error) => failed(entry, error, now),
    }
}

/// What follows the answer to a step.
pub(crate) fn after_step(
    entry: Entry,
    draft: Arc<EmailDraft>,
    step: Step,
    answer: Answer<()>,
    may_send: bool,
    now: Timestamp,
) -> Effect {
    match answer {
        Ok(()) => send(entry, draft, Some(step), may_send, now),
        // It may have arrived, somebody was faster, or somebody deleted what was made: looking decides.
        Err(error @ (ServiceError::Unanswered | ServiceError::Stale)) => look_again(entry, step, &error, may_send, now),
        Err(error @ ServiceError::Missing) if step != Step::Create => look_again(entry, step, &error, may_send, now),
        Err(error) => failed(entry, error, now),
    }
}

/// The step after `done`, or the last reading. Whoever went offline meanwhile sends nothing more.
fn send(entry: Entry, draft: Arc<EmailDraft>, done: Option<Step>, may_send: bool, now: Timestamp) -> Effect {
    if !may_send {
        return put_off(entry, now);
    }
    let mut steps = steps(draft.attachments.len()).into_iter();
    let next = match done {
        None => steps.next(),
        Some(done) => steps.skip_while(|step| *step != done).nth(1),
    };
    match next {
        Some(step) => Effect::Promote { entry, draft, step },
        None => Effect::Read { entry, was_accepted: true },
    }
}

/// A service that answers every look and no step is given up after a number of tries.
fn look_again(mut entry: Entry, step: Step, error: &ServiceError, may_send: bool, now: Timestamp) -> Effect {
    if !may_send {
        return put_off(entry, now);
    }
    let broken = ServiceError::Broken { detail: error.to_string() };
    match settle(entry.edit.deed, Err(broken), entry.attempts, now) {
        settle::Next::Held(hold) => Effect::Settle { entry, outcome: Outcome::Held(hold) },
        settle::Next::Later { .. } | settle::Next::Done | settle::Next::Read => {
            entry.attempts += 1;
            let is_known = step == Step::Create && *error == ServiceError::Stale;
            Effect::FindEmail { entry, is_known }
        }
    }
}

/// Nothing was sent, or the service said that it did not do it.
fn failed(entry: Entry, error: ServiceError, now: Timestamp) -> Effect {
    let outcome = match settle(entry.edit.deed, Err(error), entry.attempts, now) {
        settle::Next::Later { from, attempts } => Outcome::Later { from, attempts },
        settle::Next::Held(hold) => Outcome::Held(hold),
        settle::Next::Done | settle::Next::Read => Outcome::Later { from: now, attempts: entry.attempts },
    };
    Effect::Settle { entry, outcome }
}

pub(crate) fn put_off(entry: Entry, now: Timestamp) -> Effect {
    let outcome = Outcome::Later { from: now, attempts: entry.attempts };
    Effect::Settle { entry, outcome }
}

fn wait_for_mailbox(entry: Entry, wait: SignedDuration, now: Timestamp) -> Effect {
    let outcome = Outcome::Later { from: later(now, wait.min(LONGEST_MAILBOX_WAIT)), attempts: entry.attempts };
    Effect::Settle { entry, outcome }
}

fn held(entry: Entry, reason: &str) -> Effect {
    let hold = Hold::Refused { code: String::new(), reason: reason.to_owned() };
    Effect::Settle { entry, outcome: Outcome::Held(hold) }
}

/// Whether it is the email that we, or another device, began under the message's id, and did not complete.
fn is_unfinished(entry: &Entry, email: &Record) -> bool {
    email.id == entry.edit.record && email.value(&Column::new("statecode")) == &Value::Choice(0)
}

//! Which faults met the agent in which of its states, counted; and the pairs that cannot be, each with its reason.

use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
};

use satchel_domain::{
    edit::{Deed, Hold},
    scope::Scope,
};
use satchel_sync::{Effect, Outcome, State};

use crate::plan::{CALL_FAULTS, CallFault};

/// What the agent has under way, in the words of the table. `pull` and `store` name how far the table has come.
pub(crate) fn word(effect: &Effect, state: &State) -> &'static str {
    let scope = |table| state.status().lanes.into_iter().find(|lane| &lane.table == table).map(|lane| lane.scope);
    match effect {
        Effect::Describe => "describe",
        Effect::StoreOrganisation(_) => "store organisation",
        Effect::Pull { table, .. } => match scope(table) {
            None | Some(Scope::Cold) => "pull cold",
            Some(Scope::Backfilling { .. }) => "pull backfill",
            Some(Scope::Live { .. }) => "pull changes",
            Some(Scope::Sweeping { .. }) => "pull sweep",
        },
        Effect::BeginSweep { .. } => "begin id sweep",
        Effect::ListIds { .. } => "list ids",
        Effect::StoreIds { .. } => "store ids",
        Effect::ReadRow { .. } => "read row",
        Effect::StoreRow { .. } => "store row",
        Effect::StorePage { .. } => "store page",
        Effect::ResetScope { .. } => "reset scope",
        Effect::Look => "look",
        Effect::MarkInFlight { .. } => "mark",
        Effect::Push { entry } => match entry.edit.deed {
            Deed::Create => "push create",
            Deed::Update | Deed::Track => "push update",
            Deed::Delete => "push delete",
        },
        Effect::Read { was_accepted: true, .. } => "read accepted",
        Effect::Read { was_accepted: false, .. } => "read in doubt",
        Effect::Settle { .. } => "settle",
        Effect::FindEmail { .. } => "find email",
        Effect::Draft { .. } => "draft",
        Effect::Promote { .. } => "promote",
    }
}

/// What became of an entry.
pub(crate) fn outcome(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Accepted(_) => "accepted",
        Outcome::Found(_) => "found",
        Outcome::Gone => "gone",
        Outcome::Later { .. } => "later",
        Outcome::Rebased { .. } => "merged",
        Outcome::Held(hold) => match hold {
            Hold::Conflict { .. } => "conflict",
            Hold::DeletedOnServer => "deleted on server",
            Hold::Refused { .. } => "refused",
            Hold::Unanswerable { .. } => "unanswerable",
            Hold::Duplicate { .. } | Hold::OutcomeUnknown | Hold::NeedsDiscarded => "held otherwise",
        },
    }
}

pub(crate) fn is_call(word: &str) -> bool {
    CALLS.contains(&word)
}

pub(crate) fn is_mail_call(word: &str) -> bool {
    MAIL_CALLS.contains(&word)
}

pub(crate) fn is_write(word: &str) -> bool {
    word.starts_with("push") || word == "promote" || word == "tell mark"
}

/// Asked of the mailbox; the draft of an email by the agent of the CRM, where the message is not here.
const MAIL_CALLS: [&str; 5] = ["list folders", "pull mail", "fetch message", "tell mark", "draft"];

const CALLS: [&str; 14] = [
    "list ids",
    "read row",
    "describe",
    "pull cold",
    "pull backfill",
    "pull changes",
    "pull sweep",
    "push create",
    "push update",
    "push delete",
    "read accepted",
    "read in doubt",
    "find email",
    "promote",
];

/// Nothing is under way.
pub(crate) const RESTING: &str = "resting";

const STATES: [&str; 34] = [
    "begin id sweep",
    "list ids",
    "store ids",
    "read row",
    "store row",
    "describe",
    "store organisation",
    "pull cold",
    "pull backfill",
    "pull changes",
    "pull sweep",
    "store page",
    "reset scope",
    "look",
    "mark",
    "push create",
    "push update",
    "push delete",
    "read accepted",
    "read in doubt",
    "settle",
    "find email",
    "draft",
    "promote",
    "know folders",
    "list folders",
    "pull mail",
    "store mail",
    "look at mail",
    "tell mark",
    "settle mark",
    "fetch message",
    "store message",
    RESTING,
];

/// What comes from outside of a call, at any moment.
const AT_ANY_TIME: [&str; 4] = ["kill", "clock", "user", "colleague"];

/// Whether this fault can meet this call.
pub(crate) fn fits(fault: CallFault, word: &str) -> bool {
    match fault {
        CallFault::Refused | CallFault::Twice => is_write(word),
        CallFault::PageAgain => word.starts_with("pull") && word != "pull cold",
        _ => true,
    }
}

fn fault_word(fault: CallFault) -> &'static str {
    match fault {
        CallFault::Unreachable => "unreachable",
        CallFault::RequestLost => "request lost",
        CallFault::AnswerLost => "answer lost",
        CallFault::Twice => "twice",
        CallFault::Slow => "slow",
        CallFault::Throttled => "429",
        CallFault::Broken => "5xx",
        CallFault::Refused => "403",
        CallFault::SignIn => "401",
        CallFault::PageAgain => "page again",
    }
}

/// How often each fault met each state.
#[derive(Clone, Debug, Default)]
pub(crate) struct Coverage {
    pub(crate) pairs: BTreeMap<(&'static str, &'static str), u64>,
    /// Faults that were brought, whether they met a call or not.
    pub(crate) brought: u64,
    /// What playback decided.
    pub(crate) outcomes: BTreeMap<&'static str, u64>,
}

impl Coverage {
    pub(crate) fn met(&mut self, state: &'static str, fault: &'static str) {
        *self.pairs.entry((state, fault)).or_default() += 1;
    }

    pub(crate) fn call_met(&mut self, state: &'static str, fault: CallFault) {
        self.met(state, fault_word(fault));
    }

    pub(crate) fn came_to(&mut self, outcome: &'static str) {
        *self.outcomes.entry(outcome).or_default() += 1;
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.brought += other.brought;
        for (pair, count) in &other.pairs {
            *self.pairs.entry(*pair).or_default() += count;
        }
        for (outcome, count) in &other.outcomes {
            *self.outcomes.entry(outcome).or_default() += count;
        }
    }

    /// The pairs that can be and never were.
    pub(crate) fn missing(&self) -> Vec<(&'static str, &'static str)> {
        let calls = CALL_FAULTS.iter().flat_map(|&fault| {
            STATES
                .iter()
                .filter(move |state| (is_call(state) || is_mail_call(state)) && fits(fault, state))
                .map(move |&state| (state, fault_word(fault)))
        });
        let always = AT_ANY_TIME.iter().flat_map(|&fault| STATES.iter().map(move |&state| (state, fault)));
        calls.chain(always).filter(|pair| !self.pairs.contains_key(pair)).collect()
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults: Vec<_> = CALL_FAULTS.iter().map(|&fault| fault_word(fault)).chain(AT_ANY_TIME).collect();
        let mut head = format!("{:<19}", "agent × fault");
        for fault in &faults {
            write!(head, "{fault:>13}")?;
        }
        writeln!(f, "{head}")?;
        for state in STATES {
            write!(f, "{state:<19}")?;
            for fault in &faults {
                let call = CALL_FAULTS.iter().find(|&&call| fault_word(call) == *fault);
                let is_asked = is_call(state) || is_mail_call(state);
                let is_possible = call.is_none_or(|&call| is_asked && fits(call, state));
                match self.pairs.get(&(state, *fault)) {
                    Some(count) => write!(f, "{count:>13}")?,
                    None if is_possible => write!(f, "{:>13}", "NEVER")?,
                    None => write!(f, "{:>13}", "-")?,
                }
            }
            writeln!(f)?;
        }
        writeln!(
            f,
            "-  cannot be: no call is under way in a work on the database or at rest; only a write is refused by a"
        )?;
        writeln!(f, "   plug-in or delivered twice; the first page of all has no cursor to be repeated from.")?;
        write!(f, "playback came to:")?;
        self.outcomes.iter().try_for_each(|(outcome, count)| write!(f, " {outcome} {count} ·"))?;
        writeln!(f)
    }
}

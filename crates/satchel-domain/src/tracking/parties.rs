//! Whose address it is: which records become parties of an email.

use jiff::Timestamp;

use crate::ids::{RecordId, TableName, UserId};

/// With more matches than this an address stays unresolved (SS-58).
pub const MOST_MATCHES: usize = 100;

/// The order in which tables are asked (SS-57, as far as they are kept here).
const ORDER: [&str; 4] = ["systemuser", "contact", "account", "lead"];

/// A record that carries an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub table: TableName,
    pub record: RecordId,
    pub is_active: bool,
    pub owner: Option<UserId>,
    pub created_at: Option<Timestamp>,
}

/// The sender's record: one that the user owns, else by the order of tables, else the one made first (SS-57, AP-32).
pub fn resolve_sender(candidates: Vec<Candidate>, user: UserId) -> Option<(TableName, RecordId)> {
    let matches = eligible(candidates);
    let best = matches.into_iter().min_by_key(|candidate| {
        let is_others = candidate.owner != Some(user);
        (is_others, place(&candidate.table), candidate.created_at.unwrap_or(Timestamp::MAX), candidate.record)
    })?;
    Some((best.table, best.record))
}

/// A recipient's records: all of them become parties (SS-59).
pub fn resolve_recipient(candidates: Vec<Candidate>) -> Vec<(TableName, RecordId)> {
    let mut matches = eligible(candidates);
    matches.sort_by_key(|candidate| (place(&candidate.table), candidate.record));
    matches.into_iter().map(|candidate| (candidate.table, candidate.record)).collect()
}

/// Inactive records never match (SS-62 at its default, T-8); too many match nobody (SS-58).
fn eligible(candidates: Vec<Candidate>) -> Vec<Candidate> {
    let active: Vec<_> = candidates.into_iter().filter(|candidate| candidate.is_active).collect();
    if active.len() > MOST_MATCHES { Vec::new() } else { active }
}

fn place(table: &TableName) -> usize {
    ORDER.iter().position(|name| *name == table.as_str()).unwrap_or(ORDER.len())
}

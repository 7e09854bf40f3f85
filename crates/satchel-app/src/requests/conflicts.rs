//! Requests and replies about conflicts and what they cost, as they cross to the page.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Cell, CellKind, wire};

wire! {
    /// An entry that both sides changed, column by column.
    pub struct ReadConflict { entry: String }
    /// A side for each column that clashes. `version` is the one the user saw: another one decides nothing.
    pub struct ResolveConflict { entry: String, version: String, mine: Vec<String>, theirs: Vec<String> }
    pub struct AskPolicies {}
    pub struct SetPolicy { table: String, policy: Policy }
    /// What a record lost by merges and choices.
    pub struct ReadHistory { table: String, id: String }
    /// "Why is this here?": what was decided about a record, and about what waits of it.
    pub struct ReadReasons { table: String, id: String }
    /// The value becomes an edit of its column, as if it were typed.
    pub struct BringBack { table: String, id: String, number: u32 }

    /// `mine_at` and `theirs_at` are in milliseconds since 1970; `theirs_by` is none where CRM does not say who.
    pub struct Conflict {
        entry: String,
        table: String,
        table_label: String,
        plural_label: String,
        record: String,
        name: String,
        version: String,
        mine_at: f64,
        theirs_by: Option<String>,
        theirs_at: Option<f64>,
        policy: Policy,
        columns: Vec<ConflictColumn>,
    }
    /// `base` is what both began with. `mine` and `theirs` are none for the side that did not change it: an empty value is
    /// another thing. It clashes where both are there and differ.
    pub struct ConflictColumn {
        column: String,
        label: String,
        kind: CellKind,
        base: Cell,
        mine: Option<Cell>,
        theirs: Option<Cell>,
        is_clash: bool,
    }
    pub struct Policies { tables: Vec<TablePolicy> }
    pub struct TablePolicy { table: String, plural_label: String, policy: Policy }
    pub struct History { values: Vec<LostValue> }
    pub struct Reasons { reasons: Vec<Reason> }
    /// `at` is in milliseconds since 1970.
    pub struct Reason { sentence: String, at: f64 }
    /// `is_mine` says whose value it was, `why` how it lost; `at` is in milliseconds since 1970.
    pub struct LostValue {
        number: u32,
        column: String,
        label: String,
        cell: Cell,
        is_mine: bool,
        why: String,
        at: f64,
        may_bring_back: bool,
    }
}

/// Who decides when both sides changed the same column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Policy {
    Ask,
    Mine,
    Theirs,
}

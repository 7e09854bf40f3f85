//! Requests and replies about editing records and about the outbox, as they cross to the page.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Cell, wire};

wire! {
    /// The form of a record that does not exist yet; `parent` fills the lookup that points to it.
    pub struct NewRecord { table: String, parent: Option<RecordRef> }
    /// Without an id it is created. `values` are the columns that the user touched; an empty cell clears.
    pub struct SaveRecord { table: String, id: Option<String>, values: Vec<Typed> }
    pub struct Typed { column: String, cell: Cell }
    pub struct DeleteRecord { table: String, id: String }
    /// Records of these tables whose name or address holds the text.
    pub struct FindRecords { text: String, tables: Vec<String>, limit: u32 }
    pub struct ListOutbox {}
    pub struct KeepMine { entry: String }
    pub struct TakeTheirs { entry: String }
    pub struct DiscardEntry { entry: String }
    pub struct RetryEntry { entry: String }
    /// `into` is the id of a record that is alike.
    pub struct MergeEntry { entry: String, into: String }

    pub struct AskUndo {}
    /// `number` is the step that the user saw: another one is not taken back.
    pub struct TakeBack { number: u32 }

    pub struct RecordRef { table: String, id: String }
    /// None when there is nothing to take back.
    pub struct NextUndo { step: Option<UndoStep> }
    /// What the user did last; `columns` are the labels of what changed in the record called `name`.
    pub struct UndoStep { number: u32, did: UndoDeed, table_label: String, name: String, columns: Vec<String> }
    /// What the kind of a column asks of a value. `max_length` counts UTF-16 units; `digits` those after the point.
    /// The choices of a yes/no are 0 and 1.
    pub struct FieldRule { max_length: Option<u32>, digits: Option<u32>, choices: Vec<ChoiceOption>, targets: Vec<LookupTarget> }
    pub struct ChoiceOption { value: f64, label: String }
    pub struct LookupTarget { table: String, label: String }
    /// With problems nothing was saved; else it is on disk, and `id` is the record's. `entry` is what waits in the outbox
    /// for it; none when nothing has to be sent.
    pub struct Saved { id: Option<String>, entry: Option<String>, problems: Vec<FieldProblem> }
    /// Whether both have values of their own somewhere, so that the user has to choose.
    pub struct MergedEntry { must_choose: bool }
    pub struct FieldProblem { column: String, message: String }
    pub struct FoundRecords { records: Vec<FoundRecord> }
    /// `detail` tells two records of one name apart.
    pub struct FoundRecord { table: String, table_label: String, id: String, name: String, detail: String }
    pub struct Outbox { entries: Vec<OutboxEntry> }
    /// `since` is in milliseconds since 1970.
    pub struct OutboxEntry {
        entry: String,
        deed: OutboxDeed,
        table: String,
        table_label: String,
        record: String,
        name: String,
        changes: Vec<ChangedColumn>,
        since: f64,
        state: OutboxState,
        /// Whether there are columns to choose from.
        may_compare: bool,
        may_keep_mine: bool,
        may_take_theirs: bool,
        may_retry: bool,
        /// Whether it can be sent once more although CRM has records like it.
        may_save_anyway: bool,
        /// Whether it can become a change of one of those records.
        may_merge: bool,
        may_discard: bool,
    }
    pub struct ChangedColumn { column: String, label: String, before: Cell, after: Cell }
    pub struct Clash { column: String, label: String, base: Cell, mine: Cell, theirs: Cell }
    /// A record that CRM takes an entry's for a duplicate of. `found` is none when it is not on this device.
    pub struct Likeness { table: String, id: String, found: Option<FoundLikeness> }
    /// What tells it from others, in the columns that have something in them.
    pub struct FoundLikeness { name: String, columns: Vec<LikeColumn> }
    pub struct LikeColumn { label: String, cell: Cell }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum OutboxDeed {
    Create,
    Update,
    Delete,
    /// Makes the email record of a message.
    Track,
}

/// What the user did, as the user would say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum UndoDeed {
    Edit,
    Create,
    Delete,
    /// Took an entry out of the outbox.
    Discard,
    /// Chose the sides of a conflict.
    Choice,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum OutboxState {
    Waiting,
    /// An earlier entry has to arrive first: that of the record of this name.
    WaitsFor {
        name: String,
    },
    Sending,
    /// It needs the user. `clashes` are the columns that both sides changed, `alike` the records that it may be a
    /// duplicate of.
    Held {
        message: String,
        clashes: Vec<Clash>,
        alike: Vec<Likeness>,
    },
}

//! The outbox as the user sees it, and the user's word on what is held.

use std::{collections::BTreeMap, sync::Arc};

use satchel_domain::{
    Column, EntryId, Record, RecordId, Value,
    edit::{Change, Deed, Hold, State},
    ids::Uuid,
    resolve,
    schema::{Organisation, Table},
};
use satchel_store::{
    Durability, Reader, Result as Stored,
    outbox::{self, Entry},
    records, schema, undo,
};
use satchel_sync::{Decision, Event, allowed, decide};

use crate::{
    app::App,
    cells::cell,
    conflicts::may_compare,
    duplicates::alike,
    records::{CURRENCY_COLUMN, code, currencies, currency},
    requests::*,
    undoing::undone_by,
};

impl App {
    /// Everything that CRM does not have yet, the oldest first.
    pub async fn list_outbox(self: &Arc<Self>, _request: ListOutbox) -> Result<Outbox, CommandError> {
        let entries = self
            .on_disk(self.database()?, |database| {
                database.read(|reader| {
                    let Some(organisation) = schema::load(reader)? else { return Ok(Vec::new()) };
                    let (entries, currencies) = (outbox::list(reader)?, currencies(reader)?);
                    let listed = |entry| listed(reader, &organisation, &currencies, entry);
                    entries.iter().map(listed).collect::<Stored<Vec<_>>>()
                })
            })
            .await?;
        Ok(Outbox { entries })
    }

    /// My values win; what CRM had goes into the record's history.
    pub async fn keep_mine(self: &Arc<Self>, request: KeepMine) -> Result<Done, CommandError> {
        self.decide(&request.entry, Decision::KeepMine).await
    }

    /// CRM's values win in the columns that both changed; mine go into the record's history.
    pub async fn take_theirs(self: &Arc<Self>, request: TakeTheirs) -> Result<Done, CommandError> {
        self.decide(&request.entry, Decision::TakeTheirs).await
    }

    /// The edit is taken back; its values go into the record's history.
    pub async fn discard_entry(self: &Arc<Self>, request: DiscardEntry) -> Result<Done, CommandError> {
        self.decide(&request.entry, Decision::Discard).await
    }

    /// Sends it once more as it is.
    pub async fn retry_entry(self: &Arc<Self>, request: RetryEntry) -> Result<Done, CommandError> {
        self.decide(&request.entry, Decision::Retry).await
    }

    async fn decide(self: &Arc<Self>, entry: &str, decision: Decision) -> Result<Done, CommandError> {
        let entry = Uuid::parse_str(entry).map(EntryId).map_err(|_| CommandError::invalid("That is no entry."))?;
        let (desk, now) = (self.desk()?, self.clock.now());
        let decided = self
            .on_disk(desk.database, move |database| {
                database.write(Durability::Full, |tx| {
                    let before = outbox::find(tx, entry)?;
                    let step = before.map(|entry| undone_by(tx, &entry, decision)).transpose()?.flatten();
                    let decided = decide(tx, entry, decision, now)?;
                    if let Some(step) = step.filter(|_| decided) {
                        undo::remember(tx, &step)?;
                    }
                    Ok(decided)
                })
            })
            .await?;
        if !decided {
            return Err(CommandError::invalid("This entry is not waiting for that any more. Look at it again."));
        }
        desk.agent.send(Event::Edited);
        Ok(Done {})
    }
}

/// Why an entry waits for the user, as a sentence.
pub(crate) fn sentence(hold: &Hold) -> String {
    match hold {
        Hold::Conflict { .. } => "Somebody else changed the same in CRM. Choose which stays.".to_owned(),
        Hold::DeletedOnServer => {
            "This record was deleted in CRM. Discard the edit; its values stay in the history.".to_owned()
        }
        Hold::Duplicate { .. } => {
            "CRM already has a record like this one. Look whether it is the same, then merge yours into it, save yours anyway or discard it."
                .to_owned()
        }
        Hold::Refused { reason, .. } => format!("CRM refused it: {reason}"),
        Hold::Unanswerable { detail } => format!("CRM gave an answer that makes no sense here: {detail}"),
        Hold::OutcomeUnknown => {
            "It may have arrived, and nobody can tell. Look in CRM before you send it again.".to_owned()
        }
        Hold::NeedsDiscarded => "It refers to a record whose creation you discarded.".to_owned(),
    }
}

fn listed(
    reader: &Reader<'_>,
    organisation: &Organisation,
    currencies: &BTreeMap<RecordId, String>,
    entry: &Entry,
) -> Stored<OutboxEntry> {
    let table = organisation.table(&entry.edit.table);
    let shown = match table {
        Some(table) => records::one(reader, table, entry.edit.record)?.map(|shown| shown.record),
        None => None,
    };
    let codes = Codes::of(entry, shown.as_ref(), currencies);
    let changed = |change: &Change| ChangedColumn {
        column: change.column.as_str().to_owned(),
        label: label(table, &change.column),
        before: shown_cell(table, &change.column, &change.before, codes.before),
        after: shown_cell(table, &change.column, &change.after, codes.after),
    };
    let allowed = allowed(entry);
    let is_alike = matches!(entry.state, State::Held(Hold::Duplicate { .. }));
    Ok(OutboxEntry {
        entry: entry.edit.entry.to_string(),
        deed: match entry.edit.deed {
            Deed::Create => OutboxDeed::Create,
            Deed::Update => OutboxDeed::Update,
            Deed::Delete => OutboxDeed::Delete,
            Deed::Track => OutboxDeed::Track,
        },
        table: entry.edit.table.as_str().to_owned(),
        table_label: table.map_or_else(|| entry.edit.table.as_str().to_owned(), |table| table.label.clone()),
        record: entry.edit.record.to_string(),
        name: entry.record_name.clone(),
        // A delete keeps what waited before it for the case that it is discarded.
        changes: entry.edit.changes.iter().filter(|_| entry.edit.deed != Deed::Delete).map(changed).collect(),
        since: entry.made_at.as_millisecond() as f64,
        state: standing(reader, table, entry, codes, currencies)?,
        may_compare: may_compare(entry),
        may_keep_mine: allowed.contains(&Decision::KeepMine),
        may_take_theirs: allowed.contains(&Decision::TakeTheirs),
        may_retry: allowed.contains(&Decision::Retry) && !is_alike,
        may_save_anyway: allowed.contains(&Decision::Retry) && is_alike,
        may_merge: outbox::may_merge(entry),
        may_discard: allowed.contains(&Decision::Discard),
    })
}

/// The ISO codes of an entry's amounts: an edit may have changed the currency with the amount, and so may somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Codes<'a> {
    before: Option<&'a str>,
    after: Option<&'a str>,
    theirs: Option<&'a str>,
}

impl<'a> Codes<'a> {
    fn of(entry: &Entry, shown: Option<&Record>, currencies: &'a BTreeMap<RecordId, String>) -> Self {
        let kept = shown.and_then(|record| currency(record, currencies));
        let changed = entry.edit.changes.iter().find(|change| change.column.as_str() == CURRENCY_COLUMN);
        let theirs = match &entry.state {
            State::Held(Hold::Conflict { theirs, .. }) => currency(theirs, currencies),
            State::Ready { .. } | State::InFlight | State::Held(_) => None,
        };
        let before = changed.map_or(kept, |change| code(&change.before, currencies));
        Self {
            before,
            after: changed.map_or(kept, |change| code(&change.after, currencies)),
            // A copy that came without its currency has the one it had before.
            theirs: theirs.or(before),
        }
    }
}

fn standing(
    reader: &Reader<'_>,
    table: Option<&Table>,
    entry: &Entry,
    codes: Codes<'_>,
    currencies: &BTreeMap<RecordId, String>,
) -> Stored<OutboxState> {
    Ok(match &entry.state {
        State::InFlight => OutboxState::Sending,
        State::Ready { .. } => match outbox::waits_for(reader, entry)? {
            Some(first) => OutboxState::WaitsFor { name: first.record_name },
            None => OutboxState::Waiting,
        },
        State::Held(hold) => OutboxState::Held {
            message: sentence(hold),
            clashes: clashes(reader, table, entry, codes)?,
            alike: alike(reader, table, &entry.edit.table, hold, currencies)?,
        },
    })
}

fn clashes(reader: &Reader<'_>, table: Option<&Table>, entry: &Entry, codes: Codes<'_>) -> Stored<Vec<Clash>> {
    let Some(shape) = table else { return Ok(Vec::new()) };
    let Some(theirs) = outbox::server_now(reader, shape, entry)? else { return Ok(Vec::new()) };
    let clashes = resolve::clashes(&entry.edit.changes, &theirs);
    let clash = |change: &Change| Clash {
        column: change.column.as_str().to_owned(),
        label: label(table, &change.column),
        base: shown_cell(table, &change.column, &change.before, codes.before),
        mine: shown_cell(table, &change.column, &change.after, codes.after),
        theirs: shown_cell(table, &change.column, theirs.value(&change.column), codes.theirs),
    };
    Ok(entry.edit.changes.iter().filter(|change| clashes.contains(&change.column)).map(clash).collect())
}

fn label(table: Option<&Table>, column: &Column) -> String {
    let shape = table.and_then(|table| table.column(column));
    shape.map_or_else(|| column.as_str().to_owned(), |shape| shape.label.clone())
}

fn shown_cell(table: Option<&Table>, column: &Column, value: &Value, code: Option<&str>) -> Cell {
    table.and_then(|table| table.column(column)).map_or(Cell::Empty, |shape| cell(shape, value, code))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use satchel_domain::{TableName, Version, edit::Edit, value::Lookup};

    use super::*;

    fn record(version: &str) -> Record {
        let table = TableName::new("account");
        Record { table, id: RecordId(Uuid::nil()), version: Some(Version::new(version)), values: Default::default() }
    }

    #[test]
    fn an_amount_has_the_currency_of_its_own_side() {
        let (euro, krone) = (RecordId(Uuid::from_u128(1)), RecordId(Uuid::from_u128(2)));
        let currencies = BTreeMap::from([(euro, "EUR".to_owned()), (krone, "NOK".to_owned())]);
        let is_in = |id| Value::Lookup(Lookup { table: TableName::new("transactioncurrency"), id, name: None });
        let column = Column::new(CURRENCY_COLUMN);
        let mut shown = record("1");
        shown.values.insert(column.clone(), is_in(euro));
        let mut theirs = record("2");
        let edit = Edit {
            entry: EntryId(Uuid::nil()),
            table: TableName::new("opportunity"),
            record: RecordId(Uuid::nil()),
            deed: Deed::Update,
            changes: Vec::new(),
            base: None,
        };
        let mut entry = Entry {
            edit,
            state: State::Held(Hold::Conflict { theirs: theirs.clone(), clashes: Vec::new() }),
            record_name: String::new(),
            made_at: Timestamp::UNIX_EPOCH,
            attempts: 0,
            duplicates: satchel_domain::edit::Duplicates::Refuse,
        };
        let all = |entry: &Entry| {
            let codes = Codes::of(entry, Some(&shown), &currencies);
            [codes.before, codes.after, codes.theirs].map(Option::unwrap_or_default)
        };
        assert_eq!(all(&entry), ["EUR", "EUR", "EUR"]);
        theirs.values.insert(column.clone(), is_in(krone));
        entry.state = State::Held(Hold::Conflict { theirs, clashes: Vec::new() });
        assert_eq!(all(&entry), ["EUR", "EUR", "NOK"]);
        entry.edit.changes.push(Change { column, before: is_in(krone), after: is_in(euro) });
        assert_eq!(all(&entry), ["NOK", "EUR", "NOK"]);
        assert_eq!(Codes::of(&entry, None, &BTreeMap::new()), Codes { before: None, after: None, theirs: None });
    }
}

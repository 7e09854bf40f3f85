//! What the user did last, each with the edit that takes it back; kept over restarts, the oldest are forgotten.

use rusqlite::params;
use satchel_domain::{
    EntryId, RecordId, TableName,
    edit::{Change, Deed},
    ids::Uuid,
};

use crate::{
    cells, codec,
    database::{Reader, Topic, Tx},
    error::Result,
};

/// So many deeds can be taken back.
pub const DEPTH: u32 = 20;

/// What the user did, as the user would say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Did {
    Edit,
    Create,
    Delete,
    /// Took an entry out of the outbox.
    Discard,
    /// Chose the sides of a conflict.
    Choice,
}

/// A deed of the user, and the edit that takes it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub did: Did,
    pub table: TableName,
    pub record: RecordId,
    /// What the user called the record.
    pub record_name: String,
    /// The entry that the deed left in the outbox; none when it left nothing to send.
    pub entry: Option<EntryId>,
    /// What takes it back is an edit of this kind: never [`Deed::Track`].
    pub deed: Deed,
    /// From what the deed made of the record to what takes it back.
    pub changes: Vec<Change>,
}

/// The newest deed is the first to be taken back; what is older than the last [`DEPTH`] stays as it is.
pub fn remember(tx: &Tx<'_>, step: &Step) -> Result<()> {
    tx.sql()
        .prepare_cached(
            "INSERT INTO undo (said, table_name, record_id, record_name, entry_id, deed, changes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            said(step.did),
            step.table.as_str(),
            cells::blob(step.record),
            step.record_name,
            step.entry.map(|entry| entry.0.as_bytes().to_vec()),
            match step.deed {
                Deed::Create => "create",
                Deed::Delete => "delete",
                Deed::Update | Deed::Track => "update",
            },
            codec::changes_to_json(&step.changes)?,
        ])?;
    tx.sql()
        .prepare_cached(
            "DELETE FROM undo WHERE position <= (SELECT position FROM undo ORDER BY position DESC LIMIT 1 OFFSET ?1)",
        )?
        .execute([DEPTH])?;
    tx.touch(Topic::Outbox);
    Ok(())
}

/// What is taken back next, with the number that tells it from the others; none when nothing can be.
pub fn next(reader: &Reader<'_>) -> Result<Option<(i64, Step)>> {
    let sql = "SELECT position, said, table_name, record_id, record_name, entry_id, deed, changes
                 FROM undo ORDER BY position DESC LIMIT 1";
    let mut asked = reader.sql().prepare_cached(sql)?;
    let found = asked.query_and_then([], |row| -> Result<(i64, Step)> {
        let step = Step {
            did: match row.get::<_, String>(1)?.as_str() {
                "edit" => Did::Edit,
                "create" => Did::Create,
                "delete" => Did::Delete,
                "discard" => Did::Discard,
                _ => Did::Choice,
            },
            table: TableName::new(row.get::<_, String>(2)?),
            record: cells::id(row, 3)?,
            record_name: row.get(4)?,
            entry: row.get::<_, Option<[u8; 16]>>(5)?.map(|bytes| EntryId(Uuid::from_bytes(bytes))),
            deed: match row.get::<_, String>(6)?.as_str() {
                "create" => Deed::Create,
                "delete" => Deed::Delete,
                _ => Deed::Update,
            },
            changes: codec::changes_from_json(&row.get::<_, String>(7)?)?,
        };
        Ok((row.get(0)?, step))
    });
    found?.next().transpose()
}

/// It was taken back, or cannot be.
pub fn forget(tx: &Tx<'_>, number: i64) -> Result<()> {
    tx.sql().prepare_cached("DELETE FROM undo WHERE position = ?1")?.execute([number])?;
    tx.touch(Topic::Outbox);
    Ok(())
}

/// The whole entry was taken out of the outbox, and with it every deed that went into it.
pub fn forget_entry(tx: &Tx<'_>, entry: EntryId) -> Result<()> {
    tx.sql().prepare_cached("DELETE FROM undo WHERE entry_id = ?1")?.execute([entry.0.as_bytes().to_vec()])?;
    tx.touch(Topic::Outbox);
    Ok(())
}

fn said(did: Did) -> &'static str {
    match did {
        Did::Edit => "edit",
        Did::Create => "create",
        Did::Delete => "delete",
        Did::Discard => "discard",
        Did::Choice => "choice",
    }
}

#[cfg(test)]
mod tests {
    use satchel_domain::{Column, Value};

    use super::*;
    use crate::{Database, Durability, samples};

    fn step(number: u128, did: Did, deed: Deed) -> Step {
        let (before, after) = (Value::Text("b".into()), Value::Text("a".into()));
        Step {
            did,
            table: TableName::new("account"),
            record: samples::id(number),
            record_name: format!("Ada {number}"),
            entry: number.is_multiple_of(2).then(|| EntryId(Uuid::from_u128(number))),
            deed,
            changes: vec![Change { column: Column::new("name"), before, after }],
        }
    }

    fn told(database: &Database) -> Vec<Step> {
        let mut told = Vec::new();
        while let Some((number, step)) = database.read(next).unwrap() {
            database.write(Durability::Full, |tx| forget(tx, number)).unwrap();
            told.push(step);
        }
        told
    }

    #[test]
    fn the_last_twenty_deeds_come_back_the_newest_first_and_over_a_restart() {
        let (folder, database) = samples::database();
        let kinds = [
            (Did::Edit, Deed::Update),
            (Did::Create, Deed::Delete),
            (Did::Delete, Deed::Create),
            (Did::Discard, Deed::Update),
            (Did::Choice, Deed::Update),
        ];
        let steps: Vec<_> =
            (1..=25).zip(kinds.into_iter().cycle()).map(|(number, (did, deed))| step(number, did, deed)).collect();
        database.write(Durability::Full, |tx| steps.iter().try_for_each(|step| remember(tx, step))).unwrap();
        drop(database);
        let database = Database::open(&folder.path().join("profile.db"), &samples::key()).unwrap();
        let expected: Vec<_> = steps.into_iter().rev().take(20).collect();
        assert_eq!(told(&database), expected);
    }

    #[test]
    fn the_deeds_of_an_entry_go_with_it() {
        let (_folder, database) = samples::database();
        let steps = [2, 3, 2, 4].map(|number| step(number, Did::Edit, Deed::Update));
        database.write(Durability::Full, |tx| steps.iter().try_for_each(|step| remember(tx, step))).unwrap();
        database.write(Durability::Full, |tx| forget_entry(tx, EntryId(Uuid::from_u128(2)))).unwrap();
        assert_eq!(told(&database), [steps[3].clone(), steps[1].clone()]);
    }
}

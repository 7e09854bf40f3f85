//! The evidence behind each merge, conflict, link, skip and delete: "Why is this here?"

use jiff::Timestamp;
use satchel_domain::{RecordId, TableName, edit::Edit};

use crate::{
    cells,
    database::{Reader, Tx},
    error::Result,
};

/// So many of a record's decisions are kept, the newest.
const OF_A_RECORD: u32 = 50;
/// So many of the newest are kept of all records together. What is said of a record with an entry in the outbox stays
/// beyond them: its user still has to decide something.
const OF_ALL: i64 = 20_000;
/// What is beyond [`OF_ALL`] goes once in so many decisions: looking for it passes over all that stays beyond.
const BETWEEN: i64 = 500;

/// One decision about a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub table: TableName,
    pub record: RecordId,
    /// The rule's name.
    pub rule: String,
    /// What the rule looked at.
    pub inputs: String,
    /// What the service said.
    pub answer: String,
    pub at: Timestamp,
}

/// Writes it down; what grew too old for it goes in the same transaction.
pub fn note(tx: &Tx<'_>, decision: &Decision) -> Result<()> {
    tx.sql()
        .prepare_cached(
            "INSERT INTO decision (table_name, record_id, rule, inputs, answer, decided_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(rusqlite::params![
            decision.table.as_str(),
            cells::blob(decision.record),
            decision.rule,
            decision.inputs,
            decision.answer,
            decision.at.as_millisecond(),
        ])?;
    let newest = tx.sql().last_insert_rowid();
    forget_of_record(tx, &decision.table, decision.record)?;
    if newest % BETWEEN == 0 { forget_before(tx, newest - OF_ALL) } else { Ok(()) }
}

fn forget_of_record(tx: &Tx<'_>, table: &TableName, record: RecordId) -> Result<()> {
    tx.sql()
        .prepare_cached(
            "DELETE FROM decision
              WHERE table_name = ?1 AND record_id = ?2
                AND position <= (SELECT position FROM decision WHERE table_name = ?1 AND record_id = ?2
                                  ORDER BY position DESC LIMIT 1 OFFSET ?3)",
        )?
        .execute(rusqlite::params![table.as_str(), cells::blob(record), OF_A_RECORD])?;
    Ok(())
}

fn forget_before(tx: &Tx<'_>, last: i64) -> Result<()> {
    tx.sql()
        .prepare_cached(
            "DELETE FROM decision
              WHERE position <= ?1
                AND NOT EXISTS (SELECT 1 FROM outbox
                                 WHERE outbox.table_name = decision.table_name
                                   AND outbox.record_id = decision.record_id)",
        )?
        .execute([last])?;
    Ok(())
}

/// A decision about an entry of the outbox: the rule looked at its deed and its columns.
pub fn note_entry(tx: &Tx<'_>, edit: &Edit, rule: &str, seen: &str, at: Timestamp) -> Result<()> {
    let columns: Vec<_> = edit.changes.iter().map(|change| change.column.as_str()).collect();
    let inputs = format!("{:?} {} {seen}", edit.deed, columns.join(","));
    let (table, record) = (edit.table.clone(), edit.record);
    note(tx, &Decision { table, record, rule: rule.to_owned(), inputs, answer: String::new(), at })
}

/// A decision about a record that nobody here changed.
pub fn note_record(tx: &Tx<'_>, table: &TableName, record: RecordId, rule: &str, at: Timestamp) -> Result<()> {
    let (inputs, answer) = (String::new(), String::new());
    note(tx, &Decision { table: table.clone(), record, rule: rule.to_owned(), inputs, answer, at })
}

/// What was decided about a record, the newest first.
pub fn of_record(reader: &Reader<'_>, table: &TableName, record: RecordId) -> Result<Vec<Decision>> {
    reader
        .sql()
        .prepare_cached(
            "SELECT rule, inputs, answer, decided_at FROM decision
              WHERE table_name = ?1 AND record_id = ?2 ORDER BY position DESC",
        )?
        .query_and_then(rusqlite::params![table.as_str(), cells::blob(record)], |row| {
            Ok(Decision {
                table: table.clone(),
                record,
                rule: row.get(0)?,
                inputs: row.get(1)?,
                answer: row.get(2)?,
                at: Timestamp::from_millisecond(row.get(3)?).unwrap_or_default(),
            })
        })?
        .collect()
}

#[cfg(test)]
mod tests {
    use satchel_domain::{
        Column, EntryId, Value,
        edit::{Change, Deed},
        ids::Uuid,
    };

    use super::*;
    use crate::{Database, Durability, outbox, samples};

    #[test]
    fn a_decision_is_told_about_its_record_only() {
        let (_folder, database) = samples::database();
        let decision = |number, rule: &str| Decision {
            table: TableName::new("account"),
            record: samples::id(number),
            rule: rule.into(),
            inputs: "base 1, theirs 2".into(),
            answer: "412".into(),
            at: samples::at(5),
        };
        let made = [decision(1, "merge"), decision(2, "delete"), decision(1, "conflict")];
        database.write(Durability::Normal, |tx| made.iter().try_for_each(|decision| note(tx, decision))).unwrap();
        let told = database.read(|reader| of_record(reader, &made[0].table, samples::id(1))).unwrap();
        assert_eq!(told, [made[2].clone(), made[0].clone()]);
    }

    fn decided(record: u128, rule: String) -> Decision {
        let (table, record) = (TableName::new("account"), samples::id(record));
        Decision { table, record, rule, inputs: String::new(), answer: String::new(), at: samples::at(5) }
    }

    fn told(database: &Database, record: u128) -> Vec<String> {
        let told = database.read(|reader| of_record(reader, &TableName::new("account"), samples::id(record))).unwrap();
        told.into_iter().map(|decision| decision.rule).collect()
    }

    #[test]
    fn a_record_keeps_its_newest_decisions_only() {
        let (_folder, database) = samples::database();
        database
            .write(Durability::Normal, |tx| {
                note(tx, &decided(2, "other".into()))?;
                (1..=OF_A_RECORD + 30).try_for_each(|number| note(tx, &decided(1, number.to_string())))
            })
            .unwrap();
        let newest: Vec<_> = (31..=OF_A_RECORD + 30).rev().map(|number| number.to_string()).collect();
        assert_eq!(told(&database, 1), newest);
        assert_eq!(told(&database, 2), ["other"]);
    }

    #[test]
    fn all_records_together_keep_the_newest_and_what_the_outbox_still_asks_about() {
        let (_folder, database) = samples::profile();
        let change = Change { column: Column::new("name"), before: Value::Null, after: Value::Text("Ada".into()) };
        let waiting = Edit {
            entry: EntryId(Uuid::from_u128(1)),
            table: TableName::new("account"),
            record: samples::id(1),
            deed: Deed::Create,
            changes: vec![change],
            base: None,
        };
        let (kept, passing) = (u128::try_from(OF_ALL).unwrap(), u128::try_from(2 * BETWEEN).unwrap());
        database
            .write(Durability::Normal, |tx| {
                outbox::append(tx, &samples::account(), &waiting, "Ada", samples::at(5))?;
                // A sweep that finds very much gone writes one of each.
                (1..=kept + passing).try_for_each(|record| note(tx, &decided(record, "swept".into())))
            })
            .unwrap();
        let count = |reader: &Reader<'_>| -> Result<u128> {
            let count: i64 = reader.sql().query_row("SELECT count(*) FROM decision", [], |row| row.get(0))?;
            Ok(u128::try_from(count).unwrap())
        };
        assert_eq!(database.read(count).unwrap(), kept + 1);
        assert_eq!(told(&database, 1), ["swept"]);
        assert_eq!(told(&database, passing), Vec::<String>::new());
        assert_eq!(told(&database, passing + 1), ["swept"]);
    }
}

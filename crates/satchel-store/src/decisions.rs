//! The evidence behind each merge, conflict, link, skip and delete: "Why is this here?"

use jiff::Timestamp;
use satchel_domain::{RecordId, TableName, edit::Edit};

use crate::{
    cells,
    database::{Reader, Tx},
    error::Result,
};

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
    use super::*;
    use crate::{Durability, samples};

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
}

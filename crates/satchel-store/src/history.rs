//! Values that a merge or a choice dropped; nothing that the user typed vanishes before the user clears it.

use jiff::Timestamp;
use satchel_domain::{Column, RecordId, TableName, Value};

use crate::{
    cells, codec,
    database::{Reader, Tx},
    error::Result,
};

/// A value that lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    pub column: Column,
    pub value: Value,
    pub whose: Whose,
    /// A sentence for the user.
    pub why: String,
    pub at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    Mine,
    Theirs,
}

pub fn keep(tx: &Tx<'_>, table: &TableName, record: RecordId, lost: &Lost) -> Result<()> {
    let whose = match lost.whose {
        Whose::Mine => "mine",
        Whose::Theirs => "theirs",
    };
    tx.sql()
        .prepare_cached(
            "INSERT INTO history (table_name, record_id, column_name, value, whose, why, lost_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(rusqlite::params![
            table.as_str(),
            cells::blob(record),
            lost.column.as_str(),
            codec::value_to_json(&lost.value)?,
            whose,
            lost.why,
            lost.at.as_millisecond(),
        ])?;
    Ok(())
}

/// What a record lost, the newest first.
pub fn of_record(reader: &Reader<'_>, table: &TableName, record: RecordId) -> Result<Vec<Lost>> {
    reader
        .sql()
        .prepare_cached(
            "SELECT column_name, value, whose, why, lost_at FROM history
              WHERE table_name = ?1 AND record_id = ?2 ORDER BY position DESC",
        )?
        .query_and_then(rusqlite::params![table.as_str(), cells::blob(record)], |row| {
            Ok(Lost {
                column: Column::new(row.get::<_, String>(0)?),
                value: codec::value_from_json(&row.get::<_, String>(1)?)?,
                whose: if row.get::<_, String>(2)? == "mine" { Whose::Mine } else { Whose::Theirs },
                why: row.get(3)?,
                at: Timestamp::from_millisecond(row.get(4)?).unwrap_or_default(),
            })
        })?
        .collect()
}

/// The same, each with the number that tells it from the others.
pub fn numbered(reader: &Reader<'_>, table: &TableName, record: RecordId) -> Result<Vec<(i64, Lost)>> {
    let mut asked = reader.sql().prepare_cached(
        "SELECT position FROM history WHERE table_name = ?1 AND record_id = ?2 ORDER BY position DESC",
    )?;
    let numbers = asked.query_map(rusqlite::params![table.as_str(), cells::blob(record)], |row| row.get(0))?;
    let numbers = numbers.collect::<rusqlite::Result<Vec<i64>>>()?;
    Ok(numbers.into_iter().zip(of_record(reader, table, record)?).collect())
}

/// The user has seen them.
pub fn clear(tx: &Tx<'_>, table: &TableName, record: RecordId) -> Result<()> {
    tx.sql()
        .prepare_cached("DELETE FROM history WHERE table_name = ?1 AND record_id = ?2")?
        .execute(rusqlite::params![table.as_str(), cells::blob(record)])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Durability, samples};

    #[test]
    fn what_was_dropped_is_kept_until_the_user_clears_it() {
        let (_folder, database) = samples::database();
        let (table, id) = (TableName::new("account"), samples::id(1));
        let lost = |value: &str, whose| Lost {
            column: Column::new("name"),
            value: Value::Text(value.into()),
            whose,
            why: "You took theirs.".into(),
            at: samples::at(5),
        };
        let kept = [lost("Ada", Whose::Mine), lost("Bo", Whose::Theirs)];
        database.write(Durability::Full, |tx| kept.iter().try_for_each(|lost| keep(tx, &table, id, lost))).unwrap();
        let ask = |id| database.read(|reader| of_record(reader, &table, id)).unwrap();
        assert_eq!(ask(id), [kept[1].clone(), kept[0].clone()]);
        assert_eq!(ask(samples::id(2)), []);
        database.write(Durability::Full, |tx| clear(tx, &table, id)).unwrap();
        assert_eq!(ask(id), []);
    }
}

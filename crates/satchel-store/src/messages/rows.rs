//! Messages as lists show them, in blocks and one by one, each with its mark.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};
use satchel_domain::{
    RecordId, TableName,
    edit::{Deed, State},
    ids::{FolderId, ItemId, MailboxId},
    mail::Head,
    schema::Organisation,
    tracking::{EMAILS, ItemKey},
};

use super::{Block, Mark, Regarding, Row, Show};
use crate::{
    cells, codec,
    database::Reader,
    error::{Result, StoreError},
    folders, links, mailboxes, outbox, schema, sql,
};

/// `count` rows of a folder from the `first`, the newest first. It walks an index, whatever the size of the folder.
pub fn block(
    reader: &Reader<'_>,
    mailbox: MailboxId,
    folder: &FolderId,
    show: Show,
    first: u64,
    count: u64,
) -> Result<Block> {
    let Some(place) = folders::find(reader, mailbox, folder)? else { return Ok(Block { total: 0, rows: Vec::new() }) };
    let total = match show {
        Show::All => place.total,
        Show::Unread => place.unread,
        Show::Tracked => reader.sql().prepare_cached(COUNT_TRACKED)?.query_row([place.folder], |row| row.get(0))?,
    };
    let (first, count) = (i64::try_from(first).unwrap_or(i64::MAX), i64::try_from(count).unwrap_or(i64::MAX));
    let mut asked = reader.sql().prepare_cached(numbers(show))?;
    let numbers = asked.query_map(params![place.folder, count, first], |row| row.get::<_, i64>(0))?;
    let mut marks = Marks::new(reader);
    let rows = numbers.map(|number| row(&mut marks, number?));
    Ok(Block { total, rows: rows.collect::<Result<_>>()? })
}

/// The message in this mailbox; of several folders, where it was seen last.
pub fn find(reader: &Reader<'_>, mailbox: MailboxId, key: &ItemKey) -> Result<Option<Row>> {
    let Some(mailbox) = mailboxes::number(reader, mailbox)? else { return Ok(None) };
    let sql = "SELECT max(number) FROM message WHERE item_key = ?1 AND mailbox = ?2";
    let mut asked = reader.sql().prepare_cached(sql)?;
    let number: Option<i64> = asked.query_row(params![key.as_str(), mailbox], |row| row.get(0))?;
    number.map(|number| row(&mut Marks::new(reader), number)).transpose()
}

/// The message in whichever mailbox has it.
pub fn anywhere(reader: &Reader<'_>, key: &ItemKey) -> Result<Option<Row>> {
    let mut asked = reader.sql().prepare_cached("SELECT max(number) FROM message WHERE item_key = ?1")?;
    let number: Option<i64> = asked.query_row([key.as_str()], |row| row.get(0))?;
    number.map(|number| row(&mut Marks::new(reader), number)).transpose()
}

pub(super) const COUNT_TRACKED: &str = "SELECT count(*) FROM message WHERE folder = ?1 AND is_tracked = 1";

/// The numbers of ?2 rows of the folder ?1 from the ?3-th, along an index that has all it needs.
pub(super) fn numbers(show: Show) -> &'static str {
    match show {
        Show::All => {
            "SELECT number FROM message WHERE folder = ?1
              ORDER BY received_at DESC, number DESC LIMIT ?2 OFFSET ?3"
        }
        Show::Unread => {
            "SELECT number FROM message WHERE folder = ?1 AND shown_read = 0
              ORDER BY received_at DESC, number DESC LIMIT ?2 OFFSET ?3"
        }
        Show::Tracked => {
            "SELECT number FROM message WHERE folder = ?1 AND is_tracked = 1
              ORDER BY received_at DESC, number DESC LIMIT ?2 OFFSET ?3"
        }
    }
}

fn row(marks: &mut Marks<'_, '_>, number: i64) -> Result<Row> {
    let sql = "SELECT mailbox.mailbox_id, folder.folder_id, item_key, item_id, message_id, subject, people, sent_at,
                      received_at, shown_read, has_attachments, size, preview
                 FROM message JOIN folder ON folder.number = message.folder
                 JOIN mailbox ON mailbox.number = message.mailbox
                WHERE message.number = ?1";
    let mut asked = marks.reader.sql().prepare_cached(sql)?;
    let mut rows = asked.query_and_then([number], |row| {
        let people = codec::people_from_json(&row.get::<_, String>(6)?)?;
        let time = |at: i64| Timestamp::from_millisecond(at).map_err(|_| unreadable());
        let head = Head {
            item: ItemId::new(row.get::<_, String>(3)?),
            message_id: row.get(4)?,
            subject: row.get(5)?,
            from: people.from,
            to: people.to,
            cc: people.cc,
            sent_at: row.get::<_, Option<i64>>(7)?.map(time).transpose()?,
            received_at: time(row.get(8)?)?,
            is_read: row.get(9)?,
            has_attachments: row.get(10)?,
            size: row.get(11)?,
            preview: row.get(12)?,
        };
        let folder = FolderId::new(row.get::<_, String>(1)?);
        let key = ItemKey::stored(row.get::<_, String>(2)?);
        Ok(Row { mailbox: mailboxes::id(row, 0)?, folder, key, head, mark: Mark::Untracked })
    })?;
    let found: Row = rows.next().unwrap_or_else(|| Err(unreadable()))?;
    Ok(Row { mark: marks.of(&found.key)?, ..found })
}

fn unreadable() -> StoreError {
    StoreError::Query("a message cannot be read".to_owned())
}

/// Finds the marks of messages. What all of them need is asked once, and only when a message is tracked.
struct Marks<'a, 'r> {
    reader: &'a Reader<'r>,
    has_regarding: Option<bool>,
    organisation: Option<Option<Organisation>>,
}

impl<'a, 'r> Marks<'a, 'r> {
    fn new(reader: &'a Reader<'r>) -> Self {
        Self { reader, has_regarding: None, organisation: None }
    }

    fn of(&mut self, key: &ItemKey) -> Result<Mark> {
        let Some(link) = links::of(self.reader, key)?.filter(|link| !link.is_broken) else {
            return Ok(Mark::Untracked);
        };
        let email = link.email;
        let regarding = self.regarding(email)?;
        let entries = outbox::of_record(self.reader, &TableName::new(EMAILS), email)?;
        if let Some(State::Held(hold)) = entries.first().map(|entry| &entry.state) {
            return Ok(Mark::Failed { email, hold: hold.clone(), regarding });
        }
        Ok(match entries.iter().any(|entry| entry.edit.deed == Deed::Track) {
            true => Mark::Requested { email, regarding },
            false => Mark::Tracked { email, regarding },
        })
    }

    /// What the email record is about, as it is shown; none also when the record is not here.
    fn regarding(&mut self, email: RecordId) -> Result<Option<Regarding>> {
        if !self.has_regarding()? {
            return Ok(None);
        }
        let sql = "SELECT c_regardingobjectid, t_regardingobjectid, n_regardingobjectid
                     FROM view_email WHERE id = ?1 AND c_regardingobjectid IS NOT NULL";
        let mut asked = self.reader.sql().prepare_cached(sql)?;
        let mut rows = asked.query_and_then([cells::blob(email)], |row| {
            let table = TableName::new(row.get::<_, String>(1)?);
            Ok::<_, StoreError>((table, cells::id(row, 0)?, row.get::<_, Option<String>>(2)?))
        })?;
        let Some((table, record, told)) = rows.next().transpose()? else { return Ok(None) };
        let name = match told {
            Some(name) => name,
            None => self.name(&table, record)?.unwrap_or_default(),
        };
        Ok(Some(Regarding { table, record, name }))
    }

    /// The table of emails, or its column, may be none that the organisation described.
    fn has_regarding(&mut self) -> Result<bool> {
        if let Some(known) = self.has_regarding {
            return Ok(known);
        }
        let sql = "SELECT count(*) FROM pragma_table_info('view_email') WHERE name = 'c_regardingobjectid'";
        let count: i64 = self.reader.sql().prepare_cached(sql)?.query_row([], |row| row.get(0))?;
        self.has_regarding = Some(count > 0);
        Ok(count > 0)
    }

    /// The name of a record as it is shown; none when it is not here.
    fn name(&mut self, table: &TableName, record: RecordId) -> Result<Option<String>> {
        let organisation = match &mut self.organisation {
            Some(known) => known,
            unknown => unknown.insert(schema::load(self.reader)?),
        };
        let table = organisation.as_ref().and_then(|organisation| organisation.table(table));
        let column = table.and_then(|table| table.column(table.primary_name.as_ref()?));
        let (Some(table), Some(column)) = (table, column) else { return Ok(None) };
        let mut asked = self.reader.sql().prepare_cached(&sql::name_shown(&table.name, column)?)?;
        Ok(asked.query_row([cells::blob(record)], |row| row.get::<_, Option<String>>(0)).optional()?.flatten())
    }
}

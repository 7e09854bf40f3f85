//! What must hold when everything is calm again: CRM and the mailbox have everything once, and the device shows just that.

use std::collections::BTreeMap;

use satchel_domain::{
    Column, FolderId, Record, TableName,
    mail::{Head, Purpose},
};
use satchel_store::{
    StoreError, folders,
    messages::{self, Show},
    outbox,
    records::{self, List},
    soundness,
};
use satchel_testkit::organisation;

use crate::{
    device::{Device, MAILBOX, tables},
    script::Services,
};

/// What the services hold, without what differs between two ways to the same end: versions, times, and ids that they made.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Holdings {
    rows: BTreeMap<String, Vec<String>>,
    letters: Vec<(FolderId, String, bool)>,
}

pub(crate) fn holdings(services: &Services) -> Holdings {
    let rows = organisation::sample().tables.into_iter().map(|table| {
        let is_ours = !table.name.as_str().starts_with("activity");
        let mut rows: Vec<_> = services
            .crm
            .rows(&table.name)
            .into_iter()
            .map(|mut row| {
                row.values.retain(|column, _| column.as_str() != "modifiedon");
                format!("{:?} {:?}", is_ours.then_some(row.id), row.values)
            })
            .collect();
        rows.sort();
        (table.name.to_string(), rows)
    });
    let mut letters: Vec<_> =
        posts(services).into_iter().map(|(folder, head)| (folder, head.subject, head.is_read)).collect();
    letters.sort();
    Holdings { rows: rows.collect(), letters }
}

fn posts(services: &Services) -> Vec<(FolderId, Head)> {
    use Purpose::{Archive, Deleted, Drafts, Inbox, Junk, Sent};
    [Inbox, Drafts, Sent, Archive, Deleted, Junk]
        .into_iter()
        .flat_map(|purpose| {
            let folder = services.mailbox.folder(purpose);
            let heads = services.mailbox.heads(&folder);
            heads.into_iter().map(move |head| (folder.clone(), head))
        })
        .collect()
}

/// I1 and I3, I5, I17, I19.
pub(crate) fn check(device: &Device, services: &Services, end: &Holdings) -> Result<(), String> {
    let found = holdings(services);
    for (table, rows) in &end.rows {
        let holds = &found.rows[table];
        let only = |these: &[String], those: &[String]| -> Vec<String> {
            these.iter().filter(|row| !those.contains(row)).cloned().collect()
        };
        if holds != rows {
            let (lacks, has) = (only(rows, holds), only(holds, rows));
            return Err(format!(
                "I1, I3: CRM holds {} of {table} instead of {}; it lacks {lacks:?} and has {has:?}",
                holds.len(),
                rows.len()
            ));
        }
    }
    if found.letters != end.letters {
        return Err(format!("I17: the mailbox should hold {:?} and holds {:?}", end.letters, found.letters));
    }
    shown(device, services).map_err(|error| error.to_string())?
}

fn shown(device: &Device, services: &Services) -> Result<Result<(), String>, StoreError> {
    device.database.read(|reader| {
        let waits = outbox::list(reader)?;
        if !waits.is_empty() {
            return Ok(Err(format!("I1: it still waits: {waits:?}")));
        }
        for name in tables() {
            let table = services.crm.table(name.as_str());
            let columns: Vec<Column> = table.columns.iter().map(|column| column.name.clone()).collect();
            let list = List { columns: &columns, ..List::default() };
            let block = records::block(reader, &table, &list, 0, 10_000)?;
            let here: Vec<Record> = block.rows.into_iter().map(|shown| shown.record).collect();
            if let Err(why) = same(&name, &columns, here, services.crm.rows(&name)) {
                return Ok(Err(why));
            }
        }
        let mut there = BTreeMap::<FolderId, Vec<_>>::new();
        for (folder, head) in posts(services) {
            there.entry(folder).or_default().push((head.item, head.subject, head.is_read));
        }
        for listed in folders::list(reader, MAILBOX)? {
            let folder = listed.folder.id;
            let block = messages::block(reader, MAILBOX, &folder, Show::All, 0, 10_000)?;
            let mut here: Vec<_> =
                block.rows.into_iter().map(|row| (row.head.item, row.head.subject, row.head.is_read)).collect();
            let mut there = there.remove(&folder).unwrap_or_default();
            here.sort();
            there.sort();
            if here != there {
                return Ok(Err(format!("I17: {folder} shows {here:?} and the mailbox has {there:?}")));
            }
        }
        let faults = soundness::faults(reader)?;
        Ok(if faults.is_empty() { Ok(()) } else { Err(format!("I19: {faults:?}")) })
    })
}

fn same(name: &TableName, columns: &[Column], mut here: Vec<Record>, mut there: Vec<Record>) -> Result<(), String> {
    here.sort_by_key(|record| record.id);
    there.sort_by_key(|record| record.id);
    let ids = |records: &[Record]| records.iter().map(|record| record.id).collect::<Vec<_>>();
    if ids(&here) != ids(&there) {
        return Err(format!("I5: of {name} it shows {:?} and CRM has {:?}", ids(&here), ids(&there)));
    }
    for (here, there) in here.iter().zip(&there) {
        let differs = columns.iter().find(|column| !here.value(column).same_as(there.value(column)));
        if let Some(column) = differs {
            let (here, there) = (here.value(column), there.value(column));
            return Err(format!("I5: {name} {column} shows {here:?} and CRM has {there:?}"));
        }
    }
    Ok(())
}

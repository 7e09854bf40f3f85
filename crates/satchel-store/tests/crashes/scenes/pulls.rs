//! What pulls of tables do: pages and their cursors, deletions, sweeps, and columns that the organisation gained.

use satchel_domain::{
    Column, Record, RecordId, TableName,
    ports::{Next, Page},
    schema::{ColumnShape, Kind, Lines, Organisation, Table},
    scope::{self, Scope},
};
use satchel_store::{Result, Tx, cursors, outbox, records, schema};
use satchel_testkit::organisation;

use super::{Scene, Step, accounts, at, cursor, full, id, normal, page, row, update};

/// As the agent stores a page: rows, the end of a sweep and the cursor in one transaction.
fn store(tx: &Tx<'_>, table: &Table, page: &Page) -> Result<()> {
    let kept = cursors::get(tx, &table.name)?;
    records::store_page(tx, table, page, kept.generation)?;
    let is_caught_up = matches!(page.next, Next::CaughtUp(_));
    if let (Scope::Sweeping { generation, .. }, true) = (&kept.scope, is_caught_up) {
        records::end_sweep(tx, table, *generation)?;
    }
    cursors::set(tx, &table.name, &scope::after_page(&kept.scope, &page.next), is_caught_up.then(|| at(50)))
}

fn pull(table: fn() -> Table, records: Vec<Record>, gone: Vec<RecordId>, next: Next) -> Step {
    let page = Page { records, gone, next, way: satchel_domain::ports::Way::Changes };
    normal(move |tx| store(tx, &table(), &page))
}

fn typed(number: u64, record: u64) -> Step {
    full(move |tx| outbox::append(tx, &accounts(), &update(number, record, "mine"), "Named", at(10)).map(|_| ()))
}

/// A table that was never read, while the user goes on saving.
pub(super) fn backfill() -> Scene {
    let contact = TableName::new("contact");
    let mut steps = Vec::new();
    for number in 0..8 {
        let next = if number == 7 { Next::CaughtUp(cursor(8)) } else { Next::More(cursor(number + 1)) };
        let records = page(&contact, number).into_iter().map(|mut record| {
            record.values.clear();
            record
        });
        steps.push(pull(organisation::contact, records.collect(), Vec::new(), next));
        if number % 3 == 1 {
            steps.push(typed(number, number % 5));
        }
    }
    Scene { name: "backfill", steps }
}

/// Changes and deletions, some of them of records that wait.
pub(super) fn delta() -> Scene {
    let account = TableName::new("account");
    let mut steps = vec![typed(0, 0), typed(1, 1)];
    for number in 0..6 {
        let records = vec![row(&account, 0, number + 2), row(&account, 30 + number, 1)];
        let gone = if number == 3 { vec![id(1), id(2), id(31)] } else { Vec::new() };
        let next = Next::CaughtUp(satchel_domain::Cursor::new(format!("delta {number}")));
        steps.push(pull(accounts, records, gone, next));
    }
    Scene { name: "delta", steps }
}

/// The cursor expired: everything is read again, and the last page removes what was not seen.
pub(super) fn sweep() -> Scene {
    let account = TableName::new("account");
    let reset = normal(|tx| {
        let name = TableName::new("account");
        let scope = scope::after_expiry(cursors::get(tx, &name)?.generation);
        cursors::set(tx, &name, &scope, None)
    });
    let mut steps = vec![typed(0, 0), reset];
    for number in 0..3 {
        let next = if number == 2 { Next::CaughtUp(cursor(3)) } else { Next::More(cursor(number + 1)) };
        steps.push(pull(accounts, page(&account, number), Vec::new(), next));
        steps.push(typed(number + 1, 3));
    }
    Scene { name: "sweep", steps }
}

/// The organisation gains columns while edits wait; the tables are swept.
pub(super) fn wider() -> Scene {
    let described = |count: u64| {
        let mut wider = accounts();
        wider.columns.extend((0..count).map(|number| ColumnShape {
            name: Column::new(format!("new_{number}")),
            label: format!("New {number}"),
            kind: Kind::Text { max_length: 100, lines: Lines::One },
            is_required: false,
            may_create: true,
            may_update: true,
        }));
        Organisation { tables: vec![wider, organisation::contact(), organisation::email()], ..organisation::sample() }
    };
    let mut steps = vec![typed(0, 0)];
    for count in 1..4 {
        steps.push(normal(move |tx| schema::apply(tx, &described(count))));
        steps.push(typed(count, count));
    }
    Scene { name: "wider", steps }
}

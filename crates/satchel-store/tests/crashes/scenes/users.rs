//! What users and playback do to the outbox.

use satchel_domain::{
    TableName, Value,
    edit::{Deed, Edit, Hold},
    tracking::{email_id, item_key},
};
use satchel_store::{
    Result, Tx, decisions,
    history::{self, Lost, Whose},
    links, outbox,
    outbox::{Accepted, Rebased},
};
use satchel_testkit::organisation;

use super::{Scene, Step, accounts, at, change, edit, entry, full, head, id, lookup, normal, row, update};

fn append(made: Edit) -> Step {
    full(move |tx| outbox::append(tx, &accounts(), &made, "Named", at(10)).map(|_| ()))
}

/// A create names the record; a child refers to it.
fn create(number: u64, record: u64, parent: Option<u64>) -> Edit {
    let name = change("name", Value::Null, Value::Text(format!("New {record}")));
    let parent = parent.map(|parent| change("parentaccountid", Value::Null, lookup("account", parent)));
    edit(number, record, Deed::Create, [Some(name), parent].into_iter().flatten().collect())
}

/// Saving, on several records, one of them again and again, so that edits are folded.
pub(super) fn edits() -> Scene {
    let steps = (0..14).map(|number| append(update(number, number % 5, &format!("typed {number} ").repeat(30))));
    Scene { name: "edits", steps: steps.collect() }
}

/// New records that refer to each other, one deleted again before it was sent.
pub(super) fn creates() -> Scene {
    let chain =
        (0..8).map(|number| append(create(number, 50 + number, number.checked_sub(1).map(|before| 50 + before))));
    let gone = append(edit(20, 57, Deed::Delete, Vec::new()));
    Scene { name: "creates", steps: chain.chain([gone, append(edit(21, 2, Deed::Delete, Vec::new()))]).collect() }
}

/// Edits that the user takes back, with those that depend on them.
pub(super) fn discards() -> Scene {
    let made = [append(create(0, 50, None)), append(create(1, 51, Some(50))), append(update(2, 1, "mine"))];
    let discard = |number: u64| full(move |tx| outbox::discard(tx, &accounts(), entry(number), at(20)));
    let rest = [discard(0), append(update(3, 1, "mine again")), discard(2), discard(1)];
    Scene { name: "discards", steps: made.into_iter().chain(rest).collect() }
}

/// Sent, answered and settled; one comes back later.
pub(super) fn played_back() -> Scene {
    let mut steps = Vec::new();
    for number in 0..4 {
        steps.push(append(update(number, number, "before")));
        steps.push(full(move |tx| outbox::mark_in_flight(tx, entry(number))));
        // Typed while the first is under way.
        steps.push(append(update(number + 10, number, "while")));
        steps.push(match number {
            1 => full(|tx| outbox::settle_later(tx, entry(1), at(99), 1)),
            2 => full(|tx| outbox::settle_accepted(tx, &accounts(), entry(2), Accepted::Unread)),
            3 => full(|tx| outbox::settle_accepted(tx, &accounts(), entry(3), Accepted::Deleted)),
            _ => full(move |tx| {
                let server = row(&TableName::new("account"), number, 2);
                outbox::settle_accepted(tx, &accounts(), entry(number), Accepted::Record(&server))
            }),
        });
    }
    Scene { name: "played back", steps }
}

/// Held by a conflict, then merged: the losing value goes into the history, the reason is written down.
pub(super) fn merged() -> Scene {
    let hold = |tx: &Tx<'_>, number: u64| -> Result<()> {
        let theirs = row(&TableName::new("account"), number, 7);
        let clashes = vec!["description".into()].into_iter().map(|name: String| satchel_domain::Column::new(name));
        outbox::settle_held(tx, entry(number), &Hold::Conflict { theirs, clashes: clashes.collect() })
    };
    let rebase = |tx: &Tx<'_>, number: u64| -> Result<()> {
        let server = row(&TableName::new("account"), number, 7);
        let changes = update(number, number, "mine").changes;
        let lost = Lost {
            column: changes[0].column.clone(),
            value: changes[0].before.clone(),
            whose: Whose::Theirs,
            why: "You kept yours.".into(),
            at: at(30),
        };
        history::keep(tx, &server.table, server.id, &lost)?;
        let decision = decisions::Decision {
            table: server.table.clone(),
            record: server.id,
            rule: "keep mine".into(),
            inputs: "description".into(),
            answer: "412".into(),
            at: at(30),
        };
        decisions::note(tx, &decision)?;
        outbox::settle_rebased(tx, &accounts(), entry(number), Rebased { changes: &changes, server: &server }, at(30))
    };
    let of = |number: u64| {
        [
            append(update(number, number, "mine")),
            full(move |tx| outbox::mark_in_flight(tx, entry(number))),
            full(move |tx| hold(tx, number)),
            normal(move |tx| history::clear(tx, &TableName::new("account"), id(number + 3))),
            full(move |tx| rebase(tx, number)),
        ]
    };
    Scene { name: "merged", steps: (0..3).flat_map(of).collect() }
}

/// A message is tracked: link and entry in one transaction; then untracked, and tracked again.
pub(super) fn tracked() -> Scene {
    let made = |number: u64, message: u64| {
        let head = head(message);
        let changes = vec![change("subject", Value::Null, Value::Text(head.subject.clone()))];
        let record = email_id(organisation::sample().id, &item_key(&head));
        Edit { entry: entry(number), table: "email".into_table(), record, deed: Deed::Track, changes, base: None }
    };
    let track = move |number: u64, message: u64| {
        full(move |tx| {
            let made = made(number, message);
            links::link_to(tx, &item_key(&head(message)), made.record, true)?;
            outbox::append(tx, &organisation::email(), &made, "Message", at(40)).map(|_| ())
        })
    };
    let untrack = full(move |tx| {
        links::break_link(tx, &item_key(&head(900)))?;
        outbox::discard(tx, &organisation::email(), entry(0), at(41))
    });
    let accepted = full(move |tx| {
        let mut server = row(&"email".into_table(), 0, 1);
        server.id = made(1, 901).record;
        outbox::settle_accepted(tx, &organisation::email(), entry(1), Accepted::Record(&server))
    });
    let sent = full(|tx| outbox::mark_in_flight(tx, entry(1)));
    Scene { name: "tracked", steps: vec![track(0, 900), track(1, 901), sent, untrack, accepted, track(2, 900)] }
}

/// The name of a table, where only a literal stands.
trait IntoTable {
    fn into_table(self) -> TableName;
}

impl IntoTable for &str {
    fn into_table(self) -> TableName {
        TableName::new(self)
    }
}

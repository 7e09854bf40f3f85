//! After a kill: is everything that was promised in the outbox or in CRM, and once?

use std::collections::BTreeMap;

use satchel_testkit::demo_org::DemoOrg;
use serde_json::Value;

use crate::{
    journal::{Journal, Promise},
    terminal::{Colleague, Terminal},
};

/// Ids in one question.
const AT_ONCE: usize = 20;
const COLUMNS: [(&str, &str, &str, &str); 2] = [
    ("account", "accounts", "accountid", "accountid,name,telephone1,address1_city,description"),
    ("contact", "contacts", "contactid", "contactid,lastname,jobtitle,telephone1,description,_parentcustomerid_value"),
];

#[derive(Debug)]
pub(crate) struct Judge<'a> {
    colleague: Colleague,
    terminal: &'a Terminal,
    pub findings: Vec<String>,
    pub lost: u32,
    pub doubled: u32,
    pub signed_in_again: u32,
}

impl<'a> Judge<'a> {
    pub(crate) fn of(org: &DemoOrg, terminal: &'a Terminal) -> Self {
        let colleague = Colleague::of(org);
        Self { colleague, terminal, findings: Vec::new(), lost: 0, doubled: 0, signed_in_again: 0 }
    }

    /// Nobody works on the profile now, so what is found stands still. `full` also plays everything back.
    pub(crate) async fn after_a_kill(&mut self, journal: &mut Journal, full: bool) {
        let words: &[&str] = if full { &["--json", "check", "--full"] } else { &["--json", "check"] };
        let checked = self.terminal.run(words);
        if checked.code != 0 {
            self.findings.push(format!("I19: the profile does not open whole after a kill: {checked:?}"));
            return;
        }
        let checked = checked.json();
        self.compare(journal, checked["outbox"].as_array().unwrap()).await;
        if full {
            self.play_back(journal).await;
        }
    }

    pub(crate) async fn at_the_end(&mut self, journal: &mut Journal) {
        self.play_back(journal).await;
        // Everything is looked at once more, in CRM alone.
        let promises = journal.records.values_mut().flat_map(|known| known.columns.values_mut());
        promises.for_each(|promise| promise.is_seen = false);
        self.compare(journal, &[]).await;
        self.count(journal).await;
    }

    /// Sends everything; a token that was rotated and not kept before the kill costs a sign-in, as it would a user.
    async fn play_back(&mut self, journal: &mut Journal) {
        let mut synced = self.terminal.run(&["sync", "--timeout", "240"]);
        if synced.code == 4 {
            self.signed_in_again += 1;
            self.terminal.run(&["connect", "--demo"]).ok();
            synced = self.terminal.run(&["sync", "--timeout", "240"]);
        }
        if synced.code != 0 {
            let outbox = self.terminal.run(&["outbox"]);
            self.findings.push(format!("the outbox does not empty itself: {synced:?}\n{}", outbox.out));
            return;
        }
        self.compare(journal, &[]).await;
    }

    /// I1: each promise is what the outbox has last of its column, or else what CRM has.
    async fn compare(&mut self, journal: &mut Journal, outbox: &[Value]) {
        let waiting = waiting(outbox);
        for (table, set, key, columns) in COLUMNS {
            let open: Vec<String> = journal
                .records
                .iter()
                .filter(|(_, known)| known.table == table && known.columns.values().any(|promise| !promise.is_seen))
                .map(|(id, _)| id.clone())
                .collect();
            let mut in_crm: BTreeMap<String, Value> = BTreeMap::new();
            for ids in open.chunks(AT_ONCE) {
                let wanted = ids.iter().map(|id| format!("{key} eq {id}")).collect::<Vec<_>>().join(" or ");
                let rows = self.colleague.rows(&format!("{set}?$select={columns}&$filter={wanted}")).await;
                in_crm.extend(rows.into_iter().map(|row| (row[key].as_str().unwrap().to_owned(), row)));
            }
            for id in open {
                let Some(known) = journal.records.get_mut(&id) else { continue };
                for (column, promise) in known.columns.iter_mut().filter(|(_, promise)| !promise.is_seen) {
                    let waits = waiting.get(&(id.as_str(), *column));
                    let found = waits.cloned().or_else(|| in_crm.get(&id).map(|row| of_crm(row, column)));
                    match kept(promise, found.as_deref(), waits.is_none()) {
                        Verdict::Kept => {}
                        Verdict::Unread => journal.unread += 1,
                        Verdict::Lost => {
                            self.lost += 1;
                            self.findings.push(format!("I1: {table} {id} {column}: {promise:?}, found {found:?}"));
                            promise.is_seen = true;
                        }
                    }
                }
            }
        }
    }

    /// I3: one row for each creation that was acknowledged, at most one for each that was not.
    async fn count(&mut self, journal: &mut Journal) {
        let mut rows: BTreeMap<(&str, String), u32> = BTreeMap::new();
        for (table, set, name) in [("account", "accounts", "name"), ("contact", "contacts", "lastname")] {
            let path = format!("{set}?$select={name}&$filter=startswith({name},'{}')", journal.mark());
            for row in self.colleague.rows(&path).await {
                *rows.entry((table, row[name].as_str().unwrap().to_owned())).or_default() += 1;
            }
        }
        for (named, count) in &rows {
            if *count > 1 {
                self.doubled += count - 1;
                self.findings.push(format!("I3: {named:?} is there {count} times"));
            }
        }
        let acknowledged = journal.records.values().map(|known| {
            let column = if known.table == "account" { "name" } else { "lastname" };
            (known.table, known.columns[column].value.clone())
        });
        let expected: Vec<_> = acknowledged.chain(journal.perhaps.iter().cloned()).collect();
        for unexpected in rows.keys().filter(|named| !expected.contains(named)) {
            self.doubled += 1;
            self.findings.push(format!("I3: nobody asked for {unexpected:?}"));
        }
    }
}

enum Verdict {
    Kept,
    /// The edit that was under way had been committed.
    Unread,
    Lost,
}

fn kept(promise: &mut Promise, found: Option<&str>, is_in_crm: bool) -> Verdict {
    let found = found.unwrap_or_default();
    if found == promise.value {
        // Once settled it stays so: what was not committed then never will be.
        promise.or = None;
        promise.is_seen = is_in_crm;
        return Verdict::Kept;
    }
    if promise.or.as_deref() == Some(found) {
        promise.value = found.to_owned();
        promise.or = None;
        promise.is_seen = is_in_crm;
        return Verdict::Unread;
    }
    Verdict::Lost
}

/// The last value of each column of each record that waits.
fn waiting(outbox: &[Value]) -> BTreeMap<(&str, &str), String> {
    let mut waiting = BTreeMap::new();
    for entry in outbox {
        for change in entry["changes"].as_array().unwrap() {
            let at = (entry["record"].as_str().unwrap(), change["column"].as_str().unwrap());
            let after = &change["after"];
            let value = match after["kind"].as_str() {
                Some("lookup") => format!("{}:{}", after["table"].as_str().unwrap(), after["id"].as_str().unwrap()),
                _ => after["text"].as_str().unwrap_or_default().to_owned(),
            };
            waiting.insert(at, value);
        }
    }
    waiting
}

fn of_crm(row: &Value, column: &str) -> String {
    match column {
        "parentcustomerid" => {
            row["_parentcustomerid_value"].as_str().map(|id| format!("account:{id}")).unwrap_or_default()
        }
        _ => row[column].as_str().unwrap_or_default().to_owned(),
    }
}

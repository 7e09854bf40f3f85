//! `records set` and `records delete`: an edit is on disk, with its entry in the outbox, before it is called saved.

use std::{
    collections::BTreeMap,
    io::{self, BufRead as _},
    thread,
};

use satchel_app::requests::{DeleteRecord, Field, ListTables, NewRecord, SaveRecord, Saved};
use satchel_wiring::Face;
use serde_json::json;
use tokio::sync::mpsc;

use crate::{
    arguments::{Arguments, Set},
    cells::typed,
    ending::{Ending, Stop},
    opening::{Opened, open},
    printing::Printer,
    sync::sync,
};

/// Lines that are read ahead of what is saved.
const AHEAD: usize = 16;

pub(crate) async fn set(arguments: &Arguments, set: &Set, printer: Printer) -> Result<(), Stop> {
    let face = if set.sync { Face::Terminal } else { Face::TerminalOffline };
    let profile = open(arguments, face).await?;
    let mut forms = Forms { profile: &profile, fields: BTreeMap::new() };
    let refused = match (&set.table, &set.id) {
        (Some(table), Some(id)) => {
            let edit = Words { table: table.clone(), id: id.clone(), values: set.values.clone() };
            let saved = forms.save(&edit).await?;
            acknowledge(&edit.table, &saved, printer)?;
            0
        }
        _ => many(&mut forms, printer).await?,
    };
    let synced = if set.sync { sync(&profile, set.timeout, printer).await } else { Ok(()) };
    if refused == 0 {
        return synced;
    }
    let mut message = format!("{refused} of the edits could not be saved; their lines say why.");
    if let Err(stop) = synced {
        message = format!("{message} {}", stop.message);
    }
    Err(Stop::invalid(message))
}

pub(crate) async fn delete(profile: &Opened, table: &str, id: &str, printer: Printer) -> Result<(), Stop> {
    let saved = profile.app.delete_record(DeleteRecord { table: table.to_owned(), id: id.to_owned() }).await?;
    acknowledge(table, &saved, printer)
}

/// Saves line after line until standard input ends. What cannot be saved is said, counted, and does not hold up the next.
async fn many(forms: &mut Forms<'_>, printer: Printer) -> Result<u32, Stop> {
    let mut lines = lines_of_stdin();
    let mut refused = 0_u32;
    while let Some(line) = lines.recv().await {
        let line =
            line.map_err(|error| Stop::failed(format!("Standard input broke off: {error}. Send the rest again.")))?;
        let saved = match words_of(&line) {
            Ok(edit) => forms.save(&edit).await.map(|saved| (edit.table, saved)),
            Err(stop) => Err(stop),
        };
        match saved {
            Ok((table, saved)) => acknowledge(&table, &saved, printer)?,
            // The disk is full or worse: no later line fares better.
            Err(stop) if stop.ending != Ending::Invalid => return Err(stop),
            Err(stop) => {
                refused += 1;
                printer.say(&format!("not saved: {}", stop.message), &json!({ "notSaved": stop.message }))?;
            }
        }
    }
    Ok(refused)
}

/// What one edit says.
struct Words {
    table: String,
    id: String,
    values: Vec<String>,
}

fn words_of(line: &[u8]) -> Result<Words, Stop> {
    let words: Vec<String> = serde_json::from_slice(line)
        .map_err(|_| Stop::invalid("the line is not a JSON array of the words TABLE, ID and COLUMN=VALUE."))?;
    let mut words = words.into_iter();
    match (words.next(), words.next(), words.collect::<Vec<_>>()) {
        (Some(table), Some(id), values) if !values.is_empty() => Ok(Words { table, id, values }),
        _ => Err(Stop::invalid("an edit has a table, an id and at least one COLUMN=VALUE.")),
    }
}

/// The columns of each table, asked for once: a description changes only with a sync, and then the app refuses what is gone.
struct Forms<'a> {
    profile: &'a Opened,
    fields: BTreeMap<String, Vec<Field>>,
}

impl Forms<'_> {
    async fn save(&mut self, edit: &Words) -> Result<Saved, Stop> {
        let values = typed(self.of(&edit.table).await?, &edit.values).map_err(Stop::invalid)?;
        let id = Some(edit.id.clone()).filter(|id| id != "new");
        let saved = self.profile.app.save_record(SaveRecord { table: edit.table.clone(), id, values }).await?;
        match saved.problems.is_empty() {
            true => Ok(saved),
            false => {
                let problems = saved.problems.iter().map(|problem| problem.message.as_str());
                Err(Stop::invalid(problems.collect::<Vec<_>>().join(" ")))
            }
        }
    }

    async fn of(&mut self, table: &str) -> Result<&[Field], Stop> {
        if !self.fields.contains_key(table) {
            let form = self.profile.app.new_record(NewRecord { table: table.to_owned(), parent: None }).await;
            let fields = match form {
                Ok(form) => form.fields,
                Err(error) => return Err(self.no_form(table, error.into()).await),
            };
            self.fields.insert(table.to_owned(), fields);
        }
        Ok(self.fields.get(table).map_or(&[], Vec::as_slice))
    }

    /// A better sentence where nothing was read yet, or where the table is a slip of the keyboard.
    async fn no_form(&self, table: &str, stop: Stop) -> Stop {
        if stop.ending != Ending::Invalid {
            return stop;
        }
        match self.profile.app.list_tables(ListTables {}).await {
            Err(error) => error.into(),
            Ok(heads) if heads.tables.is_empty() => {
                Stop::invalid("Nothing was read from CRM yet, so its tables are unknown here. Run `sync` first.")
            }
            Ok(heads) => {
                let names: Vec<_> = heads.tables.iter().map(|head| head.table.as_str()).collect();
                Stop::invalid(format!("There is no table {table} to edit here. There are: {}.", names.join(", ")))
            }
        }
    }
}

/// The promise. It is made only after the commit, and once it is printed it holds.
fn acknowledge(table: &str, saved: &Saved, printer: Printer) -> Result<(), Stop> {
    let id = saved.id.as_deref().unwrap_or_default();
    let text = match &saved.entry {
        Some(entry) => format!("saved {entry} {table} {id}"),
        None => format!("nothing to send {table} {id}"),
    };
    printer.say(&text, &json!({ "saved": saved.entry, "table": table, "id": id }))
}

/// Reading blocks, and nobody may wait for a line that never comes: so in a thread that is left behind at the end.
fn lines_of_stdin() -> mpsc::Receiver<io::Result<Vec<u8>>> {
    let (send, lines) = mpsc::channel(AHEAD);
    thread::spawn(move || {
        // Not every line need be text: one that is not is refused like any other, and the next is read.
        for line in io::stdin().lock().split(b'\n') {
            let is_empty = line.as_ref().is_ok_and(|line| line.trim_ascii().is_empty());
            let is_last = line.is_err();
            if !is_empty && send.blocking_send(line).is_err() || is_last {
                return;
            }
        }
    });
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_an_array_of_words() {
        let edit = words_of(br#"["account", "new", "name=Fjord \"&\" Sons"]"#).map(|edit| edit.values);
        assert_eq!(edit.unwrap(), ["name=Fjord \"&\" Sons"]);
        for line in ["account new name=A", r#"["account", "new"]"#, r#"{"table": "account"}"#, "[1, 2, 3]"] {
            assert_eq!(words_of(line.as_bytes()).map(|_| ()).unwrap_err().ending, Ending::Invalid, "{line}");
        }
    }
}

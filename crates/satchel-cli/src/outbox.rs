//! `outbox`: what CRM does not have yet, and the user's word on it.

use satchel_app::requests::{DiscardEntry, ListOutbox, OutboxDeed, OutboxEntry, OutboxState, RetryEntry};
use serde_json::json;

use crate::{arguments::Outbox, ending::Stop, opening::Opened, printing::Printer};

pub(crate) async fn outbox(profile: &Opened, command: Option<&Outbox>, printer: Printer) -> Result<(), Stop> {
    match command {
        None | Some(Outbox::List) => list(profile, printer).await,
        Some(Outbox::Retry { id }) => {
            profile.app.retry_entry(RetryEntry { entry: id.clone() }).await?;
            printer.say("It goes out with the next sync.", &json!({ "retried": id }))
        }
        Some(Outbox::Discard { id }) => {
            profile.app.discard_entry(DiscardEntry { entry: id.clone() }).await?;
            printer.say("Taken back. Its values stay in the record's history.", &json!({ "discarded": id }))
        }
    }
}

async fn list(profile: &Opened, printer: Printer) -> Result<(), Stop> {
    let entries = entries(profile).await?;
    if entries.is_empty() && !printer.is_json {
        return printer.say(&sentence(&entries), &json!(null));
    }
    for entry in &entries {
        printer.say(&line(entry), &json!(entry))?;
    }
    Ok(())
}

pub(crate) async fn entries(profile: &Opened) -> Result<Vec<OutboxEntry>, Stop> {
    Ok(profile.app.list_outbox(ListOutbox {}).await?.entries)
}

/// How much waits, as a sentence.
pub(crate) fn sentence(entries: &[OutboxEntry]) -> String {
    match entries.len() {
        0 => "The outbox is empty: CRM has everything.".to_owned(),
        1 => "One entry waits in the outbox.".to_owned(),
        many => format!("{many} entries wait in the outbox."),
    }
}

fn line(entry: &OutboxEntry) -> String {
    let deed = match entry.deed {
        OutboxDeed::Create => "create",
        OutboxDeed::Update => "update",
        OutboxDeed::Delete => "delete",
        OutboxDeed::Track => "track",
    };
    let state = match &entry.state {
        OutboxState::Waiting => "waiting".to_owned(),
        OutboxState::WaitsFor { name } => format!("waits for {name}"),
        OutboxState::Sending => "sending".to_owned(),
        OutboxState::Held { message, .. } => format!("held: {message}"),
    };
    format!("{}  {deed} {} {} \"{}\"  {state}", entry.entry, entry.table, entry.record, entry.name)
}

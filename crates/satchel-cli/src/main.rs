//! Satchel without a window: each command is one or two of the app's functions, and a sentence at the end.

mod arguments;
mod cells;
mod connect;
mod edits;
mod ending;
mod opening;
mod outbox;
mod printing;
mod records;
mod sync;

use std::process::ExitCode;

use clap::Parser as _;
use satchel_app::{Depth, requests::DismissNotice};
use satchel_wiring::Face;
use serde_json::json;

use crate::{
    arguments::{Arguments, Command, Deed},
    ending::{Ending, Stop},
    opening::open,
    printing::Printer,
};

#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let printer = Printer { is_json: arguments.json };
    match run(&arguments, printer).await {
        Ok(()) => Ending::Done.into(),
        Err(stop) => {
            printer.complain(&stop);
            stop.ending.into()
        }
    }
}

async fn run(arguments: &Arguments, printer: Printer) -> Result<(), Stop> {
    match &arguments.command {
        Command::Connect(connect) => connect::connect(arguments, connect, printer).await,
        Command::Sync { timeout } => {
            let profile = open(arguments, Face::Terminal).await?;
            sync::sync(&profile, *timeout, printer).await
        }
        Command::Outbox { command } => {
            let profile = open(arguments, Face::TerminalOffline).await?;
            outbox::outbox(&profile, command.as_ref(), printer).await
        }
        Command::Records { deed: Deed::Set(set) } => edits::set(arguments, set, printer).await,
        Command::Records { deed: Deed::Get { table, id } } => {
            let profile = open(arguments, Face::TerminalOffline).await?;
            records::get(&profile, table, id, printer).await
        }
        Command::Records { deed: Deed::Find { text, table } } => {
            let profile = open(arguments, Face::TerminalOffline).await?;
            records::find(&profile, text, table.as_deref(), printer).await
        }
        Command::Records { deed: Deed::Delete { table, id } } => {
            let profile = open(arguments, Face::TerminalOffline).await?;
            edits::delete(&profile, table, id, printer).await
        }
        Command::Check { full, dismiss } => {
            let profile = open(arguments, Face::TerminalOffline).await?;
            if let (true, Some(notice)) = (*dismiss, profile.app.notice().await?) {
                profile.app.dismiss_notice(DismissNotice { notice }).await?;
            }
            check(&profile, if *full { Depth::Full } else { Depth::Quick }, printer).await
        }
    }
}

/// Looks at the database, and at what waits in it.
async fn check(profile: &opening::Opened, depth: Depth, printer: Printer) -> Result<(), Stop> {
    let problems = profile.app.check(depth).await?;
    let entries = outbox::entries(profile).await?;
    let said = match problems.len() {
        0 => format!("The database is whole. {}", outbox::sentence(&entries)),
        _ => problems.join("\n"),
    };
    printer.say(&said, &json!({ "problems": problems, "outbox": entries }))?;
    match problems.is_empty() {
        true => Ok(()),
        false => {
            // The mark that the check left makes the next opening do so.
            Err(Stop::failed(
                "The database is damaged. The next command, or the next start of Satchel, keeps the damaged file beside \
                 a new one, saves in it what CRM does not have yet, and says what it could not save.",
            ))
        }
    }
}

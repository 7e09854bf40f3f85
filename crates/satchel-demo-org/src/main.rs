//! The demo organisation's program: serve it, get a token, start over, look at it from outside.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use satchel_demo_org::{Audience, Change, Options, User};
use tokio::signal::unix::{SignalKind, signal};

#[derive(Parser)]
#[command(about = "A Dynamics 365 organisation that exists on this machine only")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Answer until a stop is asked for; prints one line of JSON with the addresses when ready.
    Serve(Serve),
    /// Print an access token.
    Token(Token),
    /// Forget all rows and sign-ins.
    Reset {
        #[arg(long)]
        data: PathBuf,
    },
    /// Open an address as a browser would, following every redirect.
    Follow {
        #[arg(long)]
        data: PathBuf,
        url: String,
    },
    /// Change a row as someone else: by default the description of one of the salesperson's open opportunities.
    Colleague(Colleague),
}

#[derive(Args)]
struct Serve {
    #[arg(long)]
    data: PathBuf,
    #[arg(long, default_value = "127.0.0.1:0")]
    http: String,
    #[arg(long, default_value = "127.0.0.1:0")]
    https: String,
    /// Decides the sample company of a new folder.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How long access tokens live.
    #[arg(long, default_value_t = 3600)]
    token_seconds: i64,
    /// How long a change-tracking token is good for; a week, as the service has it.
    #[arg(long, default_value_t = 7 * 24 * 3600)]
    delta_seconds: i64,
    /// Let the salesperson read and change every row, and not only those that she owns.
    #[arg(long)]
    open: bool,
    /// Let the sign-in page wait for a click.
    #[arg(long)]
    ask: bool,
}

#[derive(Args)]
struct Token {
    #[arg(long)]
    data: PathBuf,
    #[arg(long)]
    user: User,
    /// The service that shall accept it.
    #[arg(long = "for", default_value = "crm")]
    audience: Audience,
    /// How long it lives; a negative number makes one that has expired.
    #[arg(long, allow_hyphen_values = true)]
    seconds: Option<i64>,
}

#[derive(Args)]
struct Colleague {
    /// The organisation's base URL.
    #[arg(long)]
    url: String,
    #[arg(long)]
    data: PathBuf,
    #[arg(long, default_value = "manager")]
    user: User,
    #[arg(long, default_value = "opportunities")]
    table: String,
    #[arg(long)]
    id: Option<String>,
    #[arg(long)]
    name: Option<String>,
    /// column=value, as often as needed.
    #[arg(long)]
    set: Vec<String>,
}

#[tokio::main]
async fn main() -> Result<()> {
    match Arguments::parse().command {
        Command::Serve(serve) => run(serve).await,
        Command::Token(Token { data, user, audience, seconds }) => {
            println!("{}", satchel_demo_org::token(&data, user, audience, seconds)?);
            Ok(())
        }
        Command::Reset { data } => satchel_demo_org::reset(&data),
        Command::Follow { data, url } => {
            println!("{}", satchel_demo_org::follow(&data, &url).await?);
            Ok(())
        }
        Command::Colleague(colleague) => {
            let Colleague { url, data, user, table, id, name, set } = colleague;
            let change = Change { data, url, user, table, id, name, set };
            println!("{}", satchel_demo_org::change(&change).await?);
            Ok(())
        }
    }
}

async fn run(serve: Serve) -> Result<()> {
    // Before anyone can know the address, so that no stop is lost.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let running = satchel_demo_org::serve(Options {
        data: serve.data,
        http: serve.http,
        https: serve.https,
        seed: serve.seed,
        token_seconds: serve.token_seconds,
        delta_seconds: serve.delta_seconds,
        rights: !serve.open,
        ask: serve.ask,
    })
    .await?;
    println!("{}", serde_json::to_string(running.addresses())?);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    running.stop().await
}

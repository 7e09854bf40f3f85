//! The words of the command line.

use std::{path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand};

const ENDINGS: &str = "\
Exit codes:
  0  done
  1  something failed; the sentence says what
  2  the command line is wrong
  3  another process works on this profile
  4  nobody has signed in, or the sign-in has to be renewed: connect
  5  the service cannot be reached, or it took longer than --timeout
  6  CRM refused it, or an entry of the outbox waits for you
  7  no such table, column, record or entry, or a value that cannot be
  8  the profile does not open: its key or passphrase is missing";

/// Satchel without a window.
#[derive(Debug, Parser)]
#[command(name = "satchel-cli", version, after_help = ENDINGS)]
pub(crate) struct Arguments {
    /// The profile's folder. One process works on it at a time: close its window first.
    #[arg(long, value_name = "DIR")]
    pub profile: PathBuf,
    /// Answer in JSON, one value a line.
    #[arg(long, global = true)]
    pub json: bool,
    /// Where there is no keyring: the passphrase is the first line of standard input.
    #[arg(long, global = true)]
    pub passphrase_stdin: bool,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Sign in, through the page of the organisation's authority.
    Connect(Connect),
    /// Send what waits and read what changed, until the copy here is level with CRM.
    Sync {
        /// Give up after this many seconds.
        #[arg(long, value_name = "SECONDS", default_value = "600", value_parser = seconds)]
        timeout: Duration,
    },
    /// What CRM does not have yet; without a word more: list.
    Outbox {
        #[command(subcommand)]
        command: Option<Outbox>,
    },
    /// Read and edit records in the copy here; the next sync carries it to CRM.
    Records {
        #[command(subcommand)]
        deed: Deed,
    },
    /// Whether the database is whole, and what waits in it.
    Check {
        /// Every index and the seal of every page, too.
        #[arg(long)]
        full: bool,
        /// What happened to a damaged file was read: no command tells it again.
        #[arg(long)]
        dismiss: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Connect {
    /// Its address, such as https://contoso.crm4.dynamics.com.
    #[arg(long, value_name = "URL", requires = "client_id", required_unless_present = "demo")]
    pub organisation: Option<String>,
    /// The id of the app registration that signs in to it.
    #[arg(long, value_name = "ID")]
    pub client_id: Option<String>,
    /// The tenant; left out, the one that the organisation names.
    #[arg(long, value_name = "TENANT")]
    pub tenant: Option<String>,
    /// The demo organisation that the profile's settings name.
    #[arg(long, conflicts_with_all = ["organisation", "client_id", "tenant"])]
    pub demo: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Outbox {
    /// Every entry, the oldest first.
    List,
    /// Send a held entry once more.
    Retry { id: String },
    /// Take an entry back; its values stay in the record's history.
    Discard { id: String },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Deed {
    /// Create a record, or change columns of one; `saved ENTRY TABLE ID` is printed once it is on disk.
    Set(Set),
    /// The record as it is shown here.
    Get { table: String, id: String },
    /// Records whose name or address holds the text.
    Find {
        text: String,
        /// In this table only.
        #[arg(long)]
        table: Option<String>,
    },
    /// Delete a record.
    Delete { table: String, id: String },
}

#[derive(Debug, Args)]
pub(crate) struct Set {
    /// The table, such as account.
    #[arg(required_unless_present = "from_stdin")]
    pub table: Option<String>,
    /// The record's id, or "new".
    #[arg(required_unless_present = "from_stdin")]
    pub id: Option<String>,
    /// column=value; nothing after the sign clears the column. A lookup is table:id, a choice its label or number.
    #[arg(value_name = "COLUMN=VALUE", required_unless_present = "from_stdin")]
    pub values: Vec<String>,
    /// Many edits from standard input, each a line: a JSON array of the words TABLE, ID and COLUMN=VALUE. Each is
    /// answered by a line, `saved …` or `not saved: …`.
    #[arg(long, conflicts_with_all = ["table", "id", "values"])]
    pub from_stdin: bool,
    /// Play back at the same time, and end when CRM has it.
    #[arg(long)]
    pub sync: bool,
    /// With --sync: give up after this many seconds.
    #[arg(long, value_name = "SECONDS", default_value = "600", value_parser = seconds)]
    pub timeout: Duration,
}

fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse::<u32>() {
        Ok(seconds) if seconds > 0 => Ok(Duration::from_secs(seconds.into())),
        Ok(_) | Err(_) => Err("a whole number of seconds, at least 1".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_words_fit_each_other() {
        Arguments::command().debug_assert();
    }

    #[track_caller]
    fn is_usage(words: &str, expected: bool) {
        let words = ["satchel-cli", "--profile", "p"].into_iter().chain(words.split_whitespace());
        assert_eq!(Arguments::try_parse_from(words).is_ok(), expected);
    }

    #[test]
    fn an_organisation_comes_with_its_registration() {
        is_usage("connect --demo", true);
        is_usage("connect --organisation https://a.example --client-id 1", true);
        is_usage("connect --organisation https://a.example", false);
        is_usage("connect --demo --client-id 1", false);
        is_usage("connect", false);
    }

    #[test]
    fn an_edit_stands_on_the_command_line_or_comes_from_standard_input() {
        is_usage("records set account new name=A", true);
        is_usage("records set account new", false);
        is_usage("records set --from-stdin --sync", true);
        is_usage("records set --from-stdin account new name=A", false);
        is_usage("sync --timeout 0", false);
    }
}

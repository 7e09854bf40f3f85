//! Keeps what campaigns came to in `docs/campaigns.md`: one line a run, so that each claim can be tried again.

use std::process::Command;

use anyhow::{Context as _, Result};

use crate::{house, program};

const TABLE: &str = "docs/campaigns.md";

/// Takes `--record` out of the words and says whether it was there.
pub(crate) fn wish<'a>(words: &[&'a str]) -> (Vec<&'a str>, bool) {
    let rest: Vec<_> = words.iter().copied().filter(|word| *word != "--record").collect();
    let is_wanted = rest.len() < words.len();
    (rest, is_wanted)
}

/// Appends the last line of a campaign, with what repeats it, to the table that is committed.
pub(crate) fn record(campaign: &str, again: &str, result: &str) -> Result<()> {
    let path = house::root().join(TABLE);
    let commit = program::ask(Command::new("git").current_dir(house::root()).args(["rev-parse", "--short=10", "HEAD"]))
        .context("a result belongs to a commit, and there is none")?;
    let line = line(campaign, commit.trim(), again, result);
    house::write(&path, &format!("{}{line}", house::read(&path)?))
}

fn line(campaign: &str, commit: &str, again: &str, result: &str) -> String {
    format!("| {campaign} | `{commit}` | `{again}` | {} |\n", result.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_is_taken_out_wherever_it_stands() {
        assert_eq!(wish(&["--seeds", "--record", "4"]), (vec!["--seeds", "4"], true));
        assert_eq!(wish(&["--plants"]), (vec!["--plants"], false));
    }

    #[test]
    fn a_line_is_a_row_of_the_table() {
        let line = line("kills", "0123456789", "--seed 7", "kills 5 · lost 0 \n");
        assert_eq!(line, "| kills | `0123456789` | `--seed 7` | kills 5 · lost 0 |\n");
    }
}

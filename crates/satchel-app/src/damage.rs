//! What a user reads when the profile's file was damaged and made anew.

use std::path::Path;

use satchel_store::salvage::{Kind, Missing, Rescued};

/// Where the damaged file is, what was saved of it, and what happens now.
pub(crate) fn told(aside: &Path, rescued: &Rescued) -> String {
    let name = aside.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let saved = match (rescued.entries, rescued.lost) {
        (0, Some(0)) => "No edit was waiting for CRM.".to_owned(),
        (saved, Some(0)) => format!("{} that CRM does not have yet: saved, in the outbox.", edits(saved)),
        (saved, Some(lost)) => format!(
            "Of {} that CRM does not have yet, {saved} could be saved and are in the outbox; look what is missing there.",
            edits(saved + lost)
        ),
        (saved, None) => format!(
            "{} that CRM does not have yet could be saved and are in the outbox; whether there were more cannot be told.",
            edits(saved)
        ),
    };
    let held = if rescued.is_held {
        " For which organisation they were typed is lost, so they wait in the outbox until you say that they may go."
    } else {
        ""
    };
    let missing: Vec<String> = rescued.missing.iter().map(what).collect();
    let also = match &missing[..] {
        [] => String::new(),
        _ => format!(" Lost too: {}.", missing.join("; ")),
    };
    let sign_in = if rescued.has_secrets { "" } else { " Sign in again." };
    format!(
        "The file of your data was damaged. It was kept as {name}, and a new one was made. {saved}{held}{also} \
         Everything else is read again from CRM and your mailboxes. \
         Look at what you saved last: where the damage met the newest changes, nobody can tell.{sign_in}"
    )
}

fn what(missing: &Missing) -> String {
    let what = match missing.what {
        Kind::Settings => "choices of yours (settings)",
        Kind::Secrets => "sign-ins or passwords",
        Kind::Mailboxes => "mailboxes",
        Kind::Links => "which messages are tracked as which emails",
        Kind::History => "earlier values in the history of records",
        Kind::Decisions => "reasons why something is as it is",
        Kind::Marks => "marks as read or unread that your mail server does not have",
        Kind::Surroundings => "in which order edits wait for each other, or what a clash began with",
    };
    match missing.rows {
        Some(rows) => format!("{what} ({rows})"),
        None => what.to_owned(),
    }
}

fn edits(count: u64) -> String {
    if count == 1 { "1 edit".to_owned() } else { format!("{count} edits") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(entries: u64, lost: Option<u64>, expected: &str) {
        let said = told(
            Path::new("p/satchel.db.aside-7"),
            &Rescued { entries, lost, has_secrets: true, ..Rescued::default() },
        );
        assert!(said.contains("kept as satchel.db.aside-7") && said.contains(expected), "{said}");
        assert!(!said.contains("Sign in again"));
    }

    #[test]
    fn what_was_saved_and_what_was_not_is_said_in_numbers() {
        check(0, Some(0), "No edit was waiting");
        check(1, Some(0), "1 edit that CRM does not have yet: saved");
        check(5, Some(2), "Of 7 edits that CRM does not have yet, 5 could be saved");
        check(0, None, "0 edits that CRM does not have yet could be saved");
    }

    #[test]
    fn what_else_was_lost_is_named_with_its_number() {
        let missing = vec![Missing { what: Kind::History, rows: Some(3) }, Missing { what: Kind::Links, rows: None }];
        let said = told(Path::new("a"), &Rescued { missing, is_held: true, ..Rescued::default() });
        assert!(said.contains("Lost too: earlier values in the history of records (3); which messages"), "{said}");
        assert!(said.contains("as which emails.") && said.contains("until you say that they may go"), "{said}");
    }

    #[test]
    fn who_has_to_sign_in_again_is_told_so() {
        assert!(told(Path::new("a"), &Rescued::default()).ends_with("Sign in again."));
    }
}

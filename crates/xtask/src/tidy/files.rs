//! Each file by itself: its opening sentence, its length, and what must not stand in it.

use std::process::Command;

use anyhow::Result;

use crate::{house, program};

const LONGEST: usize = 500;

/// In any text of ours. Written in two halves, or this file would be found.
const NOWHERE: &[(&str, &str)] = &[
    (concat!("/ho", "me/"), "names a folder of one machine"),
    (concat!("/ro", "ot/"), "names a folder of one machine"),
    (concat!("/Us", "ers/"), "names a folder of one machine"),
];
const NOT_IN_RUST: &[(&str, &str)] =
    &[(concat!("todo", "!("), "is not finished"), (concat!("#[ig", "nore"), "has a test that does not run")];
const NOT_IN_THE_PAGE: &[(&str, &str)] = &[
    (concat!(".on", "ly("), "keeps other tests from running"),
    (concat!(".sk", "ip("), "has a test that does not run"),
];

/// Names of folders that say nothing.
const EMPTY_NAMES: &[&str] = &["utils", "util", "common", "helpers", "core", "shared", "misc"];

/// Every file that is committed or could be.
pub(super) fn of_the_project() -> Result<Vec<String>> {
    let mut git = Command::new("git");
    git.current_dir(house::root()).args(["ls-files", "--cached", "--others", "--exclude-standard"]);
    let list = program::ask(&mut git)?;
    Ok(list.lines().filter(|file| house::root().join(file).is_file()).map(str::to_owned).collect())
}

pub(super) fn check(file: &str, text: &str) -> Vec<String> {
    let is_rust = file.ends_with(".rs");
    let is_page = file.starts_with("ui/src/") && [".ts", ".tsx", ".css"].iter().any(|end| file.ends_with(end));
    let is_generated = file.ends_with(".gen.ts");
    let is_ours = !file.ends_with("package-lock.json") && !file.ends_with("Cargo.lock");

    let mut findings = Vec::new();
    if is_rust && !text.starts_with("//! ") {
        findings.push("does not open with a sentence (`//! …`)".to_owned());
    }
    let lines = text.lines().count();
    if (is_rust || is_page) && !is_generated && lines > LONGEST {
        findings.push(format!("has {lines} lines, more than {LONGEST}: split it"));
    }
    let mut look_for = |list: &[(&str, &str)]| {
        let found = list.iter().filter(|(forbidden, _)| text.contains(forbidden));
        findings.extend(found.map(|(forbidden, why)| format!("{why} (`{forbidden}`)")));
    };
    if is_ours {
        look_for(NOWHERE);
    }
    if is_rust {
        look_for(NOT_IN_RUST);
    }
    if is_page {
        look_for(NOT_IN_THE_PAGE);
    }
    if is_page && !file.starts_with("ui/src/theme/") {
        findings.extend(
            literal_colour(text)
                .map(|colour| format!("has a colour of its own ({colour}): use a token of ui/src/theme")),
        );
    }
    let folders = file.rsplit_once('/').map_or("", |(folders, _)| folders);
    if folders.split('/').any(|folder| EMPTY_NAMES.contains(&folder)) {
        findings.push("lies in a folder whose name says nothing".to_owned());
    }
    findings.into_iter().map(|finding| format!("{file} {finding}")).collect()
}

/// The first `#abc`, `#aabbcc`, `rgb(` or `hsl(`.
fn literal_colour(text: &str) -> Option<&str> {
    for function in ["rgb(", "rgba(", "hsl(", "hsla("] {
        if text.contains(function) {
            return Some(function);
        }
    }
    text.match_indices('#').find_map(|(at, _)| {
        let opens = text[..at].chars().next_back().is_none_or(|before| "\"'` :(,".contains(before));
        let rest = &text[at + 1..];
        let end =
            rest.find(|letter: char| !letter.is_ascii_alphanumeric() && !"-_".contains(letter)).unwrap_or(rest.len());
        let name = &rest[..end];
        let is_colour = matches!(name.len(), 3 | 4 | 6 | 8) && name.chars().all(|letter| letter.is_ascii_hexdigit());
        (opens && is_colour).then(|| &text[at..=at + end])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_says(file: &str, text: &str, expected: &str) {
        let findings = check(file, text);
        assert!(findings.iter().any(|finding| finding.contains(expected)), "{findings:?}");
    }

    #[test]
    fn a_good_file_is_left_in_peace() {
        assert!(check("crates/a/src/b.rs", "//! Says what it is for.\n").is_empty());
    }

    #[test]
    fn a_rust_file_without_its_sentence_is_caught() {
        check_says("crates/a/src/b.rs", "use std::fs;\n", "sentence");
    }

    #[test]
    fn a_file_that_grew_too_long_is_caught() {
        check_says("crates/a/src/b.rs", &("//! One.\n".to_owned() + &"//\n".repeat(LONGEST)), "501 lines");
        check_says("ui/src/app/App.tsx", &"//\n".repeat(LONGEST + 1), "501 lines");
    }

    #[test]
    fn generated_files_may_be_long() {
        assert!(check("ui/src/ipc/types.gen.ts", &"//\n".repeat(LONGEST + 1)).is_empty());
    }

    #[test]
    fn a_path_of_one_machine_is_caught() {
        check_says("docs/a.md", concat!("see /ho", "me/me/notes"), "one machine");
    }

    #[test]
    fn unfinished_work_and_sleeping_tests_are_caught() {
        check_says("a.rs", concat!("//! A.\ntodo", "!()"), "not finished");
        check_says("a.rs", concat!("//! A.\n#[ig", "nore]"), "does not run");
        check_says("ui/src/a.test.ts", concat!("test.on", "ly("), "other tests");
    }

    #[test]
    fn a_colour_outside_the_theme_is_caught() {
        check_says("ui/src/app/frame.css", "color: #0b5f63;", "#0b5f63");
        check_says("ui/src/app/frame.ts", "const edge = \"#fff\";", "#fff");
        assert!(check("ui/src/theme/tokens.ts", "\"#0b5f63\"").is_empty());
    }

    #[test]
    fn an_anchor_and_an_issue_number_are_no_colours() {
        assert!(literal_colour("href=\"#icon-mail\" // tauri#1234").is_none());
    }

    #[test]
    fn a_folder_whose_name_says_nothing_is_caught() {
        check_says("ui/src/utils/dates.ts", "", "says nothing");
    }
}

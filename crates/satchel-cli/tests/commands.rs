//! The commands against the real demo organisation, over https.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so by failing")]

mod terminal;

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    process::Stdio,
};

use satchel_testkit::demo_org::DemoOrg;
use serde_json::{Value, json};
use terminal::{Colleague, Session, Terminal};

const EXIT_CODES: [i32; 8] = [0, 1, 3, 4, 5, 6, 7, 8];

/// `saved ENTRY TABLE ID`: the entry and the id.
#[track_caller]
fn saved(line: &str) -> (String, String) {
    let words: Vec<_> = line.split_whitespace().collect();
    assert!(words.len() == 4 && words[0] == "saved", "{line}");
    (words[1].to_owned(), words[3].to_owned())
}

fn signed_in(org: &DemoOrg, session: &Session) -> Terminal {
    let terminal = Terminal::on(org, Some(session));
    terminal.run(&["connect", "--demo"]).ok();
    terminal.run(&["sync", "--timeout", "240"]).ok();
    terminal
}

#[tokio::test]
async fn an_edit_is_saved_waits_and_reaches_crm_once() {
    let (session, org) = (Session::start(), DemoOrg::start());
    let terminal = Terminal::on(&org, Some(&session));
    terminal.run(&["sync"]).fails(4, "connect");
    let said = terminal.run(&["connect", "--demo"]).ok();
    assert!(said.starts_with("Signed in to localhost") || said.starts_with("Signed in to 127.0.0.1"), "{said}");
    terminal.run(&["records", "set", "account", "new", "name=Early"]).fails(7, "Run `sync` first.");
    let synced = terminal.run(&["sync", "--timeout", "240"]);
    assert!(synced.err.contains("Accounts: ") && synced.err.contains("up to date"), "{synced:?}");
    assert!(synced.ok().starts_with("Level with CRM: "));

    let (entry, id) =
        saved(&terminal.run(&["records", "set", "account", "new", "name=Fjord & Sons", "revenue=12.50"]).ok());
    let get = ["records", "get", "account", &id];
    let shown = terminal.run(&get).ok();
    assert!(shown.contains("waiting in the outbox") && shown.contains("name=Fjord & Sons"), "{shown}");
    let listed = terminal.run(&["outbox"]).ok();
    assert!(listed.starts_with(&format!("{entry}  create account {id} \"Fjord & Sons\"  waiting")), "{listed}");
    // A second edit of what was never sent is the same entry.
    let again = terminal.run(&["records", "set", "account", &id, "telephone1=47 11"]).ok();
    assert_eq!(saved(&again), (entry.clone(), id.clone()));
    let same = terminal.run(&["records", "set", "account", &id, "telephone1=47 11"]).ok();
    assert_eq!(same.trim(), format!("nothing to send account {id}"));
    let checked = terminal.run(&["--json", "check", "--full"]).json();
    assert_eq!((&checked["problems"], &checked["outbox"][0]["entry"]), (&json!([]), &json!(entry)));

    terminal.run(&["sync", "--timeout", "240"]).ok();
    assert!(terminal.run(&["outbox"]).ok().contains("CRM has everything"));
    assert!(terminal.run(&get).ok().contains("in CRM"));
    let found = terminal.run(&["records", "find", "Fjord & Sons", "--table", "account"]).ok();
    assert!(found.contains(&id), "{found}");
    let rows = Colleague::of(&org).rows("accounts?$filter=name eq 'Fjord %26 Sons'&$select=name,telephone1").await;
    assert_eq!((rows.len(), &rows[0]["telephone1"]), (1, &json!("47 11")), "{rows:?}");

    saved(&terminal.run(&["records", "delete", "account", &id]).ok());
    terminal.run(&get).fails(7, "not here any more");
    terminal.run(&["sync", "--timeout", "240"]).ok();
    assert!(Colleague::of(&org).rows("accounts?$filter=name eq 'Fjord %26 Sons'").await.is_empty());
}

#[tokio::test]
async fn many_edits_are_answered_line_by_line_while_the_agent_plays_back() {
    let (session, org) = (Session::start(), DemoOrg::start());
    let terminal = signed_in(&org, &session);
    let mut child = terminal
        .command(&["records", "set", "--from-stdin", "--sync", "--timeout", "240"])
        .stdin(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let (mut input, mut output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    let mut ask = |line: Value| {
        writeln!(input, "{line}").unwrap();
        let mut answer = String::new();
        output.read_line(&mut answer).unwrap();
        answer
    };
    let (_, account) = saved(&ask(json!(["account", "new", "name=Lines"])));
    let company = format!("parentcustomerid=account:{account}");
    saved(&ask(json!(["contact", "new", "lastname=Line", company, "donotphone=yes"])));
    let refused = ask(json!(["contact", "new", "firstname=Nobody"]));
    assert!(refused.starts_with("not saved: ") && refused.contains("Last Name must be filled in"), "{refused}");
    assert!(ask(json!(["leads", "new", "subject=x"])).contains("There is no table leads"));
    assert!(ask(json!(["account", account, "phone=1"])).contains("There is no column phone"));
    assert!(ask(json!(["account", "7", "name=x"])).contains("no record's id"));
    assert!(ask(json!("account")).contains("not a JSON array"));
    // Whoever comes meanwhile is told, and has a code to tell it by.
    terminal.run(&["outbox"]).fails(3, "already open");
    terminal.run(&["--json", "sync"]).fails(3, "\"exitCode\":3");
    saved(&ask(json!(["account", account, "telephone1=22"])));
    drop(input);
    // CRM has all that could be saved, and the code says that some could not.
    let ended = child.wait().unwrap();
    assert_eq!(ended.code(), Some(7));
    terminal.run(&["sync", "--timeout", "240"]).ok();
    let rows = Colleague::of(&org).rows("contacts?$filter=lastname eq 'Line'&$select=_parentcustomerid_value").await;
    assert_eq!((rows.len(), &rows[0]["_parentcustomerid_value"]), (1, &json!(account)), "{rows:?}");
}

#[tokio::test]
async fn without_a_network_edits_are_saved_and_sync_says_so() {
    let (session, mut org) = (Session::start(), DemoOrg::start());
    let terminal = signed_in(&org, &session);
    org.kill();
    let line = terminal.run(&["records", "set", "account", "new", "name=On a plane"]).ok();
    terminal.run(&["sync", "--timeout", "240"]).fails(5, "What waits here stays safe.");
    let discarded = saved(&terminal.run(&["records", "set", "account", "new", "name=Second thoughts"]).ok());
    terminal.run(&["outbox", "discard", &discarded.0]).ok();
    terminal.run(&["outbox", "discard", &discarded.0]).fails(7, "not waiting");
    terminal.run(&["outbox", "retry", &saved(&line).0]).fails(7, "not waiting");
    org.start_again();
    terminal.run(&["sync", "--timeout", "240"]).ok();
    let rows = Colleague::of(&org).rows("accounts?$filter=name eq 'On a plane' or name eq 'Second thoughts'").await;
    assert_eq!(rows.len(), 1, "{rows:?}");
}

/// The test's own way to a damaged file: one bit in the middle, where rows of CRM lie.
#[tokio::test]
async fn damage_that_check_finds_is_mended_by_the_next_command_and_told_until_it_was_read() {
    let (session, org) = (Session::start(), DemoOrg::start());
    let terminal = signed_in(&org, &session);
    saved(&terminal.run(&["records", "set", "account", "new", "name=Kept"]).ok());
    let path = terminal.profile().join("satchel.db");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).unwrap();

    terminal.run(&["check", "--full"]).fails(1, "is damaged");
    let mended = terminal.run(&["outbox"]);
    assert!(mended.err.contains("1 edit that CRM does not have yet: saved"), "{mended:?}");
    assert!(mended.err.contains("satchel.db.aside-"), "{mended:?}");
    assert!(mended.ok().contains("\"Kept\"  waiting"));
    let told = terminal.run(&["check", "--full"]);
    assert!(told.err.contains("1 edit that CRM does not have yet: saved"), "until somebody says so: {told:?}");
    assert!(told.ok().starts_with("The database is whole."));

    terminal.run(&["check", "--dismiss"]).ok();
    let quiet = terminal.run(&["outbox"]);
    assert_eq!((quiet.code, quiet.err.as_str()), (0, ""), "{quiet:?}");
    terminal.run(&["sync", "--timeout", "240"]).ok();
    let kept = Colleague::of(&org).rows("accounts?$filter=name eq 'Kept'&$select=name").await;
    assert_eq!(kept.len(), 1, "{kept:?}");
    let found = terminal.run(&["records", "find", "Kept", "--table", "account"]).ok();
    assert_eq!(found.matches("Kept").count(), 1, "{found}");
}

#[test]
fn without_a_keyring_a_passphrase_opens_the_profile_and_nothing_else_does() {
    let org = DemoOrg::start();
    let terminal = Terminal::on(&org, None);
    terminal.run(&["connect", "--demo"]).fails(8, "--passphrase-stdin");
    terminal.run_with(&["--passphrase-stdin", "connect", "--demo"], "a long passphrase\n").ok();
    terminal.run(&["outbox"]).fails(8, "--passphrase-stdin");
    terminal.run_with(&["--passphrase-stdin", "outbox"], "another passphrase\n").fails(8, "does not open");
    terminal.run_with(&["--passphrase-stdin", "sync", "--timeout", "240"], "a long passphrase\n").ok();
    // What follows the passphrase on standard input is the command's.
    let input = "a long passphrase\n[\"account\", \"new\", \"name=After\"]\n";
    saved(&terminal.run_with(&["--passphrase-stdin", "records", "set", "--from-stdin"], input).ok());
}

#[test]
fn where_nobody_signed_in_nothing_is_made() {
    let session = Session::start();
    let terminal = Terminal::empty(Some(&session));
    for words in [&["sync"][..], &["outbox"], &["check"], &["records", "get", "account", "x"]] {
        terminal.run(words).fails(4, "Nobody has signed in");
    }
    assert!(!terminal.profile().exists(), "a mistyped folder is not made");
    terminal.run(&["connect", "--demo"]).fails(7, "There is no demo organisation here");
    terminal.run(&["connect", "--organisation", "contoso", "--client-id", "1"]).fails(7, "starts with https://");
    terminal.run(&["check"]).fails(4, "Nobody has signed in");
}

#[test]
fn a_wrong_command_line_is_answered_with_how_it_goes() {
    let terminal = Terminal::empty(None);
    for words in [&["fly"][..], &["records", "set", "account"], &["connect"], &["sync", "--timeout", "soon"]] {
        let ended = terminal.run(words);
        assert!(ended.code == 2 && ended.err.contains("--help"), "{ended:?}");
    }
    let help = terminal.run(&["--help"]).ok();
    for code in EXIT_CODES {
        assert!(help.contains(&format!("\n  {code}  ")), "{help}");
    }
}

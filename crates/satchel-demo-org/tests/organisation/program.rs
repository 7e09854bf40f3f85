//! The program as scripts see it.

use std::path::Path;
use std::process::Stdio;

use satchel_demo_org::Addresses;
use serde_json::json;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::house::House;

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_satchel-demo-org"));
    command.kill_on_drop(true).stdin(Stdio::null());
    command
}

/// A running organisation in which everyone sees everything, its client, and the process.
pub(crate) async fn serve(data: &Path) -> (House, Child) {
    let mut child = program()
        .args(["serve", "--open", "--http", "127.0.0.1:0", "--https", "127.0.0.1:0", "--seed", "7", "--data"])
        .arg(data)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = lines.next_line().await.unwrap().expect("one line when ready");
    let addresses: Addresses = serde_json::from_str(&line).unwrap();
    (House::of(&addresses, data), child)
}

async fn run(arguments: &[&str], data: &Path) -> (bool, String) {
    let output = program().args(arguments).arg("--data").arg(data).output().await.unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).unwrap().trim().to_owned())
}

#[tokio::test]
async fn it_says_where_it_answers_and_ends_cleanly_when_asked() {
    let folder = TempDir::new().unwrap();
    let (house, mut child) = serve(folder.path()).await;
    for url in [&house.addresses.organisation, &house.addresses.organisation_https] {
        assert!(!url.ends_with('/') && !url.ends_with(":0"), "{url}");
        let answer = house.get(&format!("{url}/api/data/v9.2/WhoAmI")).await;
        assert_eq!(answer.status, 200);
    }
    assert!(house.addresses.authority.starts_with("https://"));
    assert!(house.addresses.graph.starts_with("https://"));
    let pid = child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().await.unwrap().success());
    assert!(child.wait().await.unwrap().success());
}

#[tokio::test]
async fn a_token_can_be_had_before_during_and_after() {
    let folder = TempDir::new().unwrap();
    let before = run(&["token", "--user", "manager"], folder.path()).await.1;
    let (house, mut child) = serve(folder.path()).await;
    let during = run(&["token", "--user", "admin"], folder.path()).await.1;
    for (token, id) in
        [(&before, "b83d290f-4e61-4c17-8f5a-d60e1972ac4b"), (&during, "0e5b6c41-7d20-4f38-a9c7-31f48b06d25e")]
    {
        assert_eq!(house.with_token(token).get("WhoAmI").await.ok()["UserId"], id);
    }
    child.kill().await.unwrap();
    assert!(run(&["token", "--user", "salesperson"], folder.path()).await.0);
}

#[tokio::test]
async fn a_reset_starts_over_but_not_under_a_running_organisation() {
    let folder = TempDir::new().unwrap();
    let (house, mut child) = serve(folder.path()).await;
    house.make("accounts", json!({ "name": "Forgotten soon" })).await;
    let (done, text) = run(&["reset"], folder.path()).await;
    assert!(!done && text.contains("stop the demo organisation first"), "{text}");
    child.kill().await.unwrap();
    let (done, text) = run(&["reset"], folder.path()).await;
    assert!(done, "{text}");
    let (house, _child) = serve(folder.path()).await;
    let count = house.get("accounts/$count").await.text;
    assert_eq!(count.trim_start_matches('\u{feff}'), "250");
}

#[tokio::test]
async fn it_opens_an_address_as_a_browser_would() {
    let folder = TempDir::new().unwrap();
    let (house, _child) = serve(folder.path()).await;
    let app = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = app.local_addr().unwrap().port();
    let listening = tokio::spawn(async move {
        use tokio::io::AsyncWriteExt as _;
        let (stream, _) = app.accept().await.unwrap();
        let mut stream = BufReader::new(stream);
        let mut line = String::new();
        stream.read_line(&mut line).await.unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await.unwrap();
        line
    });
    let url = format!(
        "{}/common/oauth2/v2.0/authorize?response_type=code&client_id=c&redirect_uri=http://localhost:{port}/\
         &scope={}/.default&state=s&code_challenge=abc&code_challenge_method=S256",
        house.addresses.authority, house.addresses.organisation_https
    );
    let (done, text) = run(&["follow", &url], folder.path()).await;
    assert!(done, "{text}");
    assert!(!text.contains("code="), "a code is nobody else's business: {text}");
    let line = listening.await.unwrap();
    assert!(line.starts_with("GET /?code=") && line.contains("state=s"), "{line}");
    let (done, text) = run(&["follow", "https://127.0.0.1:1/"], folder.path()).await;
    assert!(!done && text.contains("cannot open"), "{text}");
}

#[tokio::test]
async fn a_colleague_changes_one_of_the_salespersons_open_deals() {
    let folder = TempDir::new().unwrap();
    let (house, _child) = serve(folder.path()).await;
    let url = house.addresses.organisation_https.clone();
    let (done, text) = run(&["colleague", "--url", &url], folder.path()).await;
    assert!(done, "{text}");
    assert!(text.starts_with("Ingrid Solheim changed description to"), "{text}");
    let name = text.rsplit_once(" of \"").unwrap().1.trim_end_matches("\".").to_owned();
    let arguments =
        ["colleague", "--url", &url, "--name", &name, "--set", "estimatedvalue=4321.5", "--set", "stepname=Later"];
    let (done, text) = run(&arguments, folder.path()).await;
    assert!(done, "{text}");
    let path =
        format!("opportunities?$filter=name eq '{}'&$expand=modifiedby($select=fullname)", name.replace('\'', "''"));
    let row = house.get(&path).await.ok()["value"][0].clone();
    assert_eq!((&row["stepname"], &row["estimatedvalue"]), (&json!("Later"), &json!(4321.5)));
    assert_eq!(row["modifiedby"]["fullname"], "Ingrid Solheim");
    assert!(row["description"].as_str().unwrap().contains("two lots"));
    let (done, text) = run(&["colleague", "--url", &url, "--name", "No such deal"], folder.path()).await;
    assert!(!done && text.contains("no row of opportunities fits"), "{text}");
}

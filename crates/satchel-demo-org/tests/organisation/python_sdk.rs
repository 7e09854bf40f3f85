//! A client that nobody here wrote: Microsoft's Python SDK for Dataverse, over https.

use std::path::{Path, PathBuf};

use satchel_demo_org::{Audience, User};
use tokio::process::Command;

use crate::house::shared;

const SDK: &str = "PowerPlatform-Dataverse-Client==1.1.0";

async fn run(command: &mut Command, purpose: &str) -> String {
    let output = command
        .kill_on_drop(true)
        .output()
        .await
        .unwrap_or_else(|error| panic!("{purpose} cannot be started: {error}; install python3 and python3-venv"));
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    assert!(output.status.success(), "{purpose} failed:\n{text}");
    text
}

/// The interpreter of an environment that has the SDK; made once, under the build's own folder.
async fn environment() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python-sdk");
    let python = folder.join("bin/python");
    let done = folder.join(SDK);
    if !done.exists() {
        run(
            Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder),
            "python3 -m venv (Debian's package python3-venv)",
        )
        .await;
        run(
            Command::new(&python).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", SDK]),
            "installing Microsoft's SDK with pip",
        )
        .await;
        std::fs::write(&done, "").unwrap();
    }
    python
}

#[tokio::test]
async fn microsofts_own_sdk_creates_reads_lists_updates_and_deletes_contacts() {
    let python = environment().await;
    let house = shared();
    let token = satchel_demo_org::token(&house.data, User::Admin, Audience::Crm, None).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/organisation/python_sdk.py");
    let text = run(
        Command::new(python)
            .arg(script)
            .env("ORGANISATION", &house.addresses.organisation_https)
            .env("TOKEN", token)
            .env("REQUESTS_CA_BUNDLE", &house.addresses.ca)
            .env("NO_PROXY", "localhost,127.0.0.1"),
        "the script for Microsoft's SDK",
    )
    .await;
    assert!(text.contains("created 3, read, listed, updated, deleted 3"), "{text}");
}

//! An opinion on the demo organisation's wire that is not ours: Microsoft's Python client uses it over https.

use std::process::Command;

use anyhow::{Result, ensure};
use satchel_tests::{Organisation, Place, User};

#[tokio::test]
async fn microsofts_own_client_creates_reads_lists_updates_and_deletes_contacts() -> Result<()> {
    let place = Place::new()?;
    let organisation = Organisation::start(&place).await?;
    let output = Command::new(place.python()?)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/servers/python_sdk.py"))
        .arg(organisation.https())
        .env("TOKEN", organisation.token(User::Admin)?)
        .env("REQUESTS_CA_BUNDLE", organisation.certificate_authority())
        .env("NO_PROXY", "*")
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    ensure!(output.status.success(), "the client failed:\n{said}{}", String::from_utf8_lossy(&output.stderr));

    // What it says is gone must be gone for others as well.
    let id = said.trim();
    ensure!(id.len() == 36, "the client named no contact: {said:?}");
    let left = organisation.ask(User::Manager, &format!("contacts?$select=fullname&$filter=contactid eq {id}")).await?;
    ensure!(left["value"].as_array().is_some_and(Vec::is_empty), "the deleted contact is still there: {left}");
    Ok(())
}

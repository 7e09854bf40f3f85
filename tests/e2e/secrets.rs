//! What the customer's data look like from outside the window: nothing but noise.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Result, ensure};
use satchel_tests::{Place, User, all_below, files_with};

use crate::words::{column, sees_every_account, signed_in_to_the_demo};

/// Each access token is a JWT and begins like this: `{"typ":"JWT"` in base64.
const TOKEN: &str = "eyJ0eXAiOiJKV1Qi";

#[tokio::test]
async fn no_name_no_address_and_no_token_is_in_any_file_of_ours() -> Result<()> {
    let place = Place::prepare()?;
    let (organisation, window) = signed_in_to_the_demo(&place).await?;
    sees_every_account(&organisation, &window).await?;

    let names = column(&organisation, "accounts", "name").await?;
    let addresses = column(&organisation, "contacts", "emailaddress1").await?;
    let topics = column(&organisation, "opportunities", "name").await?;
    ensure!(
        names.len() > 20 && addresses.len() > 20 && topics.len() > 20,
        "the sample company has too little to look for"
    );
    ensure!(
        organisation.token(User::Salesperson)?.starts_with(TOKEN),
        "tokens look otherwise now, so this test looks for nothing"
    );
    window.close().await?;

    let mut files = all_below(&place.profile())?;
    files.extend(all_below(&place.home())?);
    files.push(place.log());
    let databases = databases(&files)?;
    ensure!(
        databases.len() == 1,
        "the profile has {} large files, and one of them should be the database",
        databases.len()
    );
    ensure!(!fs::read(&databases[0])?.starts_with(b"SQLite format 3"), "the database is not encrypted");

    let private = [names, addresses, topics].concat();
    let words: Vec<&str> = [TOKEN].into_iter().chain(private.iter().map(String::as_str)).collect();
    let found = files_with(&words, &files)?;
    ensure!(found.is_empty(), "private words lie open:\n{}", found.join("\n"));
    Ok(())
}

/// The profile's database: no other file of ours is, with its log of writes, as large as the sample company.
fn databases(files: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| file.extension().is_some_and(|end| end == "db")) {
        if size(file)? + size(&file.with_extension("db-wal"))? > 200_000 {
            found.push(file.clone());
        }
    }
    Ok(found)
}

/// In bytes; a file that is not there has none.
fn size(file: &Path) -> io::Result<u64> {
    match fs::metadata(file) {
        Ok(found) => Ok(found.len()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error),
    }
}

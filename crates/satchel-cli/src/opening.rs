//! From a folder to an app that somebody has signed in to, or a sentence that says what is missing.

use std::sync::Arc;

use satchel_app::{
    App,
    requests::{AskStart, Start, Topic, UsePassphrase},
};
use satchel_wiring::{Face, Profile};
use tokio::sync::Notify;

use crate::{
    arguments::Arguments,
    ending::{Ending, Stop},
};

/// An app whose profile this process owns.
#[derive(Debug)]
pub(crate) struct Opened {
    pub app: Arc<App>,
    /// Rings after each change of what a command may wait for.
    pub changed: Arc<Notify>,
    /// When it was opened, in milliseconds since 1970: what was read later is fresh.
    pub since: f64,
}

/// Opens a profile that somebody has signed in to.
pub(crate) async fn open(arguments: &Arguments, face: Face) -> Result<Opened, Stop> {
    // A mistyped folder is not made.
    if !arguments.profile.is_dir() {
        return Err(nobody(arguments));
    }
    let (opened, start) = start(arguments, face).await?;
    match start {
        Start::Ready { .. } => Ok(opened),
        Start::Passphrase { is_new: false, message } => Err(no_passphrase(message)),
        Start::First { .. } | Start::Passphrase { is_new: true, .. } => Err(nobody(arguments)),
        Start::KeyMissing { message } | Start::Closed { message } => Err(Stop::new(Ending::Barred, message)),
    }
}

/// Claims the profile, and opens it as far as keyring and passphrase do.
pub(crate) async fn start(arguments: &Arguments, face: Face) -> Result<(Opened, Start), Stop> {
    // Read before anything else, so that what follows it on standard input is the command's.
    let passphrase = if arguments.passphrase_stdin { Some(first_line()?) } else { None };
    let profile = Profile::of(arguments.profile.clone(), face).map_err(|error| Stop::failed(format!("{error:#}.")))?;
    let since = profile.now().as_millisecond() as f64;
    let changed = Arc::new(Notify::new());
    let bell = Arc::clone(&changed);
    let app = profile.start(Arc::new(move |_: &[Topic]| bell.notify_one())).await?;
    let mut start = app.start(AskStart {}).await?;
    if let (Start::Passphrase { .. }, Some(passphrase)) = (&start, passphrase) {
        start = app.use_passphrase(UsePassphrase { passphrase }).await?;
    }
    if let Some(notice) = app.notice().await? {
        eprintln!("{notice}");
    }
    Ok((Opened { app, changed, since }, start))
}

pub(crate) fn no_passphrase(message: Option<String>) -> Stop {
    let why = message.unwrap_or_else(|| "This profile opens with a passphrase.".to_owned());
    Stop::new(Ending::Barred, format!("{why} Give it as the first line of standard input, with --passphrase-stdin."))
}

fn nobody(arguments: &Arguments) -> Stop {
    let profile = arguments.profile.display();
    let message =
        format!("Nobody has signed in on the profile {profile}. `satchel-cli --profile {profile} connect` does.");
    Stop::new(Ending::SignInNeeded, message)
}

fn first_line() -> Result<String, Stop> {
    let mut line = String::new();
    let read = std::io::stdin().read_line(&mut line);
    read.map_err(|error| Stop::failed(format!("Standard input cannot be read: {error}.")))?;
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}

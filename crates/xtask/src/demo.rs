//! The demo organisation under `target/demo`: plugged in, unplugged, changed by a colleague, started over.

mod place;

use std::{
    fs::File,
    io::Read as _,
    os::unix::process::CommandExt as _,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

pub(crate) use place::Place;

use crate::{house, program};

/// The first start writes the whole sample company.
const STARTS_WITHIN: Duration = Duration::from_secs(120);
const ENDS_WITHIN: Duration = Duration::from_secs(20);
const GLANCE: Duration = Duration::from_millis(50);

/// Where a running organisation is reached.
#[derive(Debug)]
pub(crate) struct Addresses {
    pub(crate) organisation: String,
    /// The mail service's base address.
    pub(crate) graph: String,
    pub(crate) certificate_authority: String,
}

/// Keeps the organisation running while it lives, when it was the one who started it.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) addresses: Addresses,
    /// Its standard input is held open by us alone: when we end, however we end, it stops the organisation.
    _watch: Option<Child>,
}

/// Plugs the organisation in, unless it is, and unplugs it when the returned value or this process ends.
pub(crate) fn start_for_now() -> Result<Running> {
    let place = Place::ready()?;
    if place.running().is_some() {
        return Ok(Running {
            addresses: answer(&place)?.context("the demo organisation is starting just now: try again")?,
            _watch: None,
        });
    }
    let addresses = start(&place)?;
    Ok(Running { addresses, _watch: Some(stop_with_me()?) })
}

pub(crate) fn start_by_hand() -> Result<()> {
    build()?;
    let place = Place::ready()?;
    if place.running().is_some() {
        println!("The demo organisation is running already.");
        return Ok(());
    }
    let addresses = start(&place)?;
    println!("The demo organisation is back at {}.", addresses.organisation);
    Ok(())
}

pub(crate) fn stop_by_hand() -> Result<()> {
    match stop(&Place::ready()?)? {
        true => println!(
            "The demo organisation is stopped: Satchel is on its own. `cargo xtask demo start` brings it back."
        ),
        false => println!("The demo organisation was not running."),
    }
    Ok(())
}

/// Starts over: sample company, profile and keyring are made anew.
pub(crate) fn reset() -> Result<()> {
    build()?;
    let place = Place::ready()?;
    if place.window_is_open() {
        bail!("the demo's window is open: please close it, then start over");
    }
    let was_running = stop(&place)?;
    program::run(Command::new(house::built("satchel-demo-org")).arg("reset").arg("--data").arg(place.data()))?;
    place.forget_profile()?;
    if was_running {
        start(&place)?;
    }
    println!("The demo starts over.");
    Ok(())
}

/// The manager changes an opportunity while you look at it.
pub(crate) fn colleague() -> Result<()> {
    build()?;
    let place = Place::ready()?;
    if place.running().is_none() {
        bail!(
            "the demo organisation is not running, so nobody can change anything there: `cargo xtask demo start` first"
        );
    }
    let addresses = answer(&place)?.context("the demo organisation is starting just now: try again")?;
    let mut colleague = Command::new(house::built("satchel-demo-org"));
    program::run(colleague.arg("colleague").arg("--data").arg(place.data()).args(["--url", &addresses.organisation]))
}

/// The other end of [`stop_with_me`].
pub(crate) fn stop_at_end_of_input() -> Result<()> {
    std::io::stdin().read_to_end(&mut Vec::new())?;
    stop(&Place::ready()?)?;
    Ok(())
}

/// Only when it was never built: a running organisation keeps the program it was started with.
fn build() -> Result<()> {
    if house::built("satchel-demo-org").exists() {
        return Ok(());
    }
    program::run(program::cargo().args(["build", "--package", "satchel-demo-org"]))
}

/// A second process of ours, out of reach of Ctrl-C, that outlives us just long enough to stop the organisation.
fn stop_with_me() -> Result<Child> {
    Command::new(std::env::current_exe()?)
        .args(["demo", "stop-at-end-of-input"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .process_group(0)
        .spawn()
        .context("the watch over the demo organisation could not be started")
}

fn start(place: &Place) -> Result<Addresses> {
    let ports = place.ports()?;
    let log = File::create(place.log()).with_context(|| format!("{} cannot be written", place.log().display()))?;
    let answer_file =
        File::create(place.answer()).with_context(|| format!("{} cannot be written", place.answer().display()))?;
    let mut organisation = Command::new(house::built("satchel-demo-org"))
        .arg("serve")
        .arg("--data")
        .arg(place.data())
        .args(["--http", &ports.http, "--https", &ports.https])
        .stdin(Stdio::null())
        .stdout(answer_file)
        .stderr(log)
        // A Ctrl-C in this terminal is meant for us.
        .process_group(0)
        .spawn()
        .context("the demo organisation could not be started")?;
    place.remember(organisation.id())?;
    let deadline = Instant::now() + STARTS_WITHIN;
    loop {
        if let Some(addresses) = answer(place)? {
            return Ok(addresses);
        }
        if let Some(status) = organisation.try_wait()? {
            bail!("the demo organisation ended at once ({status}); it said:\n{}", house::read(&place.log())?);
        }
        if Instant::now() > deadline {
            organisation.kill()?;
            bail!(
                "the demo organisation was not ready within {} s; it said:\n{}",
                STARTS_WITHIN.as_secs(),
                house::read(&place.log())?
            );
        }
        thread::sleep(GLANCE);
    }
}

/// Says whether it was running.
fn stop(place: &Place) -> Result<bool> {
    let Some(process) = place.running() else { return Ok(false) };
    // The shell's own: a bare system has no program of that name.
    program::ask(Command::new("sh").args(["-c", "kill -TERM \"$1\"", "sh", &process.to_string()]))?;
    let deadline = Instant::now() + ENDS_WITHIN;
    while place.running().is_some() {
        if Instant::now() > deadline {
            bail!(
                "the demo organisation (process {process}) does not end; `kill -9 {process}` ends it, and it loses nothing by that"
            );
        }
        thread::sleep(GLANCE);
    }
    Ok(true)
}

/// The line that the organisation prints once it is ready, if it did.
fn answer(place: &Place) -> Result<Option<Addresses>> {
    let text = house::read(&place.answer())?;
    match text.split_once('\n') {
        Some((line, _)) => addresses(line, &place.data()).map(Some),
        None => Ok(None),
    }
}

fn addresses(line: &str, data: &Path) -> Result<Addresses> {
    let answer: serde_json::Value =
        serde_json::from_str(line).context("the demo organisation's first line is not JSON")?;
    let text = |name: &str| {
        let value = answer.get(name).and_then(serde_json::Value::as_str);
        value.map(str::to_owned).with_context(|| format!("the demo organisation did not say its `{name}`"))
    };
    let certificate_authority = data.join(text("ca")?).to_string_lossy().into_owned();
    Ok(Addresses { organisation: text("organisation_https")?, graph: text("graph")?, certificate_authority })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ready_line_names_what_the_window_needs() {
        let line = r#"{"organisation":"http://127.0.0.1:1","organisation_https":"https://127.0.0.1:2","authority":"https://127.0.0.1:2/a","graph":"g","ca":"/d/ca.pem"}"#;
        let found = addresses(line, Path::new("/elsewhere")).unwrap();
        assert_eq!(found.organisation, "https://127.0.0.1:2");
        assert_eq!(found.graph, "g");
        assert_eq!(found.certificate_authority, "/d/ca.pem");
    }

    #[test]
    fn a_ready_line_without_a_certificate_authority_is_refused_by_name() {
        let error = addresses(r#"{"organisation_https":"h"}"#, Path::new("/")).unwrap_err();
        assert!(error.to_string().contains("`ca`"), "{error}");
    }
}

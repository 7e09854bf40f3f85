//! Satchel's real window, driven as a person would: seen, clicked, typed into.

use std::{fs, net::TcpListener, path::Path, process::Command};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::{
    Element, Key, Place, Sought,
    driver::Session,
    process::{self, Owned},
    wait::until,
};

/// It ends with this value, and takes its driver with it.
#[derive(Debug)]
pub struct Window<'a> {
    place: &'a Place,
    session: Session,
    _driver: Owned,
}

impl<'a> Window<'a> {
    /// Opens Satchel on the place's profile and waits for its page.
    pub async fn open(place: &'a Place) -> Result<Self> {
        let arguments = ["--profile".to_owned(), place.profile().to_string_lossy().into_owned()];
        let window = Self::start(place, &place.program("satchel"), &arguments).await?;
        window.see(&Sought::css("#root > *")).await.context("the window stays empty")?;
        Ok(window)
    }

    async fn start(place: &'a Place, binary: &Path, arguments: &[String]) -> Result<Self> {
        // Given back before the driver takes it; nobody else asks for a port in between, or the driver says so.
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let home = place.home();
        let mut command = Command::new("WebKitWebDriver");
        command.arg("--host=127.0.0.1").arg(format!("--port={port}"));
        command.env("TAURI_WEBVIEW_AUTOMATION", "true");
        // The window's program inherits these from the driver.
        command.env("HOME", &home).env("XDG_DATA_HOME", home.join("data"));
        command.env("XDG_CACHE_HOME", home.join("cache")).env("XDG_CONFIG_HOME", home.join("config"));
        let driver = Owned::start(&mut command, &place.log())?;
        let address = format!("http://127.0.0.1:{port}");
        until("the window's driver", || async { Ok(tokio::net::TcpStream::connect(("127.0.0.1", port)).await.ok()) })
            .await?;
        let session =
            Session::begin(&address, &binary.to_string_lossy(), arguments).await.with_context(|| said(place))?;
        Ok(Self { place, session, _driver: driver })
    }

    /// Waits until something like it is there and returns the first.
    pub async fn see(&self, sought: &Sought) -> Result<Element> {
        until(&format!("{sought:?}"), || async { Ok(self.session.find(sought).await?.into_iter().next()) }).await
    }

    /// All that are there now.
    pub async fn all(&self, sought: &Sought) -> Result<Vec<Element>> {
        self.session.find(sought).await
    }

    /// Waits until the first such element says `words` somewhere, and returns all it says.
    pub async fn see_words(&self, sought: &Sought, words: &str) -> Result<String> {
        until(&format!("the words {words:?} in {sought:?}"), || async {
            let Some(element) = self.session.find(sought).await?.into_iter().next() else { return Ok(None) };
            let text = self.session.text(&element).await?;
            Ok(text.contains(words).then_some(text))
        })
        .await
    }

    /// Waits until it is there and can be clicked, and clicks it.
    pub async fn click(&self, sought: &Sought) -> Result<()> {
        until(&format!("a click on {sought:?}"), || async {
            let Some(element) = self.session.find(sought).await?.into_iter().next() else { return Ok(None) };
            self.session.click(&element).await.map(Some)
        })
        .await
    }

    pub async fn type_into(&self, sought: &Sought, text: &str) -> Result<()> {
        let element = self.see(sought).await?;
        self.session.type_into(&element, text).await
    }

    pub async fn press(&self, keys: &[Key]) -> Result<()> {
        self.session.press(keys).await
    }

    pub async fn text(&self, element: &Element) -> Result<String> {
        self.session.text(element).await
    }

    pub async fn attribute(&self, element: &Element, name: &str) -> Result<Option<String>> {
        self.session.attribute(element, name).await
    }

    /// Runs script in the page and returns its value.
    pub async fn run(&self, script: &str) -> Result<Value> {
        self.session.run(script, Value::Array(Vec::new())).await
    }

    /// Keeps a picture under `target/screenshots` for people.
    pub async fn picture(&self, name: &str) -> Result<Vec<u8>> {
        let picture = self.session.picture().await?;
        fs::write(self.place.screenshot(name)?, &picture)?;
        Ok(picture)
    }

    /// Closes it in order.
    pub async fn close(self) -> Result<()> {
        self.session.end().await?;
        self.ended().await
    }

    /// Ends the program as a power cut would.
    pub async fn kill(self) -> Result<()> {
        for process in programs_on(&self.place.profile()) {
            process::signal("-KILL", process)?;
        }
        self.ended().await
    }

    async fn ended(&self) -> Result<()> {
        let profile = self.place.profile();
        until("the end of the window's program", || async { Ok(programs_on(&profile).is_empty().then_some(())) }).await
    }
}

impl Drop for Window<'_> {
    fn drop(&mut self) {
        // After a failed test the program still runs; after `close` there is none.
        for process in programs_on(&self.place.profile()) {
            let _ = process::signal("-KILL", process);
        }
    }
}

fn programs_on(profile: &Path) -> Vec<u32> {
    process::started_with(&["--profile", &profile.to_string_lossy()])
}

fn said(place: &Place) -> String {
    format!("the window's program and its driver said:\n{}", fs::read_to_string(place.log()).unwrap_or_default())
}

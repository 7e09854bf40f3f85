//! The window: it shows the page, passes commands on, and tells what changed. No business stands here.

mod commands;
mod face;
mod options;

use std::ffi::OsString;

use anyhow::{Context as _, Result};
use satchel_wiring::Profile;
use tauri::{Manager as _, WebviewWindowBuilder};

use face::Face;

/// Opens the window and stays until it is closed.
///
/// # Errors
/// The command line or the settings cannot be read, or the system gives no window.
pub fn run(arguments: impl Iterator<Item = OsString>) -> Result<()> {
    let given = options::read(arguments)?;
    tauri::Builder::default()
        .invoke_handler(commands::handler())
        .setup(move |app| {
            let folder = match given.profile {
                Some(folder) => folder,
                None => app.path().app_local_data_dir().context("this user has no folder for data")?,
            };
            let webview = folder.join("webview");
            let profile = Profile::of(folder, satchel_wiring::Face::Window)?;
            let window = app.config().app.windows.first().cloned().context("tauri.conf.json describes no window")?;
            app.manage(Face::new(app.handle().clone(), profile));
            // What the webview writes lies in the profile, so that whoever deletes or scans the profile has all of it.
            WebviewWindowBuilder::from_config(app.handle(), &window)?
                .data_directory(webview)
                .on_navigation(is_our_page)
                .build()?;
            Ok(())
        })
        .run(tauri::generate_context!())
        .context("the window cannot be opened; is there a display?")
}

/// The page never leaves itself: a link that would opens nothing here. A message's text is a document that the page
/// writes into a frame without rights.
fn is_our_page(url: &tauri::Url) -> bool {
    let is_ours = matches!((url.scheme(), url.host_str()), ("tauri", Some("localhost")));
    // Windows serves the page from this address.
    let is_ours_on_windows = matches!((url.scheme(), url.host_str()), ("http", Some("tauri.localhost")));
    is_ours || (cfg!(windows) && is_ours_on_windows) || url.as_str() == "about:srcdoc"
}

#[cfg(test)]
mod tests {
    use super::is_our_page;

    #[test]
    fn the_page_leads_nowhere_else() {
        let goes = |url: &str| is_our_page(&url.parse().unwrap());
        assert!(goes("tauri://localhost/index.html") && goes("about:srcdoc"));
        for url in
            ["https://example.com/", "file:///etc/passwd", "tauri://elsewhere/", "data:text/html,x", "about:blank"]
        {
            assert!(!goes(url), "{url}");
        }
    }
}

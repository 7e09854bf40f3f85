//! The WebDriver protocol, as far as we need it: one session over plain HTTP.

use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::Key;

/// The name that the protocol gives to the reference of an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// No answer of a driver takes longer, unless it will never come.
const ANSWERS_WITHIN: Duration = Duration::from_secs(60);

/// What to look for in the page.
#[derive(Clone, Debug)]
pub enum Sought {
    Css(String),
    /// An element by its role and accessible name, as a screen reader would say them.
    Named {
        role: &'static str,
        name: String,
    },
}

impl Sought {
    pub fn css(selector: &str) -> Self {
        Self::Css(selector.to_owned())
    }

    pub fn button(name: &str) -> Self {
        Self::Named { role: "button", name: name.to_owned() }
    }
}

/// A reference that is good until the page redraws the element.
#[derive(Clone, Debug)]
pub struct Element(String);

#[derive(Clone, Debug)]
pub(crate) struct Session {
    http: reqwest::Client,
    /// `http://127.0.0.1:PORT/session/ID`
    address: String,
}

/// Elements with the role, said or implied by their tag, and the name.
const BY_NAME: &str = "
    const implied = { button: 'button', textbox: 'input,textarea', link: 'a[href]', heading: 'h1,h2,h3' };
    const [role, name] = arguments;
    const sought = [`[role=\"${role}\"]`, implied[role]].filter(Boolean).join(',');
    const labels = element => [...(element.labels ?? [])].map(label => label.textContent).join(' ');
    const said = element => element.getAttribute('aria-label') || labels(element) || element.textContent;
    return [...document.querySelectorAll(sought)].filter(element => said(element).trim() === name);
";

impl Session {
    /// Asks the driver at `driver` to start `binary`.
    pub(crate) async fn begin(driver: &str, binary: &str, arguments: &[String]) -> Result<Self> {
        let http = reqwest::Client::builder().no_proxy().timeout(ANSWERS_WITHIN).build()?;
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "webkitgtk:browserOptions": { "binary": binary, "args": arguments },
        } } });
        let answer =
            send(http.post(format!("{driver}/session")).json(&wanted)).await.context("no session with the window")?;
        let id = answer["sessionId"].as_str().context("the driver began a session without an id")?;
        Ok(Self { address: format!("{driver}/session/{id}"), http })
    }

    pub(crate) async fn end(&self) -> Result<()> {
        send(self.http.delete(&self.address)).await.map(drop)
    }

    /// Everything that fits, in the page's order.
    pub(crate) async fn find(&self, sought: &Sought) -> Result<Vec<Element>> {
        let found = match sought {
            Sought::Css(selector) => {
                self.post("elements", json!({ "using": "css selector", "value": selector })).await?
            }
            Sought::Named { role, name } => self.run(BY_NAME, json!([role, name])).await?,
        };
        let elements = found.as_array().context("the driver found something that is no list")?;
        elements
            .iter()
            .map(|element| element[ELEMENT].as_str().map(|id| Element(id.to_owned())).context("no element"))
            .collect()
    }

    pub(crate) async fn click(&self, element: &Element) -> Result<()> {
        self.post(&format!("element/{}/click", element.0), json!({})).await.map(drop)
    }

    pub(crate) async fn type_into(&self, element: &Element, text: &str) -> Result<()> {
        self.post(&format!("element/{}/value", element.0), json!({ "text": text })).await.map(drop)
    }

    pub(crate) async fn text(&self, element: &Element) -> Result<String> {
        let text = self.run("return arguments[0].innerText", json!([{ ELEMENT: element.0 }])).await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    pub(crate) async fn attribute(&self, element: &Element, name: &str) -> Result<Option<String>> {
        let value =
            self.run("return arguments[0].getAttribute(arguments[1])", json!([{ ELEMENT: element.0 }, name])).await?;
        Ok(value.as_str().map(str::to_owned))
    }

    /// Holds the keys down in this order and lets them go in the other.
    pub(crate) async fn press(&self, keys: &[Key]) -> Result<()> {
        let act = |kind: &str, key: &Key| json!({ "type": kind, "value": key.code().to_string() });
        let down = keys.iter().map(|key| act("keyDown", key));
        let up = keys.iter().rev().map(|key| act("keyUp", key));
        let strokes: Vec<Value> = down.chain(up).collect();
        self.post("actions", json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": strokes }] }))
            .await
            .map(drop)
    }

    /// Runs script in the page and returns its value.
    pub(crate) async fn run(&self, script: &str, arguments: Value) -> Result<Value> {
        self.post("execute/sync", json!({ "script": script, "args": arguments })).await
    }

    /// The window's picture as a PNG.
    pub(crate) async fn picture(&self) -> Result<Vec<u8>> {
        let picture = send(self.http.get(format!("{}/screenshot", self.address))).await?;
        STANDARD
            .decode(picture.as_str().context("the driver's picture is no text")?)
            .context("the driver's picture is not base64")
    }

    async fn post(&self, what: &str, body: Value) -> Result<Value> {
        send(self.http.post(format!("{}/{what}", self.address)).json(&body)).await
    }
}

async fn send(request: reqwest::RequestBuilder) -> Result<Value> {
    let answer: Value = request.send().await?.json().await.context("the driver's answer is not JSON")?;
    let value = answer.get("value").cloned().unwrap_or_default();
    match value.get("error").and_then(Value::as_str) {
        Some(error) => Err(anyhow!("the driver says {error}: {}", value["message"].as_str().unwrap_or_default())),
        None => Ok(value),
    }
}

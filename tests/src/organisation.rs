//! A demo organisation of one test's own: started, stopped, killed, and asked behind Satchel's back.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

use crate::{Place, process::Owned, wait::until};

const ANSWERS_WITHIN: Duration = Duration::from_secs(30);

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub enum User {
    Admin,
    Manager,
    Salesperson,
}

#[derive(Debug)]
pub struct Organisation {
    program: PathBuf,
    data: PathBuf,
    said: PathBuf,
    http: String,
    https: String,
    ready: Value,
    process: Option<Owned>,
}

impl Organisation {
    /// Starts one with the whole sample company, on ports that are free.
    pub async fn start(place: &Place) -> Result<Self> {
        let (http, https) = (TcpListener::bind("127.0.0.1:0")?, TcpListener::bind("127.0.0.1:0")?);
        let mut organisation = Self {
            program: place.program("satchel-demo-org"),
            data: place.folder().join("organisation"),
            said: place.folder().join("organisation.said"),
            http: http.local_addr()?.to_string(),
            https: https.local_addr()?.to_string(),
            ready: Value::Null,
            process: None,
        };
        drop((http, https));
        organisation.start_again().await?;
        Ok(organisation)
    }

    /// After [`Self::stop`] or [`Self::kill`]: the same organisation at the same address.
    pub async fn start_again(&mut self) -> Result<()> {
        let mut command = Command::new(&self.program);
        command.arg("serve").arg("--data").arg(&self.data).args(["--http", &self.http, "--https", &self.https]);
        self.process = Some(Owned::start(&mut command, &self.said)?);
        let said = self.said.clone();
        let ready = until("the demo organisation", || {
            let ready = fs::read_to_string(&said).map(|text| ready_line(&text));
            async { Ok(ready?) }
        });
        self.ready =
            ready.await.with_context(|| format!("it said:\n{}", fs::read_to_string(&self.said).unwrap_or_default()))?;
        Ok(())
    }

    /// Pulls the network, in order.
    pub async fn stop(&mut self) -> Result<()> {
        let mut process = self.process.take().context("the demo organisation does not run")?;
        process.ask_to_end()?;
        let ended = std::cell::RefCell::new(process);
        until("the end of the demo organisation", || async { Ok(ended.borrow_mut().has_ended()?.then_some(())) }).await
    }

    /// Pulls its plug.
    pub fn kill(&mut self) -> Result<()> {
        self.process.take().context("the demo organisation does not run")?.kill()
    }

    pub fn data(&self) -> &Path {
        &self.data
    }

    pub fn https(&self) -> &str {
        self.ready["organisation_https"].as_str().unwrap_or_default()
    }

    /// Address and port of its plain http, also while it is stopped.
    pub fn http(&self) -> &str {
        &self.http
    }

    /// The mail service's base address.
    pub fn graph(&self) -> &str {
        self.ready["graph"].as_str().unwrap_or_default()
    }

    pub fn certificate_authority(&self) -> PathBuf {
        self.data.join(self.ready["ca"].as_str().unwrap_or_default())
    }

    /// An access token of one of its people, for the Web API.
    pub fn token(&self, user: User) -> Result<String> {
        self.token_for(user, "crm")
    }

    fn token_for(&self, user: User, service: &str) -> Result<String> {
        let name = match user {
            User::Admin => "admin",
            User::Manager => "manager",
            User::Salesperson => "salesperson",
        };
        let mut command = Command::new(&self.program);
        command.arg("token").arg("--data").arg(&self.data).args(["--user", name, "--for", service]);
        let output = command.output()?;
        if !output.status.success() {
            bail!("no token for {name}: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// The manager sends the salesperson a message with this HTML.
    pub async fn send_mail(&self, subject: &str, html: &str) -> Result<()> {
        let message = serde_json::json!({ "message": {
            "subject": subject,
            "body": { "contentType": "html", "content": html },
            "toRecipients": [{ "emailAddress": { "address": "clara.whitmore@brightwater.example", "name": "Clara" } }],
        } });
        self.post_mail(User::Manager, "sendMail", "application/json", message.to_string()).await
    }

    /// Puts a message (RFC 5322) into the salesperson's inbox, as if it had just come; it needs no date.
    pub async fn deliver(&self, raw: &str) -> Result<()> {
        self.post_mail(User::Salesperson, "mailFolders/inbox/messages", "text/plain", STANDARD.encode(raw)).await
    }

    async fn post_mail(&self, user: User, path: &str, kind: &str, body: String) -> Result<()> {
        let request = self.client()?.post(format!("{}/v1.0/me/{path}", self.graph())).header("Content-Type", kind);
        let answer = request.bearer_auth(self.token_for(user, "mail")?).body(body).send().await?;
        let status = answer.status();
        if !status.is_success() {
            bail!("the message was answered with {status}: {}", answer.text().await?);
        }
        Ok(())
    }

    fn client(&self) -> Result<reqwest::Client> {
        let authority = reqwest::Certificate::from_pem(&fs::read(self.certificate_authority())?)?;
        Ok(reqwest::Client::builder().no_proxy().tls_certs_merge([authority]).timeout(ANSWERS_WITHIN).build()?)
    }

    /// One of its people changes a record, whatever it is now.
    pub async fn change(&self, user: User, path: &str, values: &Value) -> Result<()> {
        let address = format!("{}/api/data/v9.2/{path}", self.https().trim_end_matches('/'));
        let request = self.client()?.patch(address).header("If-Match", "*").header("Content-Type", "application/json");
        let answer = request.bearer_auth(self.token(user)?).body(values.to_string()).send().await?;
        let status = answer.status();
        if !status.is_success() {
            bail!("the change of {path} was answered with {status}: {}", answer.text().await?);
        }
        Ok(())
    }

    /// What the Web API answers to `GET …/api/data/v9.2/{path}`.
    pub async fn ask(&self, user: User, path: &str) -> Result<Value> {
        let request = self.client()?.get(format!("{}/api/data/v9.2/{path}", self.https().trim_end_matches('/')));
        let answer = request.bearer_auth(self.token(user)?).send().await?;
        let status = answer.status();
        let body = answer.text().await?;
        if !status.is_success() {
            bail!("{path} was answered with {status}: {body}");
        }
        serde_json::from_str(&body).with_context(|| format!("{path} was not answered in JSON: {body}"))
    }
}

/// The first whole line that is JSON: what it logs may stand around it.
fn ready_line(text: &str) -> Option<Value> {
    let whole = text.rsplit_once('\n')?.0;
    whole.lines().find_map(|line| serde_json::from_str(line).ok().filter(Value::is_object))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_line_is_not_an_answer_yet() {
        assert_eq!(ready_line("{\"ca\":\"x\"}"), None);
        assert_eq!(ready_line("a log line\n{\"ca\":\"x\"}\n").unwrap()["ca"], "x");
    }
}

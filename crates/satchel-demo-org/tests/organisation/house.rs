//! Organisations to test against, and a short way to talk to them.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use reqwest::header::HeaderMap;
use reqwest::{Certificate, Client, Method, redirect};
use satchel_demo_org::{Addresses, Audience, Options, Running, User};
use serde_json::Value;
use tempfile::TempDir;

/// Where an organisation answers and who may ask there.
#[derive(Clone, Debug)]
pub(crate) struct House {
    pub(crate) addresses: Addresses,
    pub(crate) data: PathBuf,
    pub(crate) client: Client,
    token: String,
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{}: {}", self.status, self.text);
        self.json()
    }

    /// The status and the error's code.
    pub(crate) fn refusal(&self) -> (u16, String) {
        let code = self.json()["error"]["code"].as_str().unwrap_or_default().to_owned();
        (self.status, code)
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

pub(crate) fn options(data: &Path) -> Options {
    Options {
        data: data.to_owned(),
        http: "127.0.0.1:0".to_owned(),
        https: "localhost:0".to_owned(),
        seed: 1,
        token_seconds: 3600,
        delta_seconds: 7 * 24 * 3600,
        rights: false,
        ask: false,
    }
}

/// One organisation that all tests share; they make rows of their own in it.
pub(crate) fn shared() -> House {
    static SHARED: LazyLock<(Addresses, PathBuf)> = LazyLock::new(|| {
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(async {
                let folder = TempDir::new().unwrap();
                let running = satchel_demo_org::serve(options(folder.path())).await.unwrap();
                tell.send((running.addresses().clone(), folder.path().to_owned())).unwrap();
                // It lives as long as the tests do.
                std::future::pending::<()>().await;
            });
        });
        told.recv().unwrap()
    });
    // A client belongs to the runtime of its test.
    House::of(&SHARED.0, &SHARED.1)
}

/// An organisation of the test's own, whose folder outlives it.
pub(crate) async fn own(folder: &TempDir) -> (House, Running) {
    start(options(folder.path())).await
}

pub(crate) async fn start(options: Options) -> (House, Running) {
    let data = options.data.clone();
    let running = satchel_demo_org::serve(options).await.unwrap();
    (House::of(running.addresses(), &data), running)
}

impl House {
    pub(crate) fn of(addresses: &Addresses, data: &Path) -> Self {
        let pem = std::fs::read(&addresses.ca).unwrap();
        let client = Client::builder()
            .tls_certs_merge([Certificate::from_pem(&pem).unwrap()])
            .no_proxy()
            .redirect(redirect::Policy::none())
            .build()
            .unwrap();
        Self {
            addresses: addresses.clone(),
            data: data.to_owned(),
            client,
            token: satchel_demo_org::token(data, User::Salesperson, Audience::Crm, None).unwrap(),
        }
    }

    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self { token: token.to_owned(), ..self.clone() }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}/api/data/v9.2/{path}", self.addresses.organisation)
        }
    }

    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Answer {
        let mut request =
            self.client.request(method, self.url(path)).header("authorization", format!("Bearer {}", self.token));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.unwrap();
        Answer {
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            text: answer.text().await.unwrap(),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, &[], None).await
    }

    pub(crate) async fn prefer(&self, path: &str, preference: &str) -> Answer {
        self.call(Method::GET, path, &[("prefer", preference)], None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, &[], Some(&body)).await
    }

    pub(crate) async fn patch(&self, path: &str, headers: &[(&str, &str)], body: Value) -> Answer {
        self.call(Method::PATCH, path, headers, Some(&body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path, &[], None).await
    }

    /// Creates a row and returns its id.
    pub(crate) async fn make(&self, set: &str, body: Value) -> String {
        let answer = self.post(set, body).await;
        assert_eq!(answer.status, 204, "{}", answer.text);
        let url = answer.header("odata-entityid");
        url.rsplit_once('(').unwrap().1.trim_end_matches(')').to_owned()
    }
}

//! A service that gives planned answers in turn and notes what it was asked.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, StatusCode},
    response::Response,
};
use satchel_graph::Graph;
use satchel_http::{Client, Settings};
use satchel_testkit::FixedToken;
use tokio::net::TcpListener;

pub(crate) const JSON: &str = "Content-Type: application/json; odata.metadata=minimal";
pub(crate) const HTML: &str = "Content-Type: text/html";

/// Status, one header, body; `{base}` in the body becomes the service's address.
pub(crate) type Planned = (u16, &'static str, String);

#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// Method, path and query.
    pub(crate) line: String,
    headers: HeaderMap,
    pub(crate) body: String,
}

impl Call {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

#[derive(Debug, Default)]
struct Plan {
    left: VecDeque<Planned>,
    asked: Vec<Call>,
}

#[derive(Debug)]
pub(crate) struct StandIn {
    pub(crate) mailbox: Graph,
    base: String,
    plan: Arc<Mutex<Plan>>,
}

impl StandIn {
    pub(crate) async fn start(answers: Vec<Planned>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let plan = Arc::new(Mutex::new(Plan { left: answers.into(), asked: Vec::new() }));
        let router = Router::new().fallback(answer).with_state((Arc::clone(&plan), base.clone()));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let tokens = Arc::new(FixedToken::with_spares("one", &["two"]));
        let http = Client::new(&Settings::default()).unwrap();
        Self { mailbox: Graph::new(http, &base.parse().unwrap(), tokens).unwrap(), base, plan }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub(crate) fn asked(&self) -> Vec<Call> {
        self.plan.lock().unwrap().asked.clone()
    }
}

async fn answer(State((plan, base)): State<(Arc<Mutex<Plan>>, String)>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    let mut plan = plan.lock().unwrap();
    plan.asked.push(Call {
        line: format!("{} {}", parts.method, parts.uri),
        headers: parts.headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
    });
    let (status, header, body) = plan.left.pop_front().unwrap();
    let mut answer = Response::new(Body::from(body.replace("{base}", &base)));
    *answer.status_mut() = StatusCode::from_u16(status).unwrap();
    if let Some((name, value)) = header.split_once(": ") {
        answer.headers_mut().insert(HeaderName::from_bytes(name.as_bytes()).unwrap(), value.parse().unwrap());
    }
    answer
}

pub(crate) fn fault(code: &str, message: &str) -> String {
    serde_json::json!({ "error": { "code": code, "message": message } }).to_string()
}

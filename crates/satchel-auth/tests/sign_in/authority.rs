//! A small authority and organisation on loopback, strict about what a public client must do.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use axum::{
    Form, Json, Router,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode},
    routing::{get, post},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use satchel_auth::{KeepRefreshToken, OpenBrowser, OpenError, Registration};
use satchel_domain::{Private, ports::Later};
use satchel_http::{Client, Expect, Request, Settings, Url};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;

pub(crate) type Fields = BTreeMap<String, String>;

/// What the authority knows, open to the tests.
#[derive(Debug, Default)]
pub(crate) struct Book {
    pub(crate) base: String,
    /// Code to the PKCE challenge it was given for.
    pub(crate) codes: BTreeMap<String, String>,
    pub(crate) refresh: BTreeSet<String>,
    pub(crate) granted: usize,
    pub(crate) asked: Vec<Fields>,
}

#[derive(Clone, Debug)]
pub(crate) struct Authority {
    pub(crate) book: Arc<Mutex<Book>>,
    pub(crate) organisation: Url,
}

impl Authority {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let book = Arc::new(Mutex::new(Book { base: base.clone(), ..Book::default() }));
        let router = Router::new()
            .route("/api/data/v9.2/WhoAmI", get(who_am_i))
            .route("/tenant/oauth2/v2.0/token", post(token))
            .with_state(Arc::clone(&book));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { book, organisation: base.parse().unwrap() }
    }

    pub(crate) fn registration(&self) -> Registration {
        Registration { organisation: self.organisation.clone(), client_id: "satchel".to_owned(), tenant: None }
    }

    pub(crate) fn base(&self) -> satchel_auth::Authority {
        satchel_auth::Authority::of_base(&self.organisation.join("/tenant").unwrap()).unwrap()
    }

    /// Lets whoever holds this refresh token renew.
    pub(crate) fn know(&self, refresh: &str) {
        self.book.lock().unwrap().refresh.insert(refresh.to_owned());
    }
}

async fn who_am_i(State(book): State<Arc<Mutex<Book>>>) -> (StatusCode, HeaderMap, &'static str) {
    let base = book.lock().unwrap().base.clone();
    let challenge = format!("Bearer authorization_uri={base}/tenant/oauth2/authorize, resource_id={base}/");
    let headers =
        HeaderMap::from_iter([(axum::http::header::WWW_AUTHENTICATE, HeaderValue::from_str(&challenge).unwrap())]);
    (StatusCode::UNAUTHORIZED, headers, "")
}

async fn token(State(book): State<Arc<Mutex<Book>>>, Form(fields): Form<Fields>) -> (StatusCode, Json<Value>) {
    let mut book = book.lock().unwrap();
    book.asked.push(fields.clone());
    let is_good = match fields["grant_type"].as_str() {
        "authorization_code" => {
            let challenge = book.codes.remove(&fields["code"]);
            challenge == Some(BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(&fields["code_verifier"])))
        }
        // Rotation: a refresh token is good once.
        "refresh_token" => book.refresh.remove(&fields["refresh_token"]),
        _ => false,
    };
    if !is_good || fields["client_id"] != "satchel" {
        let fault = json!({ "error": "invalid_grant", "error_description": "AADSTS70008: The grant has expired.\r\nTrace ID: 1" });
        return (StatusCode::BAD_REQUEST, Json(fault));
    }
    book.granted += 1;
    let n = book.granted;
    book.refresh.insert(format!("refresh {n}"));
    let resource = fields["scope"].split("/.default").next().unwrap();
    (
        StatusCode::OK,
        Json(
            json!({ "token_type": "Bearer", "expires_in": 3600, "access_token": format!("access {n} {resource}"), "refresh_token": format!("refresh {n}") }),
        ),
    )
}

/// Sends the browser back to us, by the query that `answer` makes of the page's parameters, one visit for each.
#[derive(Debug)]
pub(crate) struct Browser {
    pub(crate) book: Arc<Mutex<Book>>,
    pub(crate) answers: fn(&Fields) -> Vec<String>,
    /// What the pages said, in order.
    pub(crate) pages: Arc<Mutex<Vec<String>>>,
}

impl Browser {
    pub(crate) fn of(authority: &Authority, answers: fn(&Fields) -> Vec<String>) -> Self {
        Self { book: Arc::clone(&authority.book), answers, pages: Arc::default() }
    }
}

impl OpenBrowser for Browser {
    fn open(&self, url: &Url) -> Result<(), OpenError> {
        let fields: Fields = url.query_pairs().into_owned().collect();
        assert_eq!((fields["response_type"].as_str(), fields["code_challenge_method"].as_str()), ("code", "S256"));
        self.book.lock().unwrap().codes.insert("good code".to_owned(), fields["code_challenge"].clone());
        let visits: Vec<Url> = (self.answers)(&fields)
            .iter()
            .map(|query| format!("{}?{query}", fields["redirect_uri"]).parse().unwrap())
            .collect();
        let pages = Arc::clone(&self.pages);
        tokio::spawn(async move {
            let http = client();
            for visit in visits {
                let page = http.send(Request::get(visit).expect(Expect::Anything)).await;
                let text = page.map_or_else(
                    |error| error.to_string(),
                    |page| String::from_utf8_lossy(page.body.reveal()).into_owned(),
                );
                pages.lock().unwrap().push(text);
            }
        });
        Ok(())
    }
}

pub(crate) fn client() -> Client {
    Client::new(&Settings::default()).unwrap()
}

/// Keeps refresh tokens in a list, or fails to.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    pub(crate) tokens: Mutex<Vec<String>>,
    pub(crate) fault: Mutex<Option<String>>,
}

impl KeepRefreshToken for Kept {
    fn keep<'a>(&'a self, token: &'a Private<String>) -> Later<'a, Result<(), String>> {
        let answer = match self.fault.lock().unwrap().clone() {
            Some(fault) => Err(fault),
            None => {
                self.tokens.lock().unwrap().push(token.reveal().clone());
                Ok(())
            }
        };
        Box::pin(async move { answer })
    }
}

//! Signing in through a browser that comes back on loopback, well and badly.

use std::{sync::Arc, time::Duration};

use crate::authority::{Authority, Browser, Fields, Kept, client};
use satchel_auth::{PATIENCE, Program, Session, SignedIn, discover, sign_in};
use satchel_domain::{ServiceError, error::Answer, ports::TokenSource};
use satchel_http::{Expect, Request, Url};

fn with_code(fields: &Fields) -> Vec<String> {
    vec![format!("code=good+code&state={}", fields["state"])]
}

fn why(answer: Answer<SignedIn>) -> String {
    match answer {
        Err(ServiceError::SignInNeeded { why }) => why,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_organisation_says_where_to_sign_in() {
    let authority = Authority::start().await;
    let challenge = discover(&client(), &authority.organisation).await.unwrap();
    assert_eq!(challenge.authority, authority.base());
    assert_eq!(challenge.resource, authority.organisation.as_str());
}

#[tokio::test]
async fn an_address_that_is_no_organisation_says_so() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let web_site: Url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move { axum::serve(listener, axum::Router::new().fallback(|| async { "Welcome" })).await });
    let answer = discover(&client(), &web_site).await;
    let Err(ServiceError::Unreachable { why }) = answer else { panic!("{answer:?}") };
    assert!(why.contains("does not answer like a Dynamics 365 organisation"), "{why}");
}

#[tokio::test]
async fn a_sign_in_brings_tokens_that_a_session_goes_on_with() {
    let authority = Authority::start().await;
    let browser = Browser::of(&authority, with_code);
    let signed_in = sign_in(&client(), &authority.registration(), &browser, PATIENCE).await.unwrap();
    assert_eq!(signed_in.refresh_token.reveal(), "refresh 1");
    let kept = Arc::new(Kept::default());
    let session = Session::signed_in(client(), signed_in, kept.clone()).await.unwrap();
    assert_eq!(*kept.tokens.lock().unwrap(), ["refresh 1"]);
    assert!(session.token().await.unwrap().reveal().starts_with("access 1 "));
    assert_eq!(authority.book.lock().unwrap().granted, 1, "the first token is used");
}

#[tokio::test]
async fn a_wrong_state_gets_a_sentence_and_we_wait_on() {
    let authority = Authority::start().await;
    let browser = Browser::of(&authority, |fields| {
        vec![
            "code=evil&state=guessed".to_owned(),
            "code=evil".to_owned(),
            format!("code=good+code&state={}", fields["state"]),
        ]
    });
    let signed_in = sign_in(&client(), &authority.registration(), &browser, PATIENCE).await.unwrap();
    assert_eq!(signed_in.refresh_token.reveal(), "refresh 1");
    let pages = browser.pages.lock().unwrap().clone();
    assert!(
        pages[0].contains("This is not the sign-in we started")
            && pages[1].contains("This is not the sign-in we started"),
        "{pages:?}"
    );
    let asked = authority.book.lock().unwrap().asked.clone();
    assert!(asked.iter().all(|fields| fields["code"] == "good code"), "only our own code reached the authority");
}

#[tokio::test]
async fn a_replayed_code_is_refused_with_a_sentence() {
    let authority = Authority::start().await;
    let browser = Browser::of(&authority, |fields| vec![format!("code=spent+code&state={}", fields["state"])]);
    let why = why(sign_in(&client(), &authority.registration(), &browser, PATIENCE).await);
    assert!(why.contains("no longer valid") && why.contains("AADSTS70008") && !why.contains("Trace ID"), "{why}");
}

#[tokio::test]
async fn a_declined_sign_in_says_why() {
    let authority = Authority::start().await;
    let browser = Browser::of(&authority, |fields| {
        vec![format!(
            "error=access_denied&error_description=An+administrator+must+consent+first.&state={}",
            fields["state"]
        )]
    });
    let why = why(sign_in(&client(), &authority.registration(), &browser, PATIENCE).await);
    assert!(why.contains("An administrator must consent first."), "{why}");
}

#[tokio::test]
async fn a_browser_that_never_comes_back_is_not_waited_for() {
    let authority = Authority::start().await;
    let browser = Browser::of(&authority, |_| Vec::new());
    let why = why(sign_in(&client(), &authority.registration(), &browser, Duration::from_millis(50)).await);
    assert!(why.contains("in time"), "{why}");
}

#[tokio::test]
async fn a_browser_that_is_not_there_says_so() {
    let authority = Authority::start().await;
    let browser = Program { path: "/nonexistent/browser".into(), args: Vec::new() };
    let why = why(sign_in(&client(), &authority.registration(), &browser, PATIENCE).await);
    assert!(why.contains("/nonexistent/browser") && why.contains("settings"), "{why}");
}

/// Hands the page's address to the test.
#[derive(Debug)]
struct Told(tokio::sync::mpsc::UnboundedSender<Url>);

impl satchel_auth::OpenBrowser for Told {
    fn open(&self, url: &Url) -> Result<(), satchel_auth::OpenError> {
        self.0.send(url.clone()).unwrap();
        Ok(())
    }
}

#[tokio::test]
async fn a_cancelled_sign_in_closes_its_port() {
    let authority = Authority::start().await;
    let (say, mut said) = tokio::sync::mpsc::unbounded_channel();
    let registration = authority.registration();
    let waiting = tokio::spawn(async move { sign_in(&client(), &registration, &Told(say), PATIENCE).await });
    let page = said.recv().await.unwrap();
    let redirect = page.query_pairs().find(|(key, _)| key == "redirect_uri").unwrap().1.into_owned();
    let redirect: Url = redirect.parse().unwrap();
    assert_eq!(redirect.host_str(), Some("localhost"));
    let visit = |host: &str| {
        let mut at = redirect.clone();
        at.set_host(Some(host)).unwrap();
        async move { client().send(Request::get(at).expect(Expect::Anything)).await.map(|page| page.status) }
    };
    assert_eq!(visit("127.0.0.1").await, Ok(404));
    if tokio::net::TcpListener::bind("[::1]:0").await.is_ok() {
        assert_eq!(visit("[::1]").await, Ok(404), "both loopback addresses are ours");
    }
    waiting.abort();
    assert!(waiting.await.unwrap_err().is_cancelled());
    assert!(matches!(visit("127.0.0.1").await, Err(ServiceError::Unreachable { .. })));
}

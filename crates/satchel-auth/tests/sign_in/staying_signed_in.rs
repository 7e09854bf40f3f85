//! Refresh tokens: rotated, kept before anything new is handed out, spent once.

use std::sync::Arc;

use crate::authority::{Authority, Kept, client};
use satchel_auth::Session;
use satchel_domain::{Private, ServiceError, ports::TokenSource};

async fn session(refresh: &str) -> (Authority, Arc<Kept>, Session) {
    let authority = Authority::start().await;
    authority.know("refresh 0");
    let kept = Arc::new(Kept::default());
    let resource = "https://contoso.example/".to_owned();
    let session = Session::resume(
        client(),
        authority.base(),
        "satchel".to_owned(),
        resource,
        Private::new(refresh.to_owned()),
        kept.clone(),
    );
    (authority, kept, session)
}

#[tokio::test]
async fn a_token_comes_from_memory_until_it_is_refused() {
    let (authority, kept, session) = session("refresh 0").await;
    let first = session.token().await.unwrap();
    assert_eq!(first, session.token().await.unwrap());
    assert_eq!(authority.book.lock().unwrap().granted, 1);
    let second = session.renew(&first).await.unwrap();
    assert_ne!(first, second);
    assert_eq!(*kept.tokens.lock().unwrap(), ["refresh 1", "refresh 2"]);
}

#[tokio::test]
async fn two_callers_with_the_same_refused_token_cause_one_renewal() {
    let (authority, _, session) = session("refresh 0").await;
    let old = session.token().await.unwrap();
    let (one, two, three) = tokio::join!(session.renew(&old), session.renew(&old), session.token());
    assert_eq!(one.clone().unwrap(), two.unwrap());
    assert!(one.is_ok() && three.is_ok());
    assert_eq!(authority.book.lock().unwrap().granted, 2);
}

#[tokio::test]
async fn nothing_is_handed_out_before_the_new_refresh_token_is_kept() {
    let (authority, kept, session) = session("refresh 0").await;
    *kept.fault.lock().unwrap() = Some("the disk is full".to_owned());
    let answer = session.token().await;
    assert!(
        matches!(&answer, Err(ServiceError::Unreachable { why }) if why.contains("the disk is full")),
        "{answer:?}"
    );
    *kept.fault.lock().unwrap() = None;
    assert!(session.token().await.is_ok());
    assert_eq!(*kept.tokens.lock().unwrap(), ["refresh 1"]);
    assert_eq!(authority.book.lock().unwrap().granted, 1, "the token that was granted is used after all");
}

#[tokio::test]
async fn a_spent_refresh_token_asks_to_sign_in() {
    let (_, kept, session) = session("refresh spent").await;
    let answer = session.token().await;
    assert!(
        matches!(&answer, Err(ServiceError::SignInNeeded { why }) if why.contains("no longer valid")),
        "{answer:?}"
    );
    assert!(kept.tokens.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_caller_who_gives_up_loses_no_refresh_token() {
    let (authority, kept, session) = session("refresh 0").await;
    // Polled once: the renewal is under way, then its caller is gone.
    let mut asked = session.token();
    assert!(std::future::poll_fn(|context| std::task::Poll::Ready(asked.as_mut().poll(context).is_pending())).await);
    drop(asked);
    session.token().await.unwrap();
    assert_eq!(*kept.tokens.lock().unwrap(), ["refresh 1"]);
    assert_eq!(authority.book.lock().unwrap().granted, 1);
}

#[tokio::test]
async fn one_sign_in_serves_two_services() {
    let (authority, kept, crm) = session("refresh 0").await;
    let mail = crm.for_resource("https://graph.example");
    assert!(crm.token().await.unwrap().reveal().ends_with(" https://contoso.example"));
    assert!(mail.token().await.unwrap().reveal().ends_with(" https://graph.example"));
    assert!(crm.token().await.unwrap().reveal().starts_with("access 1 "));
    assert_eq!(authority.book.lock().unwrap().granted, 2);
    assert_eq!(*kept.tokens.lock().unwrap(), ["refresh 1", "refresh 2"]);
}

#[tokio::test]
async fn a_silent_authority_is_no_lost_sign_in() {
    let (_, kept, _) = session("refresh 0").await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}/tenant", listener.local_addr().unwrap()).parse().unwrap();
    drop(listener);
    let authority = satchel_auth::Authority::of_base(&nobody).unwrap();
    let session = Session::resume(
        client(),
        authority,
        "satchel".to_owned(),
        "https://contoso.example".to_owned(),
        Private::new("refresh 0".to_owned()),
        kept,
    );
    assert!(matches!(session.token().await, Err(ServiceError::Unreachable { .. })));
}

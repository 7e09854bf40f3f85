//! What goes wrong on a wire, made by small servers on loopback, and the remedy each time.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::time::Duration;

use jiff::SignedDuration;
use satchel_domain::{Private, ServiceError, error::Answer};
use satchel_http::{Client, Request, Response, Settings, Url};
use satchel_testkit::FixedToken;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// Answers one connection after another with these bytes, then listens no more.
async fn serve(answers: &'static [&'static str]) -> (Url, tokio::task::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/x", listener.local_addr().unwrap());
    let asked = tokio::spawn(async move {
        let mut asked = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            asked.push(read_request(&mut stream).await);
            stream.write_all(answer.as_bytes()).await.unwrap();
            stream.shutdown().await.unwrap();
        }
        asked
    });
    (url.parse().unwrap(), asked)
}

async fn read_request(stream: &mut tokio::net::TcpStream) -> String {
    let mut text = Vec::new();
    let mut block = [0; 4096];
    loop {
        let read = stream.read(&mut block).await.unwrap();
        text.extend_from_slice(&block[..read]);
        let seen = String::from_utf8_lossy(&text);
        let Some((head, body)) = seen.split_once("\r\n\r\n") else {
            assert_ne!(read, 0, "the request ended early");
            continue;
        };
        let length =
            head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if body.len() >= length.unwrap_or(0) {
            return seen.into_owned();
        }
    }
}

fn client() -> Client {
    Client::new(&Settings::default()).unwrap()
}

async fn get(answer: &'static [&'static str]) -> Answer<Response> {
    let (url, _) = serve(answer).await;
    client().send(Request::get(url)).await
}

async fn patch(answer: &'static [&'static str]) -> Answer<Response> {
    let (url, _) = serve(answer).await;
    client().send(Request::patch_json(url, "{}".to_owned())).await
}

#[track_caller]
fn why(answer: Answer<Response>) -> String {
    match answer {
        Err(ServiceError::Unreachable { why }) => why,
        other => panic!("{other:?}"),
    }
}

const LOGIN_PAGE: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 14\r\n\r\n<html>Welcome!";
const TORN: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"value\":[";

#[tokio::test]
async fn an_answer_comes_whole() {
    let answer = get(&["HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nETag: W/\"7\"\r\nContent-Length: 12\r\n\r\n{\"value\":42}"]).await.unwrap();
    assert_eq!((answer.status, answer.header("etag")), (200, Some("W/\"7\"")));
    assert_eq!(answer.json::<std::collections::BTreeMap<String, u8>>().unwrap()["value"], 42);
    assert_eq!(format!("{answer:?}"), "200 with 12 bytes");
}

#[tokio::test]
async fn a_refused_connection_is_unreachable_for_reads_and_writes() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url: Url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    drop(listener);
    assert!(why(client().send(Request::get(url.clone())).await).contains("Check the address"));
    assert!(why(client().send(Request::delete(url)).await).contains("Check the address"));
}

#[tokio::test]
async fn an_unknown_name_says_to_check_the_address() {
    let url = "https://no-such-organisation.invalid/".parse().unwrap();
    let why = why(client().send(Request::get(url)).await);
    assert!(why.contains("no-such-organisation.invalid") && why.contains("Check the address"), "{why}");
}

#[tokio::test]
async fn plain_http_to_another_computer_is_not_sent() {
    let why = why(client().send(Request::get("http://crm.example.invalid/".parse().unwrap())).await);
    assert!(why.contains("https://"), "{why}");
}

#[tokio::test]
async fn a_write_whose_connection_is_lost_may_have_arrived() {
    assert_eq!(patch(&[""]).await.unwrap_err(), ServiceError::Unanswered);
    assert!(why(get(&[""]).await).contains("lost"));
}

#[tokio::test]
async fn a_torn_answer_is_no_answer() {
    assert_eq!(patch(&[TORN]).await.unwrap_err(), ServiceError::Unanswered);
    assert!(why(get(&[TORN]).await).contains("lost"));
}

#[tokio::test]
async fn silence_ends() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url: Url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    let quick = Settings { read_timeout: Duration::from_millis(100), ..Settings::default() };
    let client = Client::new(&quick).unwrap();
    assert!(why(client.send(Request::get(url.clone())).await).contains("in time"));
    assert_eq!(client.send(Request::patch_json(url, "{}".to_owned())).await.unwrap_err(), ServiceError::Unanswered);
}

#[tokio::test]
async fn a_login_page_in_the_services_place_says_to_sign_in_to_the_network() {
    assert!(why(get(&[LOGIN_PAGE]).await).contains("Sign in to the network"));
    assert!(why(patch(&[LOGIN_PAGE]).await).contains("Sign in to the network"));
    let (url, asked) = serve(&["HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"]).await;
    assert!(why(client().send(Request::get(url)).await).contains("Sign in to the network"));
    assert_eq!(asked.await.unwrap().len(), 1, "no redirect is followed");
}

#[tokio::test]
async fn an_answer_without_end_is_broken() {
    let (url, _) =
        serve(&["HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{\"value\":42}"]).await;
    let small = Client::new(&Settings { longest_body: 10, ..Settings::default() }).unwrap();
    assert!(matches!(small.send(Request::get(url)).await, Err(ServiceError::Broken { .. })));
}

#[tokio::test]
async fn too_many_requests_name_their_wait() {
    let seconds = |answer: Answer<Response>| match answer {
        Err(ServiceError::Throttled { wait }) => wait,
        other => panic!("{other:?}"),
    };
    const BUSY: &str = "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 17\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(seconds(get(&[BUSY]).await), SignedDuration::from_secs(17));
    const LATER: &str = "HTTP/1.1 503 Service Unavailable\r\nDate: Sun, 22 Nov 2026 12:00:00 GMT\r\nRetry-After: Sun, 22 Nov 2026 12:00:42 GMT\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(seconds(patch(&[LATER]).await), SignedDuration::from_secs(42));
}

#[tokio::test]
async fn a_refused_token_is_renewed_once() {
    const NO: &str = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n";
    const YES: &str = "HTTP/1.1 204 No Content\r\n\r\n";
    let tokens = FixedToken::with_spares("old", &["new"]);
    let (url, asked) = serve(&[NO, YES]).await;
    let answer = client().send_as(&tokens, Request::patch_json(url, "{}".to_owned())).await.unwrap();
    assert_eq!((answer.status, tokens.renewals()), (204, 1));
    let asked = asked.await.unwrap();
    assert!(asked[0].contains("Bearer old") && asked[1].contains("Bearer new"));

    let (url, _) = serve(&[NO, NO]).await;
    let tokens = FixedToken::with_spares("old", &["new"]);
    let answer = client().send_as(&tokens, Request::get(url)).await;
    assert!(matches!(answer, Err(ServiceError::SignInNeeded { .. })), "{answer:?}");
}

#[tokio::test]
async fn a_proxy_that_wants_a_password_says_so() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = format!("http://{}/", listener.local_addr().unwrap());
    let asked = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let asked = read_request(&mut stream).await;
        stream.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n").await.unwrap();
        asked
    });
    let client = Client::new(&Settings { proxy: Some(proxy.parse().unwrap()), ..Settings::default() }).unwrap();
    let why = why(client.send(Request::get("https://crm.example.invalid/".parse().unwrap())).await);
    assert!(why.contains("proxy") && why.contains("password"), "{why}");
    assert!(asked.await.unwrap().starts_with("CONNECT crm.example.invalid:443"));
}

#[tokio::test]
async fn loopback_needs_no_proxy() {
    let (url, _) = serve(&["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"]).await;
    let nowhere = "http://127.0.0.1:1/".parse().unwrap();
    let client = Client::new(&Settings { proxy: Some(nowhere), ..Settings::default() }).unwrap();
    assert_eq!(client.send(Request::get(url)).await.unwrap().status, 200);
}

#[tokio::test]
async fn a_server_without_tls_says_to_check_the_port() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        // All of the greeting, or closing resets the connection before the answer is read.
        let _ = stream.read(&mut [0; 1 << 16]).await;
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    });
    let why = why(client().send(Request::get(url.parse().unwrap())).await);
    assert!(why.contains("TLS"), "{why}");
}

#[tokio::test]
async fn no_error_tells_what_was_carried() {
    let tokens = FixedToken::new("eyJ0eXAiOiJKV1Qi");
    let (url, _) = serve(&[
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 24\r\n\r\n{\"name\":\"secret customer\"",
    ])
    .await;
    let answer = client().send_as(&tokens, Request::get(url)).await.unwrap();
    let error = answer.json::<std::collections::BTreeMap<String, String>>().unwrap_err();
    let said = format!("{error} {error:?} {answer:?} {:?}", Private::new("x"));
    assert!(!said.contains("secret") && !said.contains("eyJ0"), "{said}");
}

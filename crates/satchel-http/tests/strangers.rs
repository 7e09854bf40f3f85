//! What a computer that a message names can do to us: little. Played by small servers on loopback, made friends for the test.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by failing")]

use std::sync::{Arc, Mutex};

use satchel_http::{Found, Settings, Strangers};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

const LONGEST: usize = 1000;

/// Answers each connection with what `answer` makes of the path it asks for; remembers what was asked.
async fn serve(answer: fn(&str, &str) -> String) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let (asked, own) = (Arc::<Mutex<Vec<String>>>::default(), host.clone());
    let kept = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") && stream.read_buf(&mut request).await.unwrap() > 0 {}
            let request = String::from_utf8(request).unwrap();
            let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
            kept.lock().unwrap().push(request);
            // Who hangs up early has seen enough.
            let _ = stream.write_all(answer(&path, &own).as_bytes()).await;
        }
    });
    (host, asked)
}

fn strangers(friends: &[&str]) -> Strangers {
    Strangers::new(&Settings::default(), friends.iter().map(|friend| (*friend).to_owned()).collect()).unwrap()
}

fn picture(length: usize) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: image/gif\r\nSet-Cookie: a=b\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{}",
        "G".repeat(length)
    )
}

fn moved(to: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nSet-Cookie: c=d\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
}

#[tokio::test]
async fn a_picture_comes_and_nothing_is_told_about_us() {
    let (host, asked) = serve(|path, _| if path == "/far" { moved("/near?x=1") } else { picture(7) }).await;
    let found = strangers(&[&host]).find(&format!("http://{host}/far"), LONGEST).await;
    assert_eq!(found, Some(Found { media_type: "image/gif".to_owned(), bytes: b"GGGGGGG".to_vec() }));
    let asked = asked.lock().unwrap().clone();
    assert_eq!(asked.len(), 2);
    assert!(asked[1].starts_with("GET /near?x=1 HTTP/1.1"), "{asked:?}");
    for request in asked {
        let request = request.to_ascii_lowercase();
        assert!(request.contains("user-agent: satchel\r\n"), "{request}");
        assert!(!request.contains("cookie") && !request.contains("referer") && !request.contains("authorization"));
    }
}

#[tokio::test]
async fn who_is_no_friend_on_a_private_address_is_not_asked() {
    let (host, asked) = serve(|_, _| picture(7)).await;
    let port = host.rsplit(':').next().unwrap();
    for address in [format!("http://{host}/"), format!("https://{host}/"), format!("http://localhost:{port}/")] {
        assert_eq!(strangers(&[]).find(&address, LONGEST).await, None, "{address}");
    }
    assert!(asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_redirect_is_checked_like_any_address_and_a_ring_of_them_ends() {
    let (inside, asked_inside) = serve(|_, _| picture(7)).await;
    // What stands inside is told to the one outside by its path.
    let (host, asked) = serve(|path, own| match path.strip_prefix("/to/") {
        Some(inside) => moved(&format!("http://{inside}/")),
        None => moved(&format!("http://{own}/again")),
    })
    .await;
    let strangers = strangers(&[&host]);
    assert_eq!(strangers.find(&format!("http://{host}/to/{inside}"), LONGEST).await, None);
    assert!(asked_inside.lock().unwrap().is_empty());
    asked.lock().unwrap().clear();
    assert_eq!(strangers.find(&format!("http://{host}/"), LONGEST).await, None);
    assert_eq!(asked.lock().unwrap().len(), 4);
}

#[tokio::test]
async fn what_is_too_long_or_not_there_is_not_taken() {
    let (host, _) = serve(|path, _| match path {
        "/said" => picture(LONGEST + 1),
        "/unsaid" => format!(
            "HTTP/1.1 200 OK\r\nContent-Type: image/gif\r\nConnection: close\r\n\r\n{}",
            "G".repeat(LONGEST + 1)
        ),
        "/exact" => picture(LONGEST),
        "/untyped" => "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\nG".to_owned(),
        _ => "HTTP/1.1 404 Not Found\r\nContent-Type: image/gif\r\nContent-Length: 1\r\nConnection: close\r\n\r\nG"
            .to_owned(),
    })
    .await;
    let strangers = strangers(&[&host]);
    for path in ["said", "unsaid", "untyped", "missing"] {
        assert_eq!(strangers.find(&format!("http://{host}/{path}"), LONGEST).await, None, "{path}");
    }
    assert_eq!(strangers.find(&format!("http://{host}/exact"), LONGEST).await.unwrap().bytes.len(), LONGEST);
}

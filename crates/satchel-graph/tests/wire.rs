//! Answers that the demo organisation never gives, from small servers on loopback.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by failing")]

mod stand_in;

use jiff::SignedDuration;
use satchel_domain::{
    Cursor, FolderId, ItemId, ServiceError,
    error::Answer,
    mail::{Action, Purpose},
    ports::{From, MailPage, Mailbox, Next},
};
use serde_json::json;
use stand_in::{HTML, JSON, StandIn, fault};

fn inbox() -> FolderId {
    FolderId::new("inbox-id")
}

async fn pulled(service: &StandIn) -> Answer<MailPage> {
    service.mailbox.pull(&inbox(), From::Start, 50).await
}

async fn marked(service: &StandIn) -> Answer<()> {
    service.mailbox.act(&inbox(), &Action::SetRead { item: ItemId::new("AAA="), is_read: true }).await
}

fn unread(etag: &str) -> (u16, &'static str, String) {
    let body = json!({ "@odata.etag": etag, "id": "AAA=", "isRead": false, "parentFolderId": "inbox-id" });
    (200, JSON, body.to_string())
}

fn page(rows: serde_json::Value) -> (u16, &'static str, String) {
    let body =
        json!({ "value": rows, "@odata.deltaLink": "{base}/v1.0/me/mailFolders/x/messages/delta?$deltatoken=1" });
    (200, JSON, body.to_string())
}

#[tokio::test]
async fn folders_in_folders_come_after_their_parents_and_searches_are_left_out() {
    let named = |id: &str| (200, JSON, json!({ "id": id }).to_string());
    let mut answers: Vec<_> = ["i", "d", "s"].map(named).into();
    answers.push((404, JSON, fault("ErrorItemNotFound", "No archive yet.")));
    answers.extend(["t", "j", "o"].map(named));
    let first = json!({
        "value": [
            { "id": "p", "displayName": "项目", "childFolderCount": 1 },
            { "@odata.type": "#microsoft.graph.mailSearchFolder", "id": "z", "displayName": "Unread", "childFolderCount": 0 },
        ],
        "@odata.nextLink": "{base}/v1.0/me/mailFolders?$skip=2",
    });
    let second = json!({ "value": [{ "id": "i", "displayName": "Inbox", "childFolderCount": 0 }] });
    let within = json!({ "value": [{ "id": "q", "displayName": "2026", "childFolderCount": 0 }] });
    answers.extend([first, second, within].map(|body| (200, JSON, body.to_string())));
    let service = StandIn::start(answers).await;
    let folders = service.mailbox.folders().await.unwrap();
    let told: Vec<_> = folders
        .iter()
        .map(|folder| (folder.name.as_str(), folder.parent.as_ref().map(FolderId::as_str), folder.purpose))
        .collect();
    assert_eq!(told, [("项目", None, None), ("Inbox", None, Some(Purpose::Inbox)), ("2026", Some("p"), None)]);
    let asked = service.asked();
    assert!(asked.last().unwrap().line.starts_with("GET /v1.0/me/mailFolders/p/childFolders?"), "{asked:?}");
    assert!(asked.iter().all(|call| call.header("Prefer").contains("IdType=\"ImmutableId\"")), "{asked:?}");
}

#[tokio::test]
async fn a_first_pull_asks_for_what_a_row_shows_newest_first() {
    let service = StandIn::start(vec![page(json!([]))]).await;
    assert!(matches!(pulled(&service).await.unwrap().next, Next::CaughtUp(_)));
    let asked = &service.asked()[0];
    for part in ["/me/mailFolders/inbox-id/messages/delta?", "internetMessageId", "orderby=receivedDateTime+desc"] {
        assert!(asked.line.contains(part), "{}", asked.line);
    }
    assert!(!asked.line.contains("body%2C") && !asked.line.contains("filter"), "{}", asked.line);
    let prefer = asked.header("Prefer");
    assert!(prefer.contains("odata.maxpagesize=50") && prefer.contains("IdType=\"ImmutableId\""), "{prefer}");
}

#[tokio::test]
async fn a_message_says_what_it_lacks() {
    let rows = json!([{
        "id": "A", "subject": null, "from": null, "internetMessageId": null, "isRead": true, "hasAttachments": false,
        "sender": { "emailAddress": { "name": "ada@harbour.example", "address": "Ada@harbour.example" } },
        "toRecipients": [{ "emailAddress": { "name": "Friends" } }, { "emailAddress": { "name": "  ", "address": "jo@x.example" } }],
        "ccRecipients": [], "createdDateTime": "2026-11-03T08:15:30Z", "bodyPreview": "One\r\n two",
    }]);
    let service = StandIn::start(vec![page(rows)]).await;
    let head = pulled(&service).await.unwrap().heads.remove(0);
    assert_eq!((head.message_id, head.subject.as_str(), head.preview.as_str()), (None, "", "One two"));
    let from = head.from.unwrap();
    assert_eq!((from.name, from.address.as_str()), (None, "Ada@harbour.example"));
    assert_eq!(head.to.iter().map(|to| to.address.as_str()).collect::<Vec<_>>(), ["jo@x.example"]);
    assert_eq!((head.received_at, head.sent_at), ("2026-11-03T08:15:30Z".parse().unwrap(), None));
}

#[tokio::test]
async fn a_delta_that_says_little_is_completed() {
    let whole = |id: &str| {
        json!({
            "id": id, "subject": format!("Subject {id}"), "isRead": false, "toRecipients": [], "ccRecipients": [],
            "receivedDateTime": "2026-11-03T08:15:30Z",
        })
    };
    let rows = json!([
        { "id": "read", "isRead": true },
        { "id": "part", "subject": "New subject", "isRead": false },
        { "id": "lost", "@odata.etag": "W/\"2\"" },
        { "id": "removed", "@removed": { "reason": "deleted" } },
        { "id": "back", "@removed": { "reason": "changed" } },
        whole("back"),
        whole("fleeting"),
        { "id": "fleeting", "@removed": { "reason": "deleted" } },
    ]);
    let answers = vec![
        page(rows),
        (200, JSON, whole("part").to_string()),
        (404, JSON, fault("ErrorItemNotFound", "Gone meanwhile.")),
    ];
    let service = StandIn::start(answers).await;
    let page = pulled(&service).await.unwrap();
    assert_eq!(page.read, [(ItemId::new("read"), true)]);
    assert_eq!(page.gone, ["removed", "fleeting"].map(ItemId::new));
    let subjects: Vec<_> = page.heads.iter().map(|head| head.subject.as_str()).collect();
    assert_eq!(subjects, ["Subject part", "Subject back"]);
    assert!(service.asked()[1].line.starts_with("GET /v1.0/me/mailFolders/inbox-id/messages/part?"));
}

#[tokio::test]
async fn whatever_graph_calls_it_a_forgotten_cursor_has_expired() {
    for (status, code) in [
        (410, "syncStateNotFound"),
        (410, ""),
        (400, "resyncRequired"),
        (400, "SyncStateInvalid"),
        (404, "SyncStateNotFound"),
    ] {
        let service = StandIn::start(vec![(status, JSON, fault(code, "Start over."))]).await;
        let cursor = Cursor::new(service.url("/v1.0/me/mailFolders/x/messages/delta?$deltatoken=1"));
        let answer = service.mailbox.pull(&inbox(), From::Cursor(&cursor), 50).await;
        assert_eq!(answer, Err(ServiceError::CursorExpired), "{status} {code}");
    }
    for (status, code) in [(404, "ErrorItemNotFound"), (400, "ErrorInvalidIdMalformed")] {
        let service = StandIn::start(vec![(status, JSON, fault(code, "No such folder."))]).await;
        assert_eq!(pulled(&service).await, Err(ServiceError::Missing), "{status} {code}");
    }
}

#[tokio::test]
async fn a_link_to_elsewhere_is_not_stored_and_not_followed() {
    for name in ["@odata.nextLink", "@odata.deltaLink"] {
        let body =
            json!({ "value": [], name: "https://evil.example/v1.0/me/mailFolders/x/messages/delta?$skiptoken=1" });
        let service = StandIn::start(vec![(200, JSON, body.to_string())]).await;
        assert!(matches!(pulled(&service).await, Err(ServiceError::Broken { .. })), "{name}");
    }
    let service = StandIn::start(Vec::new()).await;
    let cursor = Cursor::new("https://evil.example/v1.0/me/mailFolders/x/messages/delta?$deltatoken=1");
    let answer = service.mailbox.pull(&inbox(), From::Cursor(&cursor), 50).await;
    assert!(matches!(answer, Err(ServiceError::Broken { .. })), "{answer:?}");
    assert!(service.asked().is_empty());
}

#[tokio::test]
async fn a_page_of_html_is_a_network_that_wants_a_sign_in_and_no_message() {
    let hotel = || vec![(200, HTML, "<html>Welcome to the hotel</html>".to_owned())];
    let list = pulled(&StandIn::start(hotel()).await).await.map(|_| ());
    let raw = StandIn::start(hotel()).await.mailbox.raw(&inbox(), &ItemId::new("AAA=")).await.map(|_| ());
    for answer in [list, raw] {
        assert!(
            matches!(&answer, Err(ServiceError::Unreachable { why }) if why.contains("Sign in to the network")),
            "{answer:?}"
        );
    }
}

#[tokio::test]
async fn a_torn_answer_is_broken_and_tells_nobody_what_it_held() {
    let service = StandIn::start(vec![(200, JSON, r#"{"value":[{"id":"A","subject":"Secret offer"#.to_owned())]).await;
    let Err(ServiceError::Broken { detail }) = pulled(&service).await else { panic!("a torn answer was read") };
    assert!(!detail.contains("Secret"), "{detail}");
}

#[tokio::test]
async fn bytes_come_as_they_are() {
    let raw = "Subject: =?utf-8?B?5oql5Lu3?=\r\n\r\n\u{feff}Hello\r\n\r\n";
    let service = StandIn::start(vec![(200, "Content-Type: text/plain", raw.to_owned())]).await;
    assert_eq!(service.mailbox.raw(&inbox(), &ItemId::new("AAA=")).await, Ok(raw.as_bytes().to_vec()));
    assert_eq!(service.asked()[0].line, "GET /v1.0/me/mailFolders/inbox-id/messages/AAA=/$value");
}

#[tokio::test]
async fn a_mark_goes_up_with_the_version_it_was_read_at() {
    let service = StandIn::start(vec![unread("W/\"CQAA1\""), (200, JSON, "{}".to_owned())]).await;
    assert_eq!(marked(&service).await, Ok(()));
    let asked = service.asked();
    let patch = &asked[1];
    assert_eq!(patch.line, "PATCH /v1.0/me/mailFolders/inbox-id/messages/AAA=");
    assert_eq!((patch.header("If-Match"), patch.body.as_str()), ("W/\"CQAA1\"", r#"{"isRead":true}"#));
}

#[tokio::test]
async fn a_mark_that_came_too_late_is_made_on_the_new_version_once() {
    let late = || (412, JSON, fault("ErrorIrresolvableConflict", "The change key does not match."));
    let service =
        StandIn::start(vec![unread("W/\"1\""), late(), unread("W/\"2\""), (200, JSON, "{}".to_owned())]).await;
    assert_eq!(marked(&service).await, Ok(()));
    assert_eq!(service.asked()[3].header("If-Match"), "W/\"2\"");
    let service = StandIn::start(vec![unread("W/\"1\""), late(), unread("W/\"2\""), late()]).await;
    assert_eq!(marked(&service).await, Err(ServiceError::Stale));
    assert_eq!(service.asked().len(), 4);
}

#[tokio::test]
async fn a_mark_that_is_there_or_in_another_folder_is_not_sent() {
    let read = json!({ "@odata.etag": "W/\"1\"", "id": "AAA=", "isRead": true, "parentFolderId": "inbox-id" });
    let service = StandIn::start(vec![(200, JSON, read.to_string())]).await;
    assert_eq!(marked(&service).await, Ok(()));
    assert_eq!(service.asked().len(), 1);
    let moved = json!({ "@odata.etag": "W/\"1\"", "id": "AAA=", "isRead": false, "parentFolderId": "archive-id" });
    let service = StandIn::start(vec![(200, JSON, moved.to_string())]).await;
    assert_eq!(marked(&service).await, Err(ServiceError::Missing));
    assert_eq!(service.asked().len(), 1);
}

#[tokio::test]
async fn what_becomes_of_a_mark_is_said_as_a_remedy() {
    let wait = SignedDuration::from_secs(12);
    let denied = ServiceError::Refused { code: "ErrorAccessDenied".to_owned(), reason: "Access is denied.".to_owned() };
    for ((status, header, body), expected) in [
        ((429, "Retry-After: 12", fault("ApplicationThrottled", "Slow down.")), ServiceError::Throttled { wait }),
        ((503, "Retry-After: 12", fault("ErrorServerBusy", "Busy.")), ServiceError::Throttled { wait }),
        ((404, JSON, fault("ErrorItemNotFound", "Gone.")), ServiceError::Missing),
        ((403, JSON, fault("ErrorAccessDenied", "Access is denied.")), denied),
        ((500, HTML, "<html>oops</html>".to_owned()), ServiceError::Unanswered),
        ((504, HTML, "<html>late</html>".to_owned()), ServiceError::Unanswered),
    ] {
        let service = StandIn::start(vec![unread("W/\"1\""), (status, header, body)]).await;
        assert_eq!(marked(&service).await, Err(expected), "{status}");
    }
}

#[tokio::test]
async fn a_refused_token_is_renewed_and_the_call_repeated() {
    let service = StandIn::start(vec![(401, "", String::new()), page(json!([]))]).await;
    assert!(pulled(&service).await.is_ok());
    let tokens: Vec<_> = service.asked().iter().map(|call| call.header("Authorization").to_owned()).collect();
    assert_eq!(tokens, ["Bearer one", "Bearer two"]);
}

//! The adapter keeps the contract of `Mailbox` with the real demo organisation, over https.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by failing")]

use std::{fs, process::Command, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use satchel_domain::{
    ItemId, ServiceError,
    mail::{Action, Purpose},
    ports::{From, Later, Mailbox, Next},
};
use satchel_graph::Graph;
use satchel_http::{Client, Request, Response, Settings, Url};
use satchel_testkit::{
    FixedToken,
    demo_org::DemoOrg,
    letter::gist,
    mailbox_contract::{self, Place, World},
};
use serde_json::{Value, json};

/// Another program on the same mailbox: plain requests, no code of the adapter.
#[derive(Debug)]
struct OtherProgram {
    http: Client,
    graph: String,
    token: FixedToken,
}

fn well_known(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Inbox => "inbox",
        Purpose::Archive => "archive",
        other => panic!("the suite has no use for {other:?}"),
    }
}

impl OtherProgram {
    fn url(&self, path: &str) -> Url {
        format!("{}/v1.0/{path}", self.graph).parse().unwrap()
    }

    async fn send(&self, request: Request) -> Response {
        let answer = self.http.send_as(&self.token, request).await.unwrap();
        assert!(answer.is_success(), "{}: {}", answer.status, String::from_utf8_lossy(answer.body.reveal()));
        answer
    }

    async fn post(&self, path: &str, body: &Value) -> Response {
        self.send(Request::post_json(self.url(path), body.to_string())).await
    }

    async fn deliver(&self, into: Purpose, raw: &[u8]) -> Place {
        let url = self.url(&format!("me/mailFolders/{}/messages", well_known(into)));
        let request = Request::post_text(url, STANDARD.encode(raw));
        let message: Value = self.send(request).await.json().unwrap();
        Place(message["id"].as_str().unwrap().to_owned())
    }
}

impl World for OtherProgram {
    fn keeps_bytes(&self) -> bool {
        false
    }

    fn names_messages(&self) -> bool {
        true
    }

    fn deliver<'a>(&'a self, into: Purpose, raw: &'a [u8]) -> Later<'a, Place> {
        Box::pin(self.deliver(into, raw))
    }

    fn move_to<'a>(&'a self, message: &'a Place, to: Purpose) -> Later<'a, Place> {
        Box::pin(async move {
            let path = format!("me/messages/{}/move", message.0);
            let moved: Value = self.post(&path, &json!({ "destinationId": well_known(to) })).await.json().unwrap();
            Place(moved["id"].as_str().unwrap().to_owned())
        })
    }

    fn delete<'a>(&'a self, message: &'a Place) -> Later<'a, ()> {
        Box::pin(async move {
            self.post(&format!("me/messages/{}/permanentDelete", message.0), &json!({})).await;
        })
    }

    fn mark_read<'a>(&'a self, message: &'a Place, is_read: bool) -> Later<'a, ()> {
        Box::pin(async move {
            let url = self.url(&format!("me/messages/{}", message.0));
            self.send(Request::patch_json(url, json!({ "isRead": is_read }).to_string())).await;
        })
    }

    fn is_read<'a>(&'a self, message: &'a Place) -> Later<'a, Option<bool>> {
        Box::pin(async move {
            let request = Request::get(self.url(&format!("me/messages/{}", message.0)));
            let answer = self.http.send_as(&self.token, request).await.unwrap();
            (answer.status != 404).then(|| answer.json::<Value>().unwrap()["isRead"].as_bool().unwrap())
        })
    }

    fn count(&self, of: Purpose) -> Later<'_, usize> {
        Box::pin(async move {
            let url = self.url(&format!("me/mailFolders/{}", well_known(of)));
            let folder: Value = self.send(Request::get(url)).await.json().unwrap();
            usize::try_from(folder["totalItemCount"].as_u64().unwrap()).unwrap()
        })
    }

    fn forget_cursors(&self, _: Purpose) -> Later<'_, ()> {
        Box::pin(async move {
            self.post("demo/forgetSyncStates", &json!({})).await;
        })
    }
}

fn client(org: &DemoOrg) -> Client {
    let authority = fs::read(&org.addresses.ca).unwrap();
    Client::new(&Settings { extra_certificate_authorities: vec![authority], ..Settings::default() }).unwrap()
}

fn adapter(org: &DemoOrg, token: FixedToken) -> Graph {
    Graph::new(client(org), &org.addresses.graph.parse().unwrap(), Arc::new(token)).unwrap()
}

/// A token for the mailbox of this user, made without a sign-in.
fn token(org: &DemoOrg, user: &str) -> FixedToken {
    let mut command = Command::new(org.program());
    let output = command.args(["token", "--for", "mail", "--user", user, "--data"]).arg(org.data()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    FixedToken::new(String::from_utf8(output.stdout).unwrap().trim())
}

#[tokio::test]
async fn the_adapter_keeps_the_contract_with_the_demo_organisation() {
    let org = DemoOrg::start();
    let other =
        OtherProgram { http: client(&org), graph: org.addresses.graph.clone(), token: token(&org, "salesperson") };
    mailbox_contract::run_all(&adapter(&org, token(&org, "salesperson")), &other).await;
}

#[tokio::test]
async fn the_sample_mailbox_is_read_whole_and_its_cursors_outlive_the_process() {
    let mut org = DemoOrg::start();
    let mailbox = adapter(&org, token(&org, "salesperson"));
    let folders = mailbox.folders().await.unwrap();
    let purposes: Vec<_> = folders.iter().filter_map(|folder| folder.purpose).collect();
    assert_eq!((folders.len(), purposes.len()), (6, 6), "{folders:?}");
    let inbox = &folders.iter().find(|folder| folder.purpose == Some(Purpose::Inbox)).unwrap().id;
    let page = mailbox.pull(inbox, From::Start, 20).await.unwrap();
    assert_eq!(page.heads.len(), 20);
    assert!(page.heads.is_sorted_by(|newer, older| newer.received_at >= older.received_at));
    let Next::More(cursor) = page.next else { panic!("twenty messages were all") };
    org.kill();
    let answer = mailbox.pull(inbox, From::Cursor(&cursor), 20).await;
    assert!(matches!(answer, Err(ServiceError::Unreachable { .. })), "{answer:?}");
    org.start_again();
    let mut heads = page.heads;
    let mut next = Next::More(cursor);
    while let Next::More(cursor) = &next {
        let page = mailbox.pull(inbox, From::Cursor(cursor), 20).await.unwrap();
        heads.extend(page.heads);
        next = page.next;
    }
    assert!(heads.iter().any(|head| !head.subject.is_ascii()), "some of it is Chinese");
    for head in heads.iter().take(10) {
        let gist = gist(&mailbox.raw(inbox, &head.item).await.unwrap());
        assert_eq!((&gist.subject, &gist.message_id), (&head.subject, &head.message_id));
    }
    org.stop();
}

#[tokio::test]
async fn a_wrong_token_asks_to_sign_in_and_a_user_without_a_mailbox_hears_so() {
    let org = DemoOrg::start();
    let crm_only = FixedToken::new(org.token("salesperson"));
    let answer = adapter(&org, crm_only).folders().await;
    assert!(matches!(answer, Err(ServiceError::SignInNeeded { .. })), "{answer:?}");
    let answer = adapter(&org, token(&org, "manager")).folders().await;
    let Err(ServiceError::Refused { code, reason }) = answer else { panic!("{answer:?}") };
    assert_eq!(code, "MailboxNotEnabledForRESTAPI");
    assert!(!reason.is_empty());
}

#[tokio::test]
async fn a_message_that_never_was_is_missing() {
    let org = DemoOrg::start();
    let mailbox = adapter(&org, token(&org, "salesperson"));
    let folders = mailbox.folders().await.unwrap();
    let (inbox, item) = (&folders[0].id, ItemId::new("AAMkADk0/no+such?id=#"));
    assert_eq!(mailbox.raw(inbox, &item).await, Err(ServiceError::Missing));
    let action = Action::SetRead { item, is_read: true };
    assert_eq!(mailbox.act(inbox, &action).await, Err(ServiceError::Missing));
}

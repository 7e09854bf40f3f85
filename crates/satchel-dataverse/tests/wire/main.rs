//! Answers that the demo organisation never gives, from small servers on loopback.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod pages;

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use jiff::SignedDuration;
use satchel_dataverse::Dataverse;
use satchel_domain::{
    Column, Cursor, ServiceError, Value, Version,
    edit::Duplicates,
    error::Answer,
    ports::{CrmService, From, Next, Page, Push},
    tracking::{AttachedFile, Direction, EmailDraft, ItemKey, Step, attachment_id},
};
use satchel_http::{Client, Settings};
use satchel_testkit::{
    FixedToken,
    organisation::{account, email, id_of, opportunity},
};
use tokio::net::TcpListener;

/// What was asked: method, path with query, headers.
type Asked = Arc<Mutex<Vec<(String, HeaderMap)>>>;

/// A service that gives these answers in turn: status, headers in lines, body with `{base}` for its address.
async fn service(answers: Vec<(u16, &'static str, String)>) -> (Dataverse, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (asked, mut left) = (Asked::default(), answers.into_iter());
    let (notes, here) = (Arc::clone(&asked), base.clone());
    let next = Arc::new(Mutex::new(move |request: &Request| {
        notes.lock().unwrap().push((format!("{} {}", request.method(), request.uri()), request.headers().clone()));
        let (status, header, body) = left.next().unwrap();
        let mut answer = Response::new(Body::from(body.replace("{base}", &here)));
        *answer.status_mut() = StatusCode::from_u16(status).unwrap();
        for (name, value) in header.lines().filter_map(|line| line.split_once(": ")) {
            answer
                .headers_mut()
                .insert(axum::http::HeaderName::from_bytes(name.as_bytes()).unwrap(), value.parse().unwrap());
        }
        answer
    }));
    let router = Router::new().fallback(move |request: Request| {
        let answer = next.lock().unwrap()(&request);
        async move { answer }
    });
    tokio::spawn(async move { axum::serve(listener, router).await });
    let tokens = Arc::new(FixedToken::with_spares("one", &["two"]));
    let http = Client::new(&Settings::default()).unwrap();
    (Dataverse::new(http, &base.parse().unwrap(), tokens).unwrap(), asked)
}

const JSON: &str = "Content-Type: application/json; odata.metadata=minimal";

async fn pulled(status: u16, header: &'static str, body: &str) -> Answer<Page> {
    let (crm, _) = service(vec![(status, header, body.to_owned())]).await;
    crm.pull(&account(), From::Start, 50).await
}

/// The answer to an update of one column.
async fn updated(status: u16, header: &'static str, body: &str) -> Answer<()> {
    let (crm, _) = service(vec![(status, header, body.to_owned())]).await;
    let values = [(Column::new("telephone1"), Value::Text("1".to_owned()))];
    crm.push(
        &account(),
        id_of("a"),
        Push::Update { values: &values, base: &Version::new("W/\"1\""), duplicates: Duplicates::Refuse },
    )
    .await
}

fn fault(code: &str, message: &str) -> String {
    serde_json::json!({ "error": { "code": code, "message": message } }).to_string()
}

#[tokio::test]
async fn the_codes_are_remedies() {
    let gone = format!("account With Id = {} Does Not Exist", id_of("a"));
    let other = format!("contact With Id = {} Does Not Exist", id_of("b"));
    assert_eq!(updated(412, JSON, &fault("0x80060882", "The version differs.")).await, Err(ServiceError::Stale));
    assert_eq!(
        updated(412, JSON, &fault("0x80040237", "A record with matching key values already exists.")).await,
        Err(ServiceError::Stale)
    );
    assert_eq!(updated(404, JSON, &fault("0x80040217", &gone)).await, Err(ServiceError::Missing));
    for (status, code, words) in [
        (404, "0x80040217", other.as_str()),
        (403, "0x80040220", "Principal user is missing prvWriteAccount privilege"),
        (412, "0x80060892", "Another record has this account number."),
        (400, "0x80040265", "A plug-in says no."),
    ] {
        let refused = ServiceError::Refused { code: code.to_owned(), reason: words.to_owned() };
        assert_eq!(updated(status, JSON, &fault(code, words)).await, Err(refused));
    }
    assert_eq!(updated(500, "", "").await, Err(ServiceError::Unanswered));
    assert_eq!(
        pulled(400, JSON, &fault("0x80044352", "Please perform a full sync.")).await,
        Err(ServiceError::CursorExpired)
    );
}

#[tokio::test]
async fn a_possible_duplicate_names_the_records_alike_where_the_service_tells() {
    let values = [(Column::new("name"), Value::Text("Contoso".to_owned()))];
    let base = Version::new("W/\"1\"");
    let row = |id| serde_json::json!({ "@odata.etag": "W/\"7\"", "accountid": id_of(id).to_string() });
    let told = serde_json::json!({ "value": [row("a"), row("b"), row("c")] }).to_string();
    let unheard = fault("0x80060888", "Resource not found for the segment 'RetrieveDuplicates'.");
    // Older services answer with 500; the code is the same.
    for (status, answer, expected) in
        [(412, (200, JSON, told), vec![id_of("b"), id_of("c")]), (500, (404, JSON, unheard), Vec::new())]
    {
        let refused = (status, JSON, fault("0x80040333", "A duplicate exists."));
        let (crm, asked) = service(vec![refused, answer]).await;
        let push = Push::Update { values: &values, base: &base, duplicates: Duplicates::Refuse };
        let duplicate = ServiceError::Duplicate { candidates: expected, message: "A duplicate exists.".to_owned() };
        assert_eq!(crm.push(&account(), id_of("a"), push).await, Err(duplicate));
        let asked = asked.lock().unwrap();
        assert!(asked[1].0.starts_with("GET /api/data/v9.2/RetrieveDuplicates(BusinessEntity=@p1,"), "{}", asked[1].0);
    }
}

#[tokio::test]
async fn the_service_is_told_whether_duplicates_are_wanted() {
    let (crm, asked) = service(vec![(204, "", String::new()); 4]).await;
    let values = [(Column::new("name"), Value::Text("Contoso".to_owned()))];
    let base = Version::new("W/\"1\"");
    for duplicates in [Duplicates::Refuse, Duplicates::Allow] {
        crm.push(&account(), id_of("a"), Push::Create { values: &values, duplicates }).await.unwrap();
        let push = Push::Update { values: &values, base: &base, duplicates };
        crm.push(&account(), id_of("a"), push).await.unwrap();
    }
    let asked = asked.lock().unwrap();
    let told: Vec<_> = asked.iter().map(|(_, headers)| &headers["mscrm.suppressduplicatedetection"]).collect();
    assert_eq!(told, ["false", "false", "true", "true"]);
}

#[tokio::test]
async fn an_edit_never_goes_up_without_a_condition() {
    let (crm, asked) =
        service(vec![(204, "", String::new()), (204, "", String::new()), (204, "", String::new())]).await;
    let values = [(Column::new("name"), Value::Text("Contoso".to_owned()))];
    let base = Version::new("W/\"470867\"");
    let id = id_of("a");
    crm.push(&account(), id, Push::Create { values: &values, duplicates: Duplicates::Refuse }).await.unwrap();
    crm.push(&account(), id, Push::Update { values: &values, base: &base, duplicates: Duplicates::Refuse })
        .await
        .unwrap();
    crm.push(&account(), id, Push::Delete { base: &base }).await.unwrap();
    let asked = asked.lock().unwrap();
    let seen: Vec<_> = asked
        .iter()
        .map(|(line, headers)| (line.as_str(), headers.get("If-None-Match"), headers.get("If-Match")))
        .collect();
    let (star, version) = ("*".parse().unwrap(), base.as_str().parse().unwrap());
    let (patch, delete) =
        (format!("PATCH /api/data/v9.2/accounts({id})"), format!("DELETE /api/data/v9.2/accounts({id})"));
    assert_eq!(
        seen,
        [(patch.as_str(), Some(&star), None), (&patch, None, Some(&version)), (&delete, None, Some(&version))]
    );
}

#[tokio::test]
async fn a_page_of_html_is_a_network_that_wants_a_sign_in() {
    let answer = pulled(200, "Content-Type: text/html", "<html>Welcome to the hotel</html>").await;
    assert!(
        matches!(&answer, Err(ServiceError::Unreachable { why }) if why.contains("Sign in to the network")),
        "{answer:?}"
    );
}

#[tokio::test]
async fn a_torn_answer_is_broken_and_tells_nobody_what_it_held() {
    let answer = pulled(200, JSON, "{\"value\":[{\"accountid\":\"7c0d\",\"name\":\"Secret customer").await;
    let Err(ServiceError::Broken { detail }) = answer else { panic!("{answer:?}") };
    assert!(!detail.contains("Secret"), "{detail}");
}

#[tokio::test]
async fn a_refused_token_is_renewed_and_the_call_repeated() {
    let page = r#"{"value":[],"@odata.deltaLink":"{base}/api/data/v9.2/accounts?$deltatoken=1"}"#;
    let (crm, asked) = service(vec![(401, "", String::new()), (200, JSON, page.to_owned())]).await;
    assert!(crm.pull(&account(), From::Start, 50).await.is_ok());
    let asked = asked.lock().unwrap();
    let tokens: Vec<_> = asked.iter().map(|(_, headers)| headers["Authorization"].to_str().unwrap()).collect();
    assert_eq!(tokens, ["Bearer one", "Bearer two"]);
}

#[tokio::test]
async fn a_busy_service_names_its_wait() {
    let wait = SignedDuration::from_secs(12);
    assert_eq!(
        updated(429, "Retry-After: 12", &fault("0x80072322", "Number of requests exceeded the limit.")).await,
        Err(ServiceError::Throttled { wait })
    );
}

#[tokio::test]
async fn a_link_to_elsewhere_is_not_stored_and_not_followed() {
    let page = r#"{"value":[],"@odata.nextLink":"https://evil.example/api/data/v9.2/accounts?$skiptoken=1"}"#;
    assert!(matches!(pulled(200, JSON, page).await, Err(ServiceError::Broken { .. })));
    let (crm, asked) = service(Vec::new()).await;
    let cursor = Cursor::new("https://evil.example/api/data/v9.2/accounts?$deltatoken=1");
    assert!(matches!(crm.pull(&account(), From::Cursor(&cursor), 50).await, Err(ServiceError::Broken { .. })));
    assert!(asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_last_page_without_its_delta_link_is_asked_for_again_without_annotations() {
    let link = r#""@odata.deltaLink":"{base}/api/data/v9.2/accounts?$deltatoken=1""#;
    let (crm, asked) =
        service(vec![(200, JSON, r#"{"value":[]}"#.to_owned()), (200, JSON, format!(r#"{{"value":[],{link}}}"#))])
            .await;
    let page = crm.pull(&account(), From::Start, 50).await.unwrap();
    assert!(matches!(page.next, Next::CaughtUp(_)));
    let asked = asked.lock().unwrap();
    let prefers: Vec<_> =
        asked.iter().map(|(_, headers)| headers["Prefer"].to_str().unwrap().contains("annotations")).collect();
    assert_eq!(prefers, [true, false]);
}

#[tokio::test]
async fn rows_are_read_exactly_and_the_deleted_ones_apart() {
    let (deal, gone, company) = (id_of("deal"), id_of("gone"), id_of("company"));
    let page = format!(
        r#"{{"value":[
            {{"@odata.etag":"W/\"7\"","opportunityid":"{deal}","estimatedvalue":98765432109876.0001,"estimatedclosedate":"2026-02-28","name":"Pumpen für 北京",
              "_customerid_value":"{company}","_customerid_value@Microsoft.Dynamics.CRM.lookuplogicalname":"account",
              "_customerid_value@OData.Community.Display.V1.FormattedValue":"Contoso"}},
            {{"@odata.context":"x#opportunities/$deletedEntity","id":"{gone}","reason":"deleted"}}
        ],"@odata.deltaLink":"{{base}}/api/data/v9.2/opportunities?$deltatoken=1"}}"#
    );
    let (crm, asked) = service(vec![(200, JSON, page)]).await;
    let page = crm.pull(&opportunity(), From::Start, 50).await.unwrap();
    assert_eq!(page.gone, [gone]);
    let record = &page.records[0];
    assert_eq!(record.version, Some(Version::new("W/\"7\"")));
    assert_eq!(record.value(&Column::new("estimatedvalue")), &Value::Money("98765432109876.0001".parse().unwrap()));
    assert_eq!(record.value(&Column::new("estimatedclosedate")), &Value::Date(jiff::civil::date(2026, 2, 28)));
    let Value::Lookup(customer) = record.value(&Column::new("customerid")) else { panic!("no lookup") };
    assert_eq!((customer.table.as_str(), customer.id, customer.name.as_deref()), ("account", company, Some("Contoso")));
    assert!(!record.values.contains_key(&Column::new("description")), "what the row does not say is unknown");
    let (line, headers) = asked.lock().unwrap()[0].clone();
    assert!(line.contains("_customerid_value") && !line.contains("filter"), "{line}");
    let prefer = headers["Prefer"].to_str().unwrap();
    assert!(prefer.contains("odata.track-changes") && prefer.contains("odata.maxpagesize=50"), "{prefer}");
}

/// An outgoing message with one file.
fn draft() -> EmailDraft {
    let id = id_of("message");
    let file = AttachedFile {
        id: attachment_id(id, 0),
        name: "offer.pdf".to_owned(),
        media_type: "application/pdf".to_owned(),
        content_id: None,
        bytes: b"%PDF".to_vec(),
    };
    EmailDraft {
        id,
        key: ItemKey::stored("a@b"),
        message_id: Some("<a@b>".to_owned()),
        subject: "Offer".to_owned(),
        body: "<p>Offer</p>".to_owned(),
        direction: Direction::Outgoing,
        at: jiff::Timestamp::UNIX_EPOCH,
        parties: Vec::new(),
        regarding: None,
        attachments: vec![file],
    }
}

const SETS: &str = r#"{"value":[
    {"LogicalName":"email","EntitySetName":"emails","PrimaryIdAttribute":"activityid","PrimaryNameAttribute":"subject"},
    {"LogicalName":"activitymimeattachment","EntitySetName":"activitymimeattachments",
     "PrimaryIdAttribute":"activitymimeattachmentid","PrimaryNameAttribute":"filename"}]}"#;

/// What a step of tracking comes to, and what was asked for it.
async fn promoted(step: Step, answers: Vec<(u16, &'static str, String)>) -> (Answer<()>, Vec<String>) {
    let (crm, asked) = service(answers).await;
    let answer = crm.promote(&email(), &draft(), step).await;
    let asked = asked.lock().unwrap();
    (answer, asked.iter().map(|(line, _)| line.split('?').next().unwrap_or_default().to_owned()).collect())
}

#[tokio::test]
async fn an_email_is_completed_on_the_version_that_was_read() {
    let standing = r#"{"@odata.etag":"W/\"7\"","statecode":0}"#.to_owned();
    let (crm, asked) = service(vec![(200, JSON, standing), (204, "", String::new())]).await;
    crm.promote(&email(), &draft(), Step::Complete).await.unwrap();
    let (line, headers) = asked.lock().unwrap()[1].clone();
    assert_eq!(line, format!("PATCH /api/data/v9.2/emails({})", draft().id));
    assert_eq!(headers["If-Match"], "W/\"7\"");
    let done = r#"{"@odata.etag":"W/\"8\"","statecode":1}"#.to_owned();
    let (answer, asked) = promoted(Step::Complete, vec![(200, JSON, done)]).await;
    assert_eq!((answer, asked.len()), (Ok(()), 1), "what is completed is left alone");
}

#[tokio::test]
async fn an_email_that_exists_is_read_and_is_ours_only_while_it_is_open() {
    let found = || (200, JSON, r#"{"value":[]}"#.to_owned());
    let taken = || (412, JSON, fault("0x80040237", "A record with matching key values already exists."));
    for (status, standing, expected) in [
        (200, r#"{"@odata.etag":"W/\"7\"","statecode":0}"#, Ok(())),
        (200, r#"{"@odata.etag":"W/\"7\"","statecode":1}"#, Err(ServiceError::Stale)),
        (404, "{}", Err(ServiceError::Stale)),
    ] {
        let answers = vec![found(), (200, JSON, SETS.to_owned()), taken(), (status, JSON, standing.to_owned())];
        assert_eq!(promoted(Step::Create, answers).await.0, expected, "{standing}");
    }
    let theirs = format!(r#"{{"value":[{{"activityid":"{}"}}]}}"#, id_of("theirs"));
    let (answer, asked) = promoted(Step::Create, vec![(200, JSON, theirs)]).await;
    assert_eq!((answer, asked), (Err(ServiceError::Stale), vec!["GET /api/data/v9.2/emails".to_owned()]));
}

#[tokio::test]
async fn a_refused_attachment_is_done_when_it_is_there_already_and_refused_in_the_services_words_when_not() {
    let closed = || (400, JSON, fault("0x80040203", "The email is completed."));
    let ours = format!(r#"{{"_objectid_value":"{}"}}"#, draft().id);
    let sets = || (200, JSON, SETS.to_owned());
    let (answer, asked) = promoted(Step::Attach(0), vec![sets(), closed(), (200, JSON, ours)]).await;
    assert_eq!((answer, asked.len()), (Ok(()), 3));
    let refused = ServiceError::Refused { code: "0x80040203".into(), reason: "The email is completed.".into() };
    let (answer, _) = promoted(Step::Attach(0), vec![sets(), closed(), (404, JSON, "{}".to_owned())]).await;
    assert_eq!(answer, Err(refused));
    let (answer, _) = promoted(Step::Attach(0), vec![sets(), (504, "", String::new())]).await;
    assert_eq!(answer, Err(ServiceError::Unanswered));
}

//! Signing in: codes, tokens, and what makes them worthless.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use satchel_demo_org::{Audience, User};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use url::Url;

use crate::house::{Answer, House, options, own, shared, start};

const CLIENT: &str = "9f1d2c1e-55aa-4b7e-8c51-0d3a7f20b6c4";
const REDIRECT: &str = "http://localhost:49152/";
const VERIFIER: &str = "a-verifier-that-is-long-enough-to-be-one-0123456789";

fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))
}

fn scope(house: &House) -> String {
    format!("{}/user_impersonation offline_access openid", house.addresses.organisation_https)
}

/// Asks the sign-in page and returns where it sends the browser.
async fn authorize(house: &House, change: &[(&str, &str)]) -> Answer {
    let (scope, challenge) = (scope(house), challenge());
    let mut options = vec![
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", REDIRECT),
        ("scope", &scope),
        ("state", "st&ate"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in change {
        options.retain(|(known, _)| known != name);
        options.push((name, value));
    }
    let url = format!("{}/organizations/oauth2/v2.0/authorize", house.addresses.authority);
    let url = Url::parse_with_params(&url, options).unwrap();
    let answer = house.client.get(url).send().await.unwrap();
    Answer { status: answer.status().as_u16(), headers: answer.headers().clone(), text: answer.text().await.unwrap() }
}

fn sent_back(answer: &Answer, name: &str) -> Option<String> {
    let url = Url::parse(answer.header("location")).unwrap();
    url.query_pairs().find_map(|(key, value)| (key == name).then(|| value.into_owned()))
}

async fn code(house: &House) -> String {
    let answer = authorize(house, &[]).await;
    assert_eq!(answer.status, 302, "{}", answer.text);
    assert_eq!(sent_back(&answer, "state").as_deref(), Some("st&ate"));
    sent_back(&answer, "code").unwrap()
}

async fn token(house: &House, fields: &[(&str, &str)]) -> (u16, Value) {
    let url = format!("{}/organizations/oauth2/v2.0/token", house.addresses.authority);
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("client_id", CLIENT).extend_pairs(fields);
    let answer = house
        .client
        .post(url)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.finish())
        .send()
        .await
        .unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn redeem(house: &House, code: &str, verifier: &str) -> (u16, Value) {
    let fields =
        [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", REDIRECT), ("code_verifier", verifier)];
    token(house, &fields).await
}

async fn refresh(house: &House, refresh_token: &str, scope: &str) -> (u16, Value) {
    let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh_token), ("scope", scope)];
    token(house, &fields).await
}

fn text(body: &Value, name: &str) -> String {
    body[name].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn without_a_token_the_answer_names_the_authority() {
    let house = shared();
    for token in ["", "nonsense"] {
        let answer = house.with_token(token).get("WhoAmI").await;
        assert_eq!(answer.status, 401);
        let header = answer.header("www-authenticate");
        let start = format!("Bearer authorization_uri={}/", house.addresses.authority);
        assert!(header.starts_with(&start), "{header}");
        assert!(header.contains(&format!("resource_id={}/", house.addresses.organisation_https)), "{header}");
    }
}

#[tokio::test]
async fn the_authority_describes_itself() {
    let house = shared();
    let url = format!("{}/organizations/v2.0/.well-known/openid-configuration", house.addresses.authority);
    let body: Value = house.client.get(url).send().await.unwrap().json().await.unwrap();
    let keys: Value = house.client.get(text(&body, "jwks_uri")).send().await.unwrap().json().await.unwrap();
    assert_eq!((&keys["keys"][0]["kty"], &keys["keys"][0]["alg"]), (&"RSA".into(), &"RS256".into()));
    assert_eq!(keys["keys"][0].get("d"), None);
    let challenge = house.get("WhoAmI").await;
    assert_eq!(challenge.status, 200);
}

#[tokio::test]
async fn one_sign_in_serves_crm_and_mail() {
    let house = shared();
    let (status, first) = redeem(&house, &code(&house).await, VERIFIER).await;
    assert_eq!(status, 200, "{first}");
    assert_eq!((&first["token_type"], &first["expires_in"]), (&"Bearer".into(), &3600.into()));
    let crm = house.with_token(&text(&first, "access_token"));
    let me = crm.get("WhoAmI").await.ok();
    let name = crm.get(&format!("systemusers({})", text(&me, "UserId"))).await.ok();
    assert_eq!(name["fullname"], "Clara Whitmore");

    let mail_scope = format!("{}/Mail.ReadWrite offline_access", house.addresses.graph);
    let (status, second) = refresh(&house, &text(&first, "refresh_token"), &mail_scope).await;
    assert_eq!(status, 200, "{second}");
    let mail = house.with_token(&text(&second, "access_token"));
    let graph = format!("{}/v1.0/me", house.addresses.graph);
    assert_eq!(mail.get(&graph).await.ok()["mail"], "clara.whitmore@brightwater.example");
    assert_eq!(mail.get("WhoAmI").await.status, 401, "a mail token opens no CRM");
    assert_eq!(crm.get(&graph).await.status, 401, "a CRM token opens no mailbox");

    // The plain http spelling is the same organisation.
    let plain = format!("{}/.default offline_access", house.addresses.organisation);
    let (status, third) = refresh(&house, &text(&second, "refresh_token"), &plain).await;
    assert_eq!(status, 200, "{third}");
    house.with_token(&text(&third, "access_token")).get("WhoAmI").await.ok();
}

#[tokio::test]
async fn a_spent_refresh_token_revokes_its_family() {
    let house = shared();
    let (_, first) = redeem(&house, &code(&house).await, VERIFIER).await;
    let (status, second) = refresh(&house, &text(&first, "refresh_token"), &scope(&house)).await;
    assert_eq!(status, 200);
    let (status, spent) = refresh(&house, &text(&first, "refresh_token"), &scope(&house)).await;
    assert_eq!((status, text(&spent, "error")), (400, "invalid_grant".to_owned()));
    let (status, heir) = refresh(&house, &text(&second, "refresh_token"), &scope(&house)).await;
    assert_eq!((status, text(&heir, "error")), (400, "invalid_grant".to_owned()));
    assert_eq!(heir["error_codes"], serde_json::json!([50173]));
}

#[tokio::test]
async fn a_replayed_code_revokes_what_it_gave() {
    let house = shared();
    let code = code(&house).await;
    let (_, first) = redeem(&house, &code, VERIFIER).await;
    let (status, replay) = redeem(&house, &code, VERIFIER).await;
    assert_eq!((status, text(&replay, "error")), (400, "invalid_grant".to_owned()));
    assert!(text(&replay, "error_description").starts_with("AADSTS54005"), "{replay}");
    let (status, _) = refresh(&house, &text(&first, "refresh_token"), &scope(&house)).await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn a_code_without_its_verifier_is_worth_nothing() {
    let house = shared();
    let code = code(&house).await;
    let (status, body) = redeem(&house, &code, "another-verifier-0123456789-0123456789-01234").await;
    assert_eq!((status, text(&body, "error")), (400, "invalid_grant".to_owned()));
    assert!(text(&body, "error_description").starts_with("AADSTS501481"), "{body}");
    let (status, _) = redeem(&house, &code, VERIFIER).await;
    assert_eq!(status, 200, "a wrong guess does not spend the code");
}

#[tokio::test]
async fn a_refused_scope_does_not_spend_the_refresh_token() {
    let house = shared();
    let (_, first) = redeem(&house, &code(&house).await, VERIFIER).await;
    let (status, body) = refresh(&house, &text(&first, "refresh_token"), "https://elsewhere.example/.default").await;
    assert_eq!((status, text(&body, "error")), (400, "invalid_resource".to_owned()));
    let (status, _) = refresh(&house, &text(&first, "refresh_token"), &scope(&house)).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn the_page_sends_errors_to_the_app_but_only_to_this_machine() {
    let house = shared();
    for (change, error) in [
        (("code_challenge", ""), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("response_type", "token"), "unsupported_response_type"),
        (("scope", "https://elsewhere.example/.default"), "invalid_resource"),
    ] {
        let answer = authorize(&house, &[change]).await;
        assert_eq!(answer.status, 302, "{change:?}");
        assert_eq!(sent_back(&answer, "error").as_deref(), Some(error), "{change:?}");
        assert_eq!(sent_back(&answer, "state").as_deref(), Some("st&ate"));
    }
    for redirect in ["https://evil.example/", "http://localhost.evil.example:80/", "http://user@localhost:1/"] {
        let answer = authorize(&house, &[("redirect_uri", redirect)]).await;
        assert_eq!((answer.status, answer.header("location")), (400, ""), "{redirect}");
    }
}

#[tokio::test]
async fn an_expired_token_is_refused_and_so_is_a_stranger_s() {
    let house = shared();
    let expired = satchel_demo_org::token(&house.data, User::Admin, Audience::Crm, Some(-5)).unwrap();
    let answer = house.with_token(&expired).get("WhoAmI").await;
    assert_eq!(answer.status, 401);
    assert!(answer.header("www-authenticate").contains("expired"));
    let elsewhere = TempDir::new().unwrap();
    let foreign = satchel_demo_org::token(elsewhere.path(), User::Admin, Audience::Crm, None).unwrap();
    assert_eq!(house.with_token(&foreign).get("WhoAmI").await.status, 401);
}

#[tokio::test]
async fn sign_ins_survive_a_restart() {
    let folder = TempDir::new().unwrap();
    let (house, running) = own(&folder).await;
    let (_, first) = redeem(&house, &code(&house).await, VERIFIER).await;
    running.stop().await.unwrap();
    let (house, _running) = start(options(folder.path())).await;
    let (status, second) = refresh(&house, &text(&first, "refresh_token"), &scope(&house)).await;
    assert_eq!(status, 200, "{second}");
    let (status, _) = refresh(&house, &text(&first, "refresh_token"), &scope(&house)).await;
    assert_eq!(status, 400, "spent before, spent after");
}

#[tokio::test]
async fn tokens_live_as_long_as_asked_and_the_page_may_wait_for_a_click() {
    let folder = TempDir::new().unwrap();
    let short = satchel_demo_org::Options { token_seconds: 120, ask: true, ..options(folder.path()) };
    let (house, _running) = start(short).await;
    let page = authorize(&house, &[]).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("Continue as Ingrid Solheim"), "{}", page.text);
    let options = [
        ("response_type", "code".to_owned()),
        ("client_id", CLIENT.to_owned()),
        ("redirect_uri", REDIRECT.to_owned()),
        ("scope", scope(&house)),
        ("code_challenge", challenge()),
        ("code_challenge_method", "S256".to_owned()),
    ];
    let url = format!("{}/common/oauth2/v2.0/authorize", house.addresses.authority);
    let answer = house
        .client
        .post(Url::parse_with_params(&url, options).unwrap())
        .body("user=ingrid.solheim%40brightwater.example")
        .send()
        .await
        .unwrap();
    let location = Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
    let code = location.query_pairs().find(|(key, _)| key == "code").unwrap().1.into_owned();
    let (_, body) = redeem(&house, &code, VERIFIER).await;
    assert_eq!(body["expires_in"], 120);
    let manager = house.with_token(&text(&body, "access_token"));
    assert_eq!(manager.get("WhoAmI").await.ok()["UserId"], "b83d290f-4e61-4c17-8f5a-d60e1972ac4b");
}

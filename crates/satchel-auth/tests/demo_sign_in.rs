//! The whole sign-in against the demo organisation's authority, over https, as the demo itself does it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::{
    fs,
    sync::{Arc, Mutex},
};

use satchel_auth::{KeepRefreshToken, PATIENCE, Program, Registration, Session, sign_in};
use satchel_domain::{
    Private, ServiceError,
    ports::{Later, TokenSource},
};
use satchel_http::{Client, Request, Settings, Url};
use satchel_testkit::demo_org::DemoOrg;

#[derive(Debug, Default)]
struct Kept(Mutex<Vec<Private<String>>>);

impl KeepRefreshToken for Kept {
    fn keep<'a>(&'a self, token: &'a Private<String>) -> Later<'a, Result<(), String>> {
        self.0.lock().unwrap().push(token.clone());
        Box::pin(async { Ok(()) })
    }
}

async fn status(http: &Client, session: &Session, url: &str) -> u16 {
    http.send_as(session, Request::get(url.parse().unwrap())).await.unwrap().status
}

// Several threads: a connection to a killed organisation is noticed while this test waits for its restart.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_sign_in_through_the_authoritys_page_serves_crm_and_mail() {
    let mut org = DemoOrg::start();
    let authority = fs::read(&org.addresses.ca).unwrap();
    let http =
        Client::new(&Settings { extra_certificate_authorities: vec![authority], ..Settings::default() }).unwrap();
    let organisation: Url = org.addresses.organisation_https.parse().unwrap();
    let registration =
        Registration { organisation, client_id: "0b1c2d3e-0000-4000-8000-5a7c4e100001".to_owned(), tenant: None };
    let browser = Program {
        path: org.program(),
        args: vec!["follow".to_owned(), "--data".to_owned(), org.data().to_string_lossy().into_owned()],
    };
    let signed_in = sign_in(&http, &registration, &browser, PATIENCE).await.unwrap();
    let first = signed_in.refresh_token.clone();
    let (base, resource) = (signed_in.authority.clone(), signed_in.resource.clone());
    let kept = Arc::new(Kept::default());
    let crm = Session::signed_in(http.clone(), signed_in, kept.clone()).await.unwrap();
    let who = format!("{}/api/data/v9.2/WhoAmI", org.addresses.organisation_https);
    assert_eq!(status(&http, &crm, &who).await, 200);

    let mail = crm.for_resource(org.addresses.graph.clone());
    assert_ne!(mail.token().await.unwrap(), crm.token().await.unwrap());
    assert!(kept.0.lock().unwrap().len() > 1, "the refresh token was rotated and kept");

    org.kill();
    org.start_again();
    let newest = kept.0.lock().unwrap().last().unwrap().clone();
    let resume = |refresh| {
        Session::resume(
            http.clone(),
            base.clone(),
            registration.client_id.clone(),
            resource.clone(),
            refresh,
            kept.clone(),
        )
    };
    assert_eq!(status(&http, &resume(newest), &who).await, 200, "signed in after a restart of both");

    let spent = resume(first).token().await;
    assert!(matches!(spent, Err(ServiceError::SignInNeeded { .. })), "{spent:?}");
    let newest = kept.0.lock().unwrap().last().unwrap().clone();
    let family = resume(newest).token().await;
    assert!(
        matches!(family, Err(ServiceError::SignInNeeded { .. })),
        "a spent refresh token revokes its family: {family:?}"
    );
}

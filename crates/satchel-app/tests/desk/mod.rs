//! An app on a temporary profile: fakes for the services, everything else real.

use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use satchel_app::{
    Access, App, Connection, FarPicture, Grant, KeepToken, MailServer, Membership, OfferedMailbox, Options, Services,
    requests::{CommandError, Start, Topic},
};
use satchel_domain::{
    Column, Private, ServiceError, TableName, Value,
    error::Answer,
    ports::{Later, Mailbox, SecretStore},
};
use satchel_testkit::{MemorySecrets, ModelCrm, ModelMailbox, TestClock, organisation};

/// The signed-in user's address.
pub(crate) const OWN: &str = "clara.whitmore@brightwater.example";

/// The fakes of one machine; they outlive the app, as a keyring and a service do.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    pub(crate) keyring: MemorySecrets,
    pub(crate) crm: ModelCrm,
    /// The mailbox that comes with the sign-in; none for a user without one.
    pub(crate) mailbox: Option<ModelMailbox>,
    /// The mailbox on any other mail server.
    pub(crate) elsewhere: ModelMailbox,
    pub(crate) clock: TestClock,
    /// While set, the browser stays open for ever.
    pub(crate) browser_hangs: Arc<AtomicBool>,
    /// What was given to the browser.
    pub(crate) opened: Arc<Mutex<Vec<String>>>,
    /// What the next sign-in fails with.
    pub(crate) sign_in_fails: Arc<Mutex<Option<ServiceError>>>,
    /// Addresses of pictures that were asked for, in their order.
    pub(crate) asked_pictures: Arc<Mutex<Vec<String>>>,
    /// How the next app starts.
    pub(crate) stays_offline: bool,
}

impl Machine {
    pub(crate) fn new() -> Self {
        let crm = ModelCrm::sample();
        for number in 0..120 {
            let name = Value::Text(format!("Account {number:03}"));
            crm.create_as_another(
                &TableName::new("account"),
                organisation::id_of(&format!("account {number}")),
                &[(Column::new("name"), name)],
            );
        }
        Self {
            keyring: MemorySecrets::default(),
            crm,
            mailbox: None,
            elsewhere: ModelMailbox::sample(),
            clock: TestClock::default(),
            browser_hangs: Arc::default(),
            opened: Arc::default(),
            sign_in_fails: Arc::default(),
            asked_pictures: Arc::default(),
            stays_offline: false,
        }
    }

    pub(crate) async fn start(&self, folder: &Path) -> Arc<App> {
        self.try_start(folder).await.unwrap()
    }

    pub(crate) async fn try_start(&self, folder: &Path) -> Result<Arc<App>, CommandError> {
        let demo =
            Connection { organisation: "https://demo.test".into(), client_id: "id".into(), tenant: None, mail: None };
        let options = Options {
            folder: folder.to_owned(),
            demo: Some(demo),
            start_with_demo: false,
            downloads: Some(folder.join("Downloads")),
            stays_offline: self.stays_offline,
            page_size: 50,
        };
        let tell = Arc::new(|_: &[Topic]| {});
        App::start_on(options, Arc::new(self.clone()), Arc::new(self.clock.clone()), tell).await
    }
}

impl Services for Machine {
    fn sign_in<'a>(&'a self, connection: &'a Connection) -> Later<'a, Answer<Grant>> {
        Box::pin(async move {
            if self.browser_hangs.load(Ordering::Relaxed) {
                std::future::pending::<()>().await;
            }
            match self.sign_in_fails.lock().unwrap().take() {
                Some(error) => Err(error),
                None => Ok(Grant {
                    membership: Membership {
                        connection: connection.clone(),
                        authority: "https://authority.test/tenant".to_owned(),
                        resource: connection.organisation.clone(),
                    },
                    refresh_token: Private::new("refresh-token-of-the-test".to_owned()),
                }),
            }
        })
    }

    fn access(&self, _: Grant, _: KeepToken) -> Answer<Access> {
        let own = self.mailbox.clone().map(|port| OfferedMailbox {
            port: Arc::new(port),
            addresses: Arc::new(|| Box::pin(async { Ok(vec![OWN.to_owned()]) })),
        });
        Ok(Access { crm: Arc::new(self.crm.clone()), mailbox: own })
    }

    fn mail_server(&self, _: &MailServer, _: &Private<String>) -> Answer<Arc<dyn Mailbox>> {
        Ok(Arc::new(self.elsewhere.clone()))
    }

    fn check_mail_server<'a>(&'a self, _: &'a MailServer, password: &'a Private<String>) -> Later<'a, Answer<()>> {
        Box::pin(async move {
            match password.reveal().as_str() {
                "wrong" => Err(ServiceError::SignInNeeded { why: "the password is wrong".to_owned() }),
                "never" => std::future::pending().await,
                _ => Ok(()),
            }
        })
    }

    /// A picture is what ends in `.gif`; what ends in `never` keeps everybody waiting.
    fn far_picture<'a>(&'a self, address: &'a str, _: usize) -> Later<'a, Option<FarPicture>> {
        Box::pin(async move {
            self.asked_pictures.lock().unwrap().push(address.to_owned());
            if address.ends_with("never") {
                std::future::pending::<()>().await;
            }
            let bytes = b"GIF89a".to_vec();
            address.ends_with(".gif").then(|| FarPicture { media_type: "image/gif".to_owned(), bytes })
        })
    }

    fn open_address(&self, address: &str) -> Result<(), String> {
        self.opened.lock().unwrap().push(address.to_owned());
        Ok(())
    }

    fn keyring(&self) -> &dyn SecretStore {
        &self.keyring
    }

    fn new_key(&self) -> Result<Private<String>, String> {
        Ok(Private::new("ab".repeat(32)))
    }

    fn new_salt(&self) -> Result<String, String> {
        Ok("cd".repeat(16))
    }

    fn passphrase_key(&self, passphrase: &Private<String>, salt: &str) -> Result<Private<String>, String> {
        let digits: String =
            passphrase.reveal().bytes().chain(salt.bytes()).map(|byte| format!("{byte:02x}")).collect();
        Ok(Private::new(digits.chars().cycle().take(64).collect()))
    }
}

/// Waits until the answer is the wanted one; the agent works in the background.
pub(crate) async fn until<T, F: Future<Output = T>>(mut ask: impl FnMut() -> F, is_wanted: impl Fn(&T) -> bool) -> T {
    let limit = Duration::from_secs(20);
    let wanted = async {
        loop {
            let answer = ask().await;
            if is_wanted(&answer) {
                return answer;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(limit, wanted).await.expect("it did not come in twenty seconds")
}

#[track_caller]
pub(crate) fn assert_ready(start: &Start) {
    assert!(matches!(start, Start::Ready { .. }), "{start:?}");
}

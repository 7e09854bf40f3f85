//! The two worlds of a script: a colleague who writes, a network that can be cut, and a look at what the service holds.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, atomic::Ordering},
};

use satchel_dataverse::Dataverse;
use satchel_domain::{
    Column, Record, RecordId, TableName, Value,
    ports::{CrmService, Later},
    schema::Table,
};
use satchel_http::{Client, Request, Settings, Url};
use satchel_testkit::{FixedToken, demo_org::DemoOrg};

use crate::{
    device::Device,
    model::{Armed, Wired},
    script::{COLUMNS, Call, Fault},
    wire::Wire,
};

pub(crate) trait World {
    /// A colleague makes an account.
    fn make(&self, id: RecordId, name: Value) -> Later<'_, ()>;
    /// A colleague changes it, if it is there.
    fn change<'a>(&'a self, id: RecordId, column: &'a Column, value: &'a Value) -> Later<'a, ()>;
    fn delete(&self, id: RecordId) -> Later<'_, ()>;
    /// What the service holds, in words.
    fn row(&self, id: RecordId) -> Later<'_, Option<BTreeMap<String, String>>>;
    fn armed(&self) -> &Armed;
    fn cut(&self, is_cut: bool);
}

fn account() -> TableName {
    TableName::new("account")
}

/// The columns that scripts write, as both worlds would spell them.
pub(crate) fn words(record: &Record) -> BTreeMap<String, String> {
    let spell = |value: &Value| match value {
        Value::Money(amount) => amount.normalize().to_string(),
        Value::Lookup(lookup) => lookup.id.to_string(),
        Value::Text(text) => text.clone(),
        Value::Null => "-".to_owned(),
        other => format!("{other:?}"),
    };
    let columns = COLUMNS.iter().chain(&["name"]);
    columns.map(|name| ((*name).to_owned(), spell(record.value(&Column::new(*name))))).collect()
}

/// The model CRM, behind faults of its own kind.
pub(crate) struct Modelled(pub(crate) Wired);

impl Modelled {
    pub(crate) fn crm(&self) -> Arc<dyn CrmService> {
        Arc::new(self.0.clone())
    }
}

impl World for Modelled {
    fn make(&self, id: RecordId, name: Value) -> Later<'_, ()> {
        self.0.crm.create_as_another(&account(), id, &[(Column::new("name"), name)]);
        Box::pin(async {})
    }

    fn change<'a>(&'a self, id: RecordId, column: &'a Column, value: &'a Value) -> Later<'a, ()> {
        if self.0.crm.row(&account(), id).is_some() {
            self.0.crm.another_writer(&account(), id, &[(column.clone(), value.clone())]);
        }
        Box::pin(async {})
    }

    fn delete(&self, id: RecordId) -> Later<'_, ()> {
        if self.0.crm.row(&account(), id).is_some() {
            self.0.crm.delete_as_another(&account(), id);
        }
        Box::pin(async {})
    }

    fn row(&self, id: RecordId) -> Later<'_, Option<BTreeMap<String, String>>> {
        Box::pin(async move { self.0.crm.row(&account(), id).map(|record| words(&record)) })
    }

    fn armed(&self) -> &Armed {
        &self.0.armed
    }

    fn cut(&self, is_cut: bool) {
        // A model that was never down says so when it comes back.
        if self.0.is_cut.swap(is_cut, Ordering::SeqCst) != is_cut {
            if is_cut { self.0.crm.go_down() } else { self.0.crm.come_back() }
        }
    }
}

/// The demo organisation behind a network over https.
pub(crate) struct Served {
    org: DemoOrg,
    wire: Wire,
    armed: Armed,
    /// Through the network.
    agent: Door,
    /// The colleague's own way in, past the network.
    colleague: Door,
    profile: PathBuf,
    table: Table,
}

impl Served {
    /// With a profile that has read every account once.
    pub(crate) async fn start(folder: &Path) -> Self {
        let (org, armed) = (DemoOrg::start(), Armed::default());
        let names = vec![org.addresses.organisation.clone(), org.addresses.organisation_https.clone()];
        let to = org.addresses.organisation.trim_start_matches("http://").to_owned();
        let wire = Wire::start(&to, names, armed.clone()).await;
        let colleague = Door::new(&Settings::default(), &org.addresses.organisation, org.token("admin"));
        let authorities =
            Settings { extra_certificate_authorities: vec![wire.authority.clone()], ..Settings::default() };
        // The manager reads everything.
        let agent = Door::new(&authorities, &wire.address, org.token("manager"));
        let profile = folder.join("profile.db");
        let mut device = Device::open(&profile, agent.crm());
        device.rest().await;
        let table = device.table().unwrap();
        Self { org, wire, armed, agent, colleague, profile, table }
    }

    pub(crate) fn profile(&self) -> &Path {
        &self.profile
    }

    pub(crate) fn crm(&self) -> Arc<dyn CrmService> {
        self.agent.crm()
    }

    pub(crate) fn met(&self) -> BTreeMap<(Call, Fault), u32> {
        self.wire.met()
    }

    fn url(&self, id: RecordId) -> Url {
        format!("{}/api/data/v9.2/accounts({id})", self.org.addresses.organisation).parse().unwrap()
    }

    /// Whatever comes of it: a record that is not there any more is not changed.
    async fn write(&self, request: Request) {
        let token = FixedToken::new(self.colleague.token.clone());
        let answer = self.colleague.http.send_as(&token, request).await.unwrap();
        assert!(answer.is_success() || answer.status == 404, "{}", answer.status);
    }
}

/// A way in for somebody who is signed in.
struct Door {
    http: Client,
    address: Url,
    token: String,
}

impl Door {
    fn new(settings: &Settings, address: &str, token: String) -> Self {
        Self { http: Client::new(settings).unwrap(), address: address.parse().unwrap(), token }
    }

    fn crm(&self) -> Arc<dyn CrmService> {
        // Each token that goes bad has a next one, which is as good.
        let tokens = FixedToken::with_spares(self.token.clone(), &[self.token.as_str(); 20]);
        Arc::new(Dataverse::new(self.http.clone(), &self.address, Arc::new(tokens)).unwrap())
    }
}

impl World for Served {
    fn make(&self, id: RecordId, name: Value) -> Later<'_, ()> {
        let body = serde_json::json!({ "name": name.as_text() }).to_string();
        Box::pin(self.write(Request::patch_json(self.url(id), body).header("If-None-Match", "*")))
    }

    fn change<'a>(&'a self, id: RecordId, column: &'a Column, value: &'a Value) -> Later<'a, ()> {
        let value = match value {
            Value::Text(text) => serde_json::json!(text),
            Value::Whole(number) => serde_json::json!(number),
            Value::Money(amount) => amount.to_string().parse::<serde_json::Number>().unwrap().into(),
            _ => serde_json::Value::Null,
        };
        let body = serde_json::json!({ column.as_str(): value }).to_string();
        Box::pin(self.write(Request::patch_json(self.url(id), body).header("If-Match", "*")))
    }

    fn delete(&self, id: RecordId) -> Later<'_, ()> {
        Box::pin(self.write(Request::delete(self.url(id))))
    }

    fn row(&self, id: RecordId) -> Later<'_, Option<BTreeMap<String, String>>> {
        Box::pin(async move {
            match self.colleague.crm().fetch(&self.table, id).await {
                Ok(record) => Some(words(&record)),
                Err(satchel_domain::ServiceError::Missing) => None,
                Err(error) => panic!("{error}"),
            }
        })
    }

    fn armed(&self) -> &Armed {
        &self.armed
    }

    fn cut(&self, is_cut: bool) {
        self.wire.cut(is_cut);
    }
}

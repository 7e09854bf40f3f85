//! The adapter keeps the contract of `CrmService` with the real demo organisation, over https.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::{collections::BTreeMap, fs, sync::Arc};

use satchel_dataverse::Dataverse;
use satchel_domain::{
    Column, RecordId, ServiceError, TableName, Value,
    edit::Duplicates,
    ids::Uuid,
    ports::{CrmService, From, Later, Next, Push},
    schema::{Kind, Table},
    value::Lookup,
};
use satchel_http::{Client, Request, Settings, Url};
use satchel_testkit::{
    FixedToken,
    crm_contract::{self, World},
    demo_org::DemoOrg,
};
use serde_json::value::RawValue;

type Row = BTreeMap<String, Box<RawValue>>;

/// A colleague with a client of his own: plain requests, no code of the adapter.
#[derive(Debug)]
struct Colleague {
    http: Client,
    organisation: String,
    token: FixedToken,
    /// Whose adapter is under test.
    tested: FixedToken,
}

impl Colleague {
    fn url(&self, path: &str) -> Url {
        format!("{}/api/data/v9.2/{path}", self.organisation).parse().unwrap()
    }

    async fn row(&self, table: &Table, id: RecordId) -> Option<Row> {
        let request = Request::get(self.url(&format!("{}({id})", table.set_name)))
            .header("Prefer", "odata.include-annotations=\"*\"");
        let answer = self.http.send_as(&self.token, request).await.unwrap();
        match answer.status {
            404 => None,
            200 => Some(answer.json().unwrap()),
            other => panic!("{other}: {}", String::from_utf8_lossy(answer.body.reveal())),
        }
    }

    async fn ids(&self, table: &Table) -> Vec<RecordId> {
        #[derive(serde::Deserialize)]
        struct Page {
            value: Vec<Row>,
            #[serde(rename = "@odata.nextLink")]
            next: Option<String>,
        }
        let mut ids = Vec::new();
        let mut next = Some(self.url(&format!("{}?$select={}", table.set_name, table.primary_id)));
        while let Some(url) = next {
            let page: Page = self.http.send_as(&self.token, Request::get(url)).await.unwrap().json().unwrap();
            ids.extend(page.value.iter().map(|row| RecordId(text(&row[table.primary_id.as_str()]).parse().unwrap())));
            next = page.next.map(|link| link.parse().unwrap());
        }
        ids
    }

    async fn write(&self, request: Request) {
        let answer = self.http.send_as(&self.token, request).await.unwrap();
        assert!(answer.is_success(), "{}: {}", answer.status, String::from_utf8_lossy(answer.body.reveal()));
    }

    /// As it is told by who is signed in with this token.
    async fn assign(&self, table: &Table, id: RecordId, to: &FixedToken) {
        let answer = self.http.send_as(to, Request::get(self.url("WhoAmI"))).await.unwrap();
        let who: Row = answer.json().unwrap();
        let bind = BTreeMap::from([("ownerid@odata.bind", format!("systemusers({})", text(&who["UserId"])))]);
        let request =
            Request::patch_json(self.url(&format!("{}({id})", table.set_name)), serde_json::to_string(&bind).unwrap());
        self.write(request.header("If-Match", "*")).await;
    }

    fn patch(&self, table: &Table, id: RecordId, values: &[(Column, Value)]) -> Request {
        let texts: BTreeMap<_, _> =
            values.iter().map(|(column, value)| (column.as_str(), value.as_text().unwrap())).collect();
        Request::patch_json(self.url(&format!("{}({id})", table.set_name)), serde_json::to_string(&texts).unwrap())
    }
}

fn text(raw: &RawValue) -> String {
    serde_json::from_str(raw.get()).unwrap()
}

/// The plainest reading of a row that there is.
fn read(table: &Table, row: &Row) -> BTreeMap<Column, Value> {
    let value = |column: &satchel_domain::schema::ColumnShape| {
        let name = match column.kind {
            Kind::Lookup { .. } => format!("_{}_value", column.name),
            _ => column.name.to_string(),
        };
        let raw = row.get(&name)?;
        if raw.get() == "null" {
            return Some(Value::Null);
        }
        Some(match &column.kind {
            Kind::Text { .. } => Value::Text(text(raw)),
            Kind::Whole { .. } => Value::Whole(raw.get().parse().unwrap()),
            Kind::Choice { .. } => Value::Choice(raw.get().parse().unwrap()),
            Kind::Decimal { .. } => Value::Decimal(raw.get().parse().unwrap()),
            Kind::Money { .. } => Value::Money(raw.get().parse().unwrap()),
            Kind::YesNo { .. } => Value::YesNo(raw.get() == "true"),
            Kind::Id => Value::Id(RecordId(text(raw).parse().unwrap())),
            Kind::Date => Value::Date(text(raw).parse().unwrap()),
            Kind::DateTime => Value::DateTime(text(raw).parse().unwrap()),
            Kind::Lookup { .. } => Value::Lookup(Lookup {
                table: TableName::new(text(&row[&format!("{name}@Microsoft.Dynamics.CRM.lookuplogicalname")])),
                id: RecordId(text(raw).parse::<Uuid>().unwrap()),
                name: None,
            }),
        })
    };
    table.columns.iter().filter_map(|column| Some((column.name.clone(), value(column)?))).collect()
}

impl World for Colleague {
    fn held<'a>(&'a self, table: &'a Table, id: RecordId) -> Later<'a, Option<BTreeMap<Column, Value>>> {
        Box::pin(async move { self.row(table, id).await.map(|row| read(table, &row)) })
    }

    fn held_ids<'a>(&'a self, table: &'a Table) -> Later<'a, Vec<RecordId>> {
        Box::pin(self.ids(table))
    }

    fn children<'a>(
        &'a self,
        table: &'a Table,
        column: &'a Column,
        parent: RecordId,
    ) -> Later<'a, Vec<BTreeMap<Column, Value>>> {
        #[derive(serde::Deserialize)]
        struct Page {
            value: Vec<Row>,
        }
        let url = self.url(&format!("{}?$filter=_{column}_value eq {parent}", table.set_name));
        let request = Request::get(url).header("Prefer", "odata.include-annotations=\"*\"");
        Box::pin(async move {
            let page: Page = self.http.send_as(&self.token, request).await.unwrap().json().unwrap();
            page.value.iter().map(|row| read(table, row)).collect()
        })
    }

    fn create_as_another<'a>(&'a self, table: &'a Table, id: RecordId, values: &'a [(Column, Value)]) -> Later<'a, ()> {
        Box::pin(async move { self.write(self.patch(table, id, values).header("If-None-Match", "*")).await })
    }

    fn change_as_another<'a>(&'a self, table: &'a Table, id: RecordId, values: &'a [(Column, Value)]) -> Later<'a, ()> {
        Box::pin(async move { self.write(self.patch(table, id, values).header("If-Match", "*")).await })
    }

    fn delete_as_another<'a>(&'a self, table: &'a Table, id: RecordId) -> Later<'a, ()> {
        Box::pin(async move { self.write(Request::delete(self.url(&format!("{}({id})", table.set_name)))).await })
    }

    fn give_away<'a>(&'a self, table: &'a Table, id: RecordId) -> Later<'a, ()> {
        Box::pin(self.assign(table, id, &self.token))
    }

    fn give_back<'a>(&'a self, table: &'a Table, id: RecordId) -> Later<'a, ()> {
        Box::pin(self.assign(table, id, &self.tested))
    }
}

fn client(org: &DemoOrg) -> Client {
    let authority = fs::read(&org.addresses.ca).unwrap();
    Client::new(&Settings { extra_certificate_authorities: vec![authority], ..Settings::default() }).unwrap()
}

fn adapter(org: &DemoOrg, user: &str) -> Dataverse {
    let token = Arc::new(FixedToken::new(org.token(user)));
    Dataverse::new(client(org), &org.addresses.organisation_https.parse().unwrap(), token).unwrap()
}

async fn keeps_the_contract(user: &str, cases: &[&[crm_contract::Case]]) {
    let org = DemoOrg::start();
    let colleague = Colleague {
        http: client(&org),
        organisation: org.addresses.organisation_https.clone(),
        token: FixedToken::new(org.token("admin")),
        tested: FixedToken::new(org.token(user)),
    };
    crm_contract::run(cases, &adapter(&org, user), &colleague).await;
}

#[tokio::test]
async fn the_adapter_keeps_the_contract_with_the_demo_organisation() {
    keeps_the_contract("manager", crm_contract::WHOLE).await;
}

#[tokio::test]
async fn the_adapter_keeps_the_contract_with_who_reads_only_her_own_rows() {
    keeps_the_contract("salesperson", crm_contract::PART).await;
}

#[tokio::test]
async fn what_a_plug_in_refuses_is_refused_in_its_words() {
    let org = DemoOrg::start();
    let crm = adapter(&org, "manager");
    let described = crm.describe(&[TableName::new("opportunity")]).await.unwrap();
    let sure = [("name", Value::Text("Sure thing".to_owned())), ("closeprobability", Value::Whole(100))];
    let sure = sure.map(|(column, value)| (Column::new(column), value));
    let push = Push::Create { values: &sure, duplicates: Duplicates::Refuse };
    let refused = crm.push(&described.tables[0], RecordId(Uuid::max()), push).await;
    let Err(ServiceError::Refused { code, reason }) = refused else { panic!("{refused:?}") };
    assert_eq!(code, "0x80040265");
    assert_eq!(reason, "An open opportunity is never 100 % certain. Close it as won, or enter a lower probability.");
}

#[tokio::test]
async fn a_delta_token_that_is_too_old_is_an_expired_cursor_and_a_new_start_is_good() {
    let org = DemoOrg::start_with(&["--delta-seconds", "0"]);
    let crm = adapter(&org, "manager");
    let described = crm.describe(&[TableName::new("account")]).await.unwrap();
    let account = &described.tables[0];
    let first = crm.pull(account, From::Start, 5000).await.unwrap();
    let Next::CaughtUp(cursor) = first.next else { panic!("a small table has one page") };
    assert_eq!(crm.pull(account, From::Cursor(&cursor), 5000).await, Err(ServiceError::CursorExpired));
    let again = crm.pull(account, From::Start, 5000).await.unwrap();
    assert_eq!(again.records.len(), first.records.len());
}

#[tokio::test]
async fn cursors_and_tokens_outlive_the_organisations_process() {
    let mut org = DemoOrg::start();
    let crm = adapter(&org, "manager");
    let described = crm.describe(&[TableName::new("account")]).await.unwrap();
    let account = &described.tables[0];
    let page = crm.pull(account, From::Start, 50).await.unwrap();
    assert_eq!(page.records.len(), 50);
    let Next::More(cursor) = page.next else { panic!("fifty rows were all") };
    org.kill();
    let answer = crm.pull(account, From::Cursor(&cursor), 50).await;
    assert!(matches!(answer, Err(ServiceError::Unreachable { .. })), "{answer:?}");
    org.start_again();
    let page = crm.pull(account, From::Cursor(&cursor), 50).await.unwrap();
    assert_eq!(page.records.len(), 50);
    org.stop();
}

//! Promises on emails: found by their message, made in steps that can be repeated, closed by the last.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use satchel_domain::{
    Column, RecordId, ServiceError, TableName, Value,
    mail::Address,
    schema::Table,
    tracking::{
        ATTACHMENTS, AttachedFile, Direction, EMAILS, EmailDraft, PARTIES, Party, Role, Step, attachment_id,
        canonical_message_id, steps,
    },
    value::Lookup,
};

use super::stage::{Stage, records_of, text};
use crate::{model_crm::BEGINNING, organisation};

type Row = BTreeMap<Column, Value>;

/// The described tables of emails, and a message of this case's own.
struct Desk<'a> {
    stage: &'a Stage<'a>,
    emails: Table,
    parties: Table,
    attachments: Table,
}

impl<'a> Desk<'a> {
    async fn set(stage: &'a Stage<'a>) -> Self {
        let names = [EMAILS, PARTIES, ATTACHMENTS].map(TableName::new);
        let found =
            stage.crm.describe(&names).await.unwrap_or_else(|error| panic!("{}: describe: {error}", stage.case));
        let table = |name: &TableName| found.table(name).unwrap_or_else(|| panic!("no table {name}")).clone();
        let [emails, parties, mut attachments] = names.each_ref().map(table);
        // The other road looks into the files, too.
        attachments.columns.push(organisation::column("body", "Body", organisation::memo(1_073_741_823)).done());
        Self { stage, emails, parties, attachments }
    }

    /// A received message with two files.
    fn draft(&self, words: &str) -> EmailDraft {
        let id = self.stage.id(words);
        let message_id = self.message_id(words);
        let file = |place: usize, name: &str, content_id: Option<&str>, bytes: &[u8]| AttachedFile {
            id: attachment_id(id, place),
            name: name.to_owned(),
            media_type: "application/octet-stream".to_owned(),
            content_id: content_id.map(str::to_owned),
            bytes: bytes.to_vec(),
        };
        EmailDraft {
            id,
            key: canonical_message_id(&message_id).unwrap_or_else(|| panic!("no key")),
            message_id: Some(message_id),
            subject: format!("Re: {words} — Angebot 报价"),
            body: "<p>Dear Mia, <b>see</b> the files</p>".to_owned(),
            direction: Direction::Incoming,
            at: BEGINNING,
            parties: vec![unresolved(Role::Sender, Some("Mia Holm"), &format!("{words}@fjord.example"))],
            regarding: None,
            attachments: vec![
                file(0, "offer.pdf", None, b"%PDF-1.7"),
                file(1, "logo.png", Some("logo@x"), &[0, 255, 7]),
            ],
        }
    }

    fn message_id(&self, words: &str) -> String {
        format!("<{}.{}@Sample.example>", self.stage.case, words.replace(' ', "."))
    }

    async fn promote(&self, draft: &EmailDraft, step: Step) {
        let answer = self.stage.crm.promote(&self.emails, draft, step).await;
        answer.unwrap_or_else(|error| panic!("{}: {step:?}: {error:?}", self.stage.case));
    }

    async fn promote_all(&self, draft: &EmailDraft) {
        for step in steps(draft.attachments.len()) {
            self.promote(draft, step).await;
        }
    }

    async fn find(&self, message_id: &str) -> Option<RecordId> {
        let answer = self.stage.crm.find_email(&self.emails, message_id).await;
        let found = answer.unwrap_or_else(|error| panic!("{}: find: {error:?}", self.stage.case));
        found.map(|record| record.id)
    }

    async fn parties(&self, email: RecordId) -> Vec<Row> {
        let mut rows = self.stage.world.children(&self.parties, &Column::new("activityid"), email).await;
        rows.sort_by_key(|row| (number(row, "participationtypemask"), said(row, "addressused")));
        rows
    }

    async fn attachments(&self, email: RecordId) -> Vec<Row> {
        let mut rows = self.stage.world.children(&self.attachments, &Column::new("objectid"), email).await;
        rows.sort_by_key(|row| number(row, "attachmentnumber"));
        rows
    }

    async fn state(&self, email: RecordId) -> (Option<i64>, Option<i64>) {
        let held = self.stage.held(&self.emails, email).await;
        (number(&held, "statecode"), number(&held, "statuscode"))
    }

    /// A colleague's record of the message, under an id of its own.
    async fn track_as_another(&self, words: &str) -> RecordId {
        let id = self.stage.id("a colleague's");
        let values = [text("subject", "Tracked by a colleague"), text("messageid", &self.message_id(words))];
        self.stage.world.create_as_another(&self.emails, id, &values).await;
        id
    }
}

fn unresolved(role: Role, name: Option<&str>, address: &str) -> Party {
    let address = Address { name: name.map(str::to_owned), address: address.to_owned() };
    Party { role, address, record: None }
}

fn value<'a>(row: &'a Row, column: &str) -> &'a Value {
    row.get(&Column::new(column)).unwrap_or(&Value::Null)
}

fn said(row: &Row, column: &str) -> Option<String> {
    value(row, column).as_text().map(str::to_owned)
}

fn number(row: &Row, column: &str) -> Option<i64> {
    match value(row, column) {
        Value::Choice(number) | Value::Whole(number) => Some(*number),
        _ => None,
    }
}

fn points_to(row: &Row, column: &str) -> Option<(String, RecordId)> {
    match value(row, column) {
        Value::Lookup(lookup) => Some((lookup.table.to_string(), lookup.id)),
        _ => None,
    }
}

pub(super) async fn an_open_email_has_its_parties_by_role_and_what_it_is_regarding(stage: &Stage<'_>) {
    let desk = Desk::set(stage).await;
    let (contact, account) = (stage.table("contact"), stage.table("account"));
    let mia = stage.create(contact, "mia", &[text("lastname", "Holm"), text("emailaddress1", "mia@h.example")]).await;
    let works = stage.create(account, "works", &[]).await;
    let deal = stage.create(stage.table("opportunity"), "deal", &[]).await;
    let address = Address { name: Some("Mia".to_owned()), address: "mia@h.example".to_owned() };
    let is = |role, table: &Table, id| Party { role, address: address.clone(), record: Some((table.name.clone(), id)) };
    let draft = EmailDraft {
        parties: vec![
            is(Role::Sender, contact, mia),
            is(Role::To, account, works),
            unresolved(Role::To, Some("Nobody"), "nobody@h.example"),
            unresolved(Role::Cc, None, "quiet@h.example"),
            unresolved(Role::Bcc, None, "hidden@h.example"),
        ],
        regarding: Some((TableName::new("opportunity"), deal)),
        ..desk.draft("one")
    };
    desk.promote(&draft, Step::Create).await;
    let held = stage.held(&desk.emails, draft.id).await;
    assert_eq!(said(&held, "subject").as_deref(), Some(draft.subject.as_str()));
    assert_eq!(said(&held, "description").as_deref(), Some(draft.body.as_str()));
    assert_eq!(said(&held, "messageid"), draft.message_id);
    assert_eq!(value(&held, "directioncode"), &Value::YesNo(false));
    assert_eq!(value(&held, "actualend"), &Value::DateTime(BEGINNING));
    assert_eq!(points_to(&held, "regardingobjectid"), Some(("opportunity".to_owned(), deal)));
    assert_eq!(desk.state(draft.id).await, (Some(0), Some(1)));
    let parties = desk.parties(draft.id).await;
    let told: Vec<_> = parties
        .iter()
        .map(|row| (number(row, "participationtypemask"), said(row, "addressused"), points_to(row, "partyid")))
        .collect();
    let used = |address: &str| Some(address.to_owned());
    assert_eq!(
        told,
        [
            (Some(1), used("mia@h.example"), Some(("contact".to_owned(), mia))),
            (Some(2), used("mia@h.example"), Some(("account".to_owned(), works))),
            (Some(2), used("nobody@h.example"), None),
            (Some(3), used("quiet@h.example"), None),
            (Some(4), used("hidden@h.example"), None),
        ]
    );
    assert_eq!(said(&parties[2], "unresolvedpartyname").as_deref(), Some("Nobody"));
}

pub(super) async fn parties_come_with_a_pull_of_their_own_and_go_with_their_email(stage: &Stage<'_>) {
    let desk = Desk::set(stage).await;
    let mia = stage.create(stage.table("contact"), "mia", &[text("lastname", "Holm")]).await;
    let (_, cursor) = stage.read_on(&desk.parties, None, 500).await;
    let address = Address { name: None, address: "mia@h.example".to_owned() };
    let sender = Party { role: Role::Sender, address, record: Some((TableName::new("contact"), mia)) };
    let others = [unresolved(Role::To, Some("Nobody"), "nobody@h.example")];
    let draft = EmailDraft { parties: [sender].into_iter().chain(others).collect(), ..desk.draft("one") };
    desk.promote(&draft, Step::Create).await;
    let (pages, _) = stage.read_on(&desk.parties, Some(&cursor), 1).await;
    let parties = records_of(&pages);
    let mut told: Vec<_> = parties
        .iter()
        .map(|party| (number(&party.values, "participationtypemask"), points_to(&party.values, "partyid")))
        .collect();
    told.sort();
    assert_eq!(told, [(Some(1), Some(("contact".to_owned(), mia))), (Some(2), None)]);
    let is_of_it =
        |party: &&satchel_domain::Record| points_to(&party.values, "activityid") == Some((EMAILS.to_owned(), draft.id));
    assert!(parties.iter().all(is_of_it));
    stage.world.delete_as_another(&desk.emails, draft.id).await;
    let listed = stage.sweep(&desk.parties, 500).await;
    assert!(parties.iter().all(|party| !listed.iter().any(|(id, _)| *id == party.id)));
    assert_eq!(stage.crm.fetch(&desk.parties, parties[0].id).await, Err(ServiceError::Missing));
}

pub(super) async fn every_step_of_tracking_taken_twice_makes_nothing_twice(stage: &Stage<'_>) {
    let desk = Desk::set(stage).await;
    let draft = desk.draft("one");
    for step in steps(draft.attachments.len()) {
        desk.promote(&draft, step).await;
        desk.promote(&draft, step).await;
    }
    assert_eq!(stage.world.held_ids(&desk.emails).await.iter().filter(|&&id| id == draft.id).count(), 1);
    assert_eq!(desk.parties(draft.id).await.len(), 1);
    let files = desk.attachments(draft.id).await;
    let told: Vec<_> =
        files.iter().map(|row| (said(row, "filename"), said(row, "body"), said(row, "attachmentcontentid"))).collect();
    let expected = draft
        .attachments
        .iter()
        .map(|file| (Some(file.name.clone()), Some(STANDARD.encode(&file.bytes)), file.content_id.clone()));
    assert_eq!(told, expected.collect::<Vec<_>>());
    assert_eq!(desk.state(draft.id).await, (Some(1), Some(4)));
}

pub(super) async fn attachments_are_described_and_pulled_without_their_bytes(stage: &Stage<'_>) {
    let desk = Desk::set(stage).await;
    let draft = desk.draft("one");
    let described = stage.crm.describe(std::slice::from_ref(&desk.attachments.name)).await;
    let table = described.unwrap_or_else(|error| panic!("{error}")).tables.remove(0);
    assert_eq!(table.column(&Column::new("body")), None);
    let (_, cursor) = stage.read_on(&table, None, 500).await;
    desk.promote_all(&draft).await;
    let (pages, _) = stage.read_on(&table, Some(&cursor), 500).await;
    let files = records_of(&pages);
    let told: Vec<_> = files.iter().map(|file| (file.id, said(&file.values, "filename"))).collect();
    assert_eq!(told, draft.attachments.iter().map(|file| (file.id, Some(file.name.clone()))).collect::<Vec<_>>());
    assert!(files.iter().all(|file| points_to(&file.values, "objectid") == Some((EMAILS.to_owned(), draft.id))));
    assert!(!stage.fetch(&table, files[0].id).await.values.contains_key(&Column::new("body")));
}

pub(super) async fn a_message_of_the_user_is_sent_and_outgoing(stage: &Stage<'_>) {
    let desk = Desk::set(stage).await;
    let draft = EmailDraft { direction: Direction::Outgoing, attachments: Vec::new(), ..desk.draft("one") };
    desk.promote_all(&draft).await;
    assert_eq!(desk.state(draft.id).await, (Some(1), Some(3)));
    assert_eq!(value(&stage.held(&desk.emails, draft.id).await, "directioncode"), &Value::YesNo(true));
}

pub(super) async fn dm15_a_completed_email_takes_no_attachment(stage: &Stage<'_>) {
    let desk = Desk::set(stage).await;
    let mut draft = desk.draft("one");
    let late = draft.attachments.pop();
    desk.promote_all(&draft).await;
    draft.attachments.extend(late);
    let answer = stage.crm.promote(&desk.emails, &draft, Step::Attach(1)).await;
    assert!(matches!(answer, Err(ServiceError::Refused { .. })), "{answer:?}");
    assert_eq!(desk.attachments(draft.id).await.len(), 1);
    // The one that is there was attached in time.
    desk.promote(&draft, Step::Attach(0)).await;
}

pub(super) async fn dm1_t4_what_a_completed_email_is_regarding_may_change_and_nothing_else(stage: &Stage<'_>) {
    let desk = Desk::set(stage).await;
    let draft = desk.draft("one");
    desk.promote_all(&draft).await;
    let deal = stage.create(stage.table("opportunity"), "deal", &[]).await;
    let lookup = Value::Lookup(Lookup { table: TableName::new("opportunity"), id: deal, name: None });
    stage.update(&desk.emails, draft.id, &[(Column::new("regardingobjectid"), lookup)]).await;
    let held = stage.held(&desk.emails, draft.id).await;
    assert_eq!(points_to(&held, "regardingobjectid"), Some(("opportunity".to_owned(), deal)));
    let base = stage.version(&desk.emails, draft.id).await;
    let values = [text("subject", "Another")];
    let push = satchel_domain::ports::Push::Update {
        values: &values,
        base: &base,
        duplicates: satchel_domain::edit::Duplicates::Refuse,
    };
    let answer = stage.crm.push(&desk.emails, draft.id, push).await;
    assert!(matches!(answer, Err(ServiceError::Refused { .. })), "{answer:?}");
}

pub(super) async fn an_email_is_found_by_its_message_id_whoever_tracked_it(stage: &Stage<'_>) {
    let desk = Desk::set(stage).await;
    assert_eq!(desk.find(&desk.message_id("one")).await, None);
    let theirs = desk.track_as_another("one").await;
    let asked = desk.message_id("one");
    for header in
        [asked.clone(), asked.trim_matches(['<', '>']).to_owned(), asked.to_uppercase(), format!(" {asked}\r\n")]
    {
        assert_eq!(desk.find(&header).await, Some(theirs), "{header:?}");
    }
    assert_eq!(desk.find("").await, None);
    assert_eq!(desk.find(&format!("<{}@x.example>", "9".repeat(400))).await, None);
    assert_eq!(desk.find("<o'hara' or subject ne 'x@y.example>").await, None);
}

pub(super) async fn a_message_that_a_colleague_tracked_is_not_made_again(stage: &Stage<'_>) {
    let desk = Desk::set(stage).await;
    desk.track_as_another("one").await;
    let draft = desk.draft("one");
    assert_eq!(stage.crm.promote(&desk.emails, &draft, Step::Create).await, Err(ServiceError::Stale));
    stage.assert_not_held(&desk.emails, draft.id).await;
}

pub(super) async fn t2_two_devices_that_promote_one_message_make_one_email(stage: &Stage<'_>) {
    let desk = Desk::set(stage).await;
    let draft = desk.draft("one");
    for step in [Step::Create, Step::Attach(0)] {
        desk.promote(&draft, step).await;
    }
    // The other one begins, overtakes and finishes; the first goes on.
    desk.promote_all(&draft).await;
    desk.promote(&draft, Step::Attach(1)).await;
    desk.promote(&draft, Step::Complete).await;
    assert_eq!(stage.crm.promote(&desk.emails, &draft, Step::Create).await, Err(ServiceError::Stale));
    assert_eq!((desk.parties(draft.id).await.len(), desk.attachments(draft.id).await.len()), (1, 2));
    assert_eq!(desk.find(&desk.message_id("one")).await, Some(draft.id));
}

pub(super) async fn a_step_on_an_email_that_is_gone_is_missing(stage: &Stage<'_>) {
    let desk = Desk::set(stage).await;
    let draft = desk.draft("one");
    desk.promote(&draft, Step::Create).await;
    desk.promote(&draft, Step::Attach(0)).await;
    stage.world.delete_as_another(&desk.emails, draft.id).await;
    for step in [Step::Attach(0), Step::Attach(1), Step::Complete] {
        let answer = stage.crm.promote(&desk.emails, &draft, step).await;
        assert_eq!(answer, Err(ServiceError::Missing), "{step:?}");
    }
    assert_eq!((desk.parties(draft.id).await.len(), desk.attachments(draft.id).await.len()), (0, 0));
    desk.promote_all(&draft).await;
    assert_eq!(desk.attachments(draft.id).await.len(), 2);
}

pub(super) async fn a_message_without_an_id_or_with_a_long_subject_is_made_all_the_same(stage: &Stage<'_>) {
    let desk = Desk::set(stage).await;
    let subject = "Ünter-".repeat(400);
    let draft = EmailDraft { message_id: None, subject: subject.clone(), ..desk.draft("one") };
    desk.promote_all(&draft).await;
    let held = stage.held(&desk.emails, draft.id).await;
    let kept = said(&held, "subject").unwrap_or_default();
    assert!(subject.starts_with(&kept) && kept.chars().count() >= 200, "{kept}");
    assert_eq!(value(&held, "messageid"), &Value::Null);
}

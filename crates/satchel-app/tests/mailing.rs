//! Mail beside CRM: reading, who it is from, tracking, and mailboxes of one's own.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so by failing")]

mod desk;

use std::sync::Arc;

use desk::{Machine, OWN, assert_ready, until};
use satchel_app::{App, requests::*};
use satchel_domain::{Column, TableName, Value, mail::Purpose, value::Lookup};
use satchel_testkit::{ModelMailbox, organisation};
use tempfile::{TempDir, tempdir};

const NEWSLETTER: &str = "From: Mia Halvorsen <Mia@Halvorsen.example>\r\nTo: clara.whitmore@brightwater.example\r\n\
    Cc: Per <per@unknown.example>\r\nSubject: Re: Offer 2411\r\nMessage-ID: <Offer.1@halvorsen.example>\r\n\
    Date: Fri, 20 Nov 2026 10:31:00 +0100\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
    <p onclick=\"x()\">Hello <b>Clara</b></p><script>steal()</script><img src=\"https://track.example/p.gif\" alt=\"logo\">";

/// A mailbox with one message from a contact whose company has an open deal.
async fn at_work() -> (TempDir, Machine, Arc<App>) {
    let (folder, mut machine) = (tempdir().unwrap(), Machine::new());
    let mailbox = ModelMailbox::sample();
    mailbox.deliver(&mailbox.folder(Purpose::Inbox), NEWSLETTER);
    machine.mailbox = Some(mailbox);
    let id = organisation::id_of;
    let company = Value::Lookup(Lookup {
        table: TableName::new("account"),
        id: id("account 1"),
        name: Some("Account 001".into()),
    });
    let text = |text: &str| Value::Text(text.to_owned());
    let contact = [
        ("fullname", text("Mia Halvorsen")),
        ("lastname", text("Halvorsen")),
        ("emailaddress1", text("mia@halvorsen.example")),
        ("jobtitle", text("Purchasing manager")),
        ("parentcustomerid", company.clone()),
    ];
    let deal = [("name", text("Winch line 4")), ("customerid", company.clone()), ("statecode", Value::Choice(0))];
    let lost = [("name", text("Old deal")), ("customerid", company), ("statecode", Value::Choice(2))];
    for (table, name, values) in
        [("contact", "mia", &contact[..]), ("opportunity", "deal", &deal), ("opportunity", "lost", &lost)]
    {
        let values: Vec<_> = values.iter().map(|(column, value)| (Column::new(*column), value.clone())).collect();
        machine.crm.create_as_another(&TableName::new(table), id(name), &values);
    }
    let app = machine.start(folder.path()).await;
    assert_ready(&app.try_demo(TryDemo {}).await.unwrap());
    let ask = || async { app.sync_status(AskSyncStatus {}).await.unwrap() };
    until(ask, |status| status.synced_at.is_some()).await;
    (folder, machine, app)
}

/// A message with two files of one name, one of them called as nobody should call a file.
const WITH_FILES: &str = "From: Mia <mia@halvorsen.example>\r\nTo: clara.whitmore@brightwater.example\r\n\
    Subject: Two files\r\nMessage-ID: <two@halvorsen.example>\r\nDate: Fri, 20 Nov 2026 11:31:00 +0100\r\n\
    Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n<p>See below</p><img src=\"cid:logo\">\r\n\
    --x\r\nContent-Type: image/png\r\nContent-ID: <logo>\r\n\r\npicture\r\n\
    --x\r\nContent-Disposition: attachment; filename=\"offer.txt\"\r\n\r\nfirst\r\n\
    --x\r\nContent-Disposition: attachment; filename=\"../../offer.txt\"\r\n\r\nsecond\r\n--x--\r\n";

async fn mailboxes(app: &Arc<App>) -> Vec<MailboxHead> {
    app.list_folders(ListFolders {}).await.unwrap().mailboxes
}

/// The mailbox's id and its inbox, once it is read.
async fn inbox(app: &Arc<App>) -> (String, String) {
    let is_read = |all: &Vec<MailboxHead>| all.iter().any(|head| head.synced_at.is_some());
    let head = until(|| mailboxes(app), is_read).await.remove(0);
    let inbox = head.folders.iter().find(|folder| folder.purpose == Some(FolderPurpose::Inbox)).unwrap();
    assert_eq!((head.address.as_str(), inbox.total, head.is_removable), (OWN, 1, false));
    (head.mailbox, inbox.folder.clone())
}

async fn rows(app: &Arc<App>, (mailbox, folder): &(String, String), show: MessageFilter) -> Vec<MessageRow> {
    let request = ListMessages { mailbox: mailbox.clone(), folder: folder.clone(), first: 0, count: 50, show };
    app.list_messages(request).await.unwrap().rows
}

#[tokio::test]
async fn a_message_is_listed_read_and_shown_without_what_could_harm() {
    let (_folder, machine, app) = at_work().await;
    let place = inbox(&app).await;
    let row = rows(&app, &place, MessageFilter::All).await.remove(0);
    assert_eq!(
        (row.correspondent.as_str(), row.subject.as_str(), row.is_read),
        ("Mia Halvorsen", "Re: Offer 2411", false)
    );
    let read = || {
        let request = ReadMessage { mailbox: place.0.clone(), key: row.key.clone() };
        let app = Arc::clone(&app);
        async move { app.read_message(request).await.unwrap() }
    };
    let page = until(read, |page: &MessagePage| page.body.is_some()).await;
    let body = page.body.unwrap();
    assert!(body.contains("<b>Clara</b>") && !body.contains("steal") && !body.contains("onclick"), "{body}");
    assert!(!body.contains("track.example") && page.blocked_pictures == 1, "{body}");
    assert!(machine.asked_pictures.lock().unwrap().is_empty());
    app.mark_read(MarkRead { mailbox: place.0.clone(), key: row.key.clone(), is_read: true }).await.unwrap();
    assert!(rows(&app, &place, MessageFilter::Unread).await.is_empty());
    let mailbox = machine.mailbox.unwrap();
    let heads = || async { mailbox.heads(&mailbox.folder(Purpose::Inbox)) };
    until(heads, |heads| heads[0].is_read).await;
}

#[tokio::test]
async fn pictures_from_the_internet_are_fetched_when_they_are_asked_for_and_put_in() {
    let (_folder, machine, app) = at_work().await;
    let place = inbox(&app).await;
    let key = rows(&app, &place, MessageFilter::All).await.remove(0).key;
    let request = ReadMessage { mailbox: place.0.clone(), key: key.clone() };
    until(|| async { app.read_message(request.clone()).await.unwrap() }, |page| page.body.is_some()).await;

    let request = ShowPictures { mailbox: place.0.clone(), key };
    let shown = app.show_pictures(request.clone()).await.unwrap();
    assert!(shown.body.contains("<img src=\"data:image/gif;base64,R0lGODlh\" alt=\"logo\">"), "{shown:?}");
    assert!(shown.missing == 0 && !shown.body.contains("track.example"), "{shown:?}");
    assert_eq!(*machine.asked_pictures.lock().unwrap(), ["https://track.example/p.gif"]);

    app.work_offline(WorkOffline { on: true }).await.unwrap();
    let status = || async { app.sync_status(AskSyncStatus {}).await.unwrap().connectivity };
    until(status, |now| *now == Connectivity::WorkingOffline).await;
    assert_eq!(app.show_pictures(request).await.unwrap_err().code, ErrorCode::Offline);
    assert_eq!(machine.asked_pictures.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn pictures_that_cannot_be_had_are_counted_and_the_wait_for_them_ends_when_the_message_is_left() {
    let (_folder, machine, app) = at_work().await;
    let place = inbox(&app).await;
    let mailbox = machine.mailbox.clone().unwrap();
    let send = |id: &str, source: &str| {
        let letter = NEWSLETTER
            .replace("Offer.1@", id)
            .replace("Re: Offer 2411", id)
            .replace("https://track.example/p.gif", source);
        mailbox.deliver(&mailbox.folder(Purpose::Inbox), letter);
    };
    send("broken@", "//shop.example/broken");
    send("slow@", "https://shop.example/never");
    app.sync_now(SyncNow {}).await.unwrap();
    let key_of = async |subject: &str| {
        let all = until(|| rows(&app, &place, MessageFilter::All), |rows| rows.len() == 3).await;
        let key = all.into_iter().find(|row| row.subject == subject).unwrap().key;
        let request = ReadMessage { mailbox: place.0.clone(), key: key.clone() };
        until(|| async { app.read_message(request.clone()).await.unwrap() }, |page| page.body.is_some()).await;
        ShowPictures { mailbox: place.0.clone(), key }
    };
    let shown = app.show_pictures(key_of("broken@").await).await.unwrap();
    assert!(shown.missing == 1 && shown.body.contains("data-picture=\"blocked\""), "{shown:?}");

    let slow = key_of("slow@").await;
    let waiting = tokio::spawn({
        let app = Arc::clone(&app);
        async move { app.show_pictures(slow).await }
    });
    let asked = || async { machine.asked_pictures.lock().unwrap().clone() };
    until(asked, |asked| asked.last().is_some_and(|address| address.ends_with("never"))).await;
    assert!(!waiting.is_finished());
    app.cancel_pictures(CancelPictures {}).await.unwrap();
    assert_eq!(waiting.await.unwrap().unwrap_err().code, ErrorCode::Cancelled);
}

#[tokio::test]
async fn the_sender_is_known_with_what_is_open_and_a_stranger_can_be_added() {
    let (_folder, machine, app) = at_work().await;
    let place = inbox(&app).await;
    let key = rows(&app, &place, MessageFilter::All).await.remove(0).key;
    let request = AskCorrespondents { mailbox: place.0.clone(), key: key.clone() };
    let people = app.correspondents(request.clone()).await.unwrap().people;
    assert_eq!(
        people.iter().map(|person| (person.role, person.records.len())).collect::<Vec<_>>(),
        [(PersonRole::From, 1), (PersonRole::Cc, 0)]
    );
    let mia = &people[0].records[0];
    assert_eq!((mia.table.as_str(), mia.detail.as_str()), ("contact", "Purchasing manager · Account 001"));
    assert_eq!(mia.open.iter().map(|open| open.name.as_str()).collect::<Vec<_>>(), ["Winch line 4"]);

    // T-5: the stranger becomes a contact, and the message is tracked regarding it.
    let request = AddPerson {
        mailbox: place.0.clone(),
        key: key.clone(),
        address: "per@unknown.example".into(),
        name: "Per Olsen".into(),
        table: PersonTable::Contact,
    };
    let added = app.add_person(request).await.unwrap().record;
    let people = app.correspondents(AskCorrespondents { mailbox: place.0.clone(), key }).await.unwrap().people;
    assert_eq!(people[1].records[0].name, "Per Olsen");
    let tracked = |rows: &Vec<MessageRow>| matches!(&rows[0].tracking, Tracking::Tracked { regarding: Some(about), .. } if about.id == added.id);
    until(|| rows(&app, &place, MessageFilter::All), tracked).await;
    assert_eq!(machine.crm.rows(&TableName::new("email")).len(), 1);
}

#[tokio::test]
async fn t3_a_message_is_tracked_offline_regarding_a_deal_and_is_once_in_crm() {
    let (_folder, machine, app) = at_work().await;
    let place = inbox(&app).await;
    let key = rows(&app, &place, MessageFilter::All).await.remove(0).key;
    app.work_offline(WorkOffline { on: true }).await.unwrap();
    let deal = RecordRef { table: "opportunity".into(), id: organisation::id_of("deal").to_string() };
    let request = Track { mailbox: place.0.clone(), key: key.clone(), regarding: Some(deal) };
    app.track(request.clone()).await.unwrap();
    app.track(request).await.unwrap();
    let row = rows(&app, &place, MessageFilter::Tracked).await.remove(0);
    assert!(
        matches!(&row.tracking, Tracking::Requested { regarding: Some(about) } if about.name == "Winch line 4"),
        "{row:?}"
    );
    let waiting = app.list_outbox(ListOutbox {}).await.unwrap().entries;
    assert_eq!((waiting.len(), waiting[0].deed, waiting[0].name.as_str()), (1, OutboxDeed::Track, "Re: Offer 2411"));
    assert!(machine.crm.rows(&TableName::new("email")).is_empty());

    app.work_offline(WorkOffline { on: false }).await.unwrap();
    let is_tracked = |rows: &Vec<MessageRow>| matches!(&rows[0].tracking, Tracking::Tracked { .. });
    until(|| rows(&app, &place, MessageFilter::All), is_tracked).await;
    assert_eq!(machine.crm.rows(&TableName::new("email")).len(), 1);

    // T-17, the half without the question: the record goes too.
    app.untrack(Untrack { mailbox: place.0.clone(), key, delete_record: true }).await.unwrap();
    let is_untracked = |rows: &Vec<MessageRow>| rows[0].tracking == Tracking::Untracked;
    until(|| rows(&app, &place, MessageFilter::All), is_untracked).await;
    let emails = || async { machine.crm.rows(&TableName::new("email")).len() };
    until(emails, |count| *count == 0).await;
}

#[tokio::test]
async fn who_takes_part_by_the_record_is_shown_and_follows_what_a_colleague_makes_of_it() {
    let (_folder, machine, app) = at_work().await;
    let place = inbox(&app).await;
    let key = rows(&app, &place, MessageFilter::All).await.remove(0).key;
    let read = || async { app.read_message(ReadMessage { mailbox: place.0.clone(), key: key.clone() }).await.unwrap() };
    assert!(read().await.parties.is_empty(), "it is not tracked");
    app.track(Track { mailbox: place.0.clone(), key: key.clone(), regarding: None }).await.unwrap();
    until(read, |page| matches!(page.tracking, Tracking::Tracked { .. })).await;
    app.sync_now(SyncNow {}).await.unwrap();
    let page = until(read, |page| !page.parties.is_empty()).await;
    let told =
        |page: &MessagePage| page.parties.iter().map(|party| (party.role, party.name.clone())).collect::<Vec<_>>();
    assert_eq!(told(&page)[0], (PartyRole::From, "Halvorsen".to_owned()));
    assert!(told(&page).len() > 1, "{:?}", page.parties);

    let (parties, email) = (TableName::new("activityparty"), machine.crm.rows(&TableName::new("email")).remove(0).id);
    for party in machine.crm.rows(&parties) {
        machine.crm.delete_as_another(&parties, party.id);
    }
    let activity = Value::Lookup(Lookup { table: TableName::new("email"), id: email, name: None });
    let values = [
        ("activityid", activity),
        ("participationtypemask", Value::Choice(2)),
        ("addressused", Value::Text("new@h.example".to_owned())),
    ];
    let values = values.map(|(column, value)| (Column::new(column), value));
    machine.crm.create_as_another(&parties, organisation::id_of("new"), &values);
    app.sync_now(SyncNow {}).await.unwrap();
    until(read, |page| told(page) == [(PartyRole::To, "new@h.example".to_owned())]).await;
}

#[tokio::test]
async fn a_mailbox_of_ones_own_is_tried_kept_over_a_restart_and_removed() {
    let (folder, machine) = (tempdir().unwrap(), Machine::new());
    machine.elsewhere.deliver(&machine.elsewhere.folder(Purpose::Inbox), NEWSLETTER);
    let app = machine.start(folder.path()).await;
    app.try_demo(TryDemo {}).await.unwrap();
    let with = |password: &str| AddMailbox {
        address: "clara@post.example".into(),
        server: "imap.post.example".into(),
        port: 993,
        user: String::new(),
        password: password.into(),
    };
    let wrong = app.add_mailbox(with("wrong")).await.unwrap_err();
    assert!(wrong.code == ErrorCode::SignInNeeded && wrong.message.contains("the password is wrong"), "{wrong:?}");
    let cancelled = {
        let (waiting, app) = (Arc::clone(&app), Arc::clone(&app));
        let waiting = tokio::spawn(async move { waiting.add_mailbox(with("never")).await });
        until(
            || {
                let app = Arc::clone(&app);
                async move { app.cancel_add_mailbox(CancelAddMailbox {}).await.unwrap() }
            },
            |_| waiting.is_finished(),
        )
        .await;
        waiting.await.unwrap().unwrap_err()
    };
    assert_eq!(cancelled.code, ErrorCode::Cancelled);
    assert!(mailboxes(&app).await.is_empty());

    app.add_mailbox(with("secret")).await.unwrap();
    assert_eq!(app.add_mailbox(with("secret")).await.unwrap_err().code, ErrorCode::Invalid);
    let is_read = |all: &Vec<MailboxHead>| all[0].folders.iter().any(|folder| folder.total == 1);
    until(|| mailboxes(&app), is_read).await;
    drop(app);
    let app = machine.start(folder.path()).await;
    let head = mailboxes(&app).await.remove(0);
    assert!(head.is_removable && head.address == "clara@post.example");
    app.remove_mailbox(RemoveMailbox { mailbox: head.mailbox }).await.unwrap();
    assert!(mailboxes(&app).await.is_empty());
}

#[tokio::test]
async fn the_files_of_a_message_are_saved_offline_each_under_a_name_of_its_own() {
    let (folder, machine, app) = at_work().await;
    let place = inbox(&app).await;
    let mailbox = machine.mailbox.unwrap();
    mailbox.deliver(&mailbox.folder(Purpose::Inbox), WITH_FILES);
    app.sync_now(SyncNow {}).await.unwrap();
    let with_files = |rows: &Vec<MessageRow>| rows.iter().any(|row| row.subject == "Two files");
    let listed = until(|| rows(&app, &place, MessageFilter::All), with_files).await;
    let key = listed.iter().find(|row| row.subject == "Two files").unwrap().key.clone();
    let read = || async { app.read_message(ReadMessage { mailbox: place.0.clone(), key: key.clone() }).await.unwrap() };
    let page = until(read, |page| page.body.is_some()).await;
    let names: Vec<_> = page.attachments.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["offer.txt", "offer.txt"]);

    app.work_offline(WorkOffline { on: true }).await.unwrap();
    let save = |number| SaveAttachments { mailbox: place.0.clone(), key: key.clone(), number };
    let downloads = folder.path().join("Downloads");
    let one = app.save_attachments(save(Some(1))).await.unwrap();
    assert_eq!(one.paths, [downloads.join("offer.txt").to_string_lossy()]);
    assert_eq!(std::fs::read(&one.paths[0]).unwrap(), b"second");
    let all = app.save_attachments(save(None)).await.unwrap();
    let says: Vec<_> = all.paths.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    assert_eq!(says, ["first", "second"]);
    assert_eq!(std::fs::read_dir(&downloads).unwrap().count(), 3);
    assert_eq!(app.save_attachments(save(Some(2))).await.unwrap_err().code, ErrorCode::Invalid);
}

#[tokio::test]
async fn files_that_are_not_on_this_device_yet_are_asked_for_in_a_sentence() {
    let (folder, machine, app) = at_work().await;
    let place = inbox(&app).await;
    let mailbox = machine.mailbox.unwrap();
    let inbox = mailbox.folder(Purpose::Inbox);
    // Its head is read, and its body stays away.
    mailbox.hold_bodies();
    mailbox.deliver(&inbox, WITH_FILES);
    app.sync_now(SyncNow {}).await.unwrap();
    let with_files = |rows: &Vec<MessageRow>| rows.iter().any(|row| row.subject == "Two files");
    let listed = until(|| rows(&app, &place, MessageFilter::All), with_files).await;
    let key = listed.iter().find(|row| row.subject == "Two files").unwrap().key.clone();
    let save = SaveAttachments { mailbox: place.0.clone(), key, number: None };
    let told = app.save_attachments(save.clone()).await.unwrap_err();
    assert!(told.code == ErrorCode::NotFound && told.message.contains("not on this laptop yet"), "{told}");
    assert!(!folder.path().join("Downloads").exists());
    mailbox.let_bodies_go();
    until(|| app.save_attachments(save.clone()), Result::is_ok).await.unwrap();
}

#[tokio::test]
async fn a_link_opens_only_when_it_leads_to_the_web_or_to_a_person() {
    let (folder, machine) = (tempdir().unwrap(), Machine::new());
    let app = machine.start(folder.path()).await;
    let open = async |address: &str| app.open_link(OpenLink { address: address.into() }).await;
    for address in ["https://example.com/a?b=c", "mailto:anna@example.com?attach=/etc/passwd"] {
        open(address).await.unwrap();
    }
    assert_eq!(*machine.opened.lock().unwrap(), ["https://example.com/a?b=c", "mailto:anna@example.com"]);
    for address in
        ["file:///etc/passwd", "javascript:x()", "--version", "smb://server/x", "ms-msdt:/id", "example.com", ""]
    {
        assert_eq!(open(address).await.unwrap_err().code, ErrorCode::Invalid, "{address}");
    }
    assert_eq!(machine.opened.lock().unwrap().len(), 2);
}

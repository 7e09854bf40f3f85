//! Which record a message becomes, as tables.

use jiff::Timestamp;

use super::*;

fn head(message_id: Option<&str>) -> Head {
    Head {
        item: crate::ids::ItemId::new("1"),
        message_id: message_id.map(str::to_owned),
        subject: "Offer".to_owned(),
        from: Some(Address { name: None, address: "Mia@Fjord.example".to_owned() }),
        to: Vec::new(),
        cc: Vec::new(),
        sent_at: Some(Timestamp::UNIX_EPOCH),
        received_at: Timestamp::UNIX_EPOCH,
        is_read: false,
        has_attachments: false,
        size: Some(10),
        preview: String::new(),
    }
}

fn user(number: u128) -> UserId {
    UserId(Uuid::from_u128(number))
}

/// `contact 7 of 1`, `lead 3 of 2 inactive`.
fn candidate(line: &str) -> Candidate {
    let words: Vec<_> = line.split(' ').collect();
    let number = |text: &str| text.parse::<u128>().unwrap_or_default();
    Candidate {
        table: TableName::new(words[0]),
        record: RecordId(Uuid::from_u128(number(words[1]))),
        is_active: words.get(4) != Some(&"inactive"),
        owner: Some(user(number(words[3]))),
        created_at: Some(Timestamp::UNIX_EPOCH),
    }
}

#[track_caller]
fn check_sender(candidates: &[&str], expected: &str) {
    let found = resolve_sender(candidates.iter().map(|line| candidate(line)).collect(), user(1));
    let told = found.map_or("nobody".to_owned(), |(table, record)| format!("{table} {}", record.0.as_u128()));
    assert_eq!(told, expected);
}

#[track_caller]
fn check_recipient(candidates: &[&str], expected: &str) {
    let found = resolve_recipient(candidates.iter().map(|line| candidate(line)).collect());
    let told: Vec<_> = found.iter().map(|(table, record)| format!("{table} {}", record.0.as_u128())).collect();
    assert_eq!(told.join(", "), expected);
}

#[test]
fn t6_the_senders_record_is_the_users_own_else_the_first_by_table() {
    check_sender(&[], "nobody");
    check_sender(&["lead 5 of 1", "contact 2 of 2"], "lead 5");
    check_sender(&["lead 5 of 2", "account 4 of 2", "contact 3 of 2", "systemuser 2 of 2"], "systemuser 2");
    check_sender(&["lead 5 of 2", "account 4 of 2", "contact 3 of 2"], "contact 3");
    check_sender(&["contact 9 of 2", "contact 3 of 2"], "contact 3");
}

#[test]
fn t7_every_record_with_a_recipients_address_is_a_party() {
    check_recipient(&["lead 5 of 2", "contact 3 of 2"], "contact 3, lead 5");
    check_recipient(&[], "");
}

#[test]
fn t8_inactive_records_never_match() {
    check_sender(&["contact 3 of 1 inactive", "lead 5 of 2"], "lead 5");
    check_recipient(&["contact 3 of 1 inactive"], "");
}

#[test]
fn ss58_more_than_a_hundred_matches_resolve_nobody() {
    let many: Vec<String> = (0..101).map(|number| format!("contact {number} of 1")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    check_sender(&many, "nobody");
    check_recipient(&many, "");
    check_sender(&many[..100], "contact 0");
}

#[test]
fn ss63_an_unknown_address_stays_a_party_with_its_address() {
    let to = Address { name: Some("Mia".to_owned()), address: "mia@fjord.example".to_owned() };
    let again = Address { name: None, address: "MIA@fjord.example".to_owned() };
    let found = parties(None, &[(Role::To, vec![to.clone(), again])], user(1), &mut |_| Vec::new());
    assert_eq!(found, [Party { role: Role::To, address: to, record: None }]);
}

#[test]
fn a_key_forgets_brackets_folds_and_case_and_nothing_else() {
    let key = |text: &str| canonical_message_id(text).map(|key| key.as_str().to_owned());
    assert_eq!(key(" <AbC.1@Host>\r\n ").as_deref(), Some("abc.1@host"));
    assert_eq!(key("abc.1@host").as_deref(), Some("abc.1@host"));
    assert_eq!(key("<>"), None);
    assert_eq!(key("<Ä@host>").as_deref(), Some("Ä@host"));
}

#[test]
fn a_message_without_an_id_has_a_key_that_does_not_depend_on_its_place() {
    let one = item_key(&head(None));
    let moved = item_key(&Head { item: crate::ids::ItemId::new("2"), is_read: true, ..head(None) });
    let other = item_key(&Head { subject: "Order".to_owned(), ..head(None) });
    assert!(one.is_fallback() && one == moved && one != other);
    assert!(!item_key(&head(Some("<a@b>"))).is_fallback());
}

/// Two devices must agree for ever: the values are pinned.
#[test]
fn t2_the_ids_of_a_message_are_the_same_on_every_device() {
    let organisation = OrganisationId(Uuid::from_u128(1));
    let key = item_key(&head(Some("<a@b>")));
    let email = email_id(organisation, &key);
    assert_eq!(email, email_id(organisation, &item_key(&head(Some("A@B")))));
    assert_ne!(email, email_id(OrganisationId(Uuid::from_u128(2)), &key));
    assert_ne!(attachment_id(email, 0), attachment_id(email, 1));
    expect_test::expect!["b61b8935-3f46-5bd6-b043-570f24934f11"].assert_eq(&email.to_string());
}

#[test]
fn a_message_from_an_own_address_is_outgoing() {
    let own = ["mia@fjord.example".to_owned()];
    assert_eq!(direction(head(None).from.as_ref(), &own), Direction::Outgoing);
    assert_eq!(direction(head(None).from.as_ref(), &[]), Direction::Incoming);
    assert_eq!(direction(None, &own), Direction::Incoming);
}

#[test]
fn dm15_attachments_come_after_the_open_email_and_before_it_is_completed() {
    assert_eq!(steps(0), [Step::Create, Step::Complete]);
    assert_eq!(steps(2), [Step::Create, Step::Attach(0), Step::Attach(1), Step::Complete]);
}

#[test]
fn a_completed_email_is_received_or_sent() {
    assert_eq!(completed(Direction::Incoming), (1, 4));
    assert_eq!(completed(Direction::Outgoing), (1, 3));
}

//! The salesperson's mailbox: conversations about deals, newsletters, notes from colleagues.

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::company::{Account, Colleague, Contact};
use super::deals::{Deal, Lead};
use super::loader::{Loader, moment_of};
use super::threads::{Thread, threads};
use super::{files, lists};
use crate::graph::{Folder, Item, Mailbox};
use crate::staff::{self, User};
use crate::webapi::Refusal;

const THREADS: [(&str, &str); 4] = [
    ("en", include_str!("../../data/sample/threads/en_offers.txt")),
    ("en", include_str!("../../data/sample/threads/en_service.txt")),
    ("en", include_str!("../../data/sample/threads/en_more.txt")),
    ("zh", include_str!("../../data/sample/threads/zh.txt")),
];
const OTHERS: &str = include_str!("../../data/sample/threads/others.txt");
const NEWSLETTERS: &str = include_str!("../../data/sample/newsletters.txt");
const NEWSLETTER_EN: &str = include_str!("../../data/sample/newsletter_en.html");
const NEWSLETTER_ZH: &str = include_str!("../../data/sample/newsletter_zh.html");

/// Everyone who may write or be written about.
pub(super) struct Cast<'c> {
    pub(super) accounts: &'c [Account],
    pub(super) contacts: &'c [Contact],
    pub(super) deals: &'c [Deal],
    pub(super) leads: &'c [Lead],
    pub(super) colleagues: &'c [Colleague],
}

/// A letter, and what it is about.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    pub(super) item: Item,
    pub(super) when: Timestamp,
    pub(super) deal: Option<Uuid>,
    pub(super) contact: Option<Uuid>,
    pub(super) colleague: Option<Uuid>,
}

/// The other side of a conversation.
struct Partner {
    mailbox: Mailbox,
    /// Words to put into the letters, by their name in braces.
    words: Vec<(&'static str, String)>,
    deal: Option<Uuid>,
    contact: Option<Uuid>,
}

pub(super) fn write(loader: &mut Loader<'_, '_>, cast: &Cast<'_>) -> Result<Vec<Letter>, Refusal> {
    let mut letters = Vec::new();
    let mut used = Vec::new();
    for (language, text) in THREADS {
        for thread in threads(text) {
            let Some(partner) = customer(loader, cast, thread.who, language, &mut used) else {
                return Err(Refusal::argument(format!("no deal fits the conversation '{}'", thread.subject)));
            };
            letters.extend(conversation(loader, cast, &thread, &partner)?);
        }
    }
    let mut leads = cast.leads.iter();
    for thread in threads(OTHERS) {
        let partner = other(loader, cast, &thread, &mut leads);
        letters.extend(conversation(loader, cast, &thread, &partner)?);
    }
    for line in lists::table(NEWSLETTERS) {
        newsletter(loader, &line)?;
    }
    Ok(letters)
}

/// Somebody whose open deal of the salesperson is of the kind that the conversation is about.
fn customer(
    loader: &mut Loader<'_, '_>,
    cast: &Cast<'_>,
    kind: &str,
    language: &str,
    used: &mut Vec<Uuid>,
) -> Option<Partner> {
    let me = User::Salesperson.person().id;
    let fitting: Vec<&Deal> = cast
        .deals
        .iter()
        .filter(|deal| deal.is_open && deal.owner == me && !used.contains(&deal.id))
        .filter(|deal| deal.kind == kind && deal.language == language)
        .collect();
    if fitting.is_empty() {
        return None;
    }
    let deal = *loader.dice.pick(&fitting);
    used.push(deal.id);
    let contact = &cast.contacts[deal.contact];
    let account = &cast.accounts[contact.account];
    // Among Europeans who write each other for months it is the first name.
    let name = if language == "zh" { &contact.full } else { contact.first };
    Some(Partner {
        mailbox: Mailbox { name: contact.full.clone(), address: contact.address.clone() },
        words: vec![
            ("{deal}", deal.name.clone()),
            ("{name}", name.to_owned()),
            ("{title}", contact.title.to_owned()),
            ("{company}", account.name.clone()),
        ],
        deal: Some(deal.id),
        contact: Some(contact.id),
    })
}

fn other<'c>(
    loader: &mut Loader<'_, '_>,
    cast: &Cast<'c>,
    thread: &Thread,
    leads: &mut impl Iterator<Item = &'c Lead>,
) -> Partner {
    let manager = User::Manager.person();
    let language = if is_chinese(thread.subject) { "zh" } else { "en" };
    let (name, address, company) = match thread.who {
        "manager" => (manager.name(), manager.address(), String::new()),
        "colleague" => {
            let found = mentioned(loader, cast, thread);
            (found.name.clone(), found.address.clone(), String::new())
        }
        "lead" => match leads.find(|lead| lead.language == language) {
            Some(lead) => (lead.name.clone(), lead.address.clone(), lead.company.clone()),
            None => (manager.name(), manager.address(), String::new()),
        },
        _ => ("Rosalind Achterberg".to_owned(), "r.achterberg@achterberg-partners.example".to_owned(), String::new()),
    };
    Partner {
        words: vec![("{name}", name.clone()), ("{company}", company)],
        mailbox: Mailbox { name, address },
        deal: None,
        contact: None,
    }
}

fn is_chinese(text: &str) -> bool {
    text.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter))
}

/// The colleague whom the letters name, or else anyone.
fn mentioned<'c>(loader: &mut Loader<'_, '_>, cast: &Cast<'c>, thread: &Thread) -> &'c Colleague {
    let anyone = loader.dice.pick(cast.colleagues);
    let is_named = |colleague: &&Colleague| {
        let first = colleague.name.split(' ').next().unwrap_or_default();
        thread.drafts.iter().any(|draft| draft.text.contains(first))
    };
    cast.colleagues.iter().find(is_named).unwrap_or(anyone)
}

fn me() -> Mailbox {
    let person = User::Salesperson.person();
    Mailbox { name: person.name(), address: person.address() }
}

fn conversation(
    loader: &mut Loader<'_, '_>,
    cast: &Cast<'_>,
    thread: &Thread,
    partner: &Partner,
) -> Result<Vec<Letter>, Refusal> {
    let fill = |text: &str| partner.words.iter().fold(text.to_owned(), |text, (name, word)| text.replace(name, word));
    let subject = fill(thread.subject);
    let conversation = loader.dice.id().simple().to_string();
    let colleague = mentioned(loader, cast, thread).clone();
    let mut letters: Vec<Letter> = Vec::new();
    for draft in &thread.drafts {
        let text = fill(draft.text.trim());
        let before = letters.last().map(|letter| &letter.item);
        let (from, to) = if draft.by_me { (me(), partner.mailbox.clone()) } else { (partner.mailbox.clone(), me()) };
        let copied = draft.copy.then(|| Mailbox { name: colleague.name.clone(), address: colleague.address.clone() });
        let domain = from.address.rsplit('@').next().unwrap_or(staff::DOMAIN).to_owned();
        let item = Item {
            id: item_id(loader),
            folder: if draft.by_me { Folder::Sent } else { Folder::Inbox },
            conversation: conversation.clone(),
            subject: match before {
                None => subject.clone(),
                Some(_) if !is_chinese(&subject) => format!("RE: {subject}"),
                Some(_) => format!("回复: {subject}"),
            },
            from,
            to: vec![to],
            cc: copied.into_iter().collect(),
            sent: draft.when.to_string(),
            is_read: !draft.unread,
            categories: Vec::new(),
            html: super::html::letter(&text, before),
            text,
            files: draft
                .attach
                .map(|name| files::named(name, &[subject.clone(), partner.mailbox.name.clone()]))
                .into_iter()
                .collect(),
            message_id: format!("<{}@{domain}>", loader.dice.id().simple()),
            in_reply_to: before.map(|item| item.message_id.clone()),
            references: before.map_or_else(Vec::new, |item| {
                let mut chain = item.references.clone();
                chain.push(item.message_id.clone());
                chain
            }),
            change: 0,
        };
        letters.push(Letter {
            item: item.store(loader.writing)?,
            when: draft.when,
            deal: partner.deal,
            contact: partner.contact,
            colleague: draft.copy.then_some(colleague.id),
        });
    }
    Ok(letters)
}

/// Ids of a mailbox are long and mean nothing.
fn item_id(loader: &mut Loader<'_, '_>) -> String {
    let (left, right) = (loader.dice.id().simple(), loader.dice.id().simple());
    format!("AAMkADk0YjA3ZTMz{left}{right}AAA=")
}

fn newsletter(loader: &mut Loader<'_, '_>, line: &[&'static str]) -> Result<(), Refusal> {
    let [language, sender, domain, when, headline] = *line else { return Ok(()) };
    let Some(when) = moment_of(when) else { return Ok(()) };
    let template = if language == "zh" { NEWSLETTER_ZH } else { NEWSLETTER_EN };
    let reader = loader.dice.roll().to_string();
    let html = [("{sender}", sender), ("{domain}", domain), ("{headline}", headline), ("{reader}", &reader)]
        .iter()
        .fold(template.to_owned(), |text, (name, word)| text.replace(name, word));
    let item = Item {
        id: item_id(loader),
        folder: Folder::Inbox,
        conversation: loader.dice.id().simple().to_string(),
        subject: headline.to_owned(),
        from: Mailbox { name: sender.to_owned(), address: format!("news@{domain}") },
        to: vec![me()],
        cc: Vec::new(),
        sent: when.to_string(),
        is_read: loader.dice.chance(50),
        categories: Vec::new(),
        html,
        text: format!("{headline}\nhttps://www.{domain}/news"),
        files: vec![files::logo(domain)],
        message_id: format!("<{}@{domain}>", loader.dice.id().simple()),
        in_reply_to: None,
        references: Vec::new(),
        change: 0,
    };
    item.store(loader.writing)?;
    Ok(())
}

/// What a JSON body binds a party to.
pub(super) fn bind(row: &mut Value, navigation: &str, set: &str, id: Uuid) {
    row[format!("{navigation}@odata.bind")] = format!("{set}({id})").into();
}

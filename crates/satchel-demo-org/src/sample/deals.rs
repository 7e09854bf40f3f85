//! The sample company's opportunities, leads and cases.

use serde_json::json;
use uuid::Uuid;

use super::company::{self, Account, Colleague, Contact};
use super::lists::{self, Culture};
use super::loader::{Loader, day};
use crate::staff::User;
use crate::webapi::Refusal;

const DEALS: &str = include_str!("../../data/sample/deals.txt");
const CASES: &str = include_str!("../../data/sample/cases.txt");
const LEADS: &str = include_str!("../../data/sample/leads.txt");
const NOTES: &str = include_str!("../../data/sample/notes.txt");
pub(super) const OPPORTUNITIES: usize = 400;
pub(super) const LEAD_COUNT: usize = 150;
pub(super) const CASE_COUNT: usize = 200;

const STEPS: [&str; 4] = ["Qualify", "Develop", "Propose", "Close"];

/// A deal that conversations can be about.
#[derive(Clone, Debug)]
pub(super) struct Deal {
    pub(super) id: Uuid,
    pub(super) kind: &'static str,
    pub(super) language: &'static str,
    pub(super) name: String,
    pub(super) contact: usize,
    pub(super) is_open: bool,
    pub(super) owner: Uuid,
}

#[derive(Clone, Debug)]
pub(super) struct Lead {
    pub(super) language: &'static str,
    pub(super) name: String,
    pub(super) company: String,
    pub(super) address: String,
}

/// The lines of a list that are in this language.
fn in_language(text: &'static str, language: &str, column: usize) -> Vec<Vec<&'static str>> {
    lists::table(text).into_iter().filter(|line| line.get(column) == Some(&language)).collect()
}

pub(super) fn opportunities(
    loader: &mut Loader<'_, '_>,
    cultures: &[Culture],
    accounts: &[Account],
    contacts: &[Contact],
) -> Result<Vec<Deal>, Refusal> {
    let mut deals: Vec<Deal> = Vec::with_capacity(OPPORTUNITIES);
    for _ in 0..OPPORTUNITIES {
        let contact = loader.dice.below(contacts.len());
        let account = &accounts[contacts[contact].account];
        let language = cultures[account.culture].language;
        let topics = in_language(DEALS, language, 1);
        let line = loader.dice.pick(&topics).clone();
        let [kind, _, topic, low, high] = line[..] else { continue };
        let topic = topic.replace("{n}", &loader.dice.between(2, 9).to_string());
        let name =
            if language == "zh" { format!("{}{topic}", account.short) } else { format!("{topic}, {}", account.short) };
        let range = (low.parse().unwrap_or(10), high.parse().unwrap_or(50));
        let id = loader.dice.id();
        let is_open = opportunity(loader, id, &name, language, account, &contacts[contact], range)?;
        let owner = account.owner;
        deals.push(Deal { id, kind, language, name, contact, is_open, owner });
    }
    Ok(deals)
}

/// Whether the deal is still open.
fn opportunity(
    loader: &mut Loader<'_, '_>,
    id: Uuid,
    name: &str,
    language: &str,
    account: &Account,
    contact: &Contact,
    (low, high): (i64, i64),
) -> Result<bool, Refusal> {
    let state = match loader.dice.below(100) {
        0..60 => 0,
        60..85 => 1,
        _ => 2,
    };
    let made = if state == 0 { loader.days_ago(220, 3) } else { loader.days_ago(700, 60) };
    let notes = in_language(NOTES, language, 0);
    let dice = &mut loader.dice;
    let stage = dice.below(STEPS.len());
    let euros = dice.between(low * 10, high * 10) as f64 * 100.0;
    let value = (euros * account.currency.per_euro / 10.0).round() * 10.0;
    let chance = [10, 30, 60, 85][stage];
    let mut row = json!({
        "name": name,
        "customerid_account@odata.bind": format!("accounts({})", account.id),
        "parentaccountid@odata.bind": format!("accounts({})", account.id),
        "parentcontactid@odata.bind": format!("contacts({})", contact.id),
        "transactioncurrencyid@odata.bind": format!("transactioncurrencies({})", account.currency.id),
        "ownerid@odata.bind": format!("systemusers({})", account.owner),
        "estimatedvalue": value,
        "closeprobability": chance,
        "stepname": format!("{}-{}", stage + 1, STEPS[stage]),
        "salesstage": stage,
        "opportunityratingcode": *dice.pick(&[1, 2, 2, 3]),
        "purchasetimeframe": dice.between(0, 4),
        "budgetstatus": dice.between(0, 3),
    });
    if dice.chance(65) {
        row["description"] = dice.pick(&notes)[1].into();
    }
    if dice.chance(40) {
        row["budgetamount"] = (value * 1.1).round().into();
    }
    match state {
        0 => row["estimatedclosedate"] = day(dice.between(4, 240)).into(),
        _ => {
            let closed = day(-dice.between(5, 55));
            row["estimatedclosedate"] = closed.clone().into();
            row["actualclosedate"] = closed.into();
            row["statecode"] = state.into();
        }
    }
    if state == 1 {
        row["actualvalue"] = (value * 0.97).round().into();
    }
    loader.add("opportunity", id, account.owner, made, &row)?;
    Ok(state == 0)
}

pub(super) fn leads(
    loader: &mut Loader<'_, '_>,
    cultures: &[Culture],
    others: &[Colleague],
) -> Result<Vec<Lead>, Refusal> {
    let mut leads = Vec::with_capacity(LEAD_COUNT);
    for number in 0..LEAD_COUNT {
        // Every third is Chinese; the rest come from everywhere else.
        let culture = if number % 3 == 0 { &cultures[1] } else { &cultures[[0, 2, 3, 4][loader.dice.below(4)]] };
        let topics = in_language(LEADS, culture.language, 0);
        let owner = company::owner(loader, others);
        let made = loader.days_ago(150, 2);
        let dice = &mut loader.dice;
        let (first, first_plain) = lists::spelt(culture.pick(dice, "first"));
        let (last, last_plain) = lists::spelt(culture.pick(dice, "last"));
        let (stem, slug) = lists::spelt(culture.pick(dice, "stems"));
        let form = culture.pick(dice, "forms");
        let company =
            if culture.is_chinese() { format!("{stem}实业{form}") } else { format!("{stem} Holding {form}") };
        let address = format!("{first_plain}.{last_plain}{number}@{slug}-holding.example");
        let state = *dice.pick(&[0, 0, 0, 0, 2]);
        let row = json!({
            "subject": dice.pick(&topics)[1],
            "firstname": first,
            "lastname": last,
            "companyname": company,
            "jobtitle": culture.pick(dice, "titles"),
            "emailaddress1": address,
            "telephone1": lists::fill(dice, culture, culture.first("phone")),
            "leadsourcecode": *dice.pick(&[7, 7, 8, 4, 9]),
            "leadqualitycode": dice.between(1, 3),
            "address1_city": culture.pick(dice, "cities"),
            "address1_country": culture.first("country"),
            "statecode": state,
            "ownerid@odata.bind": format!("systemusers({owner})"),
        });
        let id = dice.id();
        loader.add("lead", id, owner, made, &row)?;
        let name = if culture.is_chinese() { format!("{last}{first}") } else { format!("{first} {last}") };
        if state == 0 && owner == User::Salesperson.person().id {
            leads.push(Lead { language: culture.language, name, company, address });
        }
    }
    Ok(leads)
}

pub(super) fn cases(
    loader: &mut Loader<'_, '_>,
    cultures: &[Culture],
    accounts: &[Account],
    contacts: &[Contact],
) -> Result<(), Refusal> {
    for _ in 0..CASE_COUNT {
        let contact = loader.dice.pick(contacts).clone();
        let account = &accounts[contact.account];
        let texts = in_language(CASES, cultures[account.culture].language, 0);
        let made = loader.days_ago(300, 1);
        let dice = &mut loader.dice;
        let text = dice.pick(&texts).clone();
        let state = *dice.pick(&[0, 0, 1, 1, 1]);
        let row = json!({
            "title": text[1],
            "description": text[2],
            "customerid_account@odata.bind": format!("accounts({})", account.id),
            "primarycontactid@odata.bind": format!("contacts({})", contact.id),
            "ownerid@odata.bind": format!("systemusers({})", account.owner),
            "caseorigincode": dice.between(1, 3),
            "casetypecode": dice.between(1, 3),
            "prioritycode": *dice.pick(&[1, 2, 2, 2, 3]),
            "statecode": state,
        });
        let id = dice.id();
        loader.add("incident", id, account.owner, made, &row)?;
    }
    Ok(())
}

//! The sample company's colleagues, currencies, customers and their people.

use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::lists::{self, Culture};
use super::loader::{Loader, day, moment};
use crate::staff::{self, User};
use crate::webapi::{BASE_CURRENCY, Refusal};

const COLLEAGUES: &str = include_str!("../../data/sample/colleagues.txt");
pub(super) const CONTACTS: usize = 900;
/// Years of history behind the sample company, in days.
const HISTORY: i64 = 900;

/// A currency of the organisation, and how many of it make a euro.
#[derive(Clone, Copy, Debug)]
pub(super) struct Currency {
    pub(super) id: Uuid,
    pub(super) code: &'static str,
    pub(super) per_euro: f64,
}

#[derive(Clone, Debug)]
pub(super) struct Colleague {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) address: String,
}

#[derive(Clone, Debug)]
pub(super) struct Account {
    pub(super) id: Uuid,
    pub(super) name: String,
    /// The name as people say it.
    pub(super) short: &'static str,
    pub(super) domain: String,
    /// The place among the cultures.
    pub(super) culture: usize,
    pub(super) currency: Currency,
    pub(super) owner: Uuid,
    pub(super) since: Timestamp,
}

#[derive(Clone, Debug)]
pub(super) struct Contact {
    pub(super) id: Uuid,
    /// The place among the accounts.
    pub(super) account: usize,
    pub(super) first: &'static str,
    pub(super) full: String,
    pub(super) title: &'static str,
    pub(super) address: String,
}

pub(super) fn currencies(loader: &mut Loader<'_, '_>) -> Result<Vec<Currency>, Refusal> {
    let mut currencies = Vec::new();
    for (name, code, symbol, per_euro) in [
        ("Euro", "EUR", "€", 1.0),
        ("Pound Sterling", "GBP", "£", 0.87),
        ("Norwegian Krone", "NOK", "kr", 11.7),
        ("人民币", "CNY", "¥", 8.25),
        ("US Dollar", "USD", "$", 1.16),
    ] {
        let id = if code == "EUR" { BASE_CURRENCY } else { loader.dice.id() };
        let row = json!({
            "currencyname": name, "isocurrencycode": code, "currencysymbol": symbol,
            "currencyprecision": 2, "exchangerate": per_euro,
        });
        let admin = User::Admin.person().id;
        loader.add("transactioncurrency", id, admin, moment(HISTORY, 540), &row)?;
        currencies.push(Currency { id, code, per_euro });
    }
    Ok(currencies)
}

/// The three who sign in, and those who do not.
pub(super) fn colleagues(loader: &mut Loader<'_, '_>) -> Result<Vec<Colleague>, Refusal> {
    let when = moment(HISTORY, 560);
    let admin = User::Admin.person().id;
    for user in User::ALL {
        let person = user.person();
        let mut row = json!({
            "firstname": person.first, "lastname": person.last, "title": person.title,
            "jobtitle": person.title, "domainname": person.address(),
            "internalemailaddress": person.address(),
            "azureactivedirectoryobjectid": person.object_id,
        });
        if user == User::Salesperson {
            row["parentsystemuserid@odata.bind"] = format!("systemusers({})", User::Manager.person().id).into();
        }
        loader.add("systemuser", person.id, admin, when, &row)?;
    }
    let mut colleagues = Vec::new();
    for line in lists::table(COLLEAGUES) {
        let [first, last, title, mailbox] = line[..] else { continue };
        let id = loader.dice.id();
        let address = format!("{mailbox}@{}", staff::DOMAIN);
        let row = json!({
            "firstname": first, "lastname": last, "title": title, "jobtitle": title,
            "domainname": address, "internalemailaddress": address,
            "azureactivedirectoryobjectid": loader.dice.id(),
            "parentsystemuserid@odata.bind": format!("systemusers({})", User::Manager.person().id),
        });
        loader.add("systemuser", id, admin, when, &row)?;
        let name = if first.is_ascii() { format!("{first} {last}") } else { format!("{last}{first}") };
        colleagues.push(Colleague { id, name, address });
    }
    Ok(colleagues)
}

pub(super) fn accounts(
    loader: &mut Loader<'_, '_>,
    cultures: &[Culture],
    currencies: &[Currency],
    others: &[Colleague],
) -> Result<Vec<Account>, Refusal> {
    let mut accounts: Vec<Account> = Vec::new();
    for (at, culture) in cultures.iter().enumerate() {
        let mut combinations: Vec<(&'static str, &'static str)> = culture
            .list("stems")
            .iter()
            .flat_map(|stem| culture.list("trades").iter().map(|trade| (*stem, *trade)))
            .collect();
        for _ in 0..culture.share {
            let (stem, trade) = combinations.swap_remove(loader.dice.below(combinations.len()));
            let currency = currency_of(culture, currencies);
            let account = account(loader, culture, at, (stem, trade), currency, others)?;
            accounts.push(account);
        }
    }
    Ok(accounts)
}

fn currency_of(culture: &Culture, currencies: &[Currency]) -> Currency {
    let code = culture.first("currency");
    currencies.iter().find(|currency| currency.code == code).copied().unwrap_or(Currency {
        id: BASE_CURRENCY,
        code: "EUR",
        per_euro: 1.0,
    })
}

fn account(
    loader: &mut Loader<'_, '_>,
    culture: &Culture,
    at: usize,
    (stem, trade): (&'static str, &'static str),
    currency: Currency,
    others: &[Colleague],
) -> Result<Account, Refusal> {
    let (short, slug) = stem.split_once('=').unwrap_or((stem, stem));
    let mut parts = trade.split('=');
    let trade = parts.next().unwrap_or_default();
    let industry: i64 = parts.next().and_then(|code| code.parse().ok()).unwrap_or(12);
    let domain = format!("{slug}-{}.example", parts.next().unwrap_or("group"));
    let city = culture.pick(&mut loader.dice, "cities");
    let form = culture.pick(&mut loader.dice, "forms");
    let name =
        if culture.is_chinese() { format!("{city}{short}{trade}{form}") } else { format!("{short} {trade} {form}") };
    let owner = owner(loader, others);
    let since = loader.days_ago(HISTORY - 20, 5);
    let dice = &mut loader.dice;
    let employees = dice.between(3, 220) * dice.between(1, 9);
    let row = json!({
        "name": name,
        "accountnumber": format!("{}{:05}", currency.code, dice.between(10_000, 99_999)),
        "telephone1": lists::fill(dice, culture, culture.first("phone")),
        "emailaddress1": format!("info@{domain}"),
        "websiteurl": format!("https://www.{domain}"),
        "industrycode": industry,
        "customertypecode": if dice.chance(70) { 3 } else { 8 },
        "accountcategorycode": if dice.chance(25) { 1 } else { 2 },
        "numberofemployees": employees,
        "revenue": (employees as f64 * 140.0 * currency.per_euro).round() * 1000.0,
        "creditonhold": dice.chance(3),
        "address1_line1": lists::fill(dice, culture, culture.first("street")),
        "address1_city": city,
        "address1_postalcode": lists::fill(dice, culture, culture.first("postcode")),
        "address1_country": culture.first("country"),
        "transactioncurrencyid@odata.bind": format!("transactioncurrencies({})", currency.id),
        "ownerid@odata.bind": format!("systemusers({owner})"),
    });
    let id = dice.id();
    loader.add("account", id, owner, since, &row)?;
    Ok(Account { id, name, short, domain, culture: at, currency, owner, since })
}

/// Nearly everything belongs to the salesperson.
pub(super) fn owner(loader: &mut Loader<'_, '_>, others: &[Colleague]) -> Uuid {
    match loader.dice.below(100) {
        0..85 => User::Salesperson.person().id,
        85..92 => User::Manager.person().id,
        _ => loader.dice.pick(others).id,
    }
}

/// Three people for each company, and some more for the first ones.
pub(super) fn contacts(
    loader: &mut Loader<'_, '_>,
    cultures: &[Culture],
    accounts: &[Account],
) -> Result<Vec<Contact>, Refusal> {
    let mut contacts: Vec<Contact> = Vec::with_capacity(CONTACTS);
    let mut taken = std::collections::HashSet::new();
    for number in 0..CONTACTS {
        let at = if number < 3 * accounts.len() { number % accounts.len() } else { loader.dice.below(accounts.len()) };
        let account = &accounts[at];
        let culture = &cultures[account.culture];
        let contact = contact(loader, culture, account, at, &mut taken)?;
        if number < accounts.len() {
            let primary = json!({
                "primarycontactid@odata.bind": format!("contacts({})", contact.id),
            });
            loader.change("account", account.id, account.owner, account.since, &primary)?;
        }
        contacts.push(contact);
    }
    Ok(contacts)
}

fn contact(
    loader: &mut Loader<'_, '_>,
    culture: &Culture,
    account: &Account,
    at: usize,
    taken: &mut std::collections::HashSet<String>,
) -> Result<Contact, Refusal> {
    let dice = &mut loader.dice;
    let (first, last, address) = loop {
        let (first, first_plain) = lists::spelt(culture.pick(dice, "first"));
        let (last, last_plain) = lists::spelt(culture.pick(dice, "last"));
        let address = format!("{first_plain}.{last_plain}@{}", account.domain);
        if taken.insert(address.clone()) {
            break (first, last, address);
        }
    };
    let title = culture.pick(dice, "titles");
    let mut row = json!({
        "firstname": first,
        "lastname": last,
        "jobtitle": title,
        "emailaddress1": address,
        "telephone1": lists::fill(dice, culture, culture.first("phone")),
        "preferredcontactmethodcode": *dice.pick(&[1, 1, 2, 2, 3]),
        "donotphone": dice.chance(4),
        "address1_city": null,
        "parentcustomerid_account@odata.bind": format!("accounts({})", account.id),
        "transactioncurrencyid@odata.bind": format!("transactioncurrencies({})", account.currency.id),
        "ownerid@odata.bind": format!("systemusers({})", account.owner),
    });
    if dice.chance(60) {
        row["mobilephone"] = lists::fill(dice, culture, culture.first("phone")).into();
    }
    if dice.chance(35) {
        row["birthdate"] = day(-dice.between(24 * 365, 63 * 365)).into();
    }
    if dice.chance(3) {
        row["statecode"] = 1.into();
    }
    let id = dice.id();
    loader.add("contact", id, account.owner, account.since, &row)?;
    let full = if culture.is_chinese() { format!("{last}{first}") } else { format!("{first} {last}") };
    Ok(Contact { id, account: at, first, full, title, address })
}

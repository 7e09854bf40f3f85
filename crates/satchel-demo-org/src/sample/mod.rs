//! Fills a new organisation with a company that one can believe in.

mod company;
mod deals;
mod dice;
mod files;
mod html;
mod letters;
mod lists;
mod loader;
mod threads;
mod tracked;

use anyhow::{Result, anyhow};

use crate::schema::Schema;
use crate::store::{Look as _, Store};
use crate::webapi::Refusal;
use dice::Dice;
use loader::Loader;

/// Does nothing when the organisation already has rows. All of it comes at once or not at all.
pub(crate) fn fill(store: &Store, schema: &Schema, seed: u64) -> Result<()> {
    if store.read()?.version()? > 0 {
        return Ok(());
    }
    store
        .write(|writing| {
            let dice = Dice::new(seed);
            everything(&mut Loader { writing, schema, dice })
        })
        .map_err(|refusal| anyhow!("the sample company does not fit its tables: {}", refusal.message))
}

fn everything(loader: &mut Loader<'_, '_>) -> Result<(), Refusal> {
    let cultures = lists::cultures();
    let currencies = company::currencies(loader)?;
    let colleagues = company::colleagues(loader)?;
    let accounts = company::accounts(loader, &cultures, &currencies, &colleagues)?;
    let contacts = company::contacts(loader, &cultures, &accounts)?;
    let deals = deals::opportunities(loader, &cultures, &accounts, &contacts)?;
    let leads = deals::leads(loader, &cultures, &colleagues)?;
    deals::cases(loader, &cultures, &accounts, &contacts)?;
    let cast = letters::Cast {
        accounts: &accounts,
        contacts: &contacts,
        deals: &deals,
        leads: &leads,
        colleagues: &colleagues,
    };
    let letters = letters::write(loader, &cast)?;
    tracked::track(loader, &letters)
}

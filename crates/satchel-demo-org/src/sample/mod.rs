//! Fills a new organisation with a company that one can believe in.

use anyhow::{Result, anyhow};
use serde_json::json;
use uuid::Uuid;

use crate::doors;
use crate::schema::Schema;
use crate::staff::User;
use crate::store::{Look, Store, Writing};
use crate::webapi::{BASE_CURRENCY, Deed, Refusal};

/// Does nothing when the organisation already has its users.
pub(crate) fn fill(store: &Store, schema: &Schema, seed: u64) -> Result<()> {
    if store.read()?.version()? > 0 {
        return Ok(());
    }
    let _ = seed;
    store
        .write(|writing| {
            let mut loader = Loader { writing, schema };
            loader.add(
                "transactioncurrency",
                BASE_CURRENCY,
                User::Admin,
                json!({
                    "currencyname": "Euro", "isocurrencycode": "EUR", "currencysymbol": "€",
                    "currencyprecision": 2, "exchangerate": 1
                }),
            )?;
            for user in User::ALL {
                let person = user.person();
                loader.add(
                    "systemuser",
                    person.id,
                    User::Admin,
                    json!({
                        "firstname": person.first, "lastname": person.last, "title": person.title,
                        "jobtitle": person.title, "domainname": person.address(),
                        "internalemailaddress": person.address(),
                        "azureactivedirectoryobjectid": person.object_id,
                    }),
                )?;
            }
            for number in 1..=250_u128 {
                loader.add(
                    "account",
                    Uuid::from_u128(0x1000 + number),
                    User::Salesperson,
                    json!({
                        "name": format!("Account {number:03}"), "telephone1": "+44 20 7946 0000",
                    }),
                )?;
            }
            Ok::<_, Refusal>(())
        })
        .map_err(|refusal| anyhow!("the sample company does not fit its tables: {}", refusal.message))
}

struct Loader<'a, 't> {
    writing: &'a mut Writing<'t>,
    schema: &'a Schema,
}

impl Loader<'_, '_> {
    fn add(&mut self, table: &str, id: Uuid, caller: User, row: serde_json::Value) -> Result<(), Refusal> {
        let table = self.schema.table(table).ok_or_else(|| Refusal::no_resource(table))?;
        let deed = Deed { schema: self.schema, caller: caller.person().id, now: doors::now() };
        deed.create_from(self.writing, table, id, &row)
    }
}

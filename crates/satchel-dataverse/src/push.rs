//! Writing: one edit, always with a condition.

use satchel_domain::{
    Column, RecordId, Value,
    error::Answer,
    ports::Push,
    schema::{Kind, Table},
};
use satchel_http::Request;

use crate::{Dataverse, broken, values};

impl Dataverse {
    pub(crate) async fn pushed(&self, table: &Table, id: RecordId, push: Push<'_>) -> Answer<()> {
        let url = self.addresses.record(table, id)?;
        let request = match push {
            // Create, and only create: without this a PATCH would change what is there.
            Push::Create { values } => {
                Request::patch_json(url, self.body(table, values).await?).header("If-None-Match", "*")
            }
            Push::Update { values, base } => {
                Request::patch_json(url, self.body(table, values).await?).header("If-Match", base.as_str())
            }
            Push::Delete { base } => Request::delete(url).header("If-Match", base.as_str()),
        };
        self.send(request).await.map(|_| ())
    }

    async fn body(&self, table: &Table, changes: &[(Column, Value)]) -> Answer<String> {
        let mut members = Vec::with_capacity(changes.len());
        for (column, value) in changes {
            let info = table
                .column(column)
                .ok_or_else(|| broken(format!("the column {column} of {} is not described", table.name)))?;
            match &info.kind {
                Kind::Lookup { targets } => match value {
                    Value::Lookup(lookup) => {
                        let target = targets.iter().find(|target| target.table == lookup.table).ok_or_else(|| {
                            broken(format!("the column {column} does not point to a {}", lookup.table))
                        })?;
                        let set = self.set_name(&lookup.table).await?;
                        let bind = values::quoted(&format!("/{set}({})", lookup.id))?;
                        members
                            .push(format!("{}:{bind}", values::quoted(&format!("{}@odata.bind", target.navigation))?));
                    }
                    // Clearing any one of a lookup's navigation properties clears the lookup.
                    _ => {
                        let target =
                            targets.first().ok_or_else(|| broken(format!("the column {column} points to no table")))?;
                        members.push(format!("{}:null", values::quoted(&format!("{}@odata.bind", target.navigation))?));
                    }
                },
                _ => members.push(format!("{}:{}", values::quoted(column.as_str())?, values::json(value)?.get())),
            }
        }
        Ok(format!("{{{}}}", members.join(",")))
    }
}

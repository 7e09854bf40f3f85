//! Which records a refused edit is taken for: the service says only that there are some, so it is asked.

use satchel_domain::{RecordId, TableName, edit::Duplicates, error::Answer, ports::Push, schema::Table};
use satchel_http::Request;

use crate::{decode::Rows, encode, service::Dataverse};

/// Whoever decides looks at a few.
const MOST: u32 = 50;

impl Dataverse {
    /// The records that the service takes for the same as `id` would be after `push`; none when it does not say.
    pub(crate) async fn candidates(&self, table: &Table, id: RecordId, push: Push<'_>) -> Vec<RecordId> {
        // The refusal stands, whatever becomes of this question.
        let mut found = self.ask_for_candidates(table, id, push).await.unwrap_or_default();
        found.retain(|&candidate| candidate != id);
        found
    }

    async fn ask_for_candidates(&self, table: &Table, id: RecordId, push: Push<'_>) -> Answer<Vec<RecordId>> {
        let entity = match push {
            Push::Create { values, .. } => encode::candidate(table, None, values),
            Push::Update { values, .. } => encode::candidate(table, Some(id), values),
            Push::Delete { .. } => return Ok(Vec::new()),
        };
        let path = "RetrieveDuplicates(BusinessEntity=@p1,MatchingEntityName=@p2,PagingInfo=@p3)";
        let paging = format!("{{\"PageNumber\":1,\"Count\":{MOST}}}");
        let matching = quoted(&table.name);
        let url = self.root.at(path, &[("@p1", &entity), ("@p2", &matching), ("@p3", &paging)])?;
        let rows: Rows = self.answer(Request::get(url)).await?;
        rows.ids(table)
    }
}

/// What the service is told about duplicates with every edit; left out, it would look for none.
pub(crate) fn header(duplicates: Duplicates) -> (&'static str, &'static str) {
    let is_suppressed = match duplicates {
        Duplicates::Refuse => "false",
        Duplicates::Allow => "true",
    };
    ("MSCRM.SuppressDuplicateDetection", is_suppressed)
}

fn quoted(name: &TableName) -> String {
    format!("'{name}'")
}

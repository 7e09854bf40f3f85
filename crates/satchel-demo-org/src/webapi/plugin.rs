//! The organisation's own plug-in: a rule that no definition shows, refused in its author's words.

use serde_json::Value;

use super::refusal::Refusal;
use crate::schema::Table;
use crate::store::{Cells, Record};

const OPEN: i64 = 0;
const CERTAIN: i64 = 100;

/// Runs before a row is stored, on the row as it would be. A row that already breaks the rule may still change otherwise.
pub(crate) fn check(table: &Table, before: Option<&Record>, cells: &Cells) -> Result<(), Refusal> {
    let breaks = |cells: &Cells| {
        let number = |column| cells.get(column).and_then(Value::as_i64);
        number("statecode") == Some(OPEN) && number("closeprobability") == Some(CERTAIN)
    };
    if table.name != "opportunity" || !breaks(cells) || before.is_some_and(|before| breaks(&before.cells)) {
        return Ok(());
    }
    Err(Refusal::plug_in("An open opportunity is never 100 % certain. Close it as won, or enter a lower probability."))
}

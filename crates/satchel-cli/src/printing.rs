//! What is printed: answers on standard output as text or JSON, everything else on standard error.

use std::io::{self, Write as _};

use satchel_app::requests::Cell;
use serde_json::{Value, json};

use crate::ending::Stop;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Printer {
    pub is_json: bool,
}

impl Printer {
    /// One answer, out of our hands when this returns: whoever reads it may count on it.
    pub(crate) fn say(self, text: &str, value: &Value) -> Result<(), Stop> {
        let line = if self.is_json { value.to_string() } else { text.to_owned() };
        if line.is_empty() {
            return Ok(());
        }
        let mut out = io::stdout().lock();
        let said = writeln!(out, "{line}").and_then(|()| out.flush());
        said.map_err(|error| Stop::failed(format!("Nobody takes the answer: {error}.")))
    }

    /// How it goes, for whoever watches.
    pub(crate) fn tell(self, text: &str) {
        // Nobody has to watch.
        let _ = writeln!(io::stderr(), "{text}");
    }

    pub(crate) fn complain(self, stop: &Stop) {
        match self.is_json {
            true => self.tell(&json!({ "error": stop.message, "exitCode": stop.ending as u8 }).to_string()),
            false => self.tell(&format!("satchel-cli: {}", stop.message)),
        }
    }
}

/// A value as one reads it in a terminal; times in UTC.
pub(crate) fn words(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text { text } => text.clone(),
        Cell::Number { exact } | Cell::Money { exact, currency: None } => exact.clone(),
        Cell::Money { exact, currency: Some(currency) } => format!("{exact} {currency}"),
        Cell::Choice { label, .. } | Cell::YesNo { label, .. } => label.clone(),
        Cell::Lookup { table, id, name: None } => format!("{table}:{id}"),
        Cell::Lookup { table, id, name: Some(name) } => format!("{name} ({table}:{id})"),
        Cell::DateTime { at } => {
            let at = jiff::Timestamp::from_millisecond(*at as i64);
            at.map_or_else(|_| String::new(), |at| at.to_string())
        }
        Cell::Date { day } => day.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_names_its_currency_and_a_time_its_zone() {
        let money = Cell::Money { exact: "12.50".into(), currency: Some("NOK".into()) };
        assert_eq!(words(&money), "12.50 NOK");
        assert_eq!(words(&Cell::DateTime { at: 0.0 }), "1970-01-01T00:00:00Z");
    }
}

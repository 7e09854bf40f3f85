//! Checks one value against its column: type, length, range, choice.

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::Value;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::refusal::Refusal;
use crate::schema::{Column, Kind, Table};

/// The largest amount that a money column holds.
const MOST_MONEY: i64 = 922_337_203_685_477;
/// Decimals are always written with as many digits as Dataverse shows.
const MONEY_DIGITS: u32 = 4;
const FIRST_DAY: &str = "1753-01-01T00:00:00Z";

/// What is stored for a value: nothing for `null` and for an empty text.
pub(crate) fn cell(table: &Table, column: &Column, raw: &RawValue) -> Result<Option<Value>, Refusal> {
    let literal = raw.get();
    let value: Value = serde_json::from_str(literal)
        .map_err(|error| Refusal::payload(format!("The body is not valid JSON: {error}")))?;
    if value.is_null() || value.as_str() == Some("") {
        return Ok(None);
    }
    let check = Check { table, column, literal };
    Ok(Some(match &column.kind {
        Kind::Text { max, .. } | Kind::Memo { max } => check.text(&value, *max)?,
        Kind::TableName => check.text(&value, 128)?,
        Kind::Whole { min, max } => check.whole(&value, *min, *max)?,
        Kind::Big => check.whole(&value, i64::MIN, i64::MAX)?,
        Kind::Money { places } => {
            let limit = Decimal::from(MOST_MONEY);
            Value::String(check.decimal(&value, *places, MONEY_DIGITS, -limit, limit)?)
        }
        Kind::Decimal { places, min, max } => {
            let bound = |text: &str| text.parse().unwrap_or_default();
            Value::String(check.decimal(&value, *places, *places, bound(min), bound(max))?)
        }
        Kind::Double { min, max, .. } => {
            let number = value.as_f64().ok_or_else(|| check.literal("Edm.Double"))?;
            if number < *min || number > *max {
                return Err(check.range(&min.to_string(), &max.to_string(), "0x8004432f"));
            }
            value
        }
        Kind::YesNo { .. } => Value::Bool(value.as_bool().ok_or_else(|| check.literal("Edm.Boolean"))?),
        Kind::Choice { .. } | Kind::State { .. } | Kind::Status { .. } => check.choice(&value)?,
        Kind::Date => check.date(&value)?,
        Kind::DateTime => check.time(&value)?,
        Kind::Key | Kind::Guid => {
            let id = value.as_str().and_then(|text| Uuid::parse_str(text).ok());
            Value::String(id.ok_or_else(|| check.literal("Edm.Guid"))?.to_string())
        }
        Kind::Lookup { .. } | Kind::PartyList => return Err(check.literal("a reference")),
    }))
}

struct Check<'a> {
    table: &'a Table,
    column: &'a Column,
    literal: &'a str,
}

impl Check<'_> {
    fn literal(&self, kind: &str) -> Refusal {
        Refusal::payload(format!(
            "Error identified in Payload provided by the user for Entity :'{}': column '{}' cannot convert \
             the literal '{}' to the expected type '{kind}'.",
            self.table.set, self.column.name, self.literal
        ))
    }

    fn range(&self, min: &str, max: &str, code: &'static str) -> Refusal {
        Refusal::new(
            400,
            code,
            format!(
                "A validation error occurred.  The value {} of '{}' on record of type '{}' is outside the \
                 valid range ({min} to {max}).",
                self.literal, self.column.name, self.table.name
            ),
        )
    }

    fn text(&self, value: &Value, max: usize) -> Result<Value, Refusal> {
        let text = value.as_str().ok_or_else(|| self.literal("Edm.String"))?;
        // The service counts UTF-16 units.
        if text.encode_utf16().count() > max {
            return Err(Refusal::new(
                400,
                "0x80044331",
                format!(
                    "A validation error occurred.  The length of the '{}' attribute of the '{}' entity \
                     exceeded the maximum allowed length of '{max}'.",
                    self.column.name, self.table.name
                ),
            ));
        }
        Ok(Value::from(text))
    }

    fn whole(&self, value: &Value, min: i64, max: i64) -> Result<Value, Refusal> {
        let number = value.as_i64().ok_or_else(|| self.literal("Edm.Int32"))?;
        if number < min || number > max {
            return Err(self.range(&min.to_string(), &max.to_string(), "0x8004432f"));
        }
        Ok(Value::from(number))
    }

    fn decimal(&self, value: &Value, places: u32, digits: u32, min: Decimal, max: Decimal) -> Result<String, Refusal> {
        let wrong = || self.literal("Edm.Decimal");
        if !value.is_number() {
            return Err(wrong());
        }
        let number = Decimal::from_str_exact(self.literal)
            .or_else(|_| Decimal::from_scientific(self.literal))
            .map_err(|_| wrong())?;
        if number < min || number > max {
            return Err(self.range(&min.to_string(), &max.to_string(), "0x80044330"));
        }
        Ok(fixed(number.round_dp(places), digits))
    }

    fn choice(&self, value: &Value) -> Result<Value, Refusal> {
        let number = value.as_i64().ok_or_else(|| self.literal("Edm.Int32"))?;
        let options = self.column.options();
        if options.iter().any(|option| option.value == number) {
            return Ok(Value::from(number));
        }
        let accepted: Vec<String> = options.iter().map(|option| option.value.to_string()).collect();
        Err(Refusal::new(
            400,
            "0x8004431a",
            format!(
                "A validation error occurred.  The value {number} of '{}' on record of type '{}' is outside \
                 the valid range. Accepted Values: {}",
                self.column.name,
                self.table.name,
                accepted.join(",")
            ),
        ))
    }

    fn date(&self, value: &Value) -> Result<Value, Refusal> {
        let text = value.as_str().ok_or_else(|| self.literal("Edm.Date"))?;
        let date: Date = text.parse().ok().filter(|_| text.len() == 10).ok_or_else(|| self.literal("Edm.Date"))?;
        if date.year() < 1753 {
            return Err(self.too_early());
        }
        Ok(Value::from(date.to_string()))
    }

    fn time(&self, value: &Value) -> Result<Value, Refusal> {
        let text = value.as_str().ok_or_else(|| self.literal("Edm.DateTimeOffset"))?;
        let time: Timestamp = text.parse().map_err(|_| self.literal("Edm.DateTimeOffset"))?;
        if FIRST_DAY.parse().is_ok_and(|first: Timestamp| time < first) {
            return Err(self.too_early());
        }
        Ok(Value::from(stamp(time)))
    }

    fn too_early(&self) -> Refusal {
        Refusal::new(
            400,
            "0x80040239",
            format!(
                "DateTime is less than minimum value supported by CrmDateTime. Actual value: {}, Minimum \
                 value supported: 01/01/1753 00:00:00",
                self.literal
            ),
        )
    }
}

/// A number with exactly so many digits behind the point.
pub(crate) fn fixed(number: Decimal, digits: u32) -> String {
    format!("{number:.*}", digits as usize)
}

pub(crate) fn money(number: Decimal) -> String {
    fixed(number, MONEY_DIGITS)
}

/// A moment as the service stores it: to the second, in UTC.
pub(crate) fn stamp(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

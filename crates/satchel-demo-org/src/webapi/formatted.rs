//! How a value is shown to people, as `FormattedValue` annotations give it.

use jiff::Timestamp;
use serde_json::Value;

use super::refusal::Refusal;
use crate::schema::{Column, Kind};
use crate::store::{Look, Record};

/// Nothing for texts, which are shown as they are.
pub(crate) fn value(look: &dyn Look, column: &Column, record: &Record) -> Result<Option<String>, Refusal> {
    if matches!(column.kind, Kind::Big) {
        return Ok(Some(grouped(&record.version.to_string())));
    }
    let Some(stored) = record.cells.get(&column.name) else {
        return Ok(None);
    };
    Ok(match (&column.kind, stored) {
        (Kind::Choice { .. } | Kind::State { .. } | Kind::Status { .. }, Value::Number(number)) => column
            .options()
            .iter()
            .find(|option| Some(option.value) == number.as_i64())
            .map(|option| option.label.clone()),
        (Kind::YesNo { no, yes, .. }, Value::Bool(value)) => Some(if *value { yes.clone() } else { no.clone() }),
        (Kind::Whole { .. }, Value::Number(number)) => Some(grouped(&number.to_string())),
        (Kind::Decimal { .. }, Value::String(digits)) => Some(grouped(digits)),
        (Kind::Double { .. }, Value::Number(number)) => Some(grouped(&number.to_string())),
        (Kind::Money { .. }, Value::String(digits)) => {
            Some(format!("{}{}", symbol(look, column, record)?, grouped(&two_places(digits))))
        }
        (Kind::Date, Value::String(date)) => date
            .parse::<jiff::civil::Date>()
            .ok()
            .map(|date| format!("{}/{}/{}", date.month(), date.day(), date.year())),
        (Kind::DateTime, Value::String(time)) => {
            time.parse::<Timestamp>().ok().map(|time| time.strftime("%-m/%-d/%Y %-I:%M %p").to_string())
        }
        _ => None,
    })
}

/// The row's currency; a base amount is in the organisation's own.
fn symbol(look: &dyn Look, column: &Column, record: &Record) -> Result<String, Refusal> {
    let pointed = record.lookup("transactioncurrencyid").filter(|_| !column.name.ends_with("_base"));
    let Some((table, id)) = pointed else {
        return Ok("€".to_owned());
    };
    Ok(look.get(table, id)?.and_then(|currency| currency.text("currencysymbol").map(str::to_owned)).unwrap_or_default())
}

fn two_places(digits: &str) -> String {
    match digits.parse::<rust_decimal::Decimal>() {
        Ok(amount) => format!("{:.2}", amount.round_dp(2)),
        Err(_) => digits.to_owned(),
    }
}

/// `-1234567.5` becomes `-1,234,567.5`.
fn grouped(digits: &str) -> String {
    let (sign, rest) = digits.strip_prefix('-').map_or(("", digits), |rest| ("-", rest));
    let (whole, fraction) = rest.split_once('.').map_or((rest, None), |(w, f)| (w, Some(f)));
    let mut out = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        for (digits, shown) in [("0", "0"), ("999", "999"), ("-1234567.50", "-1,234,567.50")] {
            assert_eq!(grouped(digits), shown);
        }
    }
}

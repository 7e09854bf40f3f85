//! Decimals as texts that sort as the numbers do and read back exactly.

use rust_decimal::Decimal;

use crate::error::{Result, StoreError};

/// Digits before and after the point: what a `Decimal` can hold at most.
const BEFORE: usize = 29;
const AFTER: usize = 28;

/// A sign (`1` from zero up, `0` below), then all digits; below zero each is nine's complement.
pub(crate) fn encode(value: Decimal) -> String {
    let value = value.normalize();
    let scale = value.scale() as usize;
    let digits = format!("{:0>width$}", value.mantissa().unsigned_abs(), width = BEFORE + scale);
    let digits = format!("{digits:0<width$}", width = BEFORE + AFTER);
    if value.is_sign_negative() && !value.is_zero() {
        format!("0{}", complement(&digits))
    } else {
        format!("1{digits}")
    }
}

pub(crate) fn decode(key: &str) -> Result<Decimal> {
    let unreadable = || StoreError::Query("a decimal cannot be read".to_owned());
    let (digits, sign) = match key.split_at_checked(1) {
        Some(("1", digits)) => (digits.to_owned(), ""),
        Some(("0", digits)) => (complement(digits), "-"),
        _ => return Err(unreadable()),
    };
    let (before, after) = digits.split_at_checked(BEFORE).ok_or_else(unreadable)?;
    let number = format!("{sign}{before}.{}", after.trim_end_matches('0'));
    Decimal::from_str_exact(number.trim_end_matches('.')).map_err(|_| unreadable())
}

fn complement(digits: &str) -> String {
    digits.chars().map(|digit| digit.to_digit(10).map_or(digit, |digit| char::from(b'9' - digit as u8))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In their order.
    const NUMBERS: &[&str] = &[
        "-79228162514264337593543950335",
        "-100000000000.0000000001",
        "-100000000000",
        "-10.01",
        "-10",
        "-9.5",
        "-0.1",
        "-0.0000000000000000000000000001",
        "0",
        "0.0000000000000000000000000001",
        "0.1",
        "0.11",
        "1",
        "7.9228162514264337593543950335",
        "9.5",
        "10",
        "100000000000",
        "79228162514264337593543950335",
    ];

    #[test]
    fn a_decimal_reads_back_exactly() {
        for text in NUMBERS {
            let number: Decimal = text.parse().unwrap();
            assert_eq!(decode(&encode(number)).unwrap(), number, "{text}");
        }
    }

    #[test]
    fn keys_sort_as_numbers_do() {
        let keys: Vec<String> = NUMBERS.iter().map(|text| encode(text.parse().unwrap())).collect();
        assert!(keys.is_sorted(), "{keys:#?}");
    }

    #[test]
    fn equal_numbers_have_one_key() {
        assert_eq!(encode("1.50".parse().unwrap()), encode("1.5".parse().unwrap()));
        assert_eq!(encode("-0.0".parse().unwrap()), encode(Decimal::ZERO));
    }

    #[test]
    fn what_is_no_key_is_not_read() {
        for text in ["", "1", "x", "2123", "1äöü"] {
            assert!(decode(text).is_err(), "{text}");
        }
    }
}

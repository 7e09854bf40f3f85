//! How long a service wants to be left alone.

use jiff::{SignedDuration, fmt::rfc2822};

/// What a service that names no time is given.
const WHEN_UNSAID: SignedDuration = SignedDuration::from_secs(30);
const SHORTEST: SignedDuration = SignedDuration::from_secs(1);
const LONGEST: SignedDuration = SignedDuration::from_hours(1);

/// Reads `Retry-After`: seconds or a date. A date counts from the answer's own `Date`, so that no clock is compared with another.
pub(crate) fn wait(retry_after: Option<&str>, date: Option<&str>) -> SignedDuration {
    let Some(text) = retry_after.map(str::trim) else { return WHEN_UNSAID };
    seconds(text).or_else(|| until(text, date?)).unwrap_or(WHEN_UNSAID).clamp(SHORTEST, LONGEST)
}

/// Any number of seconds, absurd ones too.
fn seconds(text: &str) -> Option<SignedDuration> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number
        .then(|| SignedDuration::from_secs(text.parse().unwrap_or(if digits == text { i64::MAX } else { i64::MIN })))
}

fn until(text: &str, date: &str) -> Option<SignedDuration> {
    let then = rfc2822::parse(text).ok()?.timestamp();
    let now = rfc2822::parse(date).ok()?.timestamp();
    Some(then.duration_since(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Option<&str> = Some("Sun, 22 Nov 2026 12:00:00 GMT");

    #[track_caller]
    fn check(retry_after: Option<&str>, date: Option<&str>, seconds: i64) {
        assert_eq!(wait(retry_after, date).as_secs(), seconds, "{retry_after:?}");
    }

    #[test]
    fn seconds_are_seconds() {
        check(Some("7"), NOW, 7);
        check(Some(" 120 "), None, 120);
    }

    #[test]
    fn a_date_counts_from_the_answers_own_date() {
        check(Some("Sun, 22 Nov 2026 12:01:30 GMT"), NOW, 90);
        check(Some("Sun, 22 Nov 2026 12:01:30 GMT"), None, 30);
        check(Some("Sun, 22 Nov 2026 11:00:00 GMT"), NOW, 1);
    }

    #[test]
    fn nothing_and_nonsense_are_half_a_minute() {
        check(None, NOW, 30);
        check(Some("soon"), NOW, 30);
        check(Some(""), NOW, 30);
    }

    #[test]
    fn absurd_times_are_bent_to_a_second_or_an_hour() {
        check(Some("0"), NOW, 1);
        check(Some("-5"), NOW, 1);
        check(Some("86400"), NOW, 3600);
        check(Some("99999999999999999999999"), NOW, 3600);
        check(Some("-99999999999999999999999"), NOW, 1);
        check(Some("Fri, 22 Nov 2126 12:00:00 GMT"), NOW, 3600);
    }
}

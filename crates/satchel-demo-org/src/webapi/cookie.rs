//! Where the next page starts: paging cookies and change-tracking tokens.

use jiff::{Timestamp, ToSpan};
use serde_json::Value;
use uuid::Uuid;

use super::refusal::Refusal;
use crate::http;

/// The last row of the page before.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PageCookie {
    pub(crate) page: usize,
    pub(crate) last: Uuid,
    /// The last row's values of the columns that the list is ordered by.
    pub(crate) order: Vec<Value>,
    /// While changes are tracked: the versions this round goes from and up to.
    pub(crate) tracking: Option<Round>,
}

/// One round of change tracking, however many pages it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Round {
    /// Nothing on the first round, which lists everything.
    pub(crate) after: Option<u64>,
    pub(crate) until: u64,
    /// The version that the page before told last.
    pub(crate) told: u64,
    /// Whether that was a deletion: these come after everything else.
    pub(crate) deleting: bool,
}

impl PageCookie {
    /// In the shape that Dataverse uses: XML within XML, encoded twice.
    pub(crate) fn write(&self) -> String {
        let order = Value::from(self.order.clone()).to_string();
        let mut inner = format!("<cookie page=\"{}\"><row last=\"{{{}}}\"", self.page, self.last);
        inner += &format!(" order=\"{}\"", http::encode(&order));
        if let Some(round) = self.tracking {
            let after = round.after.map_or_else(String::new, |after| after.to_string());
            let Round { until, told, deleting, .. } = round;
            inner += &format!(" after=\"{after}\" until=\"{until}\" told=\"{told}\" deleting=\"{deleting}\"");
        }
        inner += " /></cookie>";
        format!(
            "<cookie pagenumber=\"{}\" pagingcookie=\"{}\" istracking=\"{}\" />",
            self.page + 1,
            http::encode(&http::encode(&inner)),
            if self.tracking.is_some() { "True" } else { "False" },
        )
    }

    pub(crate) fn read(text: &str) -> Result<Self, Refusal> {
        Self::parts(text).ok_or_else(|| Refusal::query("Malformed XML in the skip token."))
    }

    fn parts(text: &str) -> Option<Self> {
        let inner = decode(&decode(attribute(text, "pagingcookie")?));
        let order: Vec<Value> = serde_json::from_str(&decode(attribute(&inner, "order")?)).ok()?;
        let tracking = match attribute(&inner, "until") {
            None => None,
            Some(until) => Some(Round {
                after: match attribute(&inner, "after")? {
                    "" => None,
                    after => Some(after.parse().ok()?),
                },
                until: until.parse().ok()?,
                told: attribute(&inner, "told")?.parse().ok()?,
                deleting: attribute(&inner, "deleting")?.parse().ok()?,
            }),
        };
        Some(Self {
            page: attribute(&inner, "page")?.parse().ok()?,
            last: Uuid::parse_str(attribute(&inner, "last")?).ok()?,
            order,
            tracking,
        })
    }
}

fn attribute<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let start = text.find(&format!(" {name}=\""))? + name.len() + 3;
    text[start..].split_once('"').map(|(value, _)| value)
}

fn decode(text: &str) -> String {
    http::decode_path(text)
}

/// `919042!08/22/2017 08:10:44`: the version that was told last, and when.
pub(crate) fn write_token(version: u64, now: Timestamp) -> String {
    format!("{version}!{}", now.strftime("%m/%d/%Y %H:%M:%S"))
}

/// The version to go on from, unless the token is too old or from another database: then the caller starts over.
pub(crate) fn read_token(token: &str, newest: u64, now: Timestamp, seconds: i64) -> Result<u64, Refusal> {
    let malformed = || Refusal::argument(format!("The delta token '{token}' is malformed."));
    let (version, time) = token.split_once('!').ok_or_else(malformed)?;
    let version: u64 = version.parse().map_err(|_| malformed())?;
    let made = jiff::civil::DateTime::strptime("%m/%d/%Y %H:%M:%S", time)
        .and_then(|time| time.to_zoned(jiff::tz::TimeZone::UTC))
        .map_err(|_| malformed())?
        .timestamp();
    if made < now - seconds.seconds() || version > newest {
        return Err(Refusal::new(
            400,
            "0x80044352",
            "Version stamp associated with the client has expired. Please perform a full sync.",
        ));
    }
    Ok(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEEK: i64 = 7 * 24 * 3600;

    fn cookie() -> PageCookie {
        PageCookie {
            page: 3,
            last: Uuid::from_u128(7),
            order: vec![Value::from("a \"b\" <ü>"), Value::Null],
            tracking: Some(Round { after: Some(5), until: 9, told: 8, deleting: true }),
        }
    }

    #[test]
    fn a_cookie_survives_its_journey() {
        assert_eq!(PageCookie::read(&cookie().write()).unwrap(), cookie());
    }

    #[test]
    fn a_token_of_last_week_has_expired() {
        let now: Timestamp = "2026-03-10T08:00:00Z".parse().unwrap();
        let token = write_token(4, now);
        assert_eq!(token, "4!03/10/2026 08:00:00");
        assert_eq!(read_token(&token, 9, now + 160.hours(), WEEK).unwrap(), 4);
        assert_eq!(read_token(&token, 9, now + 169.hours(), WEEK).unwrap_err().code, "0x80044352");
        assert_eq!(read_token(&token, 9, now + 3.seconds(), 2).unwrap_err().code, "0x80044352");
    }

    #[test]
    fn a_token_from_the_future_has_expired() {
        let now: Timestamp = "2026-03-10T08:00:00Z".parse().unwrap();
        assert_eq!(read_token(&write_token(10, now), 9, now, WEEK).unwrap_err().code, "0x80044352");
    }
}

//! Writes sample rows the way a client would, by the same rules.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde_json::Value;
use uuid::Uuid;

use super::dice::Dice;
use crate::schema::Schema;
use crate::store::Writing;
use crate::webapi::{Deed, Refusal};

/// The day on which the sample company stands still, so that every run makes the same one.
const ANCHOR: DateTime = DateTime::constant(2026, 11, 20, 0, 0, 0, 0);

pub(super) struct Loader<'a, 't> {
    pub(super) writing: &'a mut Writing<'t>,
    pub(super) schema: &'a Schema,
    pub(super) dice: Dice,
}

impl<'a> Loader<'a, '_> {
    /// Creates a row as `caller` did it at that time.
    pub(super) fn add(
        &mut self,
        table: &str,
        id: Uuid,
        caller: Uuid,
        when: Timestamp,
        row: &Value,
    ) -> Result<(), Refusal> {
        let table = self.schema.table(table).ok_or_else(|| Refusal::no_resource(table))?;
        self.deed(caller, when).create_from(self.writing, table, id, row)
    }

    pub(super) fn change(
        &mut self,
        table: &str,
        id: Uuid,
        caller: Uuid,
        when: Timestamp,
        row: &Value,
    ) -> Result<(), Refusal> {
        let table = self.schema.table(table).ok_or_else(|| Refusal::no_resource(table))?;
        self.deed(caller, when).update_from(self.writing, table, id, row)
    }

    fn deed(&self, caller: Uuid, now: Timestamp) -> Deed<'a> {
        Deed { schema: self.schema, caller, now }
    }

    /// A moment of an office day, between so many days ago.
    pub(super) fn days_ago(&mut self, most: i64, least: i64) -> Timestamp {
        let days = self.dice.between(least, most);
        let minute = self.dice.between(7 * 60, 17 * 60);
        moment(days, minute)
    }
}

/// So many days before the anchor, at that minute of the day.
pub(super) fn moment(days: i64, minute: i64) -> Timestamp {
    let time = ANCHOR.saturating_sub(days.days()).saturating_add(minute.minutes());
    time.to_zoned(TimeZone::UTC).map_or(Timestamp::UNIX_EPOCH, |time| time.timestamp())
}

/// `34 08:52`: days before the anchor, and the time of day.
pub(super) fn moment_of(text: &str) -> Option<Timestamp> {
    let (days, time) = text.trim().split_once(' ')?;
    let (hour, minute) = time.split_once(':')?;
    let minute = hour.parse::<i64>().ok()? * 60 + minute.parse::<i64>().ok()?;
    Some(moment(days.parse().ok()?, minute))
}

/// A day, so many days from the anchor on.
pub(super) fn day(days: i64) -> String {
    ANCHOR.date().saturating_add(days.days()).to_string()
}

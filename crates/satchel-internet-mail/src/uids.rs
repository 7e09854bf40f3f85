//! Sets of message numbers (UIDs) kept as ranges: a folder of 50,000 messages is usually a few dozen of them.

use std::fmt;

/// Ascending ranges that neither touch nor overlap, ends included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Uids(Vec<(u32, u32)>);

impl Uids {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn len(&self) -> u64 {
        self.0.iter().map(|(first, last)| u64::from(last - first) + 1).sum()
    }

    pub(crate) fn contains(&self, uid: u32) -> bool {
        let at = self.0.partition_point(|(_, last)| *last < uid);
        self.0.get(at).is_some_and(|(first, _)| *first <= uid)
    }

    /// Ascending.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = u32> {
        self.0.iter().flat_map(|(first, last)| *first..=*last)
    }

    /// The highest `count` of them.
    pub(crate) fn newest(&self, count: u32) -> Self {
        self.iter().rev().take(count as usize).collect()
    }

    pub(crate) fn union(&self, other: &Self) -> Self {
        let mut ranges = [self.0.as_slice(), other.0.as_slice()].concat();
        ranges.sort_unstable();
        let mut joined: Vec<(u32, u32)> = Vec::with_capacity(ranges.len());
        for (first, last) in ranges {
            match joined.last_mut() {
                Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
                _ => joined.push((first, last)),
            }
        }
        Self(joined)
    }

    /// Those of `self` that `other` does not have.
    pub(crate) fn without(&self, other: &Self) -> Self {
        let mut left = Vec::new();
        let mut next = 0;
        for &(first, last) in &self.0 {
            let mut from = u64::from(first);
            while other.0.get(next).is_some_and(|(_, end)| *end < first) {
                next += 1;
            }
            for &(start, end) in other.0.get(next..).unwrap_or_default() {
                if start > last {
                    break;
                }
                if let Some(before) = span(from, u64::from(start)) {
                    left.push(before);
                }
                from = from.max(u64::from(end) + 1);
            }
            if let Some(rest) = span(from, u64::from(last) + 1) {
                left.push(rest);
            }
        }
        Self(left)
    }

    pub(crate) fn both(&self, other: &Self) -> Self {
        self.without(&self.without(other))
    }

    /// What [`fmt::Display`] wrote; none when it is anything else.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::default());
        }
        let mut ranges = Vec::new();
        for range in text.split(',') {
            let (first, last) = range.split_once(':').unwrap_or((range, range));
            let (first, last): (u32, u32) = (first.parse().ok()?, last.parse().ok()?);
            let after = ranges.last().map_or(0, |(_, end)| u64::from(*end) + 1);
            if first > last || u64::from(first) < after {
                return None;
            }
            ranges.push((first, last));
        }
        Some(Self(ranges))
    }
}

/// The numbers from `from` to before `to`, when there are any.
fn span(from: u64, to: u64) -> Option<(u32, u32)> {
    (from < to).then(|| Some((u32::try_from(from).ok()?, u32::try_from(to - 1).ok()?))).flatten()
}

impl FromIterator<u32> for Uids {
    fn from_iter<I: IntoIterator<Item = u32>>(uids: I) -> Self {
        let mut all: Vec<u32> = uids.into_iter().collect();
        all.sort_unstable();
        Self::default().union(&Self(all.into_iter().map(|uid| (uid, uid)).collect()))
    }
}

/// As IMAP writes a set, such as `1:7,9`.
impl fmt::Display for Uids {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (first, last)) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            match first == last {
                true => write!(f, "{comma}{first}")?,
                false => write!(f, "{comma}{first}:{last}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(text: &str) -> Uids {
        text.split_whitespace().map(|uid| uid.parse::<u32>().unwrap()).collect()
    }

    #[track_caller]
    fn check(left: &str, right: &str, union: &str, without: &str, both: &str) {
        let (left, right) = (set(left), set(right));
        assert_eq!(left.union(&right).to_string(), union);
        assert_eq!(left.without(&right).to_string(), without);
        assert_eq!(left.both(&right).to_string(), both);
    }

    #[test]
    fn numbers_that_follow_each_other_are_one_range() {
        assert_eq!(set("7 3 1 2 9 8 3").to_string(), "1:3,7:9");
        assert_eq!(set("7 3 1 2 9 8 3").len(), 6);
        assert_eq!(set("").to_string(), "");
    }

    #[test]
    fn sets_are_joined_taken_away_and_shared() {
        check("1 2 3 7", "3 4 7", "1:4,7", "1:2", "3,7");
        check("1 2 3 4 5 6 7 8 9", "2 5 6 9", "1:9", "1,3:4,7:8", "2,5:6,9");
        check("", "4", "4", "", "");
        check("4 5", "", "4:5", "4:5", "");
        check("1 2 3 10 11 12", "2 3 4 5 6 7 8 9 10 11", "1:12", "1,12", "2:3,10:11");
        check("4294967295 1", "4294967295", "1,4294967295", "1", "4294967295");
    }

    #[test]
    fn taking_away_is_what_it_is_one_by_one() {
        // Every pair of sets over six numbers.
        let of = |bits: u32| (0..6).filter(move |at| bits & (1 << at) != 0).collect::<Uids>();
        for left in 0..64 {
            for right in 0..64 {
                assert_eq!(of(left).without(&of(right)), of(left & !right), "{left:b} {right:b}");
                assert_eq!(of(left).union(&of(right)), of(left | right), "{left:b} {right:b}");
                assert_eq!(of(left).both(&of(right)), of(left & right), "{left:b} {right:b}");
            }
        }
    }

    #[test]
    fn the_newest_are_the_highest() {
        assert_eq!(set("1 2 3 7 9").newest(3).to_string(), "3,7,9");
        assert_eq!(set("1 2").newest(9).to_string(), "1:2");
    }

    #[test]
    fn a_set_is_read_as_it_was_written_and_nothing_else_is() {
        assert_eq!(Uids::parse("1:3,7").unwrap(), set("1 2 3 7"));
        assert_eq!(Uids::parse("").unwrap(), Uids::default());
        for damaged in ["3:1", "7,1", "1:3,2", "x", "1,", "1:*", "4294967296"] {
            assert_eq!(Uids::parse(damaged), None, "{damaged}");
        }
    }

    #[test]
    fn a_number_is_found_in_its_range() {
        let some = set("1 2 3 7");
        assert!(some.contains(1) && some.contains(3) && some.contains(7));
        assert!(!some.contains(0) && !some.contains(4) && !some.contains(8));
    }
}

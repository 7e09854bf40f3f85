//! Reads the lists in `data/sample` from which the company is put together.

use std::collections::HashMap;

use super::dice::Dice;

/// One country's names, streets and ways of writing.
#[derive(Debug)]
pub(super) struct Culture {
    /// How many of the companies are from here.
    pub(super) share: usize,
    pub(super) language: &'static str,
    lists: HashMap<&'static str, Vec<&'static str>>,
}

const CULTURES: [(usize, &str, &str); 5] = [
    (62, "en", include_str!("../../data/sample/cultures/uk.txt")),
    (83, "zh", include_str!("../../data/sample/cultures/cn.txt")),
    (50, "en", include_str!("../../data/sample/cultures/de.txt")),
    (33, "en", include_str!("../../data/sample/cultures/no.txt")),
    (22, "en", include_str!("../../data/sample/cultures/nl.txt")),
];

pub(super) fn cultures() -> Vec<Culture> {
    CULTURES
        .into_iter()
        .map(|(share, language, text)| Culture {
            share,
            language,
            lists: lines(text)
                .filter_map(|line| line.split_once(':'))
                .map(|(name, list)| (name.trim(), list.split('|').map(str::trim).collect()))
                .collect(),
        })
        .collect()
}

impl Culture {
    pub(super) fn list(&self, name: &str) -> &[&'static str] {
        self.lists.get(name).map_or(&[], Vec::as_slice)
    }

    pub(super) fn first(&self, name: &str) -> &'static str {
        self.list(name).first().copied().unwrap_or_default()
    }

    pub(super) fn pick(&self, dice: &mut Dice, name: &str) -> &'static str {
        dice.pick::<&'static str>(self.list(name))
    }

    pub(super) fn is_chinese(&self) -> bool {
        self.language == "zh"
    }
}

/// The lines that say something.
pub(super) fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
}

/// The lines of a table, split at the bars.
pub(super) fn table(text: &'static str) -> Vec<Vec<&'static str>> {
    lines(text).map(|line| line.split('|').map(str::trim).collect()).collect()
}

/// `Lindenau=lindenau`: as written, and as an address spells it.
pub(super) fn spelt(name: &str) -> (&str, String) {
    match name.split_once('=') {
        Some((name, address)) => (name, address.to_owned()),
        None => (name, plain(name)),
    }
}

/// Only letters that an address may have.
pub(super) fn plain(name: &str) -> String {
    name.to_lowercase()
        .chars()
        .filter_map(|letter| match letter {
            'a'..='z' | '0'..='9' => Some(letter.to_string()),
            'ä' | 'æ' => Some("ae".to_owned()),
            'ö' | 'ø' => Some("oe".to_owned()),
            'ü' => Some("ue".to_owned()),
            'å' => Some("aa".to_owned()),
            'ß' => Some("ss".to_owned()),
            _ => None,
        })
        .collect()
}

/// Fills a pattern: `{4}` is four digits, `{A}` a capital, `{n}` a small number, `{street}` a street.
pub(super) fn fill(dice: &mut Dice, culture: &Culture, pattern: &str) -> String {
    let mut out = String::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        out += before;
        let (what, tail) = after.split_once('}').unwrap_or((after, ""));
        match what {
            "A" => out.push(char::from(b'A' + dice.below(26) as u8)),
            "n" => out += &dice.between(2, 98).to_string(),
            "street" => out += culture.pick(dice, "streets"),
            digits => {
                for at in 0..digits.parse().unwrap_or(0) {
                    let first = i64::from(at == 0);
                    out += &dice.between(first, 9).to_string();
                }
            }
        }
        rest = tail;
    }
    out + rest
}

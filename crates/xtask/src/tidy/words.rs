//! One word per thing: public names of domain, sync and app avoid the plainest of the others.

/// Where names must be of the glossary. Adapters are left out: wire types keep the service's words.
const WHERE: &[&str] = &["crates/satchel-domain/src/", "crates/satchel-sync/src/", "crates/satchel-app/src/"];

/// Say nothing, or are another word for a thing that has one (docs/glossary.md).
const BANNED: &[&str] = &[
    "manager",
    "helper",
    "helpers",
    "util",
    "utils",
    "handler",
    "data",
    "info",
    "entity",
    "entities",
    "attribute",
    "attributes",
    "mutation",
    "watermark",
    "bookmark",
    "mapping",
    "collision",
    "wedged",
];
const BANNED_BEGINNINGS: &[&str] = &["process", "handle", "do"];

const KINDS: &[&str] = &["struct", "enum", "trait", "type", "fn", "mod", "const", "static"];

pub(super) fn check(file: &str, text: &str) -> Vec<String> {
    if !WHERE.iter().any(|place| file.starts_with(place)) {
        return Vec::new();
    }
    let names = text.lines().filter_map(public_name);
    names
        .filter_map(|name| {
            banned_word(name).map(|word| format!("{file} calls something `{name}`: `{word}` is not in the glossary"))
        })
        .collect()
}

/// The name that a line makes public, if it does.
fn public_name(line: &str) -> Option<&str> {
    let mut words = line.trim_start().strip_prefix("pub ")?.split_whitespace();
    let kind = words.find(|word| !["async", "unsafe", "const"].contains(word) || KINDS.contains(word))?;
    let mut name = words.next()?;
    if kind == "const" && name == "fn" {
        name = words.next()?;
    }
    let name = if KINDS.contains(&kind) { name } else { kind };
    let end = name.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(name.len());
    Some(&name[..end])
}

fn banned_word(name: &str) -> Option<String> {
    let words = words_of(name);
    let whole = words.iter().find(|word| BANNED.contains(&word.as_str()));
    // `do_it` does nothing that `it` would not say better; `Do` alone is a word.
    let beginning = words.first().filter(|word| words.len() > 1 && BANNED_BEGINNINGS.contains(&word.as_str()));
    whole.or(beginning).cloned()
}

/// `ColumnKind`, `column_kind` and `COLUMN_KIND` are all column, kind.
fn words_of(name: &str) -> Vec<String> {
    let is_shouted = !name.contains(|letter: char| letter.is_lowercase());
    let mut words = vec![String::new()];
    for letter in name.chars() {
        if letter == '_' || (letter.is_uppercase() && !is_shouted) {
            words.push(String::new());
        }
        if let (Some(word), true) = (words.last_mut(), letter != '_') {
            word.extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "crates/satchel-domain/src/record.rs";

    #[test]
    fn words_are_found_in_every_spelling() {
        for name in ["ColumnKind", "column_kind", "COLUMN_KIND"] {
            assert_eq!(words_of(name), ["column", "kind"]);
        }
    }

    #[test]
    fn names_that_say_nothing_are_caught() {
        for line in [
            "pub struct SyncManager {",
            "pub fn handle_answer(",
            "    pub entity_id: Uuid,",
            "pub async fn process_page(",
            "pub const fn table_info(",
        ] {
            assert_eq!(check(FILE, line).len(), 1, "{line}");
        }
    }

    #[test]
    fn words_that_only_contain_a_banned_one_are_fine() {
        for line in [
            "pub struct Database {",
            "pub fn document() {",
            "pub struct Information;",
            "pub done: bool,",
            "pub fn dataverse()",
        ] {
            assert!(check(FILE, line).is_empty(), "{line}");
        }
    }

    #[test]
    fn private_names_and_wire_types_are_their_own_affair() {
        assert!(check(FILE, "struct EntityDefinition;").is_empty());
        assert!(check("crates/satchel-dataverse/src/wire.rs", "pub struct EntityDefinition;").is_empty());
    }
}

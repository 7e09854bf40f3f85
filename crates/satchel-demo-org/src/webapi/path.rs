//! Takes a resource path apart: `accounts(…)/primarycontactid`.

use uuid::Uuid;

use super::refusal::Refusal;

/// One step of a path, with what stands in its parentheses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) name: String,
    pub(crate) key: Option<String>,
}

/// Slashes inside parentheses and quotes do not divide.
pub(crate) fn segments(path: &str) -> Vec<Segment> {
    let mut parts = vec![String::new()];
    let (mut depth, mut quoted) = (0_usize, false);
    for letter in path.chars() {
        match letter {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        if letter == '/' && depth == 0 && !quoted {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(letter);
        }
    }
    parts.retain(|part| !part.is_empty());
    parts.iter().map(|part| segment(part)).collect()
}

fn segment(part: &str) -> Segment {
    match part.split_once('(') {
        Some((name, rest)) => {
            Segment { name: name.to_owned(), key: Some(rest.strip_suffix(')').unwrap_or(rest).to_owned()) }
        }
        None => Segment { name: part.to_owned(), key: None },
    }
}

/// The id in a record's parentheses: bare, or named as `accountid=…`.
pub(crate) fn record_id(key: &str, primary_key: &str) -> Result<Uuid, Refusal> {
    let bare = match key.split_once('=') {
        Some((name, value)) if name.trim() == primary_key => value,
        Some(_) => {
            return Err(Refusal::query(format!(
                "The key in the request URI is not valid for this resource: ({key}). \
                 Ensure that the names and number of key properties match the declared keys."
            )));
        }
        None => key,
    };
    Uuid::parse_str(bare.trim().trim_matches('\''))
        .map_err(|_| Refusal::query(format!("Error in query syntax: '{key}' is not an id.")))
}

/// The table and id that a bind or a `$ref` points at: relative, or absolute on any spelling of the host.
pub(crate) fn reference(text: &str) -> Option<(String, String)> {
    let relative = match text.split_once("/api/data/") {
        Some((_, rest)) => rest.split_once('/')?.1,
        None if text.contains("://") => return None,
        None => text.trim_start_matches('/'),
    };
    match segments(&crate::http::decode_path(relative)).as_slice() {
        [Segment { name, key: Some(key) }] => Some((name.clone(), key.clone())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slash_in_quotes_does_not_divide() {
        let found = segments("EntityDefinitions(LogicalName='a/b')/Attributes");
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].key.as_deref(), Some("LogicalName='a/b'"));
    }

    #[test]
    fn a_reference_may_be_relative_or_absolute() {
        let expected = Some(("accounts".to_owned(), "7".to_owned()));
        for text in ["accounts(7)", "/accounts(7)", "https://h:1/api/data/v9.2/accounts(7)"] {
            assert_eq!(reference(text), expected, "{text}");
        }
        assert_eq!(reference("https://elsewhere/accounts(7)"), None);
    }
}

//! Reads the `Prefer` headers, which come as one line or several.

use axum::http::HeaderMap;

pub(crate) const LARGEST_PAGE: usize = 5000;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Prefer {
    pub(crate) representation: bool,
    pub(crate) page: Option<usize>,
    pub(crate) track_changes: bool,
    pub(crate) continue_on_error: bool,
    annotations: Vec<String>,
    applied: Vec<String>,
}

impl Prefer {
    pub(crate) fn read(headers: &HeaderMap) -> Self {
        let mut prefer = Self::default();
        for line in headers.get_all("prefer") {
            for value in split(line.to_str().unwrap_or_default()) {
                prefer.take(value.trim());
            }
        }
        prefer
    }

    fn take(&mut self, preference: &str) {
        let (name, value) = preference.split_once('=').unwrap_or((preference, ""));
        let value = value.trim().trim_matches('"');
        match name.trim().to_ascii_lowercase().as_str() {
            "return" if value.eq_ignore_ascii_case("representation") => self.representation = true,
            "odata.maxpagesize" => match value.parse() {
                Ok(rows @ 1..) => self.page = Some(LARGEST_PAGE.min(rows)),
                _ => return,
            },
            "odata.track-changes" => self.track_changes = true,
            "odata.continue-on-error" => self.continue_on_error = true,
            "odata.include-annotations" => {
                self.annotations = value.split(',').map(|name| name.trim().to_owned()).collect();
            }
            _ => return,
        }
        self.applied.push(preference.to_owned());
    }

    /// Whether the caller wants to see this annotation; a star ends a pattern.
    pub(crate) fn wants(&self, annotation: &str) -> bool {
        self.annotations.iter().any(|pattern| match pattern.strip_suffix('*') {
            Some(start) => annotation.starts_with(start),
            None => pattern == annotation,
        })
    }

    pub(crate) fn wants_any(&self) -> bool {
        !self.annotations.is_empty()
    }

    pub(crate) fn applied(&self) -> Option<String> {
        (!self.applied.is_empty()).then(|| self.applied.join(","))
    }
}

/// Commas inside quotes do not divide.
fn split(line: &str) -> Vec<&str> {
    let mut quoted = false;
    line.split(|letter| {
        if letter == '"' {
            quoted = !quoted;
        }
        letter == ',' && !quoted
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preferences_come_in_one_line_or_several_in_any_case() {
        let mut headers = HeaderMap::new();
        headers.append("prefer", "Odata.Track-Changes,odata.maxpagesize=2".parse().unwrap());
        headers.append(
            "prefer",
            "odata.include-annotations=\"OData.Community.*,Microsoft.Dynamics.CRM.lookuplogicalname\"".parse().unwrap(),
        );
        let prefer = Prefer::read(&headers);
        assert!(prefer.track_changes);
        assert_eq!(prefer.page, Some(2));
        assert!(prefer.wants("OData.Community.Display.V1.FormattedValue"));
        assert!(prefer.wants("Microsoft.Dynamics.CRM.lookuplogicalname"));
        assert!(!prefer.wants("Microsoft.Dynamics.CRM.associatednavigationproperty"));
    }

    #[test]
    fn no_page_is_larger_than_the_largest() {
        let mut headers = HeaderMap::new();
        headers.append("prefer", "odata.maxpagesize=9000".parse().unwrap());
        assert_eq!(Prefer::read(&headers).page, Some(LARGEST_PAGE));
    }
}

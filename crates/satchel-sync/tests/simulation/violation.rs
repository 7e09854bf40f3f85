//! What a run ends with when a promise was broken.

/// The number of the invariant, and what was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) invariant: &'static str,
    pub(crate) what: String,
}

pub(crate) type Outcome<T> = Result<T, Violation>;

impl Violation {
    pub(crate) fn new(invariant: &'static str, what: impl Into<String>) -> Self {
        Self { invariant, what: what.into() }
    }
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.invariant, self.what)
    }
}

pub(crate) fn violated<T>(invariant: &'static str, what: impl Into<String>) -> Outcome<T> {
    Err(Violation::new(invariant, what))
}

//! Texts that never reach a log: subjects, addresses, bodies, tokens.

use std::fmt;

/// A value whose `Debug` prints `…`; whoever needs it says so with [`Private::reveal`].
#[derive(Clone, PartialEq, Eq)]
pub struct Private<T>(T);

impl<T> Private<T> {
    pub fn new(value: T) -> Self {
        Self(value)
    }

    pub fn reveal(&self) -> &T {
        &self.0
    }

    pub fn into_revealed(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Private<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_text_does_not_print() {
        let token = Private::new("eyJ0eXAi".to_owned());
        assert_eq!(format!("{token:?}"), "…");
        assert_eq!(token.reveal(), "eyJ0eXAi");
    }
}

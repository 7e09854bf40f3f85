//! Addresses below the organisation's root, and which links of an answer may be followed.

use satchel_domain::{ServiceError, error::Answer};
use satchel_http::{Url, check_address};

/// What answers today; an older organisation's version will be learnt by `describe`.
const VERSION: &str = "v9.2";

#[derive(Clone, Debug)]
pub(crate) struct Root(Url);

impl Root {
    pub(crate) fn of(organisation: &Url) -> Answer<Self> {
        check_address(organisation)?;
        let root = organisation.join(&format!("/api/data/{VERSION}/")).map_err(|_| bad_address())?;
        Ok(Self(root))
    }

    pub(crate) fn at(&self, path: &str, options: &[(&str, &str)]) -> Answer<Url> {
        let mut url = self.0.join(path).map_err(|_| bad_address())?;
        if !options.is_empty() {
            url.query_pairs_mut().extend_pairs(options);
        }
        Ok(url)
    }

    /// A link that the service wrote, or that we stored. Our token goes to the organisation and nowhere else.
    pub(crate) fn follow(&self, link: &str) -> Answer<Url> {
        let url: Url =
            link.parse().map_err(|_| ServiceError::Broken { detail: "a link of it is no address".to_owned() })?;
        if url.origin() != self.0.origin() || !url.path().starts_with("/api/data/") {
            return Err(ServiceError::Broken { detail: "a link of it leads away from the organisation".to_owned() });
        }
        Ok(url)
    }
}

fn bad_address() -> ServiceError {
    ServiceError::Unreachable { why: "The organisation's address cannot be used. Check it in the settings.".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_to_elsewhere_is_not_followed() {
        let root = Root::of(&"https://contoso.crm4.dynamics.com".parse().unwrap()).unwrap();
        assert!(root.follow("https://contoso.crm4.dynamics.com/api/data/v9.2/accounts?$deltatoken=9").is_ok());
        for elsewhere in [
            "https://evil.example/api/data/v9.2/accounts",
            "http://contoso.crm4.dynamics.com/api/data/v9.2/accounts",
            "https://contoso.crm4.dynamics.com:444/api/data/v9.2/accounts",
            "https://contoso.crm4.dynamics.com.evil.example/api/data/v9.2/accounts",
            "https://contoso.crm4.dynamics.com/elsewhere",
            "accounts?$deltatoken=9",
        ] {
            assert!(matches!(root.follow(elsewhere), Err(ServiceError::Broken { .. })), "{elsewhere}");
        }
    }
}

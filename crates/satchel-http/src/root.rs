//! Addresses below a service's root, and which links of its answers may be followed.

use satchel_domain::{ServiceError, error::Answer};
use url::Url;

use crate::request::check_address;

/// Where a service begins. Its tokens go to its own host, below one path, and nowhere else.
#[derive(Clone, Debug)]
pub struct Root {
    base: Url,
    within: String,
}

impl Root {
    /// `base` ends with a slash; what is asked for lies below it. Links of answers may lead to any path that begins with
    /// `within`, because a service may name another version of itself.
    pub fn new(base: Url, within: impl Into<String>) -> Answer<Self> {
        check_address(&base)?;
        let within = within.into();
        if base.path().ends_with('/') && base.path().starts_with(&within) && !base.cannot_be_a_base() {
            return Ok(Self { base, within });
        }
        Err(bad_address())
    }

    /// A path as the service writes it, with its options.
    pub fn at(&self, path: &str, options: &[(&str, &str)]) -> Answer<Url> {
        let url = self.base.join(path).map_err(|_| bad_address())?;
        Ok(with_options(url, options))
    }

    /// A path made of parts that may hold anything, ids for one.
    pub fn below(&self, parts: &[&str], options: &[(&str, &str)]) -> Answer<Url> {
        let mut url = self.base.clone();
        url.path_segments_mut().map_err(|()| bad_address())?.pop_if_empty().extend(parts);
        Ok(with_options(url, options))
    }

    /// A link that the service wrote, or that we stored.
    pub fn follow(&self, link: &str) -> Answer<Url> {
        let url: Url =
            link.parse().map_err(|_| ServiceError::Broken { detail: "a link of it is no address".to_owned() })?;
        if url.origin() != self.base.origin() || !url.path().starts_with(&self.within) {
            return Err(ServiceError::Broken { detail: "a link of it leads away from it".to_owned() });
        }
        Ok(url)
    }
}

fn with_options(mut url: Url, options: &[(&str, &str)]) -> Url {
    if !options.is_empty() {
        url.query_pairs_mut().extend_pairs(options);
    }
    url
}

fn bad_address() -> ServiceError {
    ServiceError::Unreachable { why: "The service's address cannot be used. Check it in the settings.".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> Root {
        Root::new("https://contoso.example/api/v9.2/".parse().unwrap(), "/api/").unwrap()
    }

    #[test]
    fn a_link_to_elsewhere_is_not_followed() {
        assert!(root().follow("https://contoso.example/api/v9.3/accounts?token=9").is_ok());
        for elsewhere in [
            "https://evil.example/api/v9.2/accounts",
            "http://contoso.example/api/v9.2/accounts",
            "https://contoso.example:444/api/v9.2/accounts",
            "https://contoso.example.evil.example/api/v9.2/accounts",
            "https://contoso.example@evil.example/api/v9.2/accounts",
            "https://contoso.example/elsewhere",
            "https://contoso.example/api/../elsewhere",
            "accounts?token=9",
        ] {
            assert!(matches!(root().follow(elsewhere), Err(ServiceError::Broken { .. })), "{elsewhere}");
        }
    }

    #[test]
    fn a_part_of_a_path_cannot_leave_it() {
        let url = root().below(&["me", "a/b?c#d=", "x y"], &[("$select", "a,b")]).unwrap();
        assert_eq!(url.as_str(), "https://contoso.example/api/v9.2/me/a%2Fb%3Fc%23d=/x%20y?%24select=a%2Cb");
        assert!(Root::new("http://contoso.example/api/".parse().unwrap(), "/api/").is_err());
    }
}

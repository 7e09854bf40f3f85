//! Where an organisation's Web API begins, and which links of its answers may be followed.

use satchel_domain::error::Answer;
use satchel_http::{Root, Url};

/// Every version of the Web API; links may name another than ours.
const WEB_API: &str = "/api/data/";
/// What answers today; an older organisation's version will be learnt by `describe`.
const VERSION: &str = "v9.2";

/// `organisation` is the address that people know, whatever its path.
pub(crate) fn root(organisation: &Url) -> Answer<Root> {
    let mut base = organisation.clone();
    base.set_query(None);
    base.set_fragment(None);
    base.set_path(&format!("{WEB_API}{VERSION}/"));
    Root::new(base, WEB_API)
}

#[cfg(test)]
mod tests {
    use satchel_domain::ServiceError;

    use super::*;

    #[test]
    fn links_stay_in_the_web_api_of_the_organisation() {
        let root = root(&"https://contoso.crm4.dynamics.com/main.aspx?app=sales".parse().unwrap()).unwrap();
        assert_eq!(root.at("WhoAmI", &[]).unwrap().as_str(), "https://contoso.crm4.dynamics.com/api/data/v9.2/WhoAmI");
        assert!(root.follow("https://contoso.crm4.dynamics.com/api/data/v9.1/accounts?$deltatoken=9").is_ok());
        for elsewhere in [
            "https://evil.example/api/data/v9.2/accounts",
            "http://contoso.crm4.dynamics.com/api/data/v9.2/accounts",
            "https://contoso.crm4.dynamics.com/elsewhere",
        ] {
            assert!(matches!(root.follow(elsewhere), Err(ServiceError::Broken { .. })), "{elsewhere}");
        }
    }
}

//! Whose mailbox it is.

use satchel_domain::{ServiceError, error::Answer, mail::same_address};
use serde::Deserialize;

use crate::Graph;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Me {
    mail: Option<String>,
    /// `SMTP:` the main one, `smtp:` the others; other kinds of addresses besides.
    #[serde(default)]
    proxy_addresses: Vec<String>,
}

impl Graph {
    /// Every mail address of the user, the main one first; empty for a user without a mailbox.
    ///
    /// # Errors
    /// As the calls of the port.
    pub async fn addresses(&self) -> Answer<Vec<String>> {
        match self.get::<Me>(self.at(&["me"], &[("$select", "mail,proxyAddresses")])?).await {
            Ok(me) => Ok(of(me)),
            Err(ServiceError::Missing) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }
}

fn of(me: Me) -> Vec<String> {
    let Some(main) = me.mail.filter(|mail| !mail.is_empty()) else { return Vec::new() };
    let mut addresses = vec![main];
    for address in me.proxy_addresses {
        let Some((kind, address)) = address.split_once(':') else { continue };
        if kind.eq_ignore_ascii_case("smtp") && !addresses.iter().any(|known| same_address(known, address)) {
            addresses.push(address.to_owned());
        }
    }
    addresses
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_main_address_comes_first_and_once() {
        let me = |mail: Option<&str>, proxies: &[&str]| {
            of(Me { mail: mail.map(str::to_owned), proxy_addresses: proxies.iter().map(ToString::to_string).collect() })
        };
        let proxies = ["smtp:c@old.example", "SMTP:Clara@new.example", "X500:/o=x", "SIP:clara@new.example"];
        assert_eq!(me(Some("clara@new.example"), &proxies), ["clara@new.example", "c@old.example"]);
        assert_eq!(me(Some("clara@new.example"), &[]), ["clara@new.example"]);
        assert!(me(None, &["smtp:c@old.example"]).is_empty());
    }
}

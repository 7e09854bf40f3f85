//! Asks computers that nobody vouches for, such as those a message names: public ones alone, bounded in every way.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use reqwest::{
    dns::{Addrs, Name, Resolve, Resolving},
    redirect::Policy,
};
use url::{Host, Url};

use crate::{
    client::with_authorities,
    public::{is_public, is_public_name},
    request::is_loopback,
    settings::{Settings, SettingsError},
};

/// Says what asks and not which one: nothing by which a far end could know us again.
const PROGRAM: &str = "Satchel";
/// Addresses that one address may lead to, one after the other.
const MOST_REDIRECTS: u32 = 3;
const CONNECTS_WITHIN: Duration = Duration::from_secs(5);
/// For one address, its redirects included.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);

/// What a far end gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// As it calls it.
    pub media_type: String,
    pub bytes: Vec<u8>,
}

/// Sends no cookie, no referrer and no token. Goes through no proxy: a proxy would look up names for us, and reach what we
/// must not.
#[derive(Clone, Debug)]
pub struct Strangers {
    client: reqwest::Client,
    friends: Friends,
}

impl Strangers {
    /// `friends` are hosts (`name` or `name:port`) that may be asked although they stand in a private network; on this
    /// computer itself by plain http too.
    pub fn new(settings: &Settings, friends: Vec<String>) -> Result<Self, SettingsError> {
        let friends = Friends(friends.into());
        let client = with_authorities(reqwest::Client::builder(), settings)?
            .user_agent(PROGRAM)
            .redirect(Policy::none())
            .referer(false)
            .no_proxy()
            .connect_timeout(CONNECTS_WITHIN)
            .timeout(ANSWERS_WITHIN)
            .dns_resolver(Arc::new(PublicOnly(friends.clone())))
            .build()
            .map_err(|error| SettingsError::System(error.to_string()))?;
        Ok(Self { client, friends })
    }

    /// What lies at `address`, when it may be asked for, is there, and has at most `longest` bytes. Dropping it ends it.
    pub async fn find(&self, address: &str, longest: usize) -> Option<Found> {
        tokio::time::timeout(ANSWERS_WITHIN, self.follow(address, longest)).await.ok()?
    }

    async fn follow(&self, address: &str, longest: usize) -> Option<Found> {
        let mut url = permitted(address.parse().ok()?, &self.friends)?;
        for _ in 0..=MOST_REDIRECTS {
            let answer = self.client.get(url.clone()).send().await.ok()?;
            match answer.status().as_u16() {
                200 => return read(answer, longest).await,
                301 | 302 | 303 | 307 | 308 => {
                    let next = answer.headers().get("Location")?.to_str().ok()?;
                    url = permitted(url.join(next).ok()?, &self.friends)?;
                }
                _ => return None,
            }
        }
        None
    }
}

async fn read(mut answer: reqwest::Response, longest: usize) -> Option<Found> {
    let longest_said = u64::try_from(longest).unwrap_or(u64::MAX);
    if answer.content_length().is_some_and(|length| length > longest_said) {
        return None;
    }
    let media_type = answer.headers().get("Content-Type")?.to_str().ok()?.to_owned();
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.ok()? {
        if bytes.len() + chunk.len() > longest {
            return None;
        }
        bytes.extend_from_slice(&chunk);
    }
    Some(Found { media_type, bytes })
}

#[derive(Clone, Debug)]
struct Friends(Arc<[String]>);

impl Friends {
    fn has(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        let with_port = url.port().map(|port| format!("{host}:{port}"));
        self.0.iter().any(|friend| Some(friend) == with_port.as_ref() || url.port().is_none() && friend == host)
    }

    fn has_name(&self, name: &str) -> bool {
        self.0.iter().any(|friend| friend.split(':').next() == Some(name))
    }
}

/// The address to ask in the place of `url`, when it may be asked. Plain http is asked as https, as browsers do with pictures.
fn permitted(mut url: Url, friends: &Friends) -> Option<Url> {
    if !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    url.set_fragment(None);
    let is_friend = friends.has(&url);
    match url.scheme() {
        "https" => {}
        "http" if is_friend && is_loopback(&url) => return Some(url),
        "http" => url.set_scheme("https").ok()?,
        _ => return None,
    }
    // Other ports are where a network keeps what is not for everyone.
    let is_open = url.port().is_none()
        && match url.host()? {
            Host::Domain(name) => is_public_name(name),
            Host::Ipv4(address) => is_public(IpAddr::V4(address)),
            Host::Ipv6(address) => is_public(IpAddr::V6(address)),
        };
    (is_friend || is_open).then_some(url)
}

/// A public name may lead to a private address, so those that a name leads to are checked, and they are the ones that are asked.
#[derive(Debug)]
struct PublicOnly(Friends);

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let friends = self.0.clone();
        Box::pin(async move {
            let is_friend = friends.has_name(name.as_str());
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let open: Vec<SocketAddr> = found.filter(|address| is_friend || is_public(address.ip())).collect();
            if open.is_empty() {
                return Err(io::Error::other("the name leads to no public address").into());
            }
            Ok(Box::new(open.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(address: &str, asked: Option<&str>) {
        let friends = Friends(["127.0.0.1:8080", "pictures.internal", "[::1]:9"].map(str::to_owned).into());
        let permitted = address.parse().ok().and_then(|url| permitted(url, &friends));
        assert_eq!(permitted.as_ref().map(Url::as_str), asked, "{address}");
    }

    #[test]
    fn public_computers_are_asked_by_https() {
        check("https://shop.example/a.png?b=c#d", Some("https://shop.example/a.png?b=c"));
        check("http://shop.example/a.png", Some("https://shop.example/a.png"));
        check("https://93.184.215.14/a.png", Some("https://93.184.215.14/a.png"));
        check("https://[2606:2800:21f::1]/", Some("https://[2606:2800:21f::1]/"));
    }

    #[test]
    fn this_computer_and_its_network_are_not_asked_however_they_are_written() {
        for address in [
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f.0.0.1/",
            "https://0177.0.0.1/",
            "https://localhost/",
            "https://LOCALHOST./",
            "https://printer/",
            "https://nas.local/",
            "https://10.0.0.1/",
            "https://169.254.169.254/latest/meta-data/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://shop.example:8443/",
            "http://127.0.0.1:8081/",
            "http://shop.example:8080/",
            "https://user@shop.example/",
            "https://user:secret@shop.example/",
            "file:///etc/passwd",
            "ftp://shop.example/",
            "data:image/png;base64,AA==",
        ] {
            check(address, None);
        }
    }

    #[test]
    fn a_friend_is_asked_where_it_stands_and_by_plain_http_on_this_computer_alone() {
        check("http://127.0.0.1:8080/a.png", Some("http://127.0.0.1:8080/a.png"));
        check("https://127.0.0.1:8080/a.png", Some("https://127.0.0.1:8080/a.png"));
        check("http://[::1]:9/", Some("http://[::1]:9/"));
        check("http://pictures.internal/a.png", Some("https://pictures.internal/a.png"));
        check("https://pictures.internal:8080/", None);
    }

    #[tokio::test]
    async fn a_name_that_leads_to_this_computer_leads_nowhere() {
        let looked_up =
            |friends: Vec<String>| PublicOnly(Friends(friends.into())).resolve("localhost".parse().unwrap());
        assert!(looked_up(Vec::new()).await.is_err());
        assert!(looked_up(vec!["localhost:8080".to_owned()]).await.is_ok());
    }
}

//! Turns a failed transport into its remedy, in sentences that say what to do.

use std::{error::Error, io};

use satchel_domain::ServiceError;

use crate::request::{Request, host};

/// What a failed send means. Only what certainly was not sent, or may be sent again, is `Unreachable`.
pub(crate) fn of_sending(request: &Request, error: &reqwest::Error) -> ServiceError {
    if error.is_builder() {
        return unreachable(format!("The address of {} cannot be used.", host(&request.url)));
    }
    if error.is_connect() || error.is_dns() {
        return unreachable(of_connecting(host(&request.url), error));
    }
    if request.may_repeat {
        return unreachable(of_reading(host(&request.url), error));
    }
    ServiceError::Unanswered
}

/// A network that answers in the service's place.
pub(crate) fn captive_portal(request: &Request) -> ServiceError {
    unreachable(format!(
        "Something on this network answered in the place of {}. Sign in to the network in a browser, then try again.",
        host(&request.url)
    ))
}

pub(crate) fn proxy_wants_sign_in() -> ServiceError {
    unreachable(
        "The proxy wants a user name and password. Add them to the proxy's address in the system's settings."
            .to_owned(),
    )
}

fn of_reading(host: &str, error: &reqwest::Error) -> String {
    if error.is_timeout() {
        format!("{host} did not answer in time. Try again later.")
    } else {
        format!("The connection to {host} was lost. Try again later.")
    }
}

fn of_connecting(host: &str, error: &reqwest::Error) -> String {
    if error.is_dns() {
        return format!("There is no server named {host}, or the network is away. Check the address and the network.");
    }
    if error.is_timeout() {
        return format!("{host} did not answer in time. Check the network, or try again later.");
    }
    let causes = causes_of(error);
    if causes.iter().any(|cause| cause.contains("proxy auth")) {
        return match proxy_wants_sign_in() {
            ServiceError::Unreachable { why } => why,
            other => other.to_string(),
        };
    }
    if let Some(why) = causes.iter().find_map(|cause| of_certificate(host, cause)) {
        return why;
    }
    match kind_of(error) {
        Some(io::ErrorKind::ConnectionRefused) => {
            format!("{host} is there but does not answer at this address. Check the address, or try again later.")
        }
        Some(io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable | io::ErrorKind::NetworkDown) => {
            format!("There is no way to {host} from this network. Check the network.")
        }
        _ if causes.iter().any(|cause| cause.contains("corrupt message")) => {
            format!("{host} does not answer in TLS at this address. Check the address and its port.")
        }
        _ => format!("The connection to {host} failed. Check the network, or try again later."),
    }
}

/// rustls' words for a certificate it will not have; its type is not ours to name.
fn of_certificate(host: &str, cause: &str) -> Option<String> {
    let fault = cause.split_once("invalid peer certificate: ")?.1;
    let why = if fault.starts_with("UnknownIssuer") || fault.contains("self-signed") || fault.contains("SelfSigned") {
        "nobody this computer trusts has signed it. Check the address, or add your certificate authority in the settings"
    } else if fault.contains("xpired") {
        "it has expired. Check this computer's date, or tell the server's administrator"
    } else if fault.contains("valid for")
        || fault.starts_with("NotValidForName")
        || fault.contains("not valid for name")
    {
        "it belongs to a server of another name. Check the address"
    } else {
        "it is not a good one. Check the address, or tell the server's administrator"
    };
    Some(format!("The certificate of {host} is not trusted: {why}."))
}

fn unreachable(why: String) -> ServiceError {
    ServiceError::Unreachable { why }
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let error = next?;
        next = error.source();
        Some(error)
    })
}

fn causes_of(error: &reqwest::Error) -> Vec<String> {
    chain(error).map(ToString::to_string).collect()
}

/// The innermost one: outer errors wrap it under a vaguer kind.
fn kind_of(error: &reqwest::Error) -> Option<io::ErrorKind> {
    chain(error).filter_map(|error| error.downcast_ref::<io::Error>()).map(io::Error::kind).last()
}

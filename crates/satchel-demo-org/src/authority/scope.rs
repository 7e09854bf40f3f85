//! Which service a scope is for.

use super::denial::Denial;
use super::keys::Audience;
use crate::server::World;

/// Scopes that belong to the sign-in itself.
const OF_SIGN_IN: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// A scope list, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scopes {
    /// The services asked for, with the audience as the caller spelt it.
    pub(crate) services: Vec<(Audience, String)>,
    pub(crate) offline: bool,
}

impl Scopes {
    pub(crate) fn read(world: &World, text: &str) -> Result<Self, Denial> {
        let mut scopes = Self { services: Vec::new(), offline: false };
        for scope in text.split_whitespace() {
            if OF_SIGN_IN.contains(&scope) {
                scopes.offline |= scope == "offline_access";
                continue;
            }
            let (audience, spelling) = service(world, scope)?;
            if !scopes.services.iter().any(|(known, _)| *known == audience) {
                scopes.services.push((audience, spelling));
            }
        }
        Ok(scopes)
    }
}

/// A permission without a service in front is one of the mail service's.
fn service(world: &World, scope: &str) -> Result<(Audience, String), Denial> {
    let Some((resource, _)) = scope.rsplit_once('/') else {
        return Ok((Audience::Mail, world.addresses.graph.clone()));
    };
    [Audience::Crm, Audience::Mail]
        .into_iter()
        .find(|audience| world.audiences(*audience).iter().any(|known| known == resource))
        .map(|audience| (audience, resource.to_owned()))
        .ok_or_else(|| {
            Denial::new(
                "invalid_resource",
                500_011,
                format!("The resource principal named {resource} was not found in the tenant."),
            )
        })
}

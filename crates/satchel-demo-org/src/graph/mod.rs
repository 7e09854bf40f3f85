//! Plays the mail service's front door.

mod item;

pub(crate) use item::{File, Folder, Item, Mailbox};

use serde_json::json;

use crate::authority::Audience;
use crate::http::{Call, Reply};
use crate::server::World;

/// `rest` is the path after `/graph/v1.0/`.
pub(crate) fn answer(world: &World, call: &Call, rest: &str) -> Reply {
    let user = match world.keys.bearer(call.header("authorization"), world.audiences(Audience::Mail)) {
        Ok(user) => user,
        Err(_) => return refusal(401, "InvalidAuthenticationToken", "The access token is missing or invalid."),
    };
    if rest == "me" {
        let person = user.person();
        return Reply::json(
            200,
            &json!({
                "id": person.object_id,
                "displayName": person.name(),
                "givenName": person.first,
                "surname": person.last,
                "jobTitle": person.title,
                "mail": person.address(),
                "userPrincipalName": person.address(),
            }),
        );
    }
    refusal(404, "ResourceNotFound", "Resource could not be discovered.")
}

fn refusal(status: u16, code: &str, message: &str) -> Reply {
    Reply::json(status, &json!({ "error": { "code": code, "message": message } }))
}

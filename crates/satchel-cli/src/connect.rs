//! `connect`: signs in, through the same code as the window.

use satchel_app::requests::{Connect as Request, Start, TryDemo};
use satchel_wiring::Face;
use serde_json::json;

use crate::{
    arguments::{Arguments, Connect},
    ending::{Ending, Stop},
    opening::{no_passphrase, start},
    printing::Printer,
};

pub(crate) async fn connect(arguments: &Arguments, connect: &Connect, printer: Printer) -> Result<(), Stop> {
    // The first read is left to `sync`, which says how it goes.
    let (opened, before) = start(arguments, Face::TerminalOffline).await?;
    match before {
        Start::First { .. } | Start::Ready { .. } => {}
        Start::Passphrase { is_new: false, message } => return Err(no_passphrase(message)),
        Start::Passphrase { is_new: true, .. } => return Err(no_keyring()),
        Start::KeyMissing { message } | Start::Closed { message } => return Err(Stop::new(Ending::Barred, message)),
    }
    printer.tell("Waiting for the sign-in on the page that opens now.");
    let start = match &connect.organisation {
        Some(organisation) => {
            let request = Request {
                organisation: organisation.clone(),
                client_id: connect.client_id.clone().unwrap_or_default(),
                tenant: connect.tenant.clone().unwrap_or_default(),
            };
            opened.app.connect(request).await?
        }
        None => opened.app.try_demo(TryDemo {}).await?,
    };
    match start {
        Start::Ready { organisation, .. } => {
            let said = format!("Signed in to {organisation}. `sync` reads what is there.");
            printer.say(&said, &json!({ "organisation": organisation }))
        }
        Start::First { message, .. } => {
            Err(Stop::failed(message.unwrap_or_else(|| "The sign-in ended without an answer. Try again.".to_owned())))
        }
        Start::Passphrase { .. } => Err(no_keyring()),
        Start::KeyMissing { message } | Start::Closed { message } => Err(Stop::new(Ending::Barred, message)),
    }
}

fn no_keyring() -> Stop {
    no_passphrase(Some("There is no keyring here, so a passphrase of your choice has to open the profile.".to_owned()))
}

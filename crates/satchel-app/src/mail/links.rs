//! Opening a link of a message, after the user has seen where it leads.

use std::sync::Arc;

use satchel_formats::html;

use crate::{app::App, requests::*};

impl App {
    /// Gives the address to the system's browser, or to its mail program, and waits for neither. What is no address of
    /// the web or of a person opens nothing: the page is not trusted to have checked it.
    pub async fn open_link(self: &Arc<Self>, request: OpenLink) -> Result<Done, CommandError> {
        let address = html::safe_link(&request.address).ok_or_else(|| {
            CommandError::invalid("This link leads to no page of the web and to nobody's address. Nothing was opened.")
        })?;
        self.services.open_address(&address).map_err(|message| CommandError { code: ErrorCode::Refused, message })?;
        Ok(Done {})
    }
}

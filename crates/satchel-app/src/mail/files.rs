//! The files of a message, saved where the user's downloads are.

use std::{path::Path, sync::Arc};

use satchel_formats::message::{self, Attachment, Message};
use satchel_store::{Durability, messages, raws};
use satchel_sync::mail::Event;

use super::{item_key, mailbox_id, no_such_message};
use crate::{app::App, downloads, requests::*};

impl App {
    /// Writes one file of the message, or all that are listed, and waits for no service: a message that is not on this
    /// device yet is asked for, and a sentence says so.
    ///
    /// Nothing is opened: what a stranger sent is for the user to look at with a program of their choice.
    pub async fn save_attachments(self: &Arc<Self>, request: SaveAttachments) -> Result<SavedFiles, CommandError> {
        let (mailbox, key) = (mailbox_id(&request.mailbox)?, item_key(&request.key));
        let folder = self.options.downloads.clone().ok_or_else(no_folder)?;
        let wanted = key.clone();
        let raw = self
            .on_disk(self.database()?, move |database| {
                let found = database.read(|reader| {
                    Ok((messages::find(reader, mailbox, &wanted)?.is_some(), raws::get(reader, &wanted)?))
                })?;
                if let (true, None) = found {
                    database.write(Durability::Normal, |tx| raws::want(tx, mailbox, &wanted))?;
                }
                Ok(found)
            })
            .await?;
        let raw = match raw {
            (false, _) => return Err(no_such_message()),
            (true, None) => {
                if let Ok(desk) = self.desk() {
                    desk.boxes.send(mailbox, Event::Wanted);
                }
                return Err(not_here_yet());
            }
            (true, Some(raw)) => raw,
        };
        let saved = tokio::task::spawn_blocking(move || save(&folder, &raw, request.number)).await;
        saved.unwrap_or_else(|_| Err(CommandError::storage("Saving was cut short. Try again.")))
    }
}

/// What is offered as a file, in its order: not the pictures that stand in the body.
pub(super) fn files(message: &Message) -> impl Iterator<Item = &Attachment> {
    message.attachments.iter().filter(|attachment| !attachment.is_inline)
}

fn save(folder: &Path, raw: &[u8], number: Option<u32>) -> Result<SavedFiles, CommandError> {
    let message = message::read(raw);
    let chosen: Vec<_> = match number {
        None => files(&message).collect(),
        Some(number) => files(&message).skip(number as usize).take(1).collect(),
    };
    if chosen.is_empty() {
        return Err(CommandError::invalid("This message has no such file."));
    }
    let mut saved = Vec::new();
    for file in &chosen {
        match downloads::put(folder, &file.name, &file.bytes) {
            Ok(path) => saved.push(path.to_string_lossy().into_owned()),
            Err(error) if saved.is_empty() => return Err(error),
            Err(CommandError { code, message }) => {
                let message = format!("{message} {} of {} files were saved before that.", saved.len(), chosen.len());
                return Err(CommandError { code, message });
            }
        }
    }
    Ok(SavedFiles { folder: folder.to_string_lossy().into_owned(), paths: saved })
}

fn not_here_yet() -> CommandError {
    CommandError {
        code: ErrorCode::NotFound,
        message: "The files of this message are not on this laptop yet. They come with its text; save them then."
            .to_owned(),
    }
}

fn no_folder() -> CommandError {
    CommandError::storage(
        "This user has no home folder, so there is no folder for downloads. Set HOME, then start Satchel again.",
    )
}

//! Whether the profile's database is whole.

use std::sync::Arc;

use satchel_store::check;

use crate::{app::App, requests::CommandError};

/// How closely one looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// The structure, and what refers to what.
    Quick,
    /// Each index against its table and each page against its seal, too.
    Full,
}

impl App {
    /// What is wrong with the database, one sentence each; empty when it is whole. When it is not, the next start saves
    /// what CRM does not have yet and reads the rest again.
    ///
    /// # Errors
    /// The database is not open, or too damaged to be asked.
    pub async fn check(self: &Arc<Self>, depth: Depth) -> Result<Vec<String>, CommandError> {
        self.on_disk(self.database()?, move |database| {
            let problems = database.read(|reader| match depth {
                Depth::Quick => check::quick(reader),
                Depth::Full => check::full(reader),
            })?;
            if !problems.is_empty() {
                database.note_damage();
            }
            Ok(problems)
        })
        .await
    }
}

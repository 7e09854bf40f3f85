//! What every `Mailbox` promises, told by what the server holds afterwards and not only by its answers.
//!
//! Runs on the model mailbox and on each real adapter. The mailbox needs folders for [`HERE`] and [`THERE`] that nobody else
//! touches meanwhile; what lies in them already may stay.

mod acting;
mod messages;
mod reading;
mod stage;

use std::fmt;

use satchel_domain::{
    mail::Purpose,
    ports::{Later, Mailbox},
};

pub use self::stage::Stage;

/// The folder where the cases deliver.
pub const HERE: Purpose = Purpose::Inbox;
/// The folder to which they move, and whose cursors they have forgotten.
pub const THERE: Purpose = Purpose::Archive;

/// Where the world finds a message again: a handle of the world's own, such as `INBOX 17`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place(pub String);

/// Another hand on the same mailbox, by another road than the adapter under test.
pub trait World: Send + Sync + fmt::Debug {
    /// Whether the server hands out the bytes that were delivered. Exchange writes every message anew.
    fn keeps_bytes(&self) -> bool {
        true
    }

    /// Whether the server gives a `Message-ID` to a message that came without one, as Exchange does.
    fn names_messages(&self) -> bool {
        false
    }

    /// An unread message arrives in the folder with this purpose.
    fn deliver<'a>(&'a self, into: Purpose, raw: &'a [u8]) -> Later<'a, Place>;

    /// Where it lies then.
    fn move_to<'a>(&'a self, message: &'a Place, to: Purpose) -> Later<'a, Place>;

    /// Deletes it for good: it is in no folder any more.
    fn delete<'a>(&'a self, message: &'a Place) -> Later<'a, ()>;

    fn mark_read<'a>(&'a self, message: &'a Place, is_read: bool) -> Later<'a, ()>;

    /// As the server holds it; none when the message is not there.
    fn is_read<'a>(&'a self, message: &'a Place) -> Later<'a, Option<bool>>;

    /// How many messages the folder with this purpose holds.
    fn count(&self, of: Purpose) -> Later<'_, usize>;

    /// The server forgets where readers of this folder stopped. What the folder held may be lost with it.
    fn forget_cursors(&self, of: Purpose) -> Later<'_, ()>;
}

/// One promise.
#[derive(Clone, Copy)]
pub struct Case {
    pub name: &'static str,
    pub run: for<'a> fn(&'a Stage<'a>) -> Later<'a, ()>,
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

macro_rules! cases {
    ($( $module:ident::$case:ident, )*) => {
        /// Every promise, in the order of reading.
        pub const CASES: &[Case] = &[
            $( Case { name: stringify!($case), run: |stage| Box::pin($module::$case(stage)) } ),*
        ];
    };
}

cases! {
    reading::folders_come_parents_first_and_each_purpose_once,
    reading::a_first_read_in_pages_sees_every_message_exactly_once,
    reading::a_first_read_resumes_from_a_stored_cursor,
    reading::what_arrives_during_a_first_read_is_not_lost,
    reading::a_delta_without_changes_is_empty,
    reading::a_delta_sees_what_arrived,
    reading::a_delta_comes_in_pages_too,
    reading::a_delta_sees_what_was_read_elsewhere,
    reading::a_delta_sees_what_was_deleted,
    reading::a_moved_message_is_gone_here_and_new_there,
    reading::a_forgotten_cursor_has_expired_and_a_new_start_sees_everything,
    messages::a_head_says_what_the_headers_say,
    messages::every_script_comes_decoded,
    messages::a_message_without_an_id_is_listed_all_the_same,
    messages::an_attached_file_is_announced,
    messages::a_message_comes_as_it_was_delivered,
    messages::what_is_gone_cannot_be_read,
    acting::what_is_marked_as_read_is_held_as_read,
    acting::marking_twice_is_marking_once,
    acting::marking_one_message_leaves_the_others,
    acting::marking_what_was_marked_elsewhere_is_no_conflict,
    acting::marking_what_was_deleted_is_missing,
    acting::marking_what_was_moved_away_is_missing,
}

/// Runs every case in turn; the last name printed is the one that failed.
pub async fn run_all(mailbox: &dyn Mailbox, world: &dyn World) {
    for case in CASES {
        eprintln!("contract of Mailbox: {}", case.name);
        (case.run)(&Stage::set(case.name, mailbox, world).await).await;
    }
}

//! The steps that make the email record of a message; each can be repeated without making anything twice.

use jiff::Timestamp;

use super::{Direction, ItemKey, NAME_SPACE, Party};
use crate::ids::{RecordId, TableName, Uuid};

/// The table of a tracked message's record.
pub const EMAILS: &str = "email";
/// The table of who takes part in an activity, and as what.
pub const PARTIES: &str = "activityparty";
/// The table of its attachments.
pub const ATTACHMENTS: &str = "activitymimeattachment";

/// What the email record of a message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailDraft {
    pub id: RecordId,
    pub key: ItemKey,
    /// The header as found; none when the message has no `Message-ID`.
    pub message_id: Option<String>,
    pub subject: String,
    /// HTML that is safe to show.
    pub body: String,
    pub direction: Direction,
    /// When it was sent or received.
    pub at: Timestamp,
    pub parties: Vec<Party>,
    pub regarding: Option<(TableName, RecordId)>,
    pub attachments: Vec<AttachedFile>,
}

/// A file of the message. `id` is the same on every device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttachedFile {
    pub id: RecordId,
    pub name: String,
    pub media_type: String,
    pub content_id: Option<String>,
    pub bytes: Vec<u8>,
}

/// One call of the service. In this order: a completed email takes no more attachments (DM-15).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The open email with its parties, its body and what it is regarding.
    Create,
    /// The n-th attachment, from 0.
    Attach(usize),
    /// Received or Sent (section 5.1.2).
    Complete,
}

/// All steps of a message, in their order.
pub fn steps(attachments: usize) -> Vec<Step> {
    let attach = (0..attachments).map(Step::Attach);
    [Step::Create].into_iter().chain(attach).chain([Step::Complete]).collect()
}

/// State and reason of a completed email: Received or Sent.
pub fn completed(direction: Direction) -> (i64, i64) {
    match direction {
        Direction::Incoming => (1, 4),
        Direction::Outgoing => (1, 3),
    }
}

/// The id of the n-th attachment of an email.
pub fn attachment_id(email: RecordId, place: usize) -> RecordId {
    let mut name = email.0.as_bytes().to_vec();
    name.extend_from_slice(b"attachment");
    name.extend_from_slice(&(place as u64).to_be_bytes());
    RecordId(Uuid::new_v5(&NAME_SPACE, &name))
}

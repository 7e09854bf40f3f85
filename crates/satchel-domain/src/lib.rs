//! What things are called and what must always be true: types, pure rules, and the ports to the outside world.

pub mod connectivity;
pub mod edit;
pub mod error;
pub mod ids;
pub mod mail;
pub mod merge;
pub mod ports;
pub mod private;
pub mod record;
pub mod resolve;
pub mod schema;
pub mod scope;
pub mod settle;
pub mod tracking;
pub mod value;

pub use error::ServiceError;
pub use ids::{
    Column, Cursor, EntryId, FolderId, ItemId, MailboxId, OrganisationId, RecordId, TableName, UserId, Version,
};
pub use private::Private;
pub use record::Record;
pub use value::Value;

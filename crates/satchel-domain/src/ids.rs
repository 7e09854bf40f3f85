//! The names and ids that everything else is built from.

use std::fmt;

pub use uuid::Uuid;

macro_rules! word {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }
    };
}

word! {
    /// A table's logical name, such as `account`.
    TableName
}
word! {
    /// A column's logical name, such as `telephone1`.
    Column
}
word! {
    /// A record's row version, opaque: on the wire an ETag such as `W/"470867"`.
    Version
}
word! {
    /// Where a scope goes on, opaque to everyone but the adapter that made it.
    Cursor
}

word! {
    /// A folder's handle at its mail server, opaque to everyone but the adapter.
    FolderId
}
word! {
    /// A message's handle at its mail server, opaque to everyone but the adapter.
    ItemId
}

id! {
    /// A mailbox of this profile, minted when it is added.
    MailboxId
}
id! {
    /// The id of a record in its table; the same on every device and on the server.
    RecordId
}
id! {
    /// The organisation a user works in, as `WhoAmI` says it.
    OrganisationId
}
id! {
    /// A user of the organisation (`systemuserid`).
    UserId
}
id! {
    /// The id of an entry in the outbox, minted where the user acts; it makes playback idempotent.
    EntryId
}

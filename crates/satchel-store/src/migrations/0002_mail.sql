-- A mailbox of the user. Its password is a secret, `mailbox:<id>`.
CREATE TABLE mailbox (
    number     INTEGER PRIMARY KEY,
    mailbox_id BLOB    NOT NULL UNIQUE CHECK (length(mailbox_id) = 16),
    kind       TEXT    NOT NULL CHECK (kind IN ('graph', 'imap')),
    server     TEXT,
    port       INTEGER,
    user_name  TEXT,
    address    TEXT    NOT NULL,
    own        TEXT    NOT NULL,                          -- JSON, every address of its owner
    message    TEXT,                                      -- what its user should know or do
    CHECK ((kind = 'imap') = (server IS NOT NULL AND port IS NOT NULL AND user_name IS NOT NULL))
) STRICT;

-- A folder as the mail server lists it, and how far the pull of its messages has come.
CREATE TABLE folder (
    number     INTEGER PRIMARY KEY,
    mailbox    INTEGER NOT NULL REFERENCES mailbox (number) ON DELETE CASCADE,
    folder_id  TEXT    NOT NULL,
    parent_id  TEXT,
    name       TEXT    NOT NULL,
    purpose    TEXT CHECK (purpose IN ('inbox', 'drafts', 'sent', 'archive', 'deleted', 'junk', 'outbox')),
    state      TEXT    NOT NULL DEFAULT 'cold' CHECK (state IN ('cold', 'backfilling', 'live', 'sweeping')),
    cursor     TEXT,                                      -- opaque; none at the start of a backfill or a sweep
    generation INTEGER NOT NULL DEFAULT 0,                -- what messages are stamped with now
    synced_at  INTEGER,                                   -- unix milliseconds; none until all was read once
    total      INTEGER NOT NULL DEFAULT 0,                -- kept by the triggers below
    unread     INTEGER NOT NULL DEFAULT 0,                -- kept by the triggers below
    UNIQUE (mailbox, folder_id),
    CHECK (state NOT IN ('backfilling', 'live') OR cursor IS NOT NULL)
) STRICT;

-- A message in a folder, without its body. The same message in two folders is two rows with one key.
CREATE TABLE message (
    number          INTEGER PRIMARY KEY,
    folder          INTEGER NOT NULL REFERENCES folder (number) ON DELETE CASCADE,
    mailbox         INTEGER NOT NULL,                     -- that of the folder
    item_id         TEXT    NOT NULL,                     -- the server's handle, good within the folder
    item_key        TEXT    NOT NULL,                     -- what identifies the message wherever it lies
    message_id      TEXT,                                 -- the header as found
    subject         TEXT    NOT NULL,
    people          TEXT    NOT NULL,                     -- JSON, see codec/mail.rs
    sent_at         INTEGER,                              -- unix milliseconds
    received_at     INTEGER NOT NULL,                     -- unix milliseconds
    is_read         INTEGER NOT NULL,                     -- as the server said last
    wanted_read     INTEGER,                              -- as the user wants it, until the server has it
    shown_read      INTEGER NOT NULL CHECK (shown_read = coalesce(wanted_read, is_read)),
    has_attachments INTEGER NOT NULL,
    size            INTEGER,                              -- bytes
    preview         TEXT    NOT NULL,
    generation      INTEGER NOT NULL,
    is_tracked      INTEGER NOT NULL,                     -- it has a link that is not broken
    has_raw         INTEGER NOT NULL,
    is_opened       INTEGER NOT NULL DEFAULT 0,           -- the user waits for its body
    UNIQUE (folder, item_id)
) STRICT;
CREATE INDEX message_by_time ON message (folder, received_at);
CREATE INDEX message_unread ON message (folder, shown_read, received_at) WHERE shown_read = 0;
CREATE INDEX message_tracked ON message (folder, is_tracked, received_at) WHERE is_tracked = 1;
CREATE INDEX message_by_key ON message (item_key, mailbox);
CREATE INDEX message_without_raw ON message (mailbox, is_opened, received_at) WHERE has_raw = 0;
CREATE INDEX message_with_wish ON message (mailbox) WHERE wanted_read IS NOT NULL;

-- Messages as they came over the wire. By key, so that a move fetches nothing again.
CREATE TABLE raw (
    number          INTEGER PRIMARY KEY,
    item_key        TEXT    NOT NULL,
    mailbox         INTEGER NOT NULL REFERENCES mailbox (number) ON DELETE CASCADE,
    preview         TEXT    NOT NULL,
    has_attachments INTEGER NOT NULL,
    alone_since     INTEGER,                              -- unix milliseconds, 0 at first: no folder has it any more
    mime            BLOB    NOT NULL,
    UNIQUE (item_key, mailbox)
) STRICT;
CREATE INDEX raw_by_mailbox ON raw (mailbox);
CREATE INDEX raw_alone ON raw (mailbox, alone_since) WHERE alone_since IS NOT NULL;

CREATE TRIGGER message_added AFTER INSERT ON message BEGIN
    UPDATE folder SET total = total + 1, unread = unread + (NEW.shown_read = 0) WHERE number = NEW.folder;
END;
CREATE TRIGGER message_changed AFTER UPDATE ON message WHEN OLD.shown_read <> NEW.shown_read BEGIN
    UPDATE folder SET unread = unread + (NEW.shown_read = 0) - (OLD.shown_read = 0) WHERE number = NEW.folder;
END;
CREATE TRIGGER message_removed AFTER DELETE ON message BEGIN
    UPDATE folder SET total = total - 1, unread = unread - (OLD.shown_read = 0) WHERE number = OLD.folder;
    UPDATE raw SET alone_since = 0
     WHERE item_key = OLD.item_key AND mailbox = OLD.mailbox
       AND NOT EXISTS (SELECT 1 FROM message WHERE item_key = OLD.item_key AND mailbox = OLD.mailbox);
END;

-- Which email record a message became. By key, so that it outlives folders, mailboxes and servers' handles.
CREATE TABLE link (
    item_key  TEXT    PRIMARY KEY,
    email_id  BLOB    NOT NULL CHECK (length(email_id) = 16),
    is_ours   INTEGER NOT NULL,                           -- made by this profile
    is_broken INTEGER NOT NULL                            -- the user untracked the message: it is not found again
) STRICT, WITHOUT ROWID;
CREATE INDEX link_by_email ON link (email_id);

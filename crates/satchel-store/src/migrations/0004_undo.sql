-- What the user did last, and the edit that takes it back. The newest goes first.
CREATE TABLE undo (
    position    INTEGER PRIMARY KEY AUTOINCREMENT,
    said        TEXT    NOT NULL CHECK (said IN ('edit', 'create', 'delete', 'discard', 'choice')),
    table_name  TEXT    NOT NULL,
    record_id   BLOB    NOT NULL CHECK (length(record_id) = 16),
    record_name TEXT    NOT NULL,
    entry_id    BLOB    CHECK (length(entry_id) = 16),    -- the outbox entry that the deed left, if it left one
    deed        TEXT    NOT NULL CHECK (deed IN ('create', 'update', 'delete')),
    changes     TEXT    NOT NULL                          -- JSON, see codec.rs
) STRICT;
CREATE INDEX undo_by_entry ON undo (entry_id);

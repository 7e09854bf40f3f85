-- The record as the server had it before others changed it, while an entry waits for the user's choice.
CREATE TABLE conflict_before (
    entry_id BLOB PRIMARY KEY REFERENCES outbox (entry_id) ON DELETE CASCADE,
    record   TEXT NOT NULL                                -- JSON, see codec.rs
) STRICT;

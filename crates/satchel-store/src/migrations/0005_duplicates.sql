-- Entries that the user wants saved although the service found records alike: its duplicate rules may not refuse them any
-- more. A table of its own, so that the outbox of a damaged file of an older version can still be read column by column.
CREATE TABLE outbox_duplicate (
    entry_id BLOB NOT NULL PRIMARY KEY REFERENCES outbox (entry_id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

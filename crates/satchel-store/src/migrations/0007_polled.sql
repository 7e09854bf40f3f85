-- Tables of which the service tells no changes, and how far the sweep of their ids has come. A sweep is good for one
-- generation of the table's scope: under another one it is begun anew.
CREATE TABLE polled (
    table_name TEXT    PRIMARY KEY,
    why        TEXT    NOT NULL,                          -- the service's reason
    state      TEXT    NOT NULL DEFAULT 'resting' CHECK (state IN ('resting', 'listing', 'reading')),
    generation INTEGER NOT NULL DEFAULT 0,
    cursor     TEXT,                                      -- opaque; none at the start of a sweep
    ended_at   INTEGER                                    -- unix milliseconds; none until one was ended
) STRICT;

-- Rows that a sweep listed and that are not here as they were listed.
CREATE TABLE row_wanted (
    table_name TEXT NOT NULL REFERENCES polled (table_name) ON DELETE CASCADE,
    record_id  BLOB NOT NULL CHECK (length(record_id) = 16),
    PRIMARY KEY (table_name, record_id)
) STRICT, WITHOUT ROWID;

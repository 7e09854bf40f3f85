-- The organisation as its metadata described it last. The tables crm_*, shown_* and view_* follow from it (sql.rs).
CREATE TABLE organisation (
    only_one  INTEGER PRIMARY KEY CHECK (only_one = 1),
    described TEXT    NOT NULL                            -- JSON, see codec.rs
) STRICT;

-- Where the pull of each table goes on. Written in the transaction of the rows that it covers.
CREATE TABLE scope (
    table_name TEXT    PRIMARY KEY,
    state      TEXT    NOT NULL CHECK (state IN ('cold', 'backfilling', 'live', 'sweeping')),
    cursor     TEXT,                                      -- opaque; none at the start of a backfill or a sweep
    generation INTEGER NOT NULL,                          -- what rows are stamped with now
    synced_at  INTEGER,                                   -- unix milliseconds; none until all was read once
    CHECK (state NOT IN ('backfilling', 'live') OR cursor IS NOT NULL)
) STRICT;

-- Edits that CRM has not accepted yet. Order within a record is `position`.
CREATE TABLE outbox (
    position     INTEGER PRIMARY KEY AUTOINCREMENT,
    entry_id     BLOB    NOT NULL UNIQUE CHECK (length(entry_id) = 16), -- minted here, makes playback idempotent
    table_name   TEXT    NOT NULL,
    record_id    BLOB    NOT NULL CHECK (length(record_id) = 16),
    record_name  TEXT    NOT NULL,                        -- as the user saw it; the record may be gone when we tell
    deed         TEXT    NOT NULL CHECK (deed IN ('create', 'update', 'delete', 'track')),
    changes      TEXT    NOT NULL,                        -- JSON, see codec.rs
    base_version TEXT,                                    -- what the server had when the user began
    made_at      INTEGER NOT NULL,                        -- unix milliseconds
    state        TEXT    NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'in_flight', 'held')),
    was_sent     INTEGER NOT NULL DEFAULT 0,              -- it may have arrived: nothing is folded into it any more
    ready_from   INTEGER NOT NULL DEFAULT 0,              -- unix milliseconds
    attempts     INTEGER NOT NULL DEFAULT 0,
    hold         TEXT,                                    -- JSON, see codec.rs
    CHECK ((state = 'held') = (hold IS NOT NULL))
) STRICT;
CREATE INDEX outbox_by_record ON outbox (table_name, record_id, position);
CREATE INDEX outbox_by_state ON outbox (state, ready_from);

-- An entry waits until those it refers to are gone from the outbox.
CREATE TABLE outbox_need (
    entry_id BLOB NOT NULL REFERENCES outbox (entry_id) ON DELETE CASCADE,
    needs    BLOB NOT NULL REFERENCES outbox (entry_id) ON DELETE CASCADE,
    PRIMARY KEY (entry_id, needs)
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_need_by_needed ON outbox_need (needs);

-- Values that a merge or a choice of the user dropped; kept until the user clears them.
CREATE TABLE history (
    position    INTEGER PRIMARY KEY AUTOINCREMENT,
    table_name  TEXT    NOT NULL,
    record_id   BLOB    NOT NULL CHECK (length(record_id) = 16),
    column_name TEXT    NOT NULL,
    value       TEXT    NOT NULL,                         -- JSON, see codec.rs
    whose       TEXT    NOT NULL CHECK (whose IN ('mine', 'theirs')),
    why         TEXT    NOT NULL,
    lost_at     INTEGER NOT NULL                          -- unix milliseconds
) STRICT;
CREATE INDEX history_by_record ON history (table_name, record_id, position);

-- The evidence behind each decision: "Why is this here?"
CREATE TABLE decision (
    position   INTEGER PRIMARY KEY AUTOINCREMENT,
    table_name TEXT    NOT NULL,
    record_id  BLOB    NOT NULL CHECK (length(record_id) = 16),
    rule       TEXT    NOT NULL,
    inputs     TEXT    NOT NULL,
    answer     TEXT    NOT NULL,                          -- what the service said
    decided_at INTEGER NOT NULL                           -- unix milliseconds
) STRICT;
CREATE INDEX decision_by_record ON decision (table_name, record_id, position);

CREATE TABLE setting (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- Refresh tokens and passwords. The keyring holds the key of this file and nothing else.
CREATE TABLE secret (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

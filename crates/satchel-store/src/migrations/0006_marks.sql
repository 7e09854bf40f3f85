-- What the user wants of a message that no folder has for now: it may only have been moved, and its new folder was not read
-- yet. By key, like the message itself. The newest are kept, see messages/reads.rs: no clock is asked.
CREATE TABLE mark_left (
    number   INTEGER PRIMARY KEY,
    mailbox  INTEGER NOT NULL REFERENCES mailbox (number) ON DELETE CASCADE,
    item_key TEXT    NOT NULL,
    is_read  INTEGER NOT NULL,
    UNIQUE (mailbox, item_key)
) STRICT;

-- Not for a mailbox that goes itself.
CREATE TRIGGER mark_stays AFTER DELETE ON message
 WHEN OLD.wanted_read IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM message WHERE item_key = OLD.item_key AND mailbox = OLD.mailbox)
  AND EXISTS (SELECT 1 FROM mailbox WHERE number = OLD.mailbox)
BEGIN
    INSERT OR REPLACE INTO mark_left (mailbox, item_key, is_read) VALUES (OLD.mailbox, OLD.item_key, OLD.wanted_read);
END;

-- Whether the mailbox took the last mark of this row. Another row of the message that neither took it nor is still to be
-- told of it may be as old as the one that goes: the mark waits for the next row, as it does where no row is left.
ALTER TABLE message ADD COLUMN is_told INTEGER NOT NULL DEFAULT 0;

DROP TRIGGER mark_stays;
CREATE TRIGGER mark_stays AFTER DELETE ON message
 WHEN OLD.wanted_read IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM message
                   WHERE item_key = OLD.item_key AND mailbox = OLD.mailbox AND (wanted_read IS NOT NULL OR is_told))
  AND EXISTS (SELECT 1 FROM mailbox WHERE number = OLD.mailbox)
BEGIN
    INSERT OR REPLACE INTO mark_left (mailbox, item_key, is_read) VALUES (OLD.mailbox, OLD.item_key, OLD.wanted_read);
END;

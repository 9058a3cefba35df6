DROP FUNCTION is_first_text;
ALTER TABLE messages
    DROP COLUMN first_rev,
    DROP COLUMN edited_at,
    DROP COLUMN first_digest,
    DROP COLUMN deleted,
    DROP COLUMN reactions;

-- What has become of a message since it was sent. `rev` is its last change.
ALTER TABLE messages
    -- The change it came with; NULL while that is the last one.
    ADD COLUMN first_rev bigint,
    ADD COLUMN edited_at timestamptz,
    -- What an edited message said first, as SHA-256: who sends it again is recognised by it.
    ADD COLUMN first_digest bytea,
    ADD COLUMN deleted boolean NOT NULL DEFAULT false,
    -- [{"user":…,"emoji":…}], the oldest first; NULL if nobody has.
    ADD COLUMN reactions jsonb,
    -- What was deleted is nowhere any more. True of every row that is there, which need not be looked at:
    -- the table may be large, and people go on writing.
    ADD CONSTRAINT messages_deleted CHECK (
        NOT deleted OR (body = '' AND edited_at IS NULL AND first_digest IS NULL AND reactions IS NULL)
    ) NOT VALID;

-- Whether a text is what a message said first. Of one that was deleted nothing is left to compare with.
CREATE FUNCTION is_first_text(body text, first_digest bytea, deleted boolean, given text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE
    WHEN deleted THEN true
    WHEN first_digest IS NULL THEN body = given
    ELSE first_digest = sha256(convert_to(given, 'UTF8'))
END;

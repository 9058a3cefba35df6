-- The edits and reactions that were applied, by the ids that their clients gave them. A client that did not get the
-- answer retries, and the retry changes nothing, whatever happened to the message since.
CREATE TABLE applied_changes (
    -- Ids are each user's own: nobody can use up somebody else's.
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    id uuid NOT NULL,
    message_id uuid NOT NULL,
    -- The number of the change in its room.
    rev bigint NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (user_id, id)
);
-- Rows are deleted when no client can retry.
CREATE INDEX applied_changes_at ON applied_changes (at);

-- Who wants nothing more from whom.
CREATE TABLE blocks (
    blocker_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    blocked_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    at timestamptz NOT NULL,
    PRIMARY KEY (blocker_id, blocked_id),
    CHECK (blocker_id <> blocked_id)
);
CREATE INDEX blocks_blocked ON blocks (blocked_id);

-- Whoever blocks leaves unseen: to the others such a member is still there.
ALTER TABLE former_members ADD COLUMN silent boolean NOT NULL DEFAULT false;

-- Comings and goings that `rev` does not count, since nobody may see them. The sum of both grows with
-- every one.
ALTER TABLE rooms ADD COLUMN unseen bigint NOT NULL DEFAULT 0;

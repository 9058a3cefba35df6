LOCK TABLE rooms, memberships IN ACCESS EXCLUSIVE MODE;
CREATE TABLE former (LIKE memberships);
INSERT INTO former SELECT * FROM memberships WHERE status <> 'active';
DROP VIEW former_members;
DROP VIEW members;
DROP FUNCTION write_former_member;
DELETE FROM memberships WHERE status <> 'active';
ALTER TABLE memberships DROP CONSTRAINT memberships_status;
ALTER TABLE memberships DROP COLUMN status, DROP COLUMN left_at, DROP COLUMN left_rev;
ALTER TABLE memberships RENAME COLUMN acted TO active;
ALTER TABLE memberships RENAME TO members;

CREATE TABLE former_members (
    room_id uuid NOT NULL REFERENCES rooms ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    joined_at timestamptz NOT NULL,
    left_at timestamptz NOT NULL,
    rev bigint NOT NULL,
    delivered_seq bigint NOT NULL,
    read_seq bigint NOT NULL,
    silent boolean NOT NULL DEFAULT false,
    role text NOT NULL DEFAULT 'member' CHECK (role IN ('admin', 'member')),
    PRIMARY KEY (room_id, user_id),
    CHECK (read_seq <= delivered_seq)
);
CREATE INDEX former_members_user ON former_members (user_id);
INSERT INTO former_members
SELECT room_id, user_id, joined_at, coalesce(left_at, joined_at - interval '1 ms'), coalesce(left_rev, 0),
    delivered_seq, read_seq, status = 'hidden', role
FROM former;
DROP TABLE former;

-- Who was in a room, and how far they had come. Apart from `members`, so that whoever asks for members
-- can find nobody who has left; a person is in one of the two.
CREATE TABLE former_members (
    room_id uuid NOT NULL REFERENCES rooms ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    joined_at timestamptz NOT NULL,
    left_at timestamptz NOT NULL,
    -- The change of the room by which they left.
    rev bigint NOT NULL,
    delivered_seq bigint NOT NULL,
    read_seq bigint NOT NULL,
    PRIMARY KEY (room_id, user_id),
    CHECK (read_seq <= delivered_seq)
);
CREATE INDEX former_members_user ON former_members (user_id);

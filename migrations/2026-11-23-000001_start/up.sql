CREATE TABLE users (
    id uuid PRIMARY KEY,
    username text NOT NULL UNIQUE,
    name text NOT NULL,
    email text NOT NULL UNIQUE,
    password_hash text NOT NULL,
    created_at timestamptz NOT NULL
);
-- People are found by the beginning of any word of their name, or of their username.
CREATE INDEX users_words ON users USING gin (to_tsvector('simple', name || ' ' || replace(username, '.', ' ')));
CREATE INDEX users_username_prefix ON users (username text_pattern_ops);

-- Sign-ups that wait for their code. The code itself is stored nowhere: it is derived from the
-- server's secret, this id and `codes_sent`.
CREATE TABLE registrations (
    id uuid PRIMARY KEY,
    username text NOT NULL UNIQUE,
    name text NOT NULL,
    email text NOT NULL,
    password_hash text NOT NULL,
    tries int NOT NULL DEFAULT 0,
    codes_sent int NOT NULL DEFAULT 1,
    code_sent_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX registrations_email ON registrations (email);
CREATE INDEX registrations_expires_at ON registrations (expires_at);

-- One row per sign-in: the family of its refresh tokens, of which only hashes are kept.
CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    current_hash bytea NOT NULL,
    previous_hash bytea,
    rotated_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    agent text NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expires_at ON sessions (expires_at);

-- `last_seq` and `rev` are raised under this row's lock, by whatever changes the room.
CREATE TABLE rooms (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('private', 'group')),
    title text,
    created_at timestamptz NOT NULL,
    last_seq bigint NOT NULL DEFAULT 0,
    rev bigint NOT NULL DEFAULT 0
);

-- At most one private chat for two people: `low < high`.
CREATE TABLE private_rooms (
    low uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    high uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    room_id uuid NOT NULL UNIQUE REFERENCES rooms ON DELETE CASCADE,
    PRIMARY KEY (low, high),
    CHECK (low < high)
);
CREATE INDEX private_rooms_high ON private_rooms (high);

CREATE TABLE members (
    room_id uuid NOT NULL REFERENCES rooms ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    joined_at timestamptz NOT NULL,
    delivered_seq bigint NOT NULL DEFAULT 0,
    read_seq bigint NOT NULL DEFAULT 0,
    -- Own messages after read_seq: unread = rooms.last_seq - read_seq - mine.
    mine bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (room_id, user_id),
    CHECK (read_seq <= delivered_seq)
) WITH (fillfactor = 80);
CREATE INDEX members_user ON members (user_id);

CREATE TABLE messages (
    room_id uuid NOT NULL REFERENCES rooms ON DELETE CASCADE,
    seq bigint NOT NULL,
    -- The room's rev when this message last changed.
    rev bigint NOT NULL,
    id uuid NOT NULL UNIQUE,
    sender_id uuid NOT NULL REFERENCES users,
    at timestamptz NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (room_id, seq),
    UNIQUE (room_id, rev)
);
-- Counts one's own messages after a read mark.
CREATE INDEX messages_sender ON messages (sender_id, room_id, seq);

-- Work to be done after the transaction that queued it. A lease in the future means: in hand.
CREATE TABLE jobs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    queue text NOT NULL,
    payload jsonb NOT NULL,
    run_at timestamptz NOT NULL,
    attempts int NOT NULL DEFAULT 0,
    lease_until timestamptz,
    last_error text,
    created_at timestamptz NOT NULL
);
CREATE INDEX jobs_queue ON jobs (queue, id);

CREATE TABLE dead_jobs (
    id bigint PRIMARY KEY,
    queue text NOT NULL,
    payload jsonb NOT NULL,
    attempts int NOT NULL,
    reason text NOT NULL,
    created_at timestamptz NOT NULL,
    died_at timestamptz NOT NULL
);

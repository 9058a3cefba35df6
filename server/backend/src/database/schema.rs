//! The tables as diesel sees them.

diesel::table! {
    users (id) {
        id -> Uuid,
        username -> Text,
        name -> Text,
        email -> Text,
        password_hash -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    registrations (id) {
        id -> Uuid,
        username -> Text,
        name -> Text,
        email -> Text,
        password_hash -> Text,
        tries -> Int4,
        codes_sent -> Int4,
        code_sent_at -> Timestamptz,
        expires_at -> Timestamptz,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    sessions (id) {
        id -> Uuid,
        user_id -> Uuid,
        current_hash -> Bytea,
        previous_hash -> Nullable<Bytea>,
        rotated_at -> Timestamptz,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        agent -> Text,
        secret_id -> Nullable<Bytea>,
    }
}

diesel::table! {
    instance (one_row) {
        one_row -> Bool,
        secret_id -> Nullable<Bytea>,
        session_ends -> Int8,
    }
}

diesel::table! {
    rooms (id) {
        id -> Uuid,
        kind -> Text,
        title -> Nullable<Text>,
        created_at -> Timestamptz,
        last_seq -> Int8,
        rev -> Int8,
        log -> Int8,
        made_by -> Nullable<Uuid>,
        /// Memberships that began or ended without the other members learning of it.
        #[sql_name = "unseen"]
        hidden_changes -> Int8,
    }
}

diesel::table! {
    private_rooms (low, high) {
        low -> Uuid,
        high -> Uuid,
        room_id -> Uuid,
    }
}

// A view of the active `memberships`: for reading.
diesel::table! {
    members (room_id, user_id) {
        room_id -> Uuid,
        user_id -> Uuid,
        joined_at -> Timestamptz,
        delivered_seq -> Int8,
        read_seq -> Int8,
        mine -> Int8,
        role -> Text,
        active -> Bool,
        opened -> Bool,
    }
}

diesel::table! {
    memberships (room_id, user_id) {
        room_id -> Uuid,
        user_id -> Uuid,
        joined_at -> Timestamptz,
        delivered_seq -> Int8,
        read_seq -> Int8,
        mine -> Int8,
        role -> Text,
        acted -> Bool,
        opened -> Bool,
        status -> Text,
        left_at -> Nullable<Timestamptz>,
        left_rev -> Nullable<Int8>,
    }
}

diesel::table! {
    blocks (blocker_id, blocked_id) {
        blocker_id -> Uuid,
        blocked_id -> Uuid,
        at -> Timestamptz,
    }
}

diesel::table! {
    messages (room_id, seq) {
        room_id -> Uuid,
        seq -> Int8,
        rev -> Int8,
        id -> Uuid,
        sender_id -> Uuid,
        at -> Timestamptz,
        body -> Text,
        first_rev -> Nullable<Int8>,
        edited_at -> Nullable<Timestamptz>,
        first_digest -> Nullable<Bytea>,
        deleted -> Bool,
        reactions -> Nullable<Jsonb>,
    }
}

diesel::table! {
    applied_changes (user_id, id) {
        user_id -> Uuid,
        id -> Uuid,
        message_id -> Uuid,
        rev -> Int8,
        at -> Timestamptz,
    }
}

diesel::table! {
    jobs (id) {
        id -> Int8,
        queue -> Text,
        payload -> Jsonb,
        run_at -> Timestamptz,
        attempts -> Int4,
        lease_until -> Nullable<Timestamptz>,
        last_error -> Nullable<Text>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    dead_jobs (id) {
        id -> Int8,
        queue -> Text,
        payload -> Jsonb,
        attempts -> Int4,
        reason -> Text,
        created_at -> Timestamptz,
        died_at -> Timestamptz,
    }
}

diesel::table! {
    logs (log) {
        log -> Text,
        base -> Int8,
    }
}

diesel::table! {
    log_offsets (log, partition) {
        log -> Text,
        partition -> Int4,
        next_offset -> Int8,
        last_rooms -> Array<Uuid>,
    }
}

diesel::joinable!(blocks -> users (blocked_id));
diesel::joinable!(members -> rooms (room_id));

diesel::allow_tables_to_appear_in_same_query!(
    users,
    registrations,
    sessions,
    rooms,
    private_rooms,
    memberships,
    members,
    blocks,
    messages,
    applied_changes,
    jobs,
    dead_jobs,
    log_offsets,
    logs,
);

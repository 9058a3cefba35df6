//! The database beside the protocol: to make people and sessions quickly, and to read what stands.

use std::collections::BTreeMap;

use anyhow::Context;
use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Bool, Bytea, Jsonb, Nullable, Text, Timestamptz, Uuid},
};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use model::{Message, MessageId, Rev, RoomId, Seq, SessionId, Timestamp, UserId};

use crate::check::{History, Stands};

pub struct Database {
    url: String,
}

/// An account with one session, before it is in the database.
pub struct NewPerson {
    pub user: UserId,
    pub username: String,
    pub session: SessionId,
    /// SHA-256 of the refresh token's secret.
    pub refresh_hash: Vec<u8>,
}

#[derive(QueryableByName)]
struct Head {
    #[diesel(sql_type = Uuid)]
    id: RoomId,
    #[diesel(sql_type = BigInt)]
    last_seq: Seq,
    #[diesel(sql_type = BigInt)]
    rev: Rev,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Uuid)]
    room_id: RoomId,
    #[diesel(sql_type = BigInt)]
    seq: Seq,
    #[diesel(sql_type = BigInt)]
    rev: Rev,
    #[diesel(sql_type = Uuid)]
    id: MessageId,
    #[diesel(sql_type = Uuid)]
    sender_id: UserId,
    #[diesel(sql_type = BigInt)]
    at: i64,
    #[diesel(sql_type = Text)]
    body: String,
    #[diesel(sql_type = BigInt)]
    first_rev: Rev,
    #[diesel(sql_type = Nullable<BigInt>)]
    edited_at: Option<i64>,
    #[diesel(sql_type = Bool)]
    deleted: bool,
    #[diesel(sql_type = Nullable<Jsonb>)]
    reactions: Option<serde_json::Value>,
}

impl Row {
    /// # Errors
    /// The reactions are no reactions.
    fn stands(self) -> anyhow::Result<Stands> {
        let message = Message {
            edited: self.edited_at.map(Timestamp),
            deleted: self.deleted,
            reactions: self.reactions.map_or(Ok(Vec::new()), serde_json::from_value)?,
            ..Message::new(self.id, self.sender_id, Timestamp(self.at), self.body)
                .numbered(self.seq, self.rev)
        };
        Ok(Stands { first: self.first_rev, now: (&message).into() })
    }
}

impl Database {
    pub fn at(url: String) -> Self {
        Self { url }
    }

    async fn connect(&self) -> anyhow::Result<AsyncPgConnection> {
        AsyncPgConnection::establish(&self.url).await.context("the database does not answer")
    }

    /// Opens accounts (with a password that nobody has) and a session of each.
    ///
    /// # Errors
    /// The database does not answer, or a username is taken.
    pub async fn add(&self, people: &[NewPerson], now: DateTime<Utc>) -> anyhow::Result<()> {
        let mut db = self.connect().await?;
        diesel::sql_query(
            "INSERT INTO users (id, username, name, email, password_hash, created_at) \
             SELECT id, username, username, username || '@bench.example', 'none', $3 \
             FROM unnest($1, $2) AS new (id, username)",
        )
        .bind::<Array<Uuid>, _>(people.iter().map(|one| one.user).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(people.iter().map(|one| one.username.as_str()).collect::<Vec<_>>())
        .bind::<Timestamptz, _>(now)
        .execute(&mut db)
        .await?;
        diesel::sql_query(
            "INSERT INTO sessions (id, user_id, current_hash, rotated_at, created_at, expires_at, agent) \
             SELECT *, $4, $4, $4 + interval '1 day', 'bench' FROM unnest($1, $2, $3)",
        )
        .bind::<Array<Uuid>, _>(people.iter().map(|one| one.session).collect::<Vec<_>>())
        .bind::<Array<Uuid>, _>(people.iter().map(|one| one.user).collect::<Vec<_>>())
        .bind::<Array<Bytea>, _>(people.iter().map(|one| one.refresh_hash.as_slice()).collect::<Vec<_>>())
        .bind::<Timestamptz, _>(now)
        .execute(&mut db)
        .await?;
        Ok(())
    }

    /// The newest change of each room.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn heads(&self, rooms: &[RoomId]) -> anyhow::Result<BTreeMap<RoomId, Rev>> {
        Ok(self.read_heads(rooms).await?.into_iter().map(|head| (head.id, head.rev)).collect())
    }

    async fn read_heads(&self, rooms: &[RoomId]) -> anyhow::Result<Vec<Head>> {
        let mut db = self.connect().await?;
        let heads = diesel::sql_query("SELECT id, last_seq, rev FROM rooms WHERE id = ANY($1)")
            .bind::<Array<Uuid>, _>(rooms)
            .load(&mut db)
            .await?;
        Ok(heads)
    }

    /// How many messages of these people stand in other rooms than these.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn strays(&self, people: &[UserId], rooms: &[RoomId]) -> anyhow::Result<i64> {
        let mut db = self.connect().await?;
        let sql = "SELECT count(*) AS count FROM messages WHERE sender_id = ANY($1) AND room_id <> ALL($2)";
        let strays: Count = diesel::sql_query(sql)
            .bind::<Array<Uuid>, _>(people)
            .bind::<Array<Uuid>, _>(rooms)
            .get_result(&mut db)
            .await?;
        Ok(strays.count)
    }

    /// Everything that stands in the rooms.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn histories(&self, rooms: &[RoomId]) -> anyhow::Result<Vec<History>> {
        let mut db = self.connect().await?;
        let rows: Vec<Row> = diesel::sql_query(
            "SELECT room_id, seq, rev, id, sender_id, body, coalesce(first_rev, rev) AS first_rev, deleted, \
                    reactions, floor(extract(epoch FROM at) * 1000)::bigint AS at, \
                    floor(extract(epoch FROM edited_at) * 1000)::bigint AS edited_at \
             FROM messages WHERE room_id = ANY($1) ORDER BY seq",
        )
        .bind::<Array<Uuid>, _>(rooms)
        .load(&mut db)
        .await?;
        let mut messages: BTreeMap<RoomId, Vec<Stands>> = BTreeMap::new();
        for row in rows {
            messages.entry(row.room_id).or_default().push(row.stands()?);
        }
        let history = |head: Head| History {
            room: head.id,
            rev: head.rev,
            last_seq: head.last_seq,
            messages: messages.remove(&head.id).unwrap_or_default(),
        };
        Ok(self.read_heads(rooms).await?.into_iter().map(history).collect())
    }
}

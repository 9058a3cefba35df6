//! Many people and rooms at once. Messages, history and sockets go the public way; accounts are put
//! into the database, because hashing a thousand passwords would take longer than the measurement.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{TimeDelta, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Binary, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use futures::{StreamExt, TryStreamExt, stream};
use model::{RoomId, SessionId, UserId, accounts::Me};
use sha2::{Digest, Sha256};

use super::instance::Instance;
use crate::client::Http;

pub(super) struct Plan {
    pub(super) users: usize,
    pub(super) rooms: usize,
    /// Members of each room; everybody is then in `rooms × room_size / users` of them.
    pub(super) room_size: usize,
}

pub(super) struct Crowd {
    pub(super) people: Vec<Somebody>,
    pub(super) rooms: Vec<RoomId>,
}

pub(super) struct Somebody {
    pub(super) http: Http,
    /// Theirs, at least one.
    pub(super) rooms: Vec<RoomId>,
}

/// The secret half of everybody's refresh token: there is nothing to steal.
const SECRET: [u8; 32] = [7; 32];

impl Somebody {
    pub(super) fn room(&self) -> RoomId {
        self.rooms[0]
    }
}

impl Crowd {
    /// # Errors
    /// The database or the program does not answer.
    pub(super) async fn gather(instance: &Instance, plan: Plan) -> anyhow::Result<Self> {
        let users: Vec<UserId> = (0..plan.users).map(|_| UserId::new()).collect();
        let sessions: Vec<SessionId> = (0..plan.users).map(|_| SessionId::new()).collect();
        let rooms: Vec<RoomId> = (0..plan.rooms).map(|_| RoomId::new()).collect();
        // Room r holds the people r, r + 1, … around the circle, ten rooms of ten apart.
        let seat = |room: usize, chair: usize| (room * plan.users / plan.rooms + chair) % plan.users;
        let seats: Vec<(RoomId, UserId)> = (0..plan.rooms)
            .flat_map(|room| (0..plan.room_size).map(move |chair| (room, chair)))
            .map(|(room, chair)| (rooms[room], users[seat(room, chair)]))
            .collect();
        store(instance, &users, &sessions, &rooms, &seats).await?;
        let http = Http::new(&instance.origin());
        let people = stream::iter(users.iter().zip(&sessions))
            .map(|(user, session)| enter(http.anonymous(), *user, *session, &seats))
            .buffered(8)
            .try_collect()
            .await?;
        Ok(Self { people, rooms })
    }

    /// Messages that stand, and whether every room is numbered without a hole.
    ///
    /// # Errors
    /// The database does not answer.
    pub(super) async fn standing(&self, instance: &Instance) -> anyhow::Result<(u64, bool)> {
        #[derive(QueryableByName)]
        struct Standing {
            #[diesel(sql_type = BigInt)]
            messages: i64,
            #[diesel(sql_type = BigInt)]
            holes: i64,
        }
        let mut db = instance.database().await?;
        let standing: Standing = diesel::sql_query(
            "SELECT coalesce(sum(count), 0)::bigint AS messages, \
                 count(*) FILTER (WHERE count <> last_seq OR count <> highest) AS holes \
             FROM (SELECT r.last_seq, count(m.id), coalesce(max(m.seq), 0) AS highest \
                   FROM rooms r LEFT JOIN messages m ON m.room_id = r.id GROUP BY r.id) AS counted",
        )
        .get_result(&mut db)
        .await?;
        Ok((standing.messages as u64, standing.holes == 0))
    }
}

/// Somebody's access token, by the refresh token that was stored.
async fn enter(
    http: Http,
    user: UserId,
    session: SessionId,
    seats: &[(RoomId, UserId)],
) -> anyhow::Result<Somebody> {
    let token = format!("{session}.{}", BASE64_URL_SAFE_NO_PAD.encode(SECRET));
    http.set_cookie("dev-rapport-refresh", &token);
    let me: Me = http.get("/api/accounts/me", &[]).await.map_err(|refused| anyhow::anyhow!("{refused}"))?;
    anyhow::ensure!(me.id == user, "somebody else is signed in");
    let rooms = seats.iter().filter(|(_, member)| *member == user).map(|(room, _)| *room).collect();
    Ok(Somebody { http, rooms })
}

async fn store(
    instance: &Instance,
    users: &[UserId],
    sessions: &[SessionId],
    rooms: &[RoomId],
    seats: &[(RoomId, UserId)],
) -> anyhow::Result<()> {
    let mut db = instance.database().await?;
    let now = Utc::now();
    let names: Vec<String> = (0..users.len()).map(|n| format!("load{n}")).collect();
    diesel::sql_query(
        "INSERT INTO users (id, username, name, email, password_hash, created_at) \
         SELECT id, name, name, name || '@example.com', 'none', $3 FROM unnest($1, $2) AS new (id, name)",
    )
    .bind::<Array<SqlUuid>, _>(users)
    .bind::<Array<Text>, _>(&names)
    .bind::<Timestamptz, _>(now)
    .execute(&mut db)
    .await?;
    diesel::sql_query(
        "INSERT INTO sessions (id, user_id, current_hash, rotated_at, created_at, expires_at, agent) \
         SELECT id, user_id, $3, $4, $4, $5, 'load' FROM unnest($1, $2) AS new (id, user_id)",
    )
    .bind::<Array<SqlUuid>, _>(sessions)
    .bind::<Array<SqlUuid>, _>(users)
    .bind::<Binary, _>(Sha256::digest(SECRET).to_vec())
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(now + TimeDelta::days(1))
    .execute(&mut db)
    .await?;
    diesel::sql_query(
        "INSERT INTO rooms (id, kind, title, created_at) SELECT id, 'group', 'Load', $2 FROM unnest($1) AS id",
    )
    .bind::<Array<SqlUuid>, _>(rooms)
    .bind::<Timestamptz, _>(now)
    .execute(&mut db)
    .await?;
    let (of, who): (Vec<RoomId>, Vec<UserId>) = seats.iter().copied().unzip();
    diesel::sql_query(
        "INSERT INTO memberships (room_id, user_id, joined_at) \
         SELECT DISTINCT room_id, user_id, $3 FROM unnest($1, $2) AS seat (room_id, user_id)",
    )
    .bind::<Array<SqlUuid>, _>(of)
    .bind::<Array<SqlUuid>, _>(who)
    .bind::<Timestamptz, _>(now)
    .execute(&mut db)
    .await?;
    // So that the planner knows what the tables hold, as it does on a machine that has run a while.
    diesel::sql_query("ANALYZE").execute(&mut db).await?;
    Ok(())
}

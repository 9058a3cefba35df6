//! The rows of a demo, a few thousand in a statement.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Text, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::{Error, MessageId, RoomId, UserId};

use super::people::Person;
use backend::failure::{Failure, Outcome, violated};

/// Rows in a statement.
pub(super) const CHUNK: usize = 5_000;

pub(super) struct Room {
    pub(super) id: RoomId,
    pub(super) low: UserId,
    pub(super) high: UserId,
    pub(super) created_at: DateTime<Utc>,
    pub(super) messages: i64,
}

pub(super) struct Member {
    pub(super) room: RoomId,
    pub(super) user: UserId,
    pub(super) joined_at: DateTime<Utc>,
    pub(super) delivered: i64,
    pub(super) read: i64,
    pub(super) mine: i64,
}

pub(super) struct Message {
    pub(super) room: RoomId,
    pub(super) seq: i64,
    pub(super) id: MessageId,
    pub(super) sender: UserId,
    pub(super) at: DateTime<Utc>,
    pub(super) body: String,
}

/// A column of the rows.
fn column<'a, R, T>(rows: &'a [R], value: impl Fn(&'a R) -> T) -> Vec<T> {
    rows.iter().map(value).collect()
}

/// # Errors
/// `taken` if somebody has a username or an address of these people.
pub(super) async fn people(
    db: &mut AsyncPgConnection,
    people: &[Person],
    password_hash: &str,
) -> Outcome<()> {
    for rows in people.chunks(CHUNK) {
        diesel::sql_query(
            "INSERT INTO users (id, username, name, email, created_at, password_hash) \
             SELECT *, $6 FROM unnest($1, $2, $3, $4, $5)",
        )
        .bind::<Array<Uuid>, _>(column(rows, |person| person.id))
        .bind::<Array<Text>, _>(column(rows, |person| &person.username))
        .bind::<Array<Text>, _>(column(rows, |person| &person.name))
        .bind::<Array<Text>, _>(column(rows, Person::email))
        .bind::<Array<Timestamptz>, _>(column(rows, |person| person.joined))
        .bind::<Text, _>(password_hash)
        .execute(db)
        .await
        .map_err(somebody_is_there)?;
    }
    Ok(())
}

pub(super) async fn rooms(db: &mut AsyncPgConnection, rooms: &[Room]) -> Outcome<()> {
    for rows in rooms.chunks(CHUNK) {
        diesel::sql_query(
            "INSERT INTO rooms (id, created_at, last_seq, rev, kind) \
             SELECT id, created_at, messages, messages, 'private' \
             FROM unnest($1, $2, $3) AS new (id, created_at, messages)",
        )
        .bind::<Array<Uuid>, _>(column(rows, |room| room.id))
        .bind::<Array<Timestamptz>, _>(column(rows, |room| room.created_at))
        .bind::<Array<BigInt>, _>(column(rows, |room| room.messages))
        .execute(db)
        .await?;
        diesel::sql_query("INSERT INTO private_rooms (low, high, room_id) SELECT * FROM unnest($1, $2, $3)")
            .bind::<Array<Uuid>, _>(column(rows, |room| room.low))
            .bind::<Array<Uuid>, _>(column(rows, |room| room.high))
            .bind::<Array<Uuid>, _>(column(rows, |room| room.id))
            .execute(db)
            .await?;
    }
    Ok(())
}

pub(super) async fn members(db: &mut AsyncPgConnection, members: &[Member]) -> Outcome<()> {
    for rows in members.chunks(CHUNK) {
        diesel::sql_query(
            "INSERT INTO memberships (room_id, user_id, joined_at, delivered_seq, read_seq, mine) \
             SELECT * FROM unnest($1, $2, $3, $4, $5, $6)",
        )
        .bind::<Array<Uuid>, _>(column(rows, |member| member.room))
        .bind::<Array<Uuid>, _>(column(rows, |member| member.user))
        .bind::<Array<Timestamptz>, _>(column(rows, |member| member.joined_at))
        .bind::<Array<BigInt>, _>(column(rows, |member| member.delivered))
        .bind::<Array<BigInt>, _>(column(rows, |member| member.read))
        .bind::<Array<BigInt>, _>(column(rows, |member| member.mine))
        .execute(db)
        .await?;
    }
    Ok(())
}

/// Messages that are the only changes of their rooms so far: `rev` is `seq`.
pub(super) async fn messages(db: &mut AsyncPgConnection, rows: &[Message]) -> Outcome<()> {
    diesel::sql_query(
        "INSERT INTO messages (room_id, seq, rev, id, sender_id, at, body) \
         SELECT room, seq, seq, id, sender, at, body \
         FROM unnest($1, $2, $3, $4, $5, $6) AS new (room, seq, id, sender, at, body)",
    )
    .bind::<Array<Uuid>, _>(column(rows, |message| message.room))
    .bind::<Array<BigInt>, _>(column(rows, |message| message.seq))
    .bind::<Array<Uuid>, _>(column(rows, |message| message.id))
    .bind::<Array<Uuid>, _>(column(rows, |message| message.sender))
    .bind::<Array<Timestamptz>, _>(column(rows, |message| message.at))
    .bind::<Array<Text>, _>(column(rows, |message| message.body.as_str()))
    .execute(db)
    .await?;
    Ok(())
}

fn somebody_is_there(error: diesel::result::Error) -> Failure {
    let message = match violated(&error) {
        Some("users_username_key") => "Somebody here has the username of a person of the demo.",
        Some("users_email_key") => "Somebody here has the e-mail address of a person of the demo.",
        _ => return error.into(),
    };
    Error::taken("username", format!("{message} Nothing was changed; fill an empty instance.")).into()
}

//! Catching up: from what a client holds to what there is. The cost is the number of rooms that
//! changed; those that did not are only compared.

use std::collections::BTreeMap;

use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Bool, Uuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl, pg::TransactionBuilder};
use model::{
    Error, Message, Result, Rev, Room, RoomId, UserId, VecMap,
    limits::{CATCH_UP, PAGE},
    rooms::marks_sum,
    wire::{Position, ServerFrame},
};

use super::row::{COLUMNS, MessageRow};
use crate::{
    Backend, SignedIn,
    database::schema::{members, rooms},
    failure::Outcome,
    membership::is_visible,
    rate_limit::Limit,
    rooms::{Which, list},
};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Uuid)]
    room_id: RoomId,
    #[diesel(embed)]
    message: MessageRow,
}

/// A room whose changes are wanted.
struct Wanted<'a> {
    room: &'a Room,
    after: Rev,
}

impl Wanted<'_> {
    /// More was missed than is sent: the newest page instead. Also for a client ahead of the
    /// server, which can only hold another instance's numbers.
    fn limited(&self) -> bool {
        self.after > self.room.rev || self.room.rev.0 - self.after.0 > CATCH_UP
    }
}

impl Backend {
    /// The rooms a person's sockets listen to.
    pub async fn rooms_to_follow(&self, who: &SignedIn) -> Result<Vec<RoomId>> {
        let rooms = self.room_ids(who).await?;
        if self.log.asks_for_members() {
            self.members.note(who.user(), &rooms).await;
        }
        Ok(rooms)
    }

    async fn room_ids(&self, who: &SignedIn) -> Outcome<Vec<RoomId>> {
        let mut db = self.db.get().await?;
        let own = members::table.inner_join(rooms::table).filter(members::user_id.eq(who.user()));
        Ok(own.filter(is_visible()).select(members::room_id).load(&mut db).await?)
    }

    /// The frames that bring a client from its cursor to the present. Subscribe first: what
    /// happens while this reads then comes live, and what comes twice is dropped by number.
    pub async fn catch_up(
        &self,
        who: &SignedIn,
        cursor: &VecMap<RoomId, Position>,
    ) -> Result<Vec<ServerFrame>> {
        Ok(self.read_missed(who.user(), cursor).await?)
    }

    async fn read_missed(
        &self,
        user: UserId,
        cursor: &VecMap<RoomId, Position>,
    ) -> Outcome<Vec<ServerFrame>> {
        let mut db = self.db.get().await?;
        in_one_state(&mut db).run(async |db| catch_up(db, user, cursor).await).await
    }

    /// The changes of one room after a position.
    ///
    /// # Errors
    /// `not_found` to non-members, `rate_limited`.
    pub async fn fetch(&self, who: &SignedIn, room: RoomId, after: Rev) -> Result<ServerFrame> {
        self.limits.check(Limit::Fetch, who.user()).await?;
        Ok(self.read_changes(who.user(), room, after).await?)
    }

    async fn read_changes(&self, user: UserId, room: RoomId, after: Rev) -> Outcome<ServerFrame> {
        let mut db = self.db.get().await?;
        in_one_state(&mut db).run(async |db| changes_of(db, user, room, after).await).await
    }
}

/// Memberships, heads and messages as they were at one moment: nothing is shown to somebody that happened
/// after they left, and a message that changes meanwhile is not missing from what is read.
fn in_one_state(db: &mut AsyncPgConnection) -> TransactionBuilder<'_, AsyncPgConnection> {
    db.build_transaction().repeatable_read().read_only()
}

async fn catch_up(
    db: &mut AsyncPgConnection,
    user: UserId,
    cursor: &VecMap<RoomId, Position>,
) -> Outcome<Vec<ServerFrame>> {
    let rooms = list(db, user, Which::All).await?;
    let mut frames = Vec::new();
    for room in cursor.keys().filter(|id| !rooms.iter().any(|room| room.id == **id)) {
        frames.push(ServerFrame::Left { room: *room });
    }
    let mut wanted = Vec::new();
    for room in &rooms {
        match cursor.get(&room.id) {
            None => frames.push(ServerFrame::Room { room: room.clone() }),
            Some(position) if position.is_behind(room) => {
                wanted.push(Wanted { room, after: position.rev });
            }
            Some(_) => {}
        }
    }
    frames.extend(changes(db, &wanted).await?);
    Ok(frames)
}

async fn changes_of(
    db: &mut AsyncPgConnection,
    user: UserId,
    room: RoomId,
    after: Rev,
) -> Outcome<ServerFrame> {
    let rooms = list(db, user, Which::One(room)).await?;
    let [room] = rooms.as_slice() else { return Err(Error::not_found("chat").into()) };
    let frames = changes(db, &[Wanted { room, after }]).await?;
    Ok(frames.into_iter().next().ok_or_else(Error::unavailable)?)
}

async fn changes(db: &mut AsyncPgConnection, wanted: &[Wanted<'_>]) -> Outcome<Vec<ServerFrame>> {
    let mut messages = changed_messages(db, wanted).await?;
    #[cfg(feature = "mutants")]
    super::mutated::forget_one(&mut messages);
    let frame = |wanted: &Wanted| ServerFrame::Changes {
        room: wanted.room.id,
        after: wanted.after,
        upto: wanted.room.rev,
        limited: wanted.limited(),
        messages: messages.remove(&wanted.room.id).unwrap_or_default(),
        marks: wanted.room.marks.clone(),
        members: wanted.room.members(),
        log: wanted.room.log,
    };
    Ok(wanted.iter().map(frame).collect())
}

/// For all wanted rooms in one statement.
async fn changed_messages(
    db: &mut AsyncPgConnection,
    wanted: &[Wanted<'_>],
) -> Outcome<BTreeMap<RoomId, Vec<Message>>> {
    let stale: Vec<&Wanted> = wanted.iter().filter(|one| one.after != one.room.rev).collect();
    let mut found: BTreeMap<RoomId, Vec<Message>> = BTreeMap::new();
    if stale.is_empty() {
        return Ok(found);
    }
    let rows: Vec<Row> = diesel::sql_query(format!(
        "SELECT wanted.room_id, {COLUMNS} \
         FROM unnest($1, $2, $3, $4) AS wanted (room_id, after, last_seq, limited) \
         CROSS JOIN LATERAL ( \
             (SELECT * FROM messages \
              WHERE room_id = wanted.room_id AND NOT wanted.limited AND rev > wanted.after \
              ORDER BY rev LIMIT $5) \
             UNION ALL \
             (SELECT * FROM messages \
              WHERE room_id = wanted.room_id AND wanted.limited AND seq > wanted.last_seq - $6 \
              ORDER BY seq LIMIT $5) \
         ) m ORDER BY wanted.room_id, m.rev"
    ))
    .bind::<Array<Uuid>, _>(stale.iter().map(|one| one.room.id).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(stale.iter().map(|one| one.after).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(stale.iter().map(|one| one.room.last_seq).collect::<Vec<_>>())
    .bind::<Array<Bool>, _>(stale.iter().map(|one| one.limited()).collect::<Vec<_>>())
    .bind::<BigInt, _>(2 * CATCH_UP)
    .bind::<BigInt, _>(PAGE)
    .load(db)
    .await?;
    for row in rows {
        found.entry(row.room_id).or_default().extend(row.message.message()?);
    }
    Ok(found)
}

trait Behind {
    fn is_behind(&self, room: &Room) -> bool;
}

impl Behind for Position {
    fn is_behind(&self, room: &Room) -> bool {
        self.rev != room.rev || self.marks != Some(marks_sum(&room.marks))
    }
}

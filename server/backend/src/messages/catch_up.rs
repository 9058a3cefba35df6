//! Catching up: from what a client holds to what there is. The cost is the number of rooms that
//! changed; those that did not are only compared.

use std::collections::BTreeMap;

use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Bool, Uuid},
};
use diesel_async::RunQueryDsl;
use model::{
    Error, Message, Result, Rev, Room, RoomId, VecMap,
    limits::{CATCH_UP, PAGE},
    rooms::marks_sum,
    wire::{Position, ServerFrame},
};

use super::row::Row;
use crate::{Backend, SignedIn, database::schema::members, failure::Outcome, rate_limit::Limit};

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
        let rooms = members::table.filter(members::user_id.eq(who.user())).select(members::room_id);
        Ok(rooms.load(&mut db).await?)
    }

    /// The frames that bring a client from its cursor to the present. Subscribe first: what
    /// happens while this reads then comes live, and what comes twice is dropped by number.
    pub async fn catch_up(
        &self,
        who: &SignedIn,
        cursor: &VecMap<RoomId, Position>,
    ) -> Result<Vec<ServerFrame>> {
        let rooms = self.rooms(who).await?;
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
        frames.extend(self.changes(&wanted).await?);
        Ok(frames)
    }

    /// The changes of one room after a position.
    ///
    /// # Errors
    /// `not_found` to non-members, `rate_limited`.
    pub async fn fetch(&self, who: &SignedIn, room: RoomId, after: Rev) -> Result<ServerFrame> {
        self.limits.check(Limit::Fetch, who.user()).await?;
        let room = self.room(who, room).await?;
        let frames = self.changes(&[Wanted { room: &room, after }]).await?;
        frames.into_iter().next().ok_or_else(Error::unavailable)
    }

    async fn changes(&self, wanted: &[Wanted<'_>]) -> Outcome<Vec<ServerFrame>> {
        let mut messages = self.changed_messages(wanted).await?;
        #[cfg(feature = "mutants")]
        crate::mutants::forget_one(&mut messages);
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

    /// For all wanted rooms in one statement. The rooms' heads were read before, together with the
    /// membership: what came since is left out, for the reader may have left in between. Who stayed has
    /// it live, or finds the hole.
    async fn changed_messages(&self, wanted: &[Wanted<'_>]) -> Outcome<BTreeMap<RoomId, Vec<Message>>> {
        let stale: Vec<&Wanted> = wanted.iter().filter(|one| one.after != one.room.rev).collect();
        let mut found: BTreeMap<RoomId, Vec<Message>> = BTreeMap::new();
        if stale.is_empty() {
            return Ok(found);
        }
        let mut db = self.db.get().await?;
        let rows: Vec<Row> = diesel::sql_query(
            "SELECT wanted.room_id, wanted.rev AS room_rev, wanted.last_seq, \
                    m.id, m.seq, m.rev, m.sender_id, m.at, m.body \
             FROM unnest($1, $2, $3, $4, $5) AS wanted (room_id, after, rev, last_seq, limited) \
             CROSS JOIN LATERAL ( \
                 (SELECT * FROM messages \
                  WHERE room_id = wanted.room_id AND NOT wanted.limited \
                      AND rev > wanted.after AND rev <= wanted.rev \
                  ORDER BY rev LIMIT $6) \
                 UNION ALL \
                 (SELECT * FROM messages \
                  WHERE room_id = wanted.room_id AND wanted.limited \
                      AND seq > wanted.last_seq - $7 AND seq <= wanted.last_seq \
                  ORDER BY seq LIMIT $6) \
             ) m ORDER BY wanted.room_id, m.rev",
        )
        .bind::<Array<Uuid>, _>(stale.iter().map(|one| one.room.id).collect::<Vec<_>>())
        .bind::<Array<BigInt>, _>(stale.iter().map(|one| one.after).collect::<Vec<_>>())
        .bind::<Array<BigInt>, _>(stale.iter().map(|one| one.room.rev).collect::<Vec<_>>())
        .bind::<Array<BigInt>, _>(stale.iter().map(|one| one.room.last_seq).collect::<Vec<_>>())
        .bind::<Array<Bool>, _>(stale.iter().map(|one| one.limited()).collect::<Vec<_>>())
        .bind::<BigInt, _>(2 * CATCH_UP)
        .bind::<BigInt, _>(PAGE)
        .load(&mut db)
        .await?;
        for row in rows {
            let room = row.room_id;
            found.entry(room).or_default().extend(row.message());
        }
        Ok(found)
    }
}

trait Behind {
    fn is_behind(&self, room: &Room) -> bool;
}

impl Behind for Position {
    fn is_behind(&self, room: &Room) -> bool {
        self.rev != room.rev || self.marks != Some(marks_sum(&room.marks))
    }
}

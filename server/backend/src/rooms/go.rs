//! The end of a membership, however it comes about.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::{
    Result, RoomId, Seq, UserId,
    wire::{Change, Item, ServerFrame},
};

use super::{
    Moment,
    locked::{Locked, Manner, Moved},
};
use crate::{
    Backend,
    bus::Notice,
    database::schema::{former_members, members},
    failure::Outcome,
};

/// Somebody is no member of a room, and perhaps the others are to know.
pub(crate) struct Gone {
    room: RoomId,
    user: UserId,
    at: Moment,
    news: Option<Moved>,
}

impl Backend {
    /// Tells a person's sockets first: what is told to the room then does not reach them. Then forgets the
    /// membership again, as the promise of [`crate::cache::Cache`] asks.
    ///
    /// # Errors
    /// It could not be forgotten.
    pub(crate) async fn announce_gone(&self, Gone { room, user, at, news }: Gone) -> Result<()> {
        let frame = Bytes::from(ServerFrame::Left { room }.encode());
        self.bus.publish(&Notice::Left { user, room, at, frame });
        if let Some(moved) = news {
            self.announce_members(room, moved);
        }
        self.members.forget(room, user).await?;
        // It has left this process before anybody hears that they are out.
        self.bus.flush().await;
        Ok(())
    }

    /// Tells a room who is gone.
    pub(super) fn announce_members(&self, room: RoomId, Moved { rev, gone }: Moved) {
        let change = Change { room, rev, item: Item::Members { gone } };
        let frame = Bytes::from(ServerFrame::Change(change).encode());
        self.bus.publish(&Notice::Room { room, rev: Some(rev), frame });
    }
}

/// Takes somebody out of a room, whose membership was forgotten before; `None` if they never were in it.
/// Who is out already stays as they went.
pub(crate) async fn go(
    db: &mut AsyncPgConnection,
    room: RoomId,
    user: UserId,
    manner: Manner,
    now: DateTime<Utc>,
) -> Outcome<Option<Gone>> {
    let Some(mut room) = Locked::room(db, room).await? else { return Ok(None) };
    take_out(db, &mut room, user, manner, now).await?;
    let went = former_members::table.find((room.id, user));
    let went = went.select((former_members::rev, former_members::silent)).first(db).await.optional()?;
    let Some((rev, silent)) = went else { return Ok(None) };
    let news = match (manner, Manner::of(silent)) {
        // Also if they left before: whoever ended it may have died before it was told.
        (Manner::Told, Manner::Told) => Some(room.moved(db, rev).await?),
        _ => None,
    };
    Ok(Some(Gone { room: room.id, user, at: room.moment(), news }))
}

/// Moves a member to those who were one.
async fn take_out(
    db: &mut AsyncPgConnection,
    room: &mut Locked,
    user: UserId,
    manner: Manner,
    now: DateTime<Utc>,
) -> Outcome<()> {
    type Member = (DateTime<Utc>, Seq, Seq);
    let member: Option<Member> = diesel::delete(members::table.find((room.id, user)))
        .returning((members::joined_at, members::delivered_seq, members::read_seq))
        .get_result(db)
        .await
        .optional()?;
    let Some((joined_at, delivered, read)) = member else { return Ok(()) };
    room.count(db, manner).await?;
    diesel::insert_into(former_members::table)
        .values((
            former_members::room_id.eq(room.id),
            former_members::user_id.eq(user),
            former_members::joined_at.eq(joined_at),
            former_members::left_at.eq(now),
            former_members::rev.eq(room.rev),
            former_members::delivered_seq.eq(delivered),
            former_members::read_seq.eq(read),
            former_members::silent.eq(manner.is_silent()),
        ))
        .execute(db)
        .await?;
    Ok(())
}

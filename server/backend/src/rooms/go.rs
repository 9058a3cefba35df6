//! The end of a membership, however it comes about.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use model::{Result, Rev, RoomId, RoomKind, Seq, UserId, wire::ServerFrame};

use super::{
    Moment,
    admin::{ADMIN, MEMBER},
    hand_over::hand_over,
    lock::{Locked, Manner, Moved},
    standing::is_visible,
};
use crate::{
    Backend,
    bus::Notice,
    database::schema::{former_members, members, rooms},
    failure::Outcome,
};

/// Somebody is no member of a room, and perhaps the others are to know.
pub(crate) struct Gone {
    room: RoomId,
    user: UserId,
    at: Moment,
    /// They were in it, to their own knowledge.
    knew: bool,
    news: Option<Moved>,
}

impl Backend {
    /// Tells a person's sockets first: what is told to the room then does not reach them. Then forgets the
    /// membership again, as the promise of [`crate::cache::Cache`] asks.
    ///
    /// # Errors
    /// It could not be forgotten.
    pub(crate) async fn announce_gone(&self, Gone { room, user, at, knew, news }: Gone) -> Result<()> {
        if knew {
            let frame = Bytes::from(ServerFrame::Left { room }.encode());
            self.bus.publish(&Notice::Left { user, room, at, frame });
        }
        if let Some(moved) = news {
            self.announce_members(room, moved);
        }
        self.members.forget(room, user).await?;
        // It has left this process before anybody hears that they are out.
        self.bus.flush().await;
        Ok(())
    }
}

/// Puts a private chat away that nobody else has seen: it is as if this member had not opened it. The other person
/// learns nothing of it, and their first message brings it back. `None` if there is more to leave.
pub(super) async fn put_away(room: &mut Locked<'_>, user: UserId) -> Outcome<Option<Gone>> {
    let of_room = members::table.inner_join(rooms::table).filter(members::room_id.eq(room.id));
    let seen = of_room.filter(members::user_id.ne(user)).filter(is_visible());
    let others = members::table.filter(members::room_id.eq(room.id)).filter(members::user_id.ne(user));
    let (others, seen): (i64, i64) =
        (others.count().get_result(room.db).await?, seen.count().get_result(room.db).await?);
    if room.kind != RoomKind::Private || others == 0 || seen > 0 {
        return Ok(None);
    }
    let member = members::table.find((room.id, user)).filter(members::opened);
    let put = diesel::update(member).set(members::opened.eq(false)).execute(room.db).await?;
    Ok((put > 0).then(|| Gone { room: room.id, user, at: room.moment(), knew: true, news: None }))
}

/// Takes somebody out of a room, whose membership was forgotten before; `None` if they never were in it.
/// Who is out already stays as they went.
pub(crate) async fn go(
    mut room: Locked<'_>,
    user: UserId,
    manner: Manner,
    now: DateTime<Utc>,
) -> Outcome<Option<Gone>> {
    take_out(&mut room, user, manner, now).await?;
    let went = former_members::table.find((room.id, user));
    // Who is gone since before they came never came: see `seat`.
    let knew = former_members::joined_at.le(former_members::left_at);
    let went = went.select((former_members::rev, former_members::silent, knew));
    let went: Option<(Rev, bool, bool)> = went.first(room.db).await.optional()?;
    let Some((rev, silent, knew)) = went else { return Ok(None) };
    let news = match (manner, Manner::of(silent)) {
        // Also if they left before: whoever ended it may have died before it was told.
        (Manner::Told, Manner::Told) => Some(room.moved(rev).await?),
        _ => None,
    };
    Ok(Some(Gone { room: room.id, user, at: room.moment(), knew, news }))
}

/// Moves a member to those who were one.
async fn take_out(room: &mut Locked<'_>, user: UserId, manner: Manner, now: DateTime<Utc>) -> Outcome<()> {
    type Member = (DateTime<Utc>, Seq, Seq, String);
    let member: Option<Member> = diesel::delete(members::table.find((room.id, user)))
        .returning((members::joined_at, members::delivered_seq, members::read_seq, members::role))
        .get_result(room.db)
        .await
        .optional()?;
    let Some((joined_at, delivered, read, role)) = member else { return show_out(room, user, manner).await };
    room.count(manner).await?;
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
        .execute(room.db)
        .await?;
    if room.kind == RoomKind::Group && role == ADMIN {
        hand_over(room).await?;
    }
    Ok(())
}

/// Who was in a group to the others only is gone to them as well. In a private chat they stay: it would tell of
/// a block.
async fn show_out(room: &mut Locked<'_>, user: UserId, manner: Manner) -> Outcome<()> {
    if room.kind == RoomKind::Private || manner.is_silent() {
        return Ok(());
    }
    let silent = former_members::table.find((room.id, user)).filter(former_members::silent);
    let number = former_members::rev.eq(room.next());
    let seen = (former_members::silent.eq(false), former_members::role.eq(MEMBER), number);
    if diesel::update(silent).set(seen).execute(room.db).await? > 0 {
        room.raise().await?;
    }
    Ok(())
}

//! The end of a membership, however it comes about.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use diesel::{prelude::*, sql_types::Uuid};
use diesel_async::RunQueryDsl;
use model::{Result, Rev, RoomId, RoomKind, Seq, UserId, wire::ServerFrame};

use super::{
    Moment,
    admin::MEMBER,
    lock::{Locked, Manner, Moved},
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
    type Member = (DateTime<Utc>, Seq, Seq);
    let member: Option<Member> = diesel::delete(members::table.find((room.id, user)))
        .returning((members::joined_at, members::delivered_seq, members::read_seq))
        .get_result(room.db)
        .await
        .optional()?;
    let Some((joined_at, delivered, read)) = member else { return show_out(room, user, manner).await };
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
    if room.kind == RoomKind::Group {
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

/// A group without an admin gets one: whoever has been there longest. Of those who can be one: a group that
/// nobody can look after would be worse than a block that somebody might guess from it.
async fn hand_over(group: &mut Locked<'_>) -> QueryResult<()> {
    diesel::sql_query(
        "UPDATE members SET role = 'admin' \
         WHERE NOT EXISTS (SELECT FROM members WHERE room_id = $1 AND role = 'admin') \
             AND (room_id, user_id) = ( \
                 SELECT room_id, user_id FROM members WHERE room_id = $1 ORDER BY joined_at, user_id LIMIT 1)",
    )
    .bind::<Uuid, _>(group.id)
    .execute(group.db)
    .await?;
    Ok(())
}

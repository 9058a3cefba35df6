//! Showing private chats to those who have not opened them.

use std::time::Duration;

use bytes::Bytes;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::{RoomId, wire::ServerFrame};

use super::{Which, heads, list};
use crate::{
    bus::{Bus, Notice},
    database::{
        Pool,
        schema::{members, memberships, rooms},
    },
    failure::Outcome,
    membership::{MEMBERSHIP, Membership, MembershipRow, is_visible},
};

/// Between two tries while the database is away.
const AGAIN: Duration = Duration::from_millis(500);

/// Publishes private chats that have their first message to the member who has not opened them. Other rooms have no
/// such member. Goes on until it is done.
pub(crate) fn reveal(db: Pool, bus: Bus, rooms: Vec<RoomId>) {
    tokio::spawn(async move {
        while let Err(error) = reveal_now(&db, &bus, &rooms).await {
            tracing::warn!(%error, "new chats cannot be shown to their other people yet");
            tokio::time::sleep(AGAIN).await;
        }
    });
}

async fn reveal_now(db: &Pool, bus: &Bus, rooms: &[RoomId]) -> Outcome<()> {
    let mut db = db.get().await?;
    let unopened = members::table.inner_join(rooms::table).filter(members::room_id.eq_any(rooms));
    let unopened = unopened.filter(members::opened.eq(false)).filter(is_visible());
    let unopened: Vec<MembershipRow> = unopened.select(MEMBERSHIP).load(&mut db).await?;
    for membership in unopened.into_iter().map(Membership::from) {
        publish(&mut db, bus, membership).await?;
    }
    Ok(())
}

async fn publish(
    db: &mut AsyncPgConnection,
    bus: &Bus,
    Membership { user, room, version }: Membership,
) -> Outcome<()> {
    let Some(described) = list(db, user, Which::One(room)).await?.pop() else { return Ok(()) };
    let rev = described.rev;
    let frame = Bytes::from(ServerFrame::Room { room: described }.encode());
    bus.publish(&Notice::Joined { user, room, version, frame });
    // Changes that were made between reading the room and subscribing to it.
    let head = heads(db, &[room]).await?.pop();
    if let Some(head) = head.filter(|head| head.rev > rev) {
        bus.publish(&Notice::Room { room, rev: Some(head.rev), frame: head.frame() });
    }
    let shown = memberships::table.find((room, user));
    diesel::update(shown).set(memberships::opened.eq(true)).execute(db).await?;
    Ok(())
}

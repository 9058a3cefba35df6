//! Where rooms stand: for those who may have missed something.

use bytes::Bytes;
use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Jsonb, Uuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::{Mark, Offset, Rev, RoomId, Seq, UserId, wire::ServerFrame};
use serde::Deserialize;

use super::anybody::{ANYBODY, PEOPLE};
use crate::failure::Outcome;

/// A room's newest change, and the marks that come with a room.
pub(crate) struct Head {
    pub(crate) room: RoomId,
    pub(crate) rev: Rev,
    log: Offset,
    marks: Vec<Mark>,
    gone: Vec<UserId>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Uuid)]
    id: RoomId,
    #[diesel(sql_type = BigInt)]
    rev: Rev,
    #[diesel(sql_type = BigInt)]
    log: Offset,
    #[diesel(sql_type = BigInt)]
    last_seq: Seq,
    #[diesel(sql_type = Jsonb)]
    marks: serde_json::Value,
    #[diesel(sql_type = Array<Uuid>)]
    gone: Vec<UserId>,
}

#[derive(Deserialize)]
struct Member {
    user: UserId,
    delivered: Seq,
    read: Seq,
    mine: i64,
}

/// Where each of the rooms stands; those that are not there are left out.
pub(crate) async fn heads(db: &mut AsyncPgConnection, rooms: &[RoomId]) -> Outcome<Vec<Head>> {
    let rows: Vec<Row> = diesel::sql_query(format!(
        "SELECT r.id, r.rev, r.log, r.last_seq, shown.marks, \
             ARRAY(SELECT user_id FROM former_members WHERE room_id = r.id AND NOT silent \
                   ORDER BY joined_at, user_id LIMIT $2) AS gone \
         FROM rooms r \
         CROSS JOIN LATERAL ( \
             SELECT coalesce(jsonb_agg(jsonb_build_object( \
                 'user', m.user_id, 'delivered', m.delivered_seq, 'read', m.read_seq, 'mine', m.mine)), '[]') AS marks \
             FROM ( \
                 SELECT * FROM ({ANYBODY}) anybody ORDER BY joined_at, user_id LIMIT $2 \
             ) m \
         ) shown \
         WHERE r.id = ANY($1)",
    ))
    .bind::<Array<Uuid>, _>(rooms)
    .bind::<BigInt, _>(PEOPLE)
    .load(db)
    .await?;
    rows.into_iter().map(Row::head).collect()
}

impl Row {
    fn head(self) -> Outcome<Head> {
        let members: Vec<Member> = serde_json::from_value(self.marks).map_err(anyhow::Error::from)?;
        let mark = |member: Member| {
            let Member { user, delivered, read, mine } = member;
            Mark { user, delivered, read, mine, upto: self.last_seq }
        };
        let marks = members.into_iter().map(mark).collect();
        Ok(Head { room: self.id, rev: self.rev, log: self.log, marks, gone: self.gone })
    }
}

impl Head {
    /// The frame that says so: changes up to here, of which none is told. Who misses some asks.
    pub(crate) fn frame(&self) -> Bytes {
        let Self { room, rev, log, ref marks, ref gone } = *self;
        let (messages, marks, gone) = (Vec::new(), marks.clone(), gone.clone());
        ServerFrame::Changes { room, after: rev, upto: rev, limited: false, messages, marks, gone, log }
            .encode()
            .into()
    }
}

//! Where rooms stand: for those who may have missed something.

use bytes::Bytes;
use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Jsonb, Nullable, Text, Uuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::{Mark, Members, Offset, Rev, RoomId, RoomKind, Seq, UserId, wire::ServerFrame};

use super::people::{PEOPLE, People, SHOWN};
use crate::failure::Outcome;

/// A room's newest change, and what comes with a room of its members and their marks.
pub(crate) struct Head {
    pub(crate) room: RoomId,
    pub(crate) rev: Rev,
    log: Offset,
    pub(super) marks: Vec<Mark>,
    pub(super) members: Members,
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
    #[diesel(sql_type = Text)]
    kind: RoomKind,
    #[diesel(sql_type = Nullable<Text>)]
    title: Option<String>,
    #[diesel(sql_type = Jsonb)]
    people: serde_json::Value,
}

/// Where each of the rooms stands; those that are not there are left out.
pub(crate) async fn heads(db: &mut AsyncPgConnection, rooms: &[RoomId]) -> Outcome<Vec<Head>> {
    let rows: Vec<Row> = diesel::sql_query(format!(
        "SELECT r.id, r.rev, r.log, r.last_seq, r.kind, r.title, shown.people \
         FROM rooms r {SHOWN} WHERE r.id = ANY($3)"
    ))
    .bind::<Nullable<Uuid>, _>(None::<UserId>)
    .bind::<BigInt, _>(PEOPLE)
    .bind::<Array<Uuid>, _>(rooms)
    .load(db)
    .await?;
    rows.into_iter().map(Row::head).collect()
}

impl Row {
    fn head(self) -> Outcome<Head> {
        let people = People::read(self.people)?;
        let marks = people.marks(self.last_seq);
        let members = people.members(self.title).told(self.kind);
        Ok(Head { room: self.id, rev: self.rev, log: self.log, marks, members })
    }
}

impl Head {
    /// The frame that says so: changes up to here, of which none is told. Who misses some asks, and is then
    /// told of the members, too; a socket may be told of many rooms at once.
    pub(crate) fn frame(&self) -> Bytes {
        let Self { room, rev, log, ref marks, ref members } = *self;
        let (messages, marks) = (Vec::new(), marks.clone());
        let members = Members { gone: members.gone.clone(), ..Members::default() };
        ServerFrame::Changes { room, after: rev, upto: rev, limited: false, messages, marks, members, log }
            .encode()
            .into()
    }
}

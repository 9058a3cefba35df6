//! What became of some messages: reactions of those who have read them, and texts put right.

use diesel::sql_types::{Array, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::RoomId;

use super::insert::{CHUNK, Room};
use backend::failure::Outcome;

/// Changes about one message in twelve, after everything was said: each has a number of its own. Which ones
/// follows from their texts and places, so that it is the same each time.
pub(super) async fn afterwards(db: &mut AsyncPgConnection, rooms: &[Room]) -> Outcome<()> {
    for rooms in rooms.chunks(CHUNK) {
        let rooms: Vec<RoomId> = rooms.iter().map(|room| room.id).collect();
        diesel::sql_query(
            "WITH thrown AS ( \
                 SELECT m.room_id, m.seq, reader.user_id, \
                     hashtext(m.body || m.seq::text) & 2147483647 AS dice \
                 FROM messages m \
                 JOIN members reader ON reader.room_id = m.room_id AND reader.user_id <> m.sender_id \
                     AND reader.read_seq >= m.seq \
                 WHERE m.room_id = ANY($1) \
             ), chosen AS ( \
                 SELECT thrown.*, row_number() OVER (PARTITION BY room_id ORDER BY seq) AS place \
                 FROM thrown WHERE dice % 12 = 0 \
             ), changed AS ( \
                 UPDATE messages m SET first_rev = m.rev, rev = r.last_seq + place, \
                     edited_at = CASE WHEN dice % 5 = 0 THEN m.at + interval '40 seconds' END, \
                     first_digest = CASE WHEN dice % 5 = 0 THEN sha256(convert_to(m.body || '.', 'UTF8')) END, \
                     reactions = CASE WHEN dice % 5 > 0 THEN jsonb_build_array(jsonb_build_object( \
                         'user', user_id, 'emoji', (ARRAY['👍', '❤️', '👍', '🙏'])[dice / 60 % 4 + 1])) END \
                 FROM chosen JOIN rooms r ON r.id = chosen.room_id \
                 WHERE m.room_id = chosen.room_id AND m.seq = chosen.seq \
             ) \
             UPDATE rooms SET rev = last_seq + last.place \
             FROM (SELECT room_id, max(place) AS place FROM chosen GROUP BY room_id) AS last \
             WHERE rooms.id = last.room_id",
        )
        .bind::<Array<Uuid>, _>(rooms)
        .execute(db)
        .await?;
    }
    Ok(())
}

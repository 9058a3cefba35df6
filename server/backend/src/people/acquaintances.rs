//! People without a search.

use diesel::sql_types::{Integer, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use model::{Person, UserId};

use super::found::{Found, MOST};
use crate::{Backend, failure::Outcome};

/// With fewer acquaintances than this, newcomers fill the list: whoever has just arrived sees whom
/// to write to.
const AT_LEAST: i32 = 8;

/// The people of the fifty most recently active rooms, then the newest accounts. Hidden members are among them: nobody
/// is to see from this list that they were blocked.
const KNOWN: &str = "\
    WITH mine AS ( \
        SELECT r.id, coalesce(m.at, r.created_at) AS active_at \
        FROM members me JOIN rooms r ON r.id = me.room_id \
        LEFT JOIN messages m ON m.room_id = r.id AND m.seq = r.last_seq \
        WHERE me.user_id = $1 AND (me.opened OR r.last_seq > 0) ORDER BY active_at DESC LIMIT 50 \
    ), known AS ( \
        SELECT other.user_id AS id, max(mine.active_at) AS active_at \
        FROM mine JOIN memberships other ON other.room_id = mine.id AND other.status <> 'left' \
        WHERE other.user_id <> $1 GROUP BY other.user_id ORDER BY active_at DESC LIMIT $2 \
    ), newest AS ( \
        SELECT id, created_at FROM users WHERE id <> $1 AND id NOT IN (SELECT id FROM known) \
        ORDER BY id DESC LIMIT greatest($3 - (SELECT count(*) FROM known), 0) \
    ) \
    SELECT u.id, u.username, u.name FROM ( \
        SELECT 0 AS place, id, active_at AS at FROM known \
        UNION ALL SELECT 1, id, created_at FROM newest \
    ) listed JOIN users u ON u.id = listed.id \
    ORDER BY listed.place, listed.at DESC, u.id DESC";

impl Backend {
    pub(super) async fn acquaintances(&self, me: UserId) -> Outcome<Vec<Person>> {
        let mut conn = self.db.get().await?;
        let found = diesel::sql_query(KNOWN)
            .bind::<SqlUuid, _>(me)
            .bind::<Integer, _>(MOST as i32)
            .bind::<Integer, _>(AT_LEAST)
            .load::<Found>(&mut conn)
            .await?;
        Ok(found.into_iter().map(Person::from).collect())
    }
}

//! The people that come with a room.

use model::{Mark, Members, Person, RoomKind, Seq, UserId, limits::GROUP_PEOPLE};
use serde::Deserialize;

use crate::failure::Outcome;

/// How many come with a room at most: a group is always whole, and of those who left it as many are there
/// as there is place for.
pub(super) const PEOPLE: i64 = GROUP_PEOPLE as i64;

/// The people of room `r` and their marks, as `shown.people`: `$1` before anybody else, then those who are
/// there, then those who left last (by the change with which they left), at most `$2`. So a coming or going shows
/// nobody anew but those who come, and the senders of the newest messages are among them. Who went silently is shown like somebody who is away: not as gone, and with what they
/// wrote last counted, though it may have got its number since.
pub(super) const SHOWN: &str = "\
    CROSS JOIN LATERAL ( \
        SELECT coalesce(jsonb_agg(jsonb_build_object( \
            'id', u.id, 'username', u.username, 'name', u.name, 'delivered', o.delivered_seq, \
            'read', o.read_seq, 'mine', o.mine, 'gone', o.gone, 'admin', o.admin \
        ) ORDER BY o.gone, o.left_by DESC, o.joined_at, o.user_id), '[]') AS people \
        FROM ( \
            SELECT * FROM ( \
                SELECT user_id, joined_at, delivered_seq, read_seq, mine, false AS gone, role = 'admin' AS admin, \
                    0 AS left_by \
                FROM members WHERE room_id = r.id \
                UNION ALL \
                SELECT user_id, joined_at, delivered_seq, read_seq, \
                    CASE WHEN silent THEN ( \
                        SELECT count(*) FROM messages own WHERE own.room_id = r.id \
                        AND own.sender_id = user_id AND own.seq > read_seq) ELSE 0 END, \
                    NOT silent, silent AND role = 'admin', CASE WHEN silent THEN 0 ELSE rev END \
                FROM former_members WHERE room_id = r.id \
            ) anybody ORDER BY user_id IS DISTINCT FROM $1, gone, left_by DESC, joined_at, user_id LIMIT $2 \
        ) o \
        JOIN users u ON u.id = o.user_id \
    ) shown";

/// What [`SHOWN`] says of one of them.
#[derive(Deserialize)]
struct Shown {
    #[serde(flatten)]
    person: Person,
    delivered: Seq,
    read: Seq,
    mine: i64,
    gone: bool,
    admin: bool,
}

pub(super) struct People(Vec<Shown>);

impl People {
    pub(super) fn read(shown: serde_json::Value) -> Outcome<Self> {
        Ok(Self(serde_json::from_value(shown).map_err(anyhow::Error::from)?))
    }

    pub(super) fn marks(&self, last_seq: Seq) -> Vec<Mark> {
        let mark = |shown: &Shown| {
            let Shown { ref person, delivered, read, mine, gone, .. } = *shown;
            // What somebody wrote who is gone is not counted: that is so up to what they have read.
            let upto = if gone { read } else { last_seq };
            Mark { user: person.id, delivered, read, mine, upto }
        };
        self.0.iter().map(mark).collect()
    }

    pub(super) fn members(self, title: Option<String>) -> Members {
        let those = |of: fn(&Shown) -> bool| -> Vec<UserId> {
            self.0.iter().filter(|shown| of(shown)).map(|shown| shown.person.id).collect()
        };
        let (gone, admins) = (those(|shown| shown.gone), those(|shown| shown.admin));
        Members { people: self.0.into_iter().map(|shown| shown.person).collect(), gone, admins, title }
    }
}

/// A room's kind, as the table names it.
pub(super) fn kind(name: &str) -> RoomKind {
    if name == "private" { RoomKind::Private } else { RoomKind::Group }
}

//! The people that come with a room.

use model::{Mark, Members, Person, Seq, UserId, limits::GROUP_PEOPLE};
use serde::Deserialize;

use crate::{
    failure::Outcome,
    membership::{Role, Status},
};

/// How many come with a room at most: a group is always whole, and of those who left it as many are there
/// as there is place for.
pub(super) const PEOPLE: i64 = GROUP_PEOPLE as i64;

/// The people of room `r` and their marks, as `shown.people`: `$1` before anybody else, then active and hidden members,
/// then those who left last (by the change with which they left), at most `$2`. So a change of the members shows
/// no other users than those who join, and the senders of the newest messages are among them. A hidden member looks
/// like somebody who is away.
pub(super) const SHOWN: &str = "\
    CROSS JOIN LATERAL ( \
        SELECT coalesce(jsonb_agg(jsonb_build_object( \
            'id', u.id, 'username', u.username, 'name', u.name, 'delivered', o.delivered_seq, \
            'read', o.read_seq, 'mine', o.mine, 'status', o.status, 'role', o.role \
        ) ORDER BY o.left_rev DESC NULLS FIRST, o.joined_at, o.user_id), '[]') AS people \
        FROM ( \
            SELECT * FROM memberships WHERE room_id = r.id \
            ORDER BY user_id IS DISTINCT FROM $1, left_rev DESC NULLS FIRST, joined_at, user_id LIMIT $2 \
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
    status: Status,
    role: Role,
}

impl Shown {
    fn has_left(&self) -> bool {
        self.status == Status::Left
    }
}

pub(super) struct People(Vec<Shown>);

impl People {
    pub(super) fn read(shown: serde_json::Value) -> Outcome<Self> {
        Ok(Self(serde_json::from_value(shown).map_err(anyhow::Error::from)?))
    }

    pub(super) fn marks(&self, last_seq: Seq) -> Vec<Mark> {
        let mark = |shown: &Shown| {
            let Shown { ref person, delivered, read, .. } = *shown;
            // Messages of somebody who has left are not counted: that is right up to what they have read.
            let (mine, upto) = if shown.has_left() { (0, read) } else { (shown.mine, last_seq) };
            Mark { user: person.id, delivered, read, mine, upto }
        };
        self.0.iter().map(mark).collect()
    }

    pub(super) fn members(self, title: Option<String>) -> Members {
        let those = |of: fn(&Shown) -> bool| -> Vec<UserId> {
            self.0.iter().filter(|shown| of(shown)).map(|shown| shown.person.id).collect()
        };
        let (gone, admins) = (those(Shown::has_left), those(|shown| shown.role == Role::Admin));
        Members { people: self.0.into_iter().map(|shown| shown.person).collect(), gone, admins, title }
    }
}

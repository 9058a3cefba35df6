//! Which users are in which rooms, from the cache where it knows.

use std::{collections::HashSet, sync::Arc, time::Duration};

use diesel::{
    QueryableByName,
    sql_types::{Array, Uuid},
};
use diesel_async::RunQueryDsl;
use model::{RoomId, UserId};

use crate::{
    Backend,
    cache::{Away, Cache, Key},
    database::Pool,
    failure::Outcome,
};

/// A part of [`Key::lifetime`]: what was kept just after one time lives past the next.
const RENEW_EVERY: Duration = Duration::from_secs(900);

/// Answers whether users are in rooms, from the cache where it knows.
#[derive(Clone)]
pub struct MembershipCache {
    db: Pool,
    cache: Arc<Cache>,
}

#[derive(QueryableByName)]
struct Member {
    #[diesel(sql_type = Uuid)]
    room_id: RoomId,
    #[diesel(sql_type = Uuid)]
    user_id: UserId,
}

impl Backend {
    /// Keeps the memberships of whoever is connected in the cache, for ever: they can write though the
    /// database goes away. Ends at once where they need not be known.
    pub async fn run_memberships(self) {
        if !self.log.asks_for_members() {
            return;
        }
        let mut again = tokio::time::interval(RENEW_EVERY);
        loop {
            again.tick().await;
            self.members.renew(&self.hub.memberships()).await;
        }
    }
}

impl MembershipCache {
    pub fn new(db: Pool, cache: Arc<Cache>) -> Self {
        Self { db, cache }
    }

    /// For each pair whether the person is a member of the room, in the pairs' order; `None` where the
    /// cache does not know and the database does not answer.
    ///
    /// What the cache does not know is read in one statement. That somebody is a member is kept; that
    /// somebody is not is not, so that who has just been let in is not turned away. Who ends a membership
    /// forgets it as the cache's promise says.
    pub async fn are_members(&self, pairs: &[(RoomId, UserId)]) -> Vec<Option<bool>> {
        let keys: Vec<Key> = pairs.iter().map(|(room, user)| Key::Membership(*room, *user)).collect();
        let cached = self.cache.get_many(&keys).await;
        let mut answers: Vec<Option<bool>> = cached.into_iter().map(|known| known.filter(|is| *is)).collect();
        let missing = pairs.iter().zip(&answers).filter(|(_, known)| known.is_none()).map(|(pair, _)| *pair);
        let missing: HashSet<(RoomId, UserId)> = missing.collect();
        if missing.is_empty() {
            return answers;
        }
        let members = match self.read_members(&missing).await {
            Ok(members) => members,
            Err(error) => {
                tracing::warn!(%error, "whether senders are members cannot be told");
                return answers;
            }
        };
        for (answer, pair) in answers.iter_mut().zip(pairs) {
            answer.get_or_insert(members.contains(pair));
        }
        let found: Vec<(Key, bool)> =
            members.into_iter().map(|(room, user)| (Key::Membership(room, user), true)).collect();
        self.cache.put_many(&found).await;
        answers
    }

    /// Notes memberships that were just read: whoever comes may write, though the database goes away
    /// before their first message.
    pub async fn note(&self, user: UserId, rooms: &[RoomId]) {
        let found: Vec<(Key, bool)> = rooms.iter().map(|room| (Key::Membership(*room, user), true)).collect();
        self.cache.put_many(&found).await;
    }

    /// Forgets a membership that ends, for all nodes: see the promise of [`Cache`].
    ///
    /// # Errors
    /// It cannot be forgotten now: nothing may be ended.
    pub(crate) async fn forget(&self, room: RoomId, user: UserId) -> model::Result<()> {
        let forgotten = self.cache.forget(Key::Membership(room, user)).await;
        forgotten.map_err(|Away| model::Error::unavailable())
    }

    /// Lets what is known of these memberships be known for longer.
    async fn renew(&self, memberships: &[(UserId, Vec<RoomId>)]) {
        let keys = |(user, rooms): &(UserId, Vec<RoomId>)| {
            let user = *user;
            rooms.iter().map(move |room| Key::Membership(*room, user)).collect::<Vec<_>>()
        };
        self.cache.renew(&memberships.iter().flat_map(keys).collect::<Vec<_>>()).await;
    }

    async fn read_members(&self, pairs: &HashSet<(RoomId, UserId)>) -> Outcome<HashSet<(RoomId, UserId)>> {
        let (rooms, users): (Vec<RoomId>, Vec<UserId>) = pairs.iter().copied().unzip();
        let mut db = self.db.get().await?;
        let members: Vec<Member> = diesel::sql_query(
            "SELECT m.room_id, m.user_id \
             FROM unnest($1::uuid[], $2::uuid[]) AS asked (room_id, user_id) \
             JOIN members m USING (room_id, user_id)",
        )
        .bind::<Array<Uuid>, _>(rooms)
        .bind::<Array<Uuid>, _>(users)
        .load(&mut db)
        .await?;
        Ok(members.into_iter().map(|member| (member.room_id, member.user_id)).collect())
    }
}

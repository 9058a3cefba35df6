//! Sending a message.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use model::{Accepted, Body, MessageId, Result, Rev, RoomId, Seq};

use crate::{
    Backend, SignedIn,
    clock::timestamp,
    database::schema::{members, messages},
    failure::Outcome,
    message_log::Entry,
    rate_limit::Limit,
};

impl Backend {
    /// Accepts a message: once this answers, it is durable and has its place. The same id again
    /// is answered with that place; what was sent under it first stands.
    ///
    /// The message's place in the order is taken when this is called, before the first await: who
    /// calls it in order sends in order.
    ///
    /// # Errors
    /// `not_found` to non-members, `id_conflict`, `rate_limited`, `unavailable`.
    pub fn send(
        &self,
        who: &SignedIn,
        room: RoomId,
        id: MessageId,
        body: Body,
    ) -> impl Future<Output = Result<Accepted>> + Send + use<> {
        let (backend, sender, asked) = (self.clone(), who.user(), self.clock.now());
        let entry = Entry { id, room, sender, body };
        let appended = match self.limits.check(Limit::Send, sender) {
            Ok(()) => Ok(self.log.append(entry)),
            Err(limited) => Err((limited, entry)),
        };
        async move {
            match appended {
                Ok(appended) => {
                    let accepted = appended.await?;
                    // It stood before it was asked for: a retry.
                    if accepted.at < timestamp(asked) && backend.limits.check(Limit::Resend, sender).is_ok() {
                        backend.limits.give_back(Limit::Send, sender);
                    }
                    Ok(accepted)
                }
                Err((limited, entry)) => backend.standing(entry).await.ok_or(limited),
            }
        }
    }

    /// The place of a message that was accepted before: its sender may have got no answer, and is
    /// not to wait for one behind messages that are new.
    async fn standing(&self, entry: Entry) -> Option<Accepted> {
        self.limits.check(Limit::Resend, entry.sender).ok()?;
        self.place_of(&entry).await.ok().flatten()
    }

    async fn place_of(&self, entry: &Entry) -> Outcome<Option<Accepted>> {
        let mut db = self.db.get().await?;
        let member = members::table.find((entry.room, entry.sender));
        let same = messages::id
            .eq(entry.id)
            .and(messages::room_id.eq(entry.room))
            .and(messages::sender_id.eq(entry.sender))
            .and(messages::body.eq(entry.body.as_str()));
        let found: Option<(Seq, Rev, DateTime<Utc>)> = messages::table
            .filter(same.and(diesel::dsl::exists(member)))
            .select((messages::seq, messages::rev, messages::at))
            .first(&mut db)
            .await
            .optional()?;
        let accepted =
            |(seq, rev, at)| Accepted { room: entry.room, id: entry.id, seq, rev, at: timestamp(at) };
        Ok(found.map(accepted))
    }
}

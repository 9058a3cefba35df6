//! Sending a message.

use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures::FutureExt;
use model::{Accepted, Body, MessageId, Result, Rev, RoomId, Sent, Seq, UserId};

use crate::{
    Backend, SignedIn,
    clock::timestamp,
    database::schema::{members, messages},
    failure::Outcome,
    message_log::{Entry, Refusal},
    rate_limit::Limit,
};

/// How long a number is waited for, and how often it is looked for.
const PLACED_WITHIN: Duration = Duration::from_secs(3);
const LOOK: Duration = Duration::from_millis(25);

impl Backend {
    /// Accepts a message: once this answers, it is durable. The same id again is answered with the
    /// place of the first; what was sent under it first stands.
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
    ) -> impl Future<Output = Result<Sent>> + Send + use<> {
        #[cfg(feature = "mutants")]
        crate::mutants::panic_at(body.as_str());
        let (backend, sender, asked) = (self.clone(), who.user(), self.clock.now());
        let entry = Entry { id, room, sender, body };
        let admission = {
            let backend = self.clone();
            async move { backend.limits.wait(Limit::Send, sender).await }.boxed()
        };
        let appended = self.log.append(entry.clone(), admission);
        async move {
            match appended.await {
                Ok(Sent::Accepted(accepted)) => {
                    // It stood before it was asked for: a retry.
                    let stood = accepted.at < timestamp(asked);
                    if stood && backend.limits.check(Limit::Resend, sender).await.is_ok() {
                        backend.limits.give_back(Limit::Send, sender).await;
                    }
                    Ok(Sent::Accepted(accepted))
                }
                Ok(logged) => Ok(logged),
                Err(limited @ Refusal::TooOften(_)) => {
                    let standing = backend.standing(entry).await;
                    standing.map(Sent::Accepted).ok_or_else(|| limited.into())
                }
                Err(refusal) => Err(refusal.into()),
            }
        }
    }

    /// The same, for those who are not told of its number by a socket: waits for it, though not long.
    ///
    /// # Errors
    /// Those of [`Backend::send`].
    pub async fn send_and_place(
        &self,
        who: &SignedIn,
        room: RoomId,
        id: MessageId,
        body: Body,
    ) -> Result<Sent> {
        let entry = Entry { id, room, sender: who.user(), body: body.clone() };
        let sent = self.send(who, room, id, body).await?;
        let Sent::Logged(_) = sent else { return Ok(sent) };
        let placed = async {
            let mut look = tokio::time::interval(LOOK);
            loop {
                look.tick().await;
                // What does not answer now may do so before the wait is over.
                if let Ok(Some(placed)) = self.placed(&entry).await {
                    return placed;
                }
            }
        };
        match tokio::time::timeout(PLACED_WITHIN, placed).await {
            Ok(placed) => placed.map(Sent::Accepted),
            Err(_) => Ok(sent),
        }
    }

    /// What stands under an entry's id, if anything does: the entry, or another one. In one look, or what
    /// is stored between two would be taken for another.
    async fn placed(&self, entry: &Entry) -> Outcome<Option<Result<Accepted>>> {
        let mut db = self.db.get().await?;
        let columns = (
            (messages::room_id, messages::sender_id, messages::body),
            (messages::seq, messages::rev, messages::at),
        );
        type Standing = ((RoomId, UserId, String), (Seq, Rev, DateTime<Utc>));
        let found: Option<Standing> = messages::table
            .filter(messages::id.eq(entry.id))
            .select(columns)
            .first(&mut db)
            .await
            .optional()?;
        Ok(found.map(|((room, sender, body), (seq, rev, at))| {
            match (room, sender, &*body) == (entry.room, entry.sender, entry.body.as_str()) {
                true => Ok(Accepted { room, id: entry.id, seq, rev, at: timestamp(at) }),
                false => Err(Refusal::IdConflict.into()),
            }
        }))
    }

    /// The place of a message that was accepted before: its sender may have got no answer, and is
    /// not to wait for one behind messages that are new.
    async fn standing(&self, entry: Entry) -> Option<Accepted> {
        self.limits.check(Limit::Resend, entry.sender).await.ok()?;
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

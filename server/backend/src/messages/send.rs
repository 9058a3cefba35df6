//! Sending a message.

use std::time::Duration;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures::FutureExt;
use model::{Accepted, Body, MessageId, Result, RoomId, Sent, Seq};

use crate::{
    Backend, SignedIn,
    clock::timestamp,
    database::schema::members,
    failure::Outcome,
    message_log::{Entry, Refusal, standing},
    rate_limit::Limit,
    rooms,
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
                    backend.reveal_new(&accepted);
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

    /// The first message of a private chat brings the chat to the person who has not opened it. Its sender does not
    /// wait for it: the time would reveal whether that person has blocked them.
    fn reveal_new(&self, accepted: &Accepted) {
        if accepted.seq == Seq::FIRST {
            rooms::reveal(self.db.clone(), self.bus.clone(), vec![accepted.room]);
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
        let found = standing(&mut db, std::slice::from_ref(entry)).await?;
        Ok(found.into_iter().flatten().next().map(|known| known.answer.map_err(Into::into)))
    }

    /// The place of a message that was accepted before: its sender may have got no answer, and is
    /// not to wait for one behind messages that are new.
    async fn standing(&self, entry: Entry) -> Option<Accepted> {
        self.limits.check(Limit::Resend, entry.sender).await.ok()?;
        self.place_of(&entry).await.ok().flatten()
    }

    async fn place_of(&self, entry: &Entry) -> Outcome<Option<Accepted>> {
        let mut db = self.db.get().await?;
        let member = diesel::dsl::exists(members::table.find((entry.room, entry.sender)));
        if !diesel::select(member).get_result(&mut db).await? {
            return Ok(None);
        }
        let found = standing(&mut db, std::slice::from_ref(entry)).await?;
        Ok(found.into_iter().flatten().next().and_then(|known| known.answer.ok()))
    }
}

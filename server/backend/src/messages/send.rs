//! Sending a message.

use model::{Accepted, Body, MessageId, Result, RoomId};

use crate::{Backend, SignedIn, message_log::Entry, rate_limit::Limit};

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
        let entry = Entry { id, room, sender: who.user(), body };
        let allowed = self.limits.check(Limit::Send, who.user());
        let appended = allowed.map(|()| self.log.append(entry));
        async move { Ok(appended?.await?) }
    }
}

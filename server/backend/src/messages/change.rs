//! What becomes of a message after it was sent: through the second door to a room's numbers, a transaction
//! under the room's lock.

use bytes::Bytes;
use diesel::{
    prelude::*,
    sql_types::{BigInt, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid},
};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use model::{
    ChangeId, Error, Message, MessageId, Result, Rev, RoomId, UserId,
    wire::{Change, Item, ServerFrame},
};

use super::{
    applied::{Applied, applied, id_conflict, remember},
    row::{COLUMNS, MessageRow},
};
use crate::{
    Backend, SignedIn, bus::Notice, clock::date, database::schema::members, failure::Outcome,
    rate_limit::Limit, rooms::LockedRoom,
};

/// The outcome of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedMessage {
    /// The message as it is now: others may have changed it since.
    pub message: Message,
    /// The number of the change in its room. If nothing changed, the message's `rev` at that moment.
    pub rev: Rev,
}

/// The message to change.
pub(super) struct Target {
    pub(super) room: RoomId,
    pub(super) message: MessageId,
    /// The id of the change, if its client gave it one.
    pub(super) change: Option<ChangeId>,
}

impl Backend {
    /// Changes a message with `change`, which returns whether anything changes. A change that was applied before under
    /// its id is answered as it was then, and changes nothing.
    ///
    /// # Errors
    /// `not_found` to non-members, for a message that has no number yet, and where `change` says so;
    /// `id_conflict` if the id is that of another message's change; `rate_limited`, `unavailable`.
    pub(super) async fn change(
        &self,
        who: &SignedIn,
        target: Target,
        change: impl FnOnce(&mut Message) -> Result<bool> + Send + 'static,
    ) -> Result<ChangedMessage> {
        self.limits.check(Limit::Change, who.user()).await?;
        let (backend, user, room) = (self.clone(), who.user(), target.room);
        let changed = async move {
            let (changed, publishes) = backend.write_change(user, target, change).await?;
            if publishes {
                backend.announce_change(room, changed.message.clone());
            }
            Ok(changed)
        };
        self.change_room(room, changed).await
    }

    /// Returns the outcome, and whether to publish it. A retry is published again: the process that applied the change
    /// may have died before it published it.
    async fn write_change(
        &self,
        user: UserId,
        target: Target,
        change: impl FnOnce(&mut Message) -> Result<bool> + Send,
    ) -> Outcome<(ChangedMessage, bool)> {
        let mut db = self.db.get().await?;
        db.transaction(async |db| {
            // Nobody comes or goes, and nothing is sent or changed here, while this is held.
            let mut room =
                LockedRoom::lock(db, target.room).await?.ok_or_else(|| Error::not_found("chat"))?;
            let member = diesel::dsl::exists(members::table.find((room.id, user)));
            if !diesel::select(member).get_result(room.db).await? {
                return Err(Error::not_found("chat").into());
            }
            let before = match target.change {
                Some(id) => applied(room.db, user, id).await?,
                None => None,
            };
            if before.is_some_and(|before| before.message != target.message) {
                return Err(id_conflict().into());
            }
            let message = read(room.db, room.id, target.message).await?;
            let mut message = message.ok_or_else(|| Error::not_found("message"))?;
            if let Some(Applied { rev, .. }) = before {
                return Ok((ChangedMessage { message, rev }, true));
            }
            let changes = change(&mut message)?;
            if changes {
                message.rev = room.next();
                write(&mut room, &message).await?;
                room.raise().await?;
            }
            let rev = message.rev;
            if let Some(id) = target.change {
                let applied = Applied { message: message.id, rev };
                remember(room.db, user, id, applied, self.clock.now()).await?;
            }
            // A change without an id may be a retry.
            Ok((ChangedMessage { message, rev }, changes || target.change.is_none()))
        })
        .await
    }

    fn announce_change(&self, room: RoomId, message: Message) {
        let rev = message.rev;
        let frame = ServerFrame::Change(Change { room, rev, item: Item::Message { message } });
        self.bus.publish(&Notice::Room { room, rev: Some(rev), frame: Bytes::from(frame.encode()) });
    }
}

/// A message as it stands.
pub(crate) async fn read(
    db: &mut AsyncPgConnection,
    room: RoomId,
    id: MessageId,
) -> Outcome<Option<Message>> {
    let found: Option<MessageRow> =
        diesel::sql_query(format!("SELECT {COLUMNS} FROM messages m WHERE m.id = $1 AND m.room_id = $2"))
            .bind::<Uuid, _>(id)
            .bind::<Uuid, _>(room)
            .get_result(db)
            .await
            .optional()?;
    Ok(found.map(MessageRow::message).transpose()?.flatten())
}

/// Also keeps by what a retry of an edited message is recognised, and nothing at all of a deleted one.
async fn write(room: &mut LockedRoom<'_>, message: &Message) -> Outcome<()> {
    #[cfg(feature = "mutants")]
    if message.deleted && crate::mutants::is("forget-deletion") {
        return Ok(());
    }
    let reactions = (!message.reactions.is_empty()).then(|| serde_json::to_value(&message.reactions));
    let reactions = reactions.transpose().map_err(anyhow::Error::from)?;
    diesel::sql_query(
        "UPDATE messages SET rev = $3, first_rev = coalesce(first_rev, rev), \
             body = $4, edited_at = $5, deleted = $6, reactions = $7, \
             first_digest = CASE WHEN $6 THEN NULL \
                 WHEN first_digest IS NULL AND $5 IS NOT NULL THEN sha256(convert_to(body, 'UTF8')) \
                 ELSE first_digest END \
         WHERE room_id = $1 AND seq = $2",
    )
    .bind::<Uuid, _>(room.id)
    .bind::<BigInt, _>(message.seq)
    .bind::<BigInt, _>(message.rev)
    .bind::<Text, _>(&message.body)
    .bind::<Nullable<Timestamptz>, _>(message.edited.map(date))
    .bind::<Bool, _>(message.deleted)
    .bind::<Nullable<Jsonb>, _>(reactions)
    .execute(room.db)
    .await?;
    Ok(())
}

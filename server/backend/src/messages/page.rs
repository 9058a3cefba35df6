//! A page of history, by number: as fast in the middle of a million messages as at their end.

use diesel::{
    QueryableByName,
    sql_types::{BigInt, Nullable, Uuid},
};
use diesel_async::RunQueryDsl;
use model::{Error, Page, Result, Rev, RoomId, Seq, limits::PAGE_MAX};

use super::row::{COLUMNS, MessageRow};
use crate::{Backend, SignedIn, failure::Outcome, rate_limit::Limit};

/// A room's heads, and one of its messages.
#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    room_rev: Rev,
    #[diesel(sql_type = BigInt)]
    last_seq: Seq,
    #[diesel(embed)]
    message: MessageRow,
}

/// Which page of a room's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    Newest,
    Before(Seq),
    After(Seq),
    /// Half before, half from here on.
    Around(Seq),
}

/// A page as an anchor (the newest message if none) and how many to take on its two sides.
struct Span {
    anchor: Option<i64>,
    before: i64,
    after: i64,
}

impl From {
    fn span(self, limit: i64) -> Span {
        let (anchor, before, after) = match self {
            Self::Newest => (None, limit - 1, 0),
            Self::Before(seq) => (Some(seq.0.saturating_sub(1)), limit - 1, 0),
            Self::After(seq) => (Some(seq.0.saturating_add(1)), 0, limit - 1),
            Self::Around(seq) => (Some(seq.0), limit / 2, limit - limit / 2 - 1),
        };
        // Numbers beyond these name no message; the sums in the statement must not overflow.
        Span { anchor: anchor.map(|seq| seq.clamp(-PAGE_MAX, i64::MAX / 2)), before, after }
    }
}

impl Backend {
    /// A page of at most `limit` messages, oldest first, together with the state it was read at.
    ///
    /// # Errors
    /// `not_found` to non-members; `invalid` if `limit` is not 1 to [`PAGE_MAX`]; `rate_limited`.
    pub async fn page(&self, who: &SignedIn, room: RoomId, from: From, limit: i64) -> Result<Page> {
        if !(1..=PAGE_MAX).contains(&limit) {
            return Err(Error::invalid("limit", format!("Ask for 1 to {PAGE_MAX} messages.")));
        }
        self.limits.check(Limit::Read, who.user()).await?;
        let rows = self.page_rows(who, room, from.span(limit)).await?;
        let [first, ..] = rows.as_slice() else { return Err(Error::not_found("chat")) };
        let (rev, last_seq) = (first.room_rev, first.last_seq);
        let messages = rows.into_iter().filter_map(|row| row.message.message().transpose());
        Ok(Page { room, rev, last_seq, messages: messages.collect::<Outcome<_>>()? })
    }

    /// Membership, heads and messages in one statement, so in one state.
    async fn page_rows(&self, who: &SignedIn, room: RoomId, span: Span) -> Outcome<Vec<Row>> {
        let mut db = self.db.get().await?;
        let rows = diesel::sql_query(format!(
            "SELECT r.rev AS room_rev, r.last_seq, {COLUMNS} \
             FROM members me \
             JOIN rooms r ON r.id = me.room_id \
             LEFT JOIN messages m ON m.room_id = r.id \
                 AND m.seq BETWEEN coalesce($3, r.last_seq) - $4 AND coalesce($3, r.last_seq) + $5 \
             WHERE me.room_id = $1 AND me.user_id = $2 \
             ORDER BY m.seq"
        ))
        .bind::<Uuid, _>(room)
        .bind::<Uuid, _>(who.user())
        .bind::<Nullable<BigInt>, _>(span.anchor)
        .bind::<BigInt, _>(span.before)
        .bind::<BigInt, _>(span.after)
        .load(&mut db)
        .await?;
        Ok(rows)
    }
}

//! Rotation: every exchange makes the next refresh token.
//!
//! Answers get lost and tabs ask at the same time, so the token before the current one is still
//! good while the current one was never used. A thief's copy and the owner's cannot both be
//! carried on: the later one is neither current nor previous, and ends the session for both.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use model::{Error, Result, SessionId, UserId, limits::SESSION_SECONDS};

use super::{Refreshed, SignedIn, access_token, end, refresh_token::RefreshToken};
use crate::{Backend, database::schema::sessions, failure::Outcome, secret::Secret};

/// Requests that left together arrive together: within this time after a rotation the previous
/// token is somebody's parallel request, whose new token has just been handed out.
const TOGETHER: TimeDelta = TimeDelta::seconds(10);

/// The row of a session, locked.
#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions)]
struct Locked {
    id: SessionId,
    user_id: UserId,
    current_hash: Vec<u8>,
    previous_hash: Option<Vec<u8>>,
    rotated_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    secret_id: Option<Vec<u8>>,
}

/// What a presented token means for its session.
enum Meaning {
    /// The current one: it becomes the previous one.
    Current,
    /// The previous one, beside a request that has just rotated it.
    Together,
    /// The previous one, since the answer with the current one got lost.
    Lost,
    /// Issued once, and replaced since.
    Reused,
    /// Never issued: whoever knows a session's id can make it up, and it means nothing.
    MadeUp,
}

enum Exchange {
    Refreshed(Refreshed),
    Ended(SignedIn),
    SignedOut,
}

impl Backend {
    /// Exchanges a refresh token. A replayed one ends the session.
    ///
    /// # Errors
    /// [`model::Code::SignedOut`], whatever is wrong with the token.
    pub async fn refresh(&self, refresh: &str) -> Result<Refreshed> {
        let token = RefreshToken::parse(refresh).ok_or_else(Error::signed_out)?;
        let backend = self.clone();
        // Goes on when the caller is gone, so that no session ends in the database alone.
        let exchange = tokio::spawn(async move { backend.exchange_and_tell(&token).await });
        let exchange = exchange.await.map_err(|_| Error::unavailable())??;
        exchange.ok_or_else(Error::signed_out)
    }

    async fn exchange_and_tell(&self, token: &RefreshToken) -> Outcome<Option<Refreshed>> {
        match self.exchange(token).await? {
            Exchange::Refreshed(refreshed) => Ok(Some(refreshed)),
            Exchange::SignedOut => Ok(None),
            Exchange::Ended(who) => {
                tracing::warn!(user = %who.user, session = %who.session, "a refresh token was used again");
                metrics::counter!("rapport_refresh_reuse_total").increment(1);
                self.announce_end(who.user, who.session);
                Ok(None)
            }
        }
    }

    /// The end of a session is a result and not an error here: an error would undo it.
    async fn exchange(&self, token: &RefreshToken) -> Outcome<Exchange> {
        let mut conn = self.db.get().await?;
        conn.transaction(async |conn| {
            let now = self.clock.now();
            let Some(session) = Locked::find(conn, token.session).await? else {
                return Ok(Exchange::SignedOut);
            };
            if session.ended_at.is_some() || session.expires_at <= now || !session.belongs_to(&self.secret) {
                return Ok(Exchange::SignedOut);
            }
            let who = SignedIn { user: session.user_id, session: session.id };
            let refresh = match session.meaning(&self.secret, token, now) {
                Meaning::Current => {
                    Some(session.rotate(conn, &self.secret, session.current_hash.clone(), now).await?)
                }
                Meaning::Lost => Some(session.rotate(conn, &self.secret, token.hash(), now).await?),
                Meaning::Together => None,
                Meaning::MadeUp => return Ok(Exchange::SignedOut),
                Meaning::Reused => {
                    end::mark(conn, session.id, now).await?;
                    return Ok(Exchange::Ended(who));
                }
            };
            let access = access_token::make(&self.secret, who, now);
            Ok(Exchange::Refreshed(Refreshed { who, access, refresh }))
        })
        .await
    }
}

impl Locked {
    async fn find(conn: &mut AsyncPgConnection, id: SessionId) -> QueryResult<Option<Self>> {
        sessions::table.find(id).select(Self::as_select()).for_update().first(conn).await.optional()
    }

    /// Whether it was started under this secret, or under one that is not known: by a program of an earlier schema,
    /// beside which this one runs.
    fn belongs_to(&self, secret: &Secret) -> bool {
        self.secret_id.as_ref().is_none_or(|id| id == secret.id())
    }

    fn meaning(&self, secret: &Secret, token: &RefreshToken, now: DateTime<Utc>) -> Meaning {
        let hash = token.hash();
        if hash == self.current_hash {
            return Meaning::Current;
        }
        if self.previous_hash.as_ref() != Some(&hash) {
            return if token.is_signed(secret) { Meaning::Reused } else { Meaning::MadeUp };
        }
        if now < self.rotated_at + TOGETHER { Meaning::Together } else { Meaning::Lost }
    }

    /// Makes a new current token; the session lives on from now.
    async fn rotate(
        &self,
        conn: &mut AsyncPgConnection,
        secret: &Secret,
        previous: Vec<u8>,
        now: DateTime<Utc>,
    ) -> QueryResult<String> {
        let next = RefreshToken::new(secret, self.id);
        diesel::update(sessions::table.find(self.id))
            .set((
                sessions::previous_hash.eq(previous),
                sessions::current_hash.eq(next.hash()),
                sessions::secret_id.eq(&secret.id()[..]),
                sessions::rotated_at.eq(now),
                sessions::expires_at.eq(now + TimeDelta::seconds(SESSION_SECONDS)),
            ))
            .execute(conn)
            .await?;
        Ok(next.to_string())
    }
}

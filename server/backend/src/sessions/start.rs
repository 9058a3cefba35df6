use chrono::TimeDelta;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::{SessionId, UserId, limits::SESSION_SECONDS};

use super::{NewSession, SignedIn, access_token, refresh_token::RefreshToken};
use crate::{Backend, accounts::Origin, database::schema::sessions, failure::Outcome};

/// Longest browser name kept, in characters.
const AGENT_CHARS: usize = 200;

impl Backend {
    /// Begins a session in the caller's transaction. The caller has checked that it is this person.
    pub(crate) async fn start_session(
        &self,
        conn: &mut AsyncPgConnection,
        user: UserId,
        from: &Origin,
    ) -> Outcome<NewSession> {
        let now = self.clock.now();
        let who = SignedIn { user, session: SessionId::new() };
        let refresh = RefreshToken::new(&self.secret, who.session);
        diesel::insert_into(sessions::table)
            .values((
                sessions::id.eq(who.session),
                sessions::user_id.eq(user),
                sessions::current_hash.eq(refresh.hash()),
                sessions::rotated_at.eq(now),
                sessions::created_at.eq(now),
                sessions::expires_at.eq(now + TimeDelta::seconds(SESSION_SECONDS)),
                sessions::agent.eq(agent(&from.agent)),
                sessions::secret_id.eq(&self.secret.id()[..]),
            ))
            .execute(conn)
            .await?;
        let access = access_token::make(&self.secret, who, now);
        Ok(NewSession { who, access, refresh: refresh.to_string() })
    }
}

/// Browsers may say anything about themselves; PostgreSQL takes no NUL.
fn agent(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(AGENT_CHARS).collect()
}

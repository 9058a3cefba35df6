//! People by the beginnings of words.

use diesel::sql_types::{Integer, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use model::{Person, UserId};

use super::found::{Found, MOST};
use crate::{Backend, failure::Outcome};

/// The people with that very username, those among one's own private chats, and so many of all:
/// each part is bounded, so that one letter does not sort a million people. The expression in
/// `to_tsvector` is the one of the index `users_words`. Both sides are folded by the same function of
/// the database: capitals and accents do not count.
const SEARCH: &str = "\
    WITH fitting AS ( \
        SELECT id FROM users WHERE username = $3 \
        UNION \
        (SELECT u.id FROM private_rooms r \
         JOIN members me ON me.room_id = r.room_id AND me.user_id = $1 \
         JOIN rooms room ON room.id = r.room_id AND (me.opened OR room.last_seq > 0) \
         JOIN users u ON u.id = CASE WHEN r.low = $1 THEN r.high ELSE r.low END \
         WHERE (r.low = $1 OR r.high = $1) \
           AND (to_tsvector('simple', search_fold(u.name || ' ' || replace(u.username, '.', ' '))) \
                    @@ to_tsquery('simple', search_fold($2)) OR u.username LIKE search_fold($4)) \
         LIMIT 200) \
        UNION \
        (SELECT id FROM users \
         WHERE to_tsvector('simple', search_fold(name || ' ' || replace(username, '.', ' '))) \
                   @@ to_tsquery('simple', search_fold($2)) OR username LIKE search_fold($4) \
         LIMIT 200) \
    ) \
    SELECT u.id, u.username, u.name FROM fitting JOIN users u ON u.id = fitting.id \
    WHERE u.id <> $1 \
    ORDER BY u.username <> $3, \
             NOT EXISTS (SELECT 1 FROM private_rooms r \
                         JOIN members me ON me.room_id = r.room_id AND me.user_id = $1 \
                         JOIN rooms room ON room.id = r.room_id AND (me.opened OR room.last_seq > 0) \
                         WHERE r.low = least(u.id, $1) AND r.high = greatest(u.id, $1)), \
             lower(u.name), u.username \
    LIMIT $5";

/// A query as the database takes it.
pub(super) struct Words {
    /// Each word as a prefix: `'ann':* & 'lee':*`.
    tsquery: String,
    /// The whole as a username.
    username: String,
    /// The beginning of a username, for `LIKE`.
    pattern: String,
}

impl Words {
    /// `None` without a letter or a digit: nobody fits. Only letters and digits reach the
    /// tsquery, so nothing in it can be an operator.
    pub(super) fn of(query: &str) -> Option<Self> {
        let words = query.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let prefixes: Vec<String> = words.map(|word| format!("'{word}':*")).collect();
        if prefixes.is_empty() {
            return None;
        }
        let username = query.trim_start_matches('@').to_lowercase();
        let pattern = format!("{}%", username.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_"));
        Some(Self { tsquery: prefixes.join(" & "), username, pattern })
    }
}

impl Backend {
    pub(super) async fn search(&self, me: UserId, words: &Words) -> Outcome<Vec<Person>> {
        let mut conn = self.db.get().await?;
        let found = diesel::sql_query(SEARCH)
            .bind::<SqlUuid, _>(me)
            .bind::<Text, _>(&words.tsquery)
            .bind::<Text, _>(&words.username)
            .bind::<Text, _>(&words.pattern)
            .bind::<Integer, _>(MOST as i32)
            .load::<Found>(&mut conn)
            .await?;
        Ok(found.into_iter().map(Person::from).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_letters_and_digits_reach_the_tsquery() {
        let words = Words::of(r"@Ann' | !(lee):* \_%").expect("has words");
        assert_eq!(words.tsquery, "'Ann':* & 'lee':*");
        assert_eq!(words.pattern, r"ann' | !(lee):* \\\_\%%");
        assert!(Words::of("'%_ & !").is_none());
    }
}

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::{Person, Result, UserId};

use super::search::Words;
use crate::{Backend, SignedIn, database::schema::users, failure::Outcome, rate_limit::Limit};

/// Longest query looked at, in characters: a name and a username together are not longer.
const QUERY_CHARS: usize = 100;

impl Backend {
    /// People whose name or username has a word that begins with each word of `query`, the likeliest
    /// first. Without a query: the people one shares rooms with, and newcomers to write to first.
    /// Never oneself.
    pub async fn find_people(&self, who: &SignedIn, query: &str) -> Result<Vec<Person>> {
        #[cfg(feature = "mutants")]
        crate::mutants::panic_at(query);
        self.limits.check(Limit::Lookup, who.user()).await?;
        Ok(self.people(who.user(), query.trim()).await?)
    }

    async fn people(&self, me: UserId, query: &str) -> Outcome<Vec<Person>> {
        if query.is_empty() {
            return self.acquaintances(me).await;
        }
        let text: String = query.chars().filter(|c| !c.is_control()).take(QUERY_CHARS).collect();
        match Words::of(&text) {
            Some(words) => self.search(me, &words).await,
            None => Ok(Vec::new()),
        }
    }
}

/// Whether there is such a person.
pub(crate) async fn exists(db: &mut AsyncPgConnection, person: UserId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(users::table.find(person))).get_result(db).await
}

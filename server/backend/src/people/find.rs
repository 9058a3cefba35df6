use diesel::{
    prelude::*,
    sql_types::{Text, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::{Person, Result, UserId};

use super::search::Words;
use crate::{Backend, SignedIn, database::schema::users, failure::Outcome, rate_limit::Limit};

/// Most people in one answer.
pub(super) const MOST: usize = 20;
/// Longest query looked at, in characters: a name and a username together are not longer.
const QUERY_CHARS: usize = 100;

/// A row of any query for people. No e-mail address: others never see it.
#[derive(QueryableByName)]
pub(super) struct Found {
    #[diesel(sql_type = SqlUuid)]
    id: UserId,
    #[diesel(sql_type = Text)]
    username: String,
    #[diesel(sql_type = Text)]
    name: String,
}

impl Backend {
    /// People whose name or username has a word that begins with each word of `query`, the likeliest
    /// first. Without a query: the people one shares rooms with, and newcomers to write to first.
    /// Never oneself.
    pub async fn find_people(&self, who: &SignedIn, query: &str) -> Result<Vec<Person>> {
        #[cfg(feature = "mutants")]
        crate::mutants::panic_at(query);
        self.limits.check(Limit::Lookup, who.user()).await?;
        let query: String = query.chars().filter(|c| !c.is_control()).take(QUERY_CHARS).collect();
        Ok(self.people(who.user(), query.trim()).await?)
    }

    async fn people(&self, me: UserId, query: &str) -> Outcome<Vec<Person>> {
        if query.is_empty() {
            return self.acquaintances(me).await;
        }
        match Words::of(query) {
            Some(words) => self.search(me, &words).await,
            None => Ok(Vec::new()),
        }
    }
}

/// Whether there is such a person.
pub(crate) async fn exists(db: &mut AsyncPgConnection, person: UserId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(users::table.find(person))).get_result(db).await
}

impl From<Found> for Person {
    fn from(found: Found) -> Self {
        Self { id: found.id, username: found.username, name: found.name }
    }
}

//! People as the queries for them answer.

use diesel::{
    prelude::*,
    sql_types::{Text, Uuid as SqlUuid},
};
use model::{Person, UserId};

/// Most people in one answer.
pub(super) const MOST: usize = 20;

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

impl From<Found> for Person {
    fn from(found: Found) -> Self {
        Self { id: found.id, username: found.username, name: found.name }
    }
}

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use model::{Error, Result, accounts::Me};

use crate::{Backend, SignedIn, database::schema::users, failure::Outcome};

impl Backend {
    /// Who is signed in.
    ///
    /// # Errors
    /// [`model::Code::SignedOut`] when the account is gone.
    pub async fn me(&self, who: &SignedIn) -> Result<Me> {
        self.find_me(who).await?.ok_or_else(Error::signed_out)
    }

    async fn find_me(&self, who: &SignedIn) -> Outcome<Option<Me>> {
        let mut conn = self.db.get().await?;
        let query = users::table.find(who.user()).select((users::username, users::name, users::email));
        let row = query.first::<(String, String, String)>(&mut conn).await.optional()?;
        let me =
            |(username, name, email)| Me { id: who.user(), session: who.session(), username, name, email };
        Ok(row.map(me))
    }
}

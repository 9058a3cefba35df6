use model::{RegistrationId, Result, accounts::Registration};

use super::{Pending, pending::gone};
use crate::{Backend, failure::Outcome};

impl Backend {
    /// A sign-up that waits for its code.
    ///
    /// # Errors
    /// [`model::Code::NotFound`] when it is over.
    pub async fn registration(&self, id: RegistrationId) -> Result<Registration> {
        let pending = self.pending(id).await?;
        Ok(pending.ok_or_else(gone)?.public())
    }

    async fn pending(&self, id: RegistrationId) -> Outcome<Option<Pending>> {
        let mut conn = self.db.get().await?;
        Ok(Pending::find(&mut conn, id, self.clock.now()).await?)
    }
}

use model::Result;

use crate::{Backend, SignedIn};

impl Backend {
    /// Ends the session: here, in its other tabs, and for whoever copied its tokens.
    pub async fn sign_out(&self, who: &SignedIn) -> Result<()> {
        Ok(self.end_session(who.user(), who.session()).await?)
    }
}

use model::{Error, Result};

use super::{SignedIn, access_token};
use crate::Backend;

impl Backend {
    /// Who an access token belongs to. Asks no database.
    ///
    /// # Errors
    /// [`model::Code::SignedOut`], whatever is wrong with the token.
    pub fn authenticate(&self, access: &str) -> Result<SignedIn> {
        let who = access_token::check(&self.secret, access, self.clock.now());
        who.filter(|who| !self.ended.contains(who.session)).ok_or_else(Error::signed_out)
    }

    /// Whether a session that was good a moment ago still is: for whoever subscribes first and
    /// asks second.
    ///
    /// # Errors
    /// [`model::Code::SignedOut`].
    pub fn still_signed_in(&self, who: &SignedIn) -> Result<()> {
        if self.ended.contains(who.session) { Err(Error::signed_out()) } else { Ok(()) }
    }
}

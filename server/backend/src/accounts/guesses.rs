//! How many wrong passwords are compared.

use model::Result;

use super::Origin;
use crate::{
    Backend,
    rate_limit::{Key, Limit},
};

/// The budgets for wrong passwords of one subject (a name that is typed, whether it has an account or not; an account;
/// a sign-up) from where a try comes. A customer of IPv6 has 65,536 networks: those of a site share one more budget.
#[derive(Clone, Copy)]
pub(super) struct Guesses([(Limit, Key); 2]);

impl Guesses {
    pub(super) fn at(subject: &str, from: &Origin) -> Self {
        Self([
            (Limit::SignInAccount, Key::from_network(subject, from.address)),
            (Limit::SignInSite, Key::from_site(subject, from.address)),
        ])
    }
}

impl Backend {
    /// Counts a try.
    ///
    /// # Errors
    /// `rate_limited` after too many; `unavailable`.
    pub(super) async fn count_guess(&self, guesses: &Guesses) -> Result<()> {
        for (limit, key) in guesses.0 {
            self.limits.check(limit, key).await?;
        }
        Ok(())
    }

    /// Counts a try; false if there were too many.
    pub(super) async fn may_guess(&self, guesses: &Guesses) -> Result<bool> {
        for (limit, key) in guesses.0 {
            if !self.passes(limit, key).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// A right password costs nothing.
    pub(super) async fn give_back(&self, guesses: &Guesses) {
        for (limit, key) in guesses.0 {
            self.limits.give_back(limit, key).await;
        }
    }
}

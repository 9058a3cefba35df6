//! People.

use model::{Person, Result};

use crate::{Backend, SignedIn};

impl Backend {
    /// People whose name or username has a word that begins with each word of `query`.
    pub async fn find_people(&self, who: &SignedIn, query: &str) -> Result<Vec<Person>> {
        let _ = (who, query);
        todo!()
    }
}

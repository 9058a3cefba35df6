//! Accounts: signing up, signing in, and who that is.

use std::net::IpAddr;

use model::{
    RegistrationId, Result,
    accounts::{Me, Registration},
};

use crate::{Backend, SignedIn, sessions::NewSession};

/// What a person fills in to sign up.
#[derive(Clone)]
pub struct SignUp {
    pub email: String,
    pub username: String,
    pub name: String,
    pub password: String,
}

/// Where a request comes from, for limits and for the list of sessions.
#[derive(Clone, Debug)]
pub struct Origin {
    pub address: IpAddr,
    /// The browser's name for itself.
    pub agent: String,
}

impl Backend {
    pub async fn username_free(&self, username: &str, from: &Origin) -> Result<()> {
        let _ = (username, from);
        todo!()
    }

    pub async fn register(&self, form: SignUp, from: &Origin) -> Result<Registration> {
        let _ = (form, from);
        todo!()
    }

    pub async fn registration(&self, id: RegistrationId) -> Result<Registration> {
        let _ = id;
        todo!()
    }

    pub async fn resend_code(&self, id: RegistrationId, from: &Origin) -> Result<Registration> {
        let _ = (id, from);
        todo!()
    }

    pub async fn verify(&self, id: RegistrationId, code: &str, from: &Origin) -> Result<NewSession> {
        let _ = (id, code, from);
        todo!()
    }

    pub async fn sign_in(&self, login: &str, password: &str, from: &Origin) -> Result<NewSession> {
        let _ = (login, password, from);
        todo!()
    }

    pub async fn sign_out(&self, who: &SignedIn) -> Result<()> {
        let _ = who;
        todo!()
    }

    pub async fn me(&self, who: &SignedIn) -> Result<Me> {
        let _ = who;
        todo!()
    }
}

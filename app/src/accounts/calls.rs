//! Server functions about accounts. Plain forms are sent on to the next page.

use leptos::{prelude::*, server_fn::codec::GetUrl};
use model::{
    RegistrationId,
    accounts::{Me, Registration},
};

use crate::call::Failed;
#[cfg(feature = "ssr")]
use crate::call::server::{backend, end_session, origin, signed_in, start_session};

#[server(prefix = "/api", endpoint = "accounts/username", input = GetUrl)]
pub async fn username_free(username: String) -> Result<(), Failed> {
    Ok(backend().username_free(&username, &origin()).await?)
}

#[server(prefix = "/api", endpoint = "accounts/register")]
pub async fn register(
    email: String,
    username: String,
    #[server(default)] name: String,
    password: String,
) -> Result<Registration, Failed> {
    let name = if name.trim().is_empty() { username.clone() } else { name };
    let form = backend::accounts::SignUp { email, username, name, password };
    let registration = backend().register(form, &origin()).await?;
    leptos_axum::redirect(&format!("/verify/{}", registration.id));
    Ok(registration)
}

#[server(prefix = "/api", endpoint = "accounts/registration", input = GetUrl)]
pub async fn get_registration(registration: RegistrationId) -> Result<Registration, Failed> {
    Ok(backend().registration(registration).await?)
}

#[server(prefix = "/api", endpoint = "accounts/resend")]
pub async fn resend_code(registration: RegistrationId) -> Result<Registration, Failed> {
    Ok(backend().resend_code(registration, &origin()).await?)
}

/// Confirms the address: the account exists from here on, and is signed in.
#[server(prefix = "/api", endpoint = "accounts/verify")]
pub async fn verify(registration: RegistrationId, code: String) -> Result<Me, Failed> {
    let session = backend().verify(registration, &code, &origin()).await?;
    let me = backend().me(&session.who).await?;
    start_session(&session);
    leptos_axum::redirect("/chats");
    Ok(me)
}

/// `login` is a username or an e-mail address.
#[server(prefix = "/api", endpoint = "accounts/sign_in")]
pub async fn sign_in(login: String, password: String) -> Result<Me, Failed> {
    let session = backend().sign_in(&login, &password, &origin()).await?;
    let me = backend().me(&session.who).await?;
    start_session(&session);
    leptos_axum::redirect("/chats");
    Ok(me)
}

#[server(prefix = "/api", endpoint = "accounts/sign_out")]
pub async fn sign_out() -> Result<(), Failed> {
    backend().sign_out(&signed_in()?).await?;
    end_session();
    leptos_axum::redirect("/sign-in");
    Ok(())
}

#[server(prefix = "/api", endpoint = "accounts/me", input = GetUrl)]
pub async fn get_me() -> Result<Me, Failed> {
    Ok(backend().me(&signed_in()?).await?)
}

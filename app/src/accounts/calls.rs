//! Server functions about accounts. Plain forms are sent on to the next page.

#[cfg(feature = "ssr")]
use backend::sessions::Cookies;
use leptos::{prelude::*, server_fn::codec::GetUrl};
#[cfg(feature = "ssr")]
use model::accounts;
use model::{
    RegistrationId,
    accounts::{Me, Registration},
};

#[cfg(feature = "ssr")]
use super::{
    filled::filled,
    next::{leading_to, own_page},
};
use crate::call::Failed;
#[cfg(feature = "ssr")]
use crate::call::server::{backend, end_former_session, end_session, origin, signed_in, start_session};

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
    #[server(default)] next: String,
) -> Result<Registration, Failed> {
    let name = if name.trim().is_empty() { username.clone() } else { name };
    // In the order of the form: what is shown first is what comes first.
    accounts::username(&username)?;
    accounts::email(&email)?;
    accounts::password(&password, &username)?;
    let form = backend::accounts::SignUp { email, username, name, password };
    let registration = backend().register(form, &origin()).await?;
    leptos_axum::redirect(&leading_to(&format!("/verify/{}", registration.id), &next));
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

/// Confirms the address: the account exists from here on, and is signed in. `next` as in [`sign_in`].
#[server(prefix = "/api", endpoint = "accounts/verify")]
pub async fn verify(
    registration: RegistrationId,
    code: String,
    #[server(default)] next: String,
) -> Result<Me, Failed> {
    let session = backend().verify(registration, &code, &origin()).await?;
    end_former_session().await?;
    let me = backend().me(&session.who).await?;
    start_session(&session);
    leptos_axum::redirect(own_page(&next));
    Ok(me)
}

/// `login` is a username or an e-mail address, `next` the page of ours to go to.
#[server(prefix = "/api", endpoint = "accounts/sign_in")]
pub async fn sign_in(login: String, password: String, #[server(default)] next: String) -> Result<Me, Failed> {
    filled("login", &login)?;
    filled("password", &password)?;
    refuse_published(&password)?;
    let session = backend().sign_in(&login, &password, &origin()).await?;
    end_former_session().await?;
    let me = backend().me(&session.who).await?;
    start_session(&session);
    leptos_axum::redirect(own_page(&next));
    Ok(me)
}

/// Everybody knows the password of the demo's users: where an instance is open to everybody it signs nobody in, however
/// the demo came there.
#[cfg(feature = "ssr")]
fn refuse_published(password: &str) -> model::Result<()> {
    match expect_context::<Cookies>() {
        Cookies::Secure if password == accounts::DEMO_PASSWORD => Err(backend::accounts::wrong_credentials()),
        Cookies::Secure | Cookies::Development => Ok(()),
    }
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

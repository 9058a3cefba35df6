//! Server functions about people.

use leptos::{prelude::*, server_fn::codec::GetUrl};
use model::{Person, UserId};

use crate::call::Failed;
#[cfg(feature = "ssr")]
use crate::call::server::{backend, send_form_to, signed_in};

/// People by the beginning of a word of their name, or of their username.
#[server(prefix = "/api", endpoint = "people/find", input = GetUrl)]
pub async fn find_people(#[server(default)] q: String) -> Result<Vec<Person>, Failed> {
    Ok(backend().find_people(&signed_in()?, &q).await?)
}

/// The users with these ids, such as the senders of old messages; unknown ids are left out.
#[server(prefix = "/api", endpoint = "people/by_id", input = GetUrl)]
pub async fn people_by_id(#[server(default)] people: Vec<UserId>) -> Result<Vec<Person>, Failed> {
    Ok(backend().people_by_id(&signed_in()?, &people).await?)
}

/// Whom one has blocked, the newest first.
#[server(prefix = "/api", endpoint = "people/blocked", input = GetUrl)]
pub async fn list_blocked() -> Result<Vec<Person>, Failed> {
    Ok(backend().blocked(&signed_in()?).await?)
}

/// Blocks a person, and ends the chat with them. A plain form is sent on to the list of chats.
#[server(prefix = "/api", endpoint = "people/block")]
pub async fn block_person(person: UserId) -> Result<(), Failed> {
    backend().block(&signed_in()?, person).await?;
    leptos_axum::redirect("/chats");
    Ok(())
}

/// Takes a block back. A plain form is sent back to the settings.
#[server(prefix = "/api", endpoint = "people/unblock")]
pub async fn unblock_person(person: UserId) -> Result<(), Failed> {
    backend().unblock(&signed_in()?, person).await?;
    send_form_to("/settings");
    Ok(())
}

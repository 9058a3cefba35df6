//! Server functions about people.

use leptos::{prelude::*, server_fn::codec::GetUrl};
use model::Person;

use crate::call::Failed;
#[cfg(feature = "ssr")]
use crate::call::server::{backend, signed_in};

/// People by the beginning of a word of their name, or of their username.
#[server(prefix = "/api", endpoint = "people/find", input = GetUrl)]
pub async fn find_people(#[server(default)] q: String) -> Result<Vec<Person>, Failed> {
    Ok(backend().find_people(&signed_in()?, &q).await?)
}

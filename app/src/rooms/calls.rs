//! Server functions about rooms.

use leptos::{prelude::*, server_fn::codec::GetUrl};
use model::{Room, RoomId, Seq, UserId, accounts::Me, rooms::Mark};
use serde::{Deserialize, Serialize};

use crate::call::Failed;
#[cfg(feature = "ssr")]
use crate::call::server::{backend, signed_in};
#[cfg(feature = "ssr")]
use backend::membership::Role;

/// What a signed-in page starts from: the position the socket then carries on from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Home {
    pub me: Me,
    pub rooms: Vec<Room>,
}

/// The first rooms, of which all but the open one are shortened: see [`Room::preview`].
#[server(prefix = "/api", endpoint = "rooms/home", input = GetUrl)]
pub async fn get_home(#[server(default)] open: Option<RoomId>) -> Result<Home, Failed> {
    let who = signed_in()?;
    let backend = backend();
    let me = backend.me(&who).await?;
    let rooms = backend.rooms_page(&who, None, model::limits::HOME_ROOMS).await?;
    let rooms = rooms.into_iter().map(|room| if Some(room.id) == open { room } else { room.preview(me.id) });
    Ok(Home { rooms: rooms.collect(), me })
}

/// A page of one's rooms, the most recently active first; `before` is the last one of the page before.
#[server(prefix = "/api", endpoint = "rooms/list", input = GetUrl)]
pub async fn list_rooms(
    #[server(default)] before: Option<RoomId>,
    #[server(default)] limit: Option<i64>,
) -> Result<Vec<Room>, Failed> {
    let limit = limit.unwrap_or(model::limits::ROOMS_PAGE);
    Ok(backend().rooms_page(&signed_in()?, before, limit).await?)
}

#[server(prefix = "/api", endpoint = "rooms/get", input = GetUrl)]
pub async fn get_room(room: RoomId) -> Result<Room, Failed> {
    Ok(backend().room(&signed_in()?, room).await?)
}

/// Opens the private chat with a person. A plain form is sent on to the room's page.
#[server(prefix = "/api", endpoint = "rooms/open")]
pub async fn open_private(with: UserId) -> Result<Room, Failed> {
    let room = backend().open_private(&signed_in()?, with).await?;
    go_to(room.id);
    Ok(room)
}

/// Makes a group under an id of the caller's. A plain form is sent on to the room's page.
#[server(prefix = "/api", endpoint = "rooms/create")]
pub async fn create_group(
    id: RoomId,
    title: String,
    #[server(default)] people: Vec<UserId>,
) -> Result<Room, Failed> {
    let room = backend().create_group(&signed_in()?, id, backend::names::title(&title)?, &people).await?;
    go_to(id);
    Ok(room)
}

/// Lets people into a group. A plain form is sent on to the room's page.
#[server(prefix = "/api", endpoint = "rooms/add")]
pub async fn add_people(room: RoomId, #[server(default)] people: Vec<UserId>) -> Result<(), Failed> {
    backend().add(&signed_in()?, room, &people).await?;
    go_to(room);
    Ok(())
}

/// Takes somebody out of a group. A plain form is sent on to the room's page.
#[server(prefix = "/api", endpoint = "rooms/remove")]
pub async fn remove_person(room: RoomId, person: UserId) -> Result<(), Failed> {
    backend().remove(&signed_in()?, room, person).await?;
    go_to(room);
    Ok(())
}

/// Gives a group another title. A plain form is sent on to the room's page.
#[server(prefix = "/api", endpoint = "rooms/rename")]
pub async fn rename_room(room: RoomId, title: String) -> Result<(), Failed> {
    backend().rename(&signed_in()?, room, backend::names::title(&title)?).await?;
    go_to(room);
    Ok(())
}

/// Makes somebody an admin of a group, or one no more. A plain form is sent on to the room's page.
#[server(prefix = "/api", endpoint = "rooms/appoint")]
pub async fn appoint(room: RoomId, person: UserId, admin: bool) -> Result<(), Failed> {
    let role = if admin { Role::Admin } else { Role::Member };
    backend().set_role(&signed_in()?, room, person, role).await?;
    go_to(room);
    Ok(())
}

/// Leaves a room. A plain form is sent on to the list.
#[server(prefix = "/api", endpoint = "rooms/leave")]
pub async fn leave_room(room: RoomId) -> Result<(), Failed> {
    backend().leave(&signed_in()?, room).await?;
    leptos_axum::redirect("/chats");
    Ok(())
}

#[server(prefix = "/api", endpoint = "rooms/mark")]
pub async fn mark_room(
    room: RoomId,
    #[server(default)] delivered: Option<Seq>,
    #[server(default)] read: Option<Seq>,
) -> Result<Mark, Failed> {
    let (delivered, read) = (delivered.unwrap_or_default(), read.unwrap_or_default());
    Ok(backend().mark(&signed_in()?, room, delivered, read).await?)
}

/// Sends a plain form on to a room's page.
#[cfg(feature = "ssr")]
fn go_to(room: RoomId) {
    leptos_axum::redirect(&format!("/chats/{room}"));
}

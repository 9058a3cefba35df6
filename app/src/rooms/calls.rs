//! Server functions about rooms.

use leptos::{prelude::*, server_fn::codec::GetUrl};
use model::{Room, RoomId, Seq, UserId, accounts::Me, rooms::Mark};
use serde::{Deserialize, Serialize};

use crate::call::Failed;
#[cfg(feature = "ssr")]
use crate::call::server::{backend, signed_in};

/// What a signed-in page starts from: the position the socket then carries on from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Home {
    pub me: Me,
    pub rooms: Vec<Room>,
}

#[server(prefix = "/api", endpoint = "rooms/home", input = GetUrl)]
pub async fn get_home() -> Result<Home, Failed> {
    let who = signed_in()?;
    let backend = backend();
    let me = backend.me(&who).await?;
    let rooms = backend.rooms(&who).await?;
    Ok(Home { me, rooms })
}

#[server(prefix = "/api", endpoint = "rooms/list", input = GetUrl)]
pub async fn list_rooms() -> Result<Vec<Room>, Failed> {
    Ok(backend().rooms(&signed_in()?).await?)
}

#[server(prefix = "/api", endpoint = "rooms/get", input = GetUrl)]
pub async fn get_room(room: RoomId) -> Result<Room, Failed> {
    Ok(backend().room(&signed_in()?, room).await?)
}

/// Opens the private chat with a person. A plain form is sent on to the room's page.
#[server(prefix = "/api", endpoint = "rooms/open")]
pub async fn open_private(with: UserId) -> Result<Room, Failed> {
    let room = backend().open_private(&signed_in()?, with).await?;
    leptos_axum::redirect(&format!("/chats/{}", room.id));
    Ok(room)
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

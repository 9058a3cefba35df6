//! Server functions about messages.

use leptos::{prelude::*, server_fn::codec::GetUrl};
use model::{ChangeId, Message, MessageId, Page, RoomId, Sent, Seq};

use crate::call::Failed;
#[cfg(feature = "ssr")]
use crate::call::server::{backend, is_plain_form, send_form_to, signed_in};

/// A page of history: the newest, or one beside or around a message.
#[server(prefix = "/api", endpoint = "messages/page", input = GetUrl)]
pub async fn get_page(
    room: RoomId,
    #[server(default)] before: Option<Seq>,
    #[server(default)] after: Option<Seq>,
    #[server(default)] around: Option<Seq>,
    #[server(default)] limit: Option<i64>,
) -> Result<Page, Failed> {
    use backend::messages::From;
    let from = match (before, after, around) {
        (None, None, None) => From::Newest,
        (Some(seq), None, None) => From::Before(seq),
        (None, Some(seq), None) => From::After(seq),
        (None, None, Some(seq)) => From::Around(seq),
        _ => return Err(model::Error::invalid("before", "Give only one of before, after and around.").into()),
    };
    Ok(backend().page(&signed_in()?, room, from, limit.unwrap_or(model::limits::PAGE)).await?)
}

impl GetPage {
    pub fn newest(room: RoomId) -> Self {
        Self { room, before: None, after: None, around: None, limit: None }
    }

    pub fn around(room: RoomId, seq: Seq) -> Self {
        Self { around: Some(seq), ..Self::newest(room) }
    }

    pub fn before(room: RoomId, seq: Seq, limit: i64) -> Self {
        Self { before: Some(seq), limit: Some(limit), ..Self::newest(room) }
    }
}

/// Sends a message. The same id again is answered with the first one's place. Where numbers follow and
/// this one's is late, the answer is its place in the log.
#[server(prefix = "/api", endpoint = "messages/send")]
pub async fn send_message(room: RoomId, id: MessageId, body: String) -> Result<Sent, Failed> {
    let who = signed_in()?;
    let body = model::Body::new(composed(body))?;
    let sent = backend().send_and_place(&who, room, id, body).await?;
    // Without scripts nothing else says what was read: whoever answers has seen what is before the answer.
    if let Some(accepted) = sent.accepted()
        && is_plain_form()
    {
        // The message stands, whatever becomes of its mark.
        drop(backend().mark(&who, room, accepted.seq, accepted.seq).await);
    }
    send_form_to(&format!("/chats/{room}"));
    Ok(sent)
}

/// Gives one's own message another text. The same `change` again changes nothing.
#[server(prefix = "/api", endpoint = "messages/edit")]
pub async fn edit_message(
    room: RoomId,
    id: MessageId,
    body: String,
    #[server(default)] change: Option<ChangeId>,
) -> Result<Message, Failed> {
    let body = model::Body::new(composed(body))?;
    Ok(backend().edit(&signed_in()?, room, id, body, change).await?.message)
}

/// What a plain form means by a text: it sends each line break as CRLF, and nothing took the blank lines around
/// the text away. From programs a text is taken to the letter.
#[cfg(feature = "ssr")]
fn composed(body: String) -> String {
    match is_plain_form() {
        true => crate::live::tidy::tidy(&body.replace("\r\n", "\n")).to_owned(),
        false => body,
    }
}

/// Deletes one's own message for everybody.
#[server(prefix = "/api", endpoint = "messages/delete")]
pub async fn delete_message(room: RoomId, id: MessageId) -> Result<Message, Failed> {
    Ok(backend().delete(&signed_in()?, room, id).await?.message)
}

/// Puts one's reaction on a message, in the place of the one before; without an emoji takes it back.
/// The same `change` again changes nothing.
#[server(prefix = "/api", endpoint = "messages/react")]
pub async fn react_to_message(
    room: RoomId,
    id: MessageId,
    #[server(default)] emoji: Option<String>,
    #[server(default)] change: Option<ChangeId>,
) -> Result<Message, Failed> {
    let emoji = emoji.map(model::Emoji::new).transpose()?;
    Ok(backend().react(&signed_in()?, room, id, emoji, change).await?.message)
}

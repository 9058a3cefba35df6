//! Writes the client's frames. Like [`super::read`] with one struct for all of them: what serde derives for each variant
//! would be downloaded once more.

use serde::Serialize;

use super::{ClientFrame, Position};
use crate::{
    id::{ChangeId, MessageId, RoomId},
    messages::Emoji,
    number::{Rev, Seq},
    vec_map::VecMap,
};

/// The fields of any frame of a client.
#[derive(Default, Serialize)]
struct Fields<'a> {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<&'a VecMap<RoomId, Position>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    room: Option<RoomId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<MessageId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<ChangeId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    emoji: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Rev>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivered: Option<Seq>,
    #[serde(skip_serializing_if = "Option::is_none")]
    read: Option<Seq>,
}

/// See [`ClientFrame::encode`].
pub(super) fn client_frame(frame: &ClientFrame) -> String {
    let mut fields = Fields::default();
    match frame {
        ClientFrame::Hello { version, cursor } => {
            fields.r#type = "hello";
            fields.version = Some(*version);
            fields.cursor = Some(cursor);
        }
        ClientFrame::Send { room, id, body } => {
            fields.about("send", *room, Some(*id), None);
            fields.body = Some(body);
        }
        ClientFrame::Edit { room, id, change, body } => {
            fields.about("edit", *room, Some(*id), Some(*change));
            fields.body = Some(body);
        }
        ClientFrame::Delete { room, id, change } => {
            fields.about("delete", *room, Some(*id), Some(*change));
        }
        ClientFrame::React { room, id, change, emoji } => {
            fields.about("react", *room, Some(*id), Some(*change));
            fields.emoji = emoji.as_ref().map(Emoji::as_str);
        }
        ClientFrame::Fetch { room, after } => {
            fields.about("fetch", *room, None, None);
            fields.after = Some(*after);
        }
        ClientFrame::Mark { room, delivered, read } => {
            fields.about("mark", *room, None, None);
            (fields.delivered, fields.read) = (Some(*delivered), Some(*read));
        }
        ClientFrame::Unknown => fields.r#type = "unknown",
    }
    serde_json::to_string(&fields).expect("frames have string keys only")
}

impl Fields<'_> {
    fn about(&mut self, name: &'static str, room: RoomId, id: Option<MessageId>, change: Option<ChangeId>) {
        self.r#type = name;
        (self.room, self.id, self.change) = (Some(room), id, change);
    }
}

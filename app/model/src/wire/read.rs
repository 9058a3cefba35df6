//! Reads the server's frames. What serde derives for tagged enums keeps every value in a general
//! form first, for each type once more: a tenth of what the browser would download. A field has one
//! meaning in all frames, so one struct holds any of them.

use std::borrow::Cow;

use serde::Deserialize;

use super::{Change, Item, ServerFrame, Stored};
use crate::{
    error::{Code, Error, Result},
    id::{ChangeId, MessageId, RoomId, SessionId, UserId},
    messages::{Accepted, Changed, Logged, Message},
    number::{Offset, Rev, Seq, Timestamp},
    people::Person,
    rooms::{Mark, Members, Room},
    vec_map::VecMap,
};

pub(super) fn server_frame(text: &str) -> Result<ServerFrame> {
    let Kind { frame, change } = json(text)?;
    Ok(match &*frame {
        "welcome" => json::<Fields>(text)?.welcome()?,
        "room" => ServerFrame::Room { room: json::<Described>(text)?.room },
        "left" => ServerFrame::Left { room: json::<Fields>(text)?.room()? },
        "changes" => json::<Fields>(text)?.changes()?,
        "change" => ServerFrame::Change(read_change(text, change.as_deref())?),
        "caught_up" => ServerFrame::CaughtUp,
        "live" => json::<Fields>(text)?.live()?,
        "stored" => ServerFrame::Stored(json::<Fields>(text)?.stored()?),
        "logged" => ServerFrame::Logged(json::<Fields>(text)?.logged()?),
        "accepted" => ServerFrame::Accepted(json::<Fields>(text)?.accepted()?),
        "changed" => ServerFrame::Changed(json::<Fields>(text)?.changed()?),
        "rejected" => json::<Fields>(text)?.rejected()?,
        "mark" => json::<Fields>(text)?.mark()?,
        "beat" => ServerFrame::Beat { heads: json::<Fields>(text)?.heads },
        "error" => json::<Fields>(text)?.error()?,
        _ => ServerFrame::Unknown,
    })
}

/// Of a kind of a later version only the place is read: what else it holds may be of any form.
fn read_change(text: &str, kind: Option<&str>) -> Result<Change> {
    match kind {
        Some("message") => return json::<Fields>(text)?.change(),
        Some("members") => return json::<Fields>(text)?.members(),
        _ => {}
    }
    let Place { room, rev } = json(text)?;
    Ok(Change { room, rev, item: Item::Unknown })
}

#[derive(Deserialize)]
struct Kind<'a> {
    #[serde(rename = "type", borrow)]
    frame: Cow<'a, str>,
    #[serde(rename = "kind", borrow, default)]
    change: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Described {
    room: Room,
}

#[derive(Deserialize)]
struct Place {
    room: RoomId,
    rev: Rev,
}

#[derive(Deserialize)]
struct Fields {
    version: Option<u32>,
    user: Option<UserId>,
    session: Option<SessionId>,
    now: Option<Timestamp>,
    beat_ms: Option<u32>,
    room: Option<RoomId>,
    rev: Option<Rev>,
    after: Option<Rev>,
    upto: Option<Rev>,
    #[serde(default)]
    limited: bool,
    #[serde(default)]
    messages: Vec<Message>,
    #[serde(default)]
    marks: Vec<Mark>,
    #[serde(default)]
    people: Vec<Person>,
    #[serde(default)]
    gone: Vec<UserId>,
    #[serde(default)]
    admins: Vec<UserId>,
    title: Option<String>,
    message: Option<Message>,
    id: Option<MessageId>,
    change: Option<ChangeId>,
    seq: Option<Seq>,
    at: Option<Timestamp>,
    mark: Option<Mark>,
    #[serde(default)]
    heads: VecMap<RoomId, Rev>,
    error: Option<Error>,
    about: Option<String>,
    log: Option<Offset>,
    ids: Option<Vec<(MessageId, Offset)>>,
}

impl Fields {
    fn room(&self) -> Result<RoomId> {
        need(self.room, "room")
    }

    fn welcome(self) -> Result<ServerFrame> {
        Ok(ServerFrame::Welcome {
            version: need(self.version, "version")?,
            user: need(self.user, "user")?,
            session: need(self.session, "session")?,
            now: need(self.now, "now")?,
            beat_ms: need(self.beat_ms, "beat_ms")?,
        })
    }

    fn changes(self) -> Result<ServerFrame> {
        Ok(ServerFrame::Changes {
            room: self.room()?,
            after: need(self.after, "after")?,
            upto: need(self.upto, "upto")?,
            limited: self.limited,
            messages: self.messages,
            marks: self.marks,
            members: Members { people: self.people, gone: self.gone, admins: self.admins, title: self.title },
            log: self.log.unwrap_or_default(),
        })
    }

    fn log(&self) -> Result<Offset> {
        need(self.log, "log")
    }

    fn live(self) -> Result<ServerFrame> {
        let (room, log) = (self.room()?, self.log()?);
        Ok(ServerFrame::Live { room, log, message: need(self.message, "message")? })
    }

    fn stored(self) -> Result<Stored> {
        Ok(Stored {
            room: self.room()?,
            seq: need(self.seq, "seq")?,
            rev: need(self.rev, "rev")?,
            log: self.log()?,
            ids: need(self.ids, "ids")?,
        })
    }

    fn logged(self) -> Result<Logged> {
        let (room, log) = (self.room()?, self.log()?);
        Ok(Logged { room, id: need(self.id, "id")?, log, at: need(self.at, "at")? })
    }

    fn change(self) -> Result<Change> {
        let (room, rev) = (self.room()?, need(self.rev, "rev")?);
        Ok(Change { room, rev, item: Item::Message { message: need(self.message, "message")? } })
    }

    fn members(self) -> Result<Change> {
        let (room, rev) = (self.room()?, need(self.rev, "rev")?);
        let Self { people, gone, admins, title, .. } = self;
        Ok(Change { room, rev, item: Item::Members(Members { people, gone, admins, title }) })
    }

    fn accepted(self) -> Result<Accepted> {
        Ok(Accepted {
            room: self.room()?,
            id: need(self.id, "id")?,
            seq: need(self.seq, "seq")?,
            rev: need(self.rev, "rev")?,
            at: need(self.at, "at")?,
        })
    }

    fn changed(self) -> Result<Changed> {
        let (room, change) = (self.room()?, need(self.change, "change")?);
        Ok(Changed { room, change, rev: need(self.rev, "rev")? })
    }

    fn rejected(self) -> Result<ServerFrame> {
        let (room, id, change) = (self.room()?, need(self.id, "id")?, self.change);
        Ok(ServerFrame::Rejected { room, id, change, error: need(self.error, "error")?, log: self.log })
    }

    fn mark(self) -> Result<ServerFrame> {
        Ok(ServerFrame::Mark { room: self.room()?, mark: need(self.mark, "mark")? })
    }

    fn error(self) -> Result<ServerFrame> {
        Ok(ServerFrame::Error { error: need(self.error, "error")?, about: self.about, room: self.room })
    }
}

fn need<T>(field: Option<T>, name: &str) -> Result<T> {
    field.ok_or_else(|| Error::new(Code::Malformed, format!("missing field `{name}`")))
}

fn json<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T> {
    // From bytes, as everything in the browser is read: one copy of the code is downloaded.
    serde_json::from_slice(text.as_bytes()).map_err(|error| Error::new(Code::Malformed, error.to_string()))
}

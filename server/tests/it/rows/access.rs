//! Who may do what: one table of every route, call and frame, and what each of five people gets.

use std::collections::BTreeSet;

use backend::sessions::NewSession;
use model::{
    ChangeId, Emoji, MessageId, Rev, RoomId, Seq,
    wire::{ClientFrame, ServerFrame},
};

use crate::{
    request::{Answer, Request},
    world::World,
};

/// Nobody signed in, somebody of no room, somebody who was in the room, somebody who is, and its admin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Caller {
    Nobody,
    Stranger,
    Former,
    Member,
    Admin,
}

impl Caller {
    fn is_in(self) -> bool {
        matches!(self, Self::Member | Self::Admin)
    }
}

const CALLERS: [Caller; 5] =
    [Caller::Nobody, Caller::Stranger, Caller::Former, Caller::Member, Caller::Admin];

/// What comes back to the five, in their order.
type Statuses = [u16; 5];

/// The same for everybody.
const OPEN: Statuses = [200; 5];
/// For whoever is signed in.
const PERSONS: Statuses = [401, 200, 200, 200, 200];
/// For members of the room.
const MEMBERS: Statuses = [401, 404, 404, 200, 200];
/// For its admins.
const ADMINS: Statuses = [401, 404, 404, 403, 200];
/// For the member who wrote it.
const AUTHOR: Statuses = [401, 404, 404, 200, 403];
/// A page that sends people on who are signed in, or who are not.
const SIGNED_OUT_PAGE: Statuses = [200, 302, 302, 302, 302];
const SIGNED_IN_PAGE: Statuses = [302, 200, 200, 200, 200];

/// Method, path, arguments (`{room}`, `{user}`, `{guest}`, `{own}` and `{id}` are filled in), and who gets what.
const TABLE: [(&str, &str, &str, Statuses); 45] = [
    ("GET", "/", "", [302; 5]),
    ("GET", "/sign-in", "", SIGNED_OUT_PAGE),
    ("GET", "/register", "", SIGNED_OUT_PAGE),
    ("GET", "/verify/{registration}", "", [404; 5]),
    ("GET", "/chats", "", SIGNED_IN_PAGE),
    ("GET", "/chats/{room}", "", [302, 404, 404, 200, 200]),
    ("GET", "/people", "", SIGNED_IN_PAGE),
    ("GET", "/people/new-group", "", SIGNED_IN_PAGE),
    ("GET", "/settings", "", SIGNED_IN_PAGE),
    ("GET", "/socket", "", [401, 400, 400, 400, 400]),
    ("GET", "/healthz", "", OPEN),
    ("GET", "/readyz", "", OPEN),
    ("GET", "/metrics", "", OPEN),
    ("GET", "/dev/mail", "", OPEN),
    ("GET", "/dev/mail.json", "", OPEN),
    ("GET", "/api/accounts/username", "username=nobody.yet", OPEN),
    ("POST", "/api/accounts/register", "email=x&username=x&password=x", [422; 5]),
    ("GET", "/api/accounts/registration", "registration={registration}", [404; 5]),
    ("POST", "/api/accounts/resend", "registration={registration}", [404; 5]),
    ("POST", "/api/accounts/verify", "registration={registration}&code=123456", [404; 5]),
    ("POST", "/api/accounts/sign_in", "login=nobody&password=wrong+password", [401; 5]),
    ("GET", "/api/accounts/me", "", PERSONS),
    ("GET", "/api/people/find", "q=a", PERSONS),
    ("GET", "/api/people/blocked", "", PERSONS),
    ("GET", "/api/people/by_id", "people[]={guest}", PERSONS),
    // Nobody: blocking somebody would end a chat that is asked for below.
    ("POST", "/api/people/block", "person={registration}", [401, 404, 404, 404, 404]),
    ("POST", "/api/people/unblock", "person={user}", PERSONS),
    ("GET", "/api/rooms/home", "", PERSONS),
    ("GET", "/api/rooms/list", "", PERSONS),
    ("GET", "/api/rooms/get", "room={room}", MEMBERS),
    ("POST", "/api/rooms/open", "with={user}", PERSONS),
    ("POST", "/api/rooms/mark", "room={room}&read=1", MEMBERS),
    ("GET", "/api/messages/page", "room={room}", MEMBERS),
    ("POST", "/api/messages/send", "room={room}&id={id}&body=hello", MEMBERS),
    ("POST", "/api/messages/edit", "room={room}&id={own}&body=other+words", AUTHOR),
    ("POST", "/api/messages/react", "room={room}&id={own}&emoji=%F0%9F%91%8D", MEMBERS),
    ("POST", "/api/messages/delete", "room={room}&id={own}", AUTHOR),
    // Among themselves only the admin and the guest are talking.
    ("POST", "/api/rooms/create", "id={id}&title=x&people[]={guest}", [401, 403, 403, 403, 200]),
    ("POST", "/api/rooms/add", "room={room}&people[0]={guest}", ADMINS),
    ("POST", "/api/rooms/rename", "room={room}&title=x", ADMINS),
    ("POST", "/api/rooms/appoint", "room={room}&person={guest}&admin=true", ADMINS),
    ("POST", "/api/rooms/remove", "room={room}&person={guest}", ADMINS),
    ("POST", "/api/settings/theme", "theme=dark", OPEN),
    // Who has left may have got no answer.
    ("POST", "/api/rooms/leave", "room={room}", [401, 404, 200, 200, 200]),
    // Last: it ends the sessions.
    ("POST", "/api/accounts/sign_out", "", PERSONS),
];

struct Cast {
    world: World,
    room: RoomId,
    /// A message of the member's.
    own: MessageId,
    stranger: NewSession,
    former: NewSession,
    member: NewSession,
    admin: NewSession,
    guest: NewSession,
}

impl Cast {
    async fn gather() -> Self {
        let world = World::start().await;
        let (mut people, room) = world.group(3).await;
        let stranger = world.person("stranger").await;
        let (member, former) = (people.remove(1), people.remove(1));
        let (admin, guest) = (people.remove(0), world.person("guest").await);
        let private = world.backend.open_private(&admin.who, guest.who.user()).await.unwrap().id;
        world.backend.say(&admin.who, private, &["hello"]).await;
        world.backend.say(&guest.who, private, &["hello"]).await;
        world.backend.say(&admin.who, room, &["a secret"]).await;
        let own = world.backend.say(&member.who, room, &["my own"]).await[0];
        world.backend.leave(&former.who, room).await.unwrap();
        Self { world, room, own, stranger, former, member, admin, guest }
    }

    fn session(&self, caller: Caller) -> Option<&NewSession> {
        match caller {
            Caller::Nobody => None,
            Caller::Stranger => Some(&self.stranger),
            Caller::Former => Some(&self.former),
            Caller::Member => Some(&self.member),
            Caller::Admin => Some(&self.admin),
        }
    }

    async fn ask(&self, method: &str, path: &str, arguments: &str, caller: Caller) -> Answer {
        let fill = |text: &str| {
            text.replace("{room}", &self.room.to_string())
                .replace("{user}", &self.member.who.user().to_string())
                .replace("{own}", &self.own.to_string())
                .replace("{guest}", &self.guest.who.user().to_string())
                .replace("{id}", &MessageId::new().to_string())
                .replace("{registration}", "0198c5a0-0000-7000-8000-000000000009")
        };
        let (path, arguments) = (fill(path), fill(arguments));
        let request = match method {
            "GET" if arguments.is_empty() => Request::get(&path).with("Origin", self.world.origin()),
            "GET" => Request::get(&format!("{path}?{arguments}")),
            _ => Request::post(&self.world, &path, arguments),
        };
        let request = if path.starts_with("/api/") { request } else { request.with("Accept", "text/html") };
        let request = match self.session(caller) {
            Some(session) => request.of(session),
            None => request,
        };
        request.send(&self.world).await
    }
}

// Fails when `WHERE … user_id` is left out of a query (a 404 becomes 200), and for every route that
// is not in the table.
#[tokio::test(flavor = "multi_thread")]
async fn row_36_every_route_and_call_knows_who_may() {
    let cast = Cast::gather().await;
    for (method, path, arguments, statuses) in TABLE {
        for (caller, status) in CALLERS.into_iter().zip(statuses) {
            // One opens no chat with oneself.
            let status = if path.ends_with("/open") && caller == Caller::Member { 422 } else { status };
            let answer = cast.ask(method, path, arguments, caller).await;
            assert_eq!(answer.status, status, "{method} {path} {caller:?}: {answer:?}");
            let secret = answer.body.contains("a secret");
            assert!(!secret || caller.is_in(), "{method} {path} {caller:?}: {answer:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_36_no_route_is_missing_from_the_table() {
    let table: BTreeSet<(String, String)> =
        TABLE.iter().map(|(method, path, ..)| ((*method).to_owned(), generic(path))).collect();
    let calls = leptos::server_fn::axum::server_fn_paths()
        .map(|(path, method)| (method.to_string(), path.to_owned()));
    let calls = calls.filter(|(_, path)| !path.starts_with("/api/test/"));
    let _world = World::start().await;
    let pages = server::http::page_routes();
    let pages = pages.iter().map(|page| ("GET".to_owned(), generic(page.path())));
    // The others stand in the router's text.
    let text = concat!(include_str!("../../../src/http/router.rs"), include_str!("../../../src/http/ops.rs"));
    let own = text.split(".route(\"").skip(1).filter_map(|rest| rest.split('"').next());
    let own = own.map(|path| ("GET".to_owned(), generic(path)));
    let all: BTreeSet<(String, String)> = calls.chain(pages).chain(own).collect();
    assert_eq!(table, all);
}

/// A path with its arguments unnamed.
fn generic(path: &str) -> String {
    path.split('/')
        .map(|part| if part.starts_with([':', '{']) { "*" } else { part })
        .collect::<Vec<_>>()
        .join("/")
}

/// What a frame is answered with, in a word. A new frame does not compile before it is here.
fn frames(room: RoomId, own: MessageId) -> Vec<(ClientFrame, [&'static str; 3])> {
    let (change, emoji) = (ChangeId::new(), Emoji::new("👍").ok());
    let changed = ["not_found", "not_found", "changed"];
    let frames = vec![
        (
            ClientFrame::Send { room, id: MessageId::new(), body: "hello".into() },
            ["not_found", "not_found", "accepted"],
        ),
        (ClientFrame::Edit { room, id: own, change, body: "other words".into() }, changed),
        (ClientFrame::React { room, id: own, change: ChangeId::new(), emoji }, changed),
        (ClientFrame::Delete { room, id: own, change }, changed),
        (ClientFrame::Fetch { room, after: Rev(0) }, ["not_found", "not_found", "changes"]),
        (ClientFrame::Mark { room, delivered: Seq(1), read: Seq(1) }, ["not_found", "not_found", "mark"]),
    ];
    for (frame, _) in &frames {
        match frame {
            ClientFrame::Send { .. }
            | ClientFrame::Edit { .. }
            | ClientFrame::Delete { .. }
            | ClientFrame::React { .. }
            | ClientFrame::Fetch { .. }
            | ClientFrame::Mark { .. } => {}
            // Shown by their own tests: the first frame of every connection, and none of this version.
            ClientFrame::Hello { .. } | ClientFrame::Unknown => unreachable!(),
        }
    }
    frames
}

// Fails when `is_member` in the log's statement always says yes, or `room` asks for no membership.
#[tokio::test(flavor = "multi_thread")]
async fn row_36_every_frame_knows_who_may() {
    let cast = Cast::gather().await;
    for (place, caller) in [Caller::Stranger, Caller::Former, Caller::Member].into_iter().enumerate() {
        let mut device = cast.world.dial(cast.session(caller).unwrap()).await;
        // A cursor names the room, as one's from before would.
        let caught_up = device.catch_up(&[(cast.room, 0)]).await;
        let told = caught_up.iter().any(|frame| frame.encode().contains("a secret"));
        assert_eq!(told, caller == Caller::Member, "{caught_up:?}");
        for (frame, answers) in frames(cast.room, cast.own) {
            device.say(&frame).await;
            let answer = device
                .until(|frame| match frame {
                    ServerFrame::Accepted(_) => Some("accepted".to_owned()),
                    ServerFrame::Changed(_) => Some("changed".to_owned()),
                    ServerFrame::Changes { .. } => Some("changes".to_owned()),
                    ServerFrame::Mark { .. } => Some("mark".to_owned()),
                    ServerFrame::Rejected { error, .. } | ServerFrame::Error { error, .. } => {
                        Some(serde_json::to_value(error.code).unwrap().as_str().unwrap().to_owned())
                    }
                    _ => None,
                })
                .await;
            assert_eq!(answer, answers[place], "{caller:?} {frame:?}");
        }
    }
}

// Fails when a call that changes something is made a GET (`mark_room` with `input = GetUrl`).
#[tokio::test(flavor = "multi_thread")]
async fn row_28_no_get_changes_anything() {
    let cast = Cast::gather().await;
    let before = cast.world.digest().await;
    let everything = "room={room}&with={user}&id={id}&body=hello&read=1&delivered=1&theme=dark&login=a&password=b\
         &title=x&person={user}&admin=true&people[]={guest}";
    for (path, method) in leptos::server_fn::axum::server_fn_paths() {
        if method == "GET" {
            cast.ask("GET", path, everything, Caller::Member).await;
        } else {
            let answer = cast.ask("GET", path, everything, Caller::Member).await;
            assert_eq!(answer.status, 405, "{path}");
        }
    }
    for (method, path, arguments, _) in TABLE {
        if method == "GET" {
            cast.ask(method, path, arguments, Caller::Member).await;
        }
    }
    assert_eq!(cast.world.digest().await, before);
}

// Fails when the socket believes a frame's `sender` or a mark's `user`, and when the call has an argument
// `sender`.
#[tokio::test(flavor = "multi_thread")]
async fn row_37_sender_time_and_numbers_are_the_servers() {
    let world = World::start().await;
    let (ana, bo, room) = world.pair().await;
    let mut listener = world.device(&bo).await;
    let mut device = world.device(&ana).await;
    let victim = bo.who.user();
    let claims = format!(
        r#""sender":"{victim}","sender_id":"{victim}","user":"{victim}","at":1,"seq":900,"rev":900,"members":[]"#
    );
    let id = MessageId::new();
    device
        .text(&format!(r#"{{"type":"send","room":"{room}","id":"{id}","body":"by socket",{claims}}}"#))
        .await;
    assert_eq!(device.answer(id).await, Ok(1));
    let form = format!(
        "room={room}&id={}&body=by+post&sender={victim}&sender_id={victim}&user={victim}&at=1&seq=900&rev=900",
        MessageId::new()
    );
    assert_eq!(Request::post(&world, "/api/messages/send", form).of(&ana).send(&world).await.status, 200);
    let now = world.backend.clock.now().timestamp_millis();
    for seq in 1..=2 {
        let message = listener
            .until(|frame| match frame {
                ServerFrame::Change(model::wire::Change {
                    item: model::wire::Item::Message { message },
                    ..
                }) => Some(message),
                _ => None,
            })
            .await;
        assert_eq!(
            (message.sender, message.seq, message.rev, message.at.0),
            (ana.who.user(), Seq(seq), Rev(seq), now)
        );
    }
    // Marks raised in somebody else's name are one's own.
    device
        .text(&format!(r#"{{"type":"mark","room":"{room}","read":2,"user":"{victim}","mine":9,"upto":9}}"#))
        .await;
    let reader = listener
        .until(|frame| match frame {
            ServerFrame::Mark { mark, .. } => Some(mark.user),
            _ => None,
        })
        .await;
    assert_eq!(reader, ana.who.user());
}

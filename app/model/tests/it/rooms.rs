//! Unread counts and marks.

use model::{
    Chat, Emoji, Mark, Members, Message, MessageId, Offset, Page, Person, Rev, Room, RoomId, RoomKind, Seq,
    Timestamp, Title, UserId, limits::TITLE_CHARS,
};

use crate::world::Server;

#[test]
fn unread_is_arithmetic() {
    let mut server = Server::new();
    let [me, other] = server.people;
    for sender in [other, me, other, me] {
        server.send(sender, model::MessageId::new(), "text");
    }
    assert_eq!(server.describe().unread(me), 2);
    server.mark(me, Seq(0), Seq(1));
    assert_eq!(server.describe().unread(me), 1);
    server.mark(me, Seq(0), Seq(4));
    assert_eq!(server.describe().unread(me), 0);
}

#[test]
fn marks_only_rise() {
    let server = Server::new();
    let mut room = server.describe();
    let user = server.people[0];
    let mark =
        |delivered, read| Mark { user, delivered: Seq(delivered), read: Seq(read), mine: 0, upto: Seq(9) };
    room.raise(mark(5, 3));
    room.raise(mark(4, 2));
    assert_eq!(room.mark(user), Some(&mark(5, 3)));
}

#[test]
fn titles() {
    let title = |text: &str| Title::new(text).map(|title| title.as_str().to_owned());
    assert_eq!(title("  Lisbon in May \n").unwrap(), "Lisbon in May");
    assert!(title(&"é".repeat(TITLE_CHARS)).is_ok());
    assert_eq!(title("two\n lines").unwrap(), "two lines");
    for wrong in ["", " \n", "\u{200b}\u{2060}", "a\0", &"é".repeat(TITLE_CHARS + 1)] {
        assert_eq!(title(wrong).unwrap_err().field.as_deref(), Some("title"), "{wrong:?}");
    }
}

/// Fails when a private chat's people are told each time somebody leaves.
#[test]
fn of_a_private_chat_only_who_is_gone_is_told() {
    let mut server = Server::new();
    server.come_or_go(0);
    let room = server.describe();
    assert_eq!(room.members(), Members { gone: room.gone.clone(), ..Members::default() });
    let mut held = Server::new().describe();
    let people = held.people.clone();
    held.set_members(room.members());
    assert_eq!((held.people, held.gone), (people, room.gone));
}

fn group(people: usize, body: &str) -> Room {
    let people: Vec<Person> = (0..people)
        .map(|n| Person { id: UserId::new(), username: format!("u{n}"), name: "U".into() })
        .collect();
    let mark = |(n, person): (i64, &Person)| Mark {
        user: person.id,
        delivered: Seq(50 + n),
        read: Seq(50 - n % 7),
        mine: 0,
        upto: Seq(60),
    };
    let last = Message::new(MessageId::new(), people[3].id, Timestamp(9), body).numbered(Seq(60), Rev(61));
    Room {
        id: RoomId::new(),
        kind: RoomKind::Group,
        title: Some("A group".into()),
        gone: vec![people[1].id],
        admins: people.iter().map(|person| person.id).collect(),
        marks: (0..).zip(&people).map(mark).collect(),
        people,
        rev: Rev(70),
        last_seq: Seq(60),
        last: Some(last),
        created_at: Timestamp(1),
        log: Offset::ZERO,
    }
}

/// Fails when a room is shortened and says that it is whole.
#[test]
fn a_preview_is_small_and_claims_no_more_than_it_holds() {
    let whole = group(100, &"ж".repeat(4_096));
    let me = whole.people[0].id;
    let preview = whole.clone().preview(me);
    assert!(serde_json::to_string(&preview).unwrap().len() < 3_000);
    assert!(preview.rev < preview.last.as_ref().unwrap().rev.next() && preview.rev < Rev(61));
    let least = |room: &Room, of: fn(&Mark) -> Seq| {
        let others = room.marks.iter().filter(|mark| mark.user != me && !room.gone.contains(&mark.user));
        others.map(of).min()
    };
    assert_eq!(least(&preview, |mark| mark.read), least(&whole, |mark| mark.read));
    assert_eq!(least(&preview, |mark| mark.delivered), least(&whole, |mark| mark.delivered));
    assert_eq!(preview.unread(me), whole.unread(me));
    assert!(preview.person(whole.people[3].id).is_some(), "the sender of the newest message");
    let small = group(5, "hello");
    assert_eq!(small.clone().preview(small.people[0].id), small);
}

/// Fails when somebody is asked for who is known, or only senders are looked for.
#[test]
fn senders_whom_the_room_does_not_name_are_looked_up() {
    let room = group(5, "hello");
    let (me, id) = (room.people[0].id, room.id);
    let [left, reacted] = [UserId::new(), UserId::new()];
    let mut message =
        Message::new(MessageId::new(), left, Timestamp(8), "long ago").numbered(Seq(59), Rev(60));
    message.react(reacted, Some(Emoji::new("👍").unwrap())).unwrap();
    let mut chat = Chat::new(me);
    chat.room(room.clone());
    assert!(chat.nameless(id).is_empty());
    chat.page(Page { room: id, rev: Rev(70), last_seq: Seq(60), messages: vec![message] });
    assert_eq!(chat.nameless(id), [reacted, left]);
    chat.introduce(vec![Person { id: left, username: "left".into(), name: "Left".into() }]);
    assert_eq!(chat.nameless(id), [reacted]);
    assert_eq!(chat.person(&room, left).unwrap().name, "Left");
}

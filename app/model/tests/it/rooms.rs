//! Unread counts and marks.

use model::{Mark, Members, Seq, Title, limits::TITLE_CHARS};

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
    for wrong in ["", " \n", "\u{200b}\u{2060}", "two\nlines", "a\0", &"é".repeat(TITLE_CHARS + 1)] {
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

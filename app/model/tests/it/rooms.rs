//! Unread counts and marks.

use model::{Mark, Seq};

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

//! Groups: making one, letting people in, taking them out, and who may.

mod admins;
mod making;
mod nodes;
mod people;

use std::collections::BTreeSet;

use backend::{Backend, SignedIn, hub::Subscription};
use futures::future::join_all;
use model::{Chat, Code, Result, Room, RoomId, Seq, Title, UserId, wire::ClientFrame};
use testing::TestBackend;

use crate::sockets::{frames, next, socket};

/// A founder, and people they are talking with.
async fn cast<const N: usize>(world: &TestBackend) -> (SignedIn, [SignedIn; N]) {
    let founder = world.person("founder").await;
    let names = ["bo_", "cai", "dee", "eli"];
    let people = join_all(names[..N].iter().map(|name| world.person(name))).await;
    for person in &people {
        talk(world, &founder, person).await;
    }
    (founder, people.try_into().ok().unwrap())
}

/// Both say something in their private chat.
pub(crate) async fn talk(world: &TestBackend, one: &SignedIn, other: &SignedIn) -> RoomId {
    let room = world.open_private(one, other.user()).await.unwrap().id;
    world.say(one, room, &["hello"]).await;
    world.say(other, room, &["hello yourself"]).await;
    room
}

fn title(text: &str) -> Title {
    Title::new(text).unwrap()
}

async fn create(world: &Backend, who: &SignedIn, people: &[SignedIn]) -> Room {
    let people: Vec<UserId> = people.iter().map(SignedIn::user).collect();
    world.create_group(who, RoomId::new(), title("Lisbon in May"), &people).await.unwrap()
}

/// Those who are in the room, by what is told of it.
fn present(room: &Room) -> Vec<UserId> {
    let mut here: Vec<UserId> = room.people.iter().map(|person| person.id).collect();
    here.retain(|user| !room.gone.contains(user));
    here.sort();
    here
}

/// How far everybody has come.
fn come(room: &Room) -> BTreeSet<(UserId, Seq, Seq)> {
    room.marks.iter().map(|mark| (mark.user, mark.delivered, mark.read)).collect()
}

fn sorted(people: &[&SignedIn]) -> Vec<UserId> {
    let mut ids: Vec<UserId> = people.iter().map(|who| who.user()).collect();
    ids.sort();
    ids
}

fn code<T: std::fmt::Debug>(answer: Result<T>) -> Code {
    answer.unwrap_err().code
}

/// A client that is told things as they are published.
struct Client(Subscription, Chat);

impl Client {
    async fn start(backend: &Backend, who: &SignedIn) -> Self {
        let socket = socket(backend, who).await;
        let mut chat = Chat::new(who.user());
        backend.rooms(who).await.unwrap().into_iter().for_each(|room| chat.room(room));
        Self(socket, chat)
    }

    /// What it holds of a room once it has taken what waits.
    fn room(&mut self, id: RoomId) -> Option<&Room> {
        frames(&self.0).into_iter().for_each(|frame| self.1.receive(frame));
        self.1.conversation(id).map(|conversation| &conversation.room)
    }

    /// Takes what comes next.
    async fn hear(&mut self) {
        next(&self.0).await.into_iter().for_each(|frame| self.1.receive(frame));
    }

    /// Waits until it has every change, and fetches what it misses.
    async fn settle(&mut self, backend: &Backend, who: &SignedIn, id: RoomId) {
        let rev = backend.room(who, id).await.unwrap().rev;
        loop {
            for fetch in self.1.fetches() {
                let ClientFrame::Fetch { room, after } = fetch else { panic!("{fetch:?}") };
                self.1.receive(backend.fetch(who, room, after).await.unwrap());
            }
            if self.1.conversation(id).is_some_and(|held| held.timeline.rev() >= rev) {
                break;
            }
            self.hear().await;
        }
    }

    /// It holds what the server has.
    async fn agrees(&mut self, backend: &Backend, who: &SignedIn, id: RoomId) {
        let truth = backend.room(who, id).await.unwrap();
        let held = self.room(id).expect("the room is known");
        assert_eq!((held.rev, held.members()), (truth.rev, truth.members()));
        assert_eq!(come(held), come(&truth));
        assert!(self.1.fetches().is_empty(), "without asking");
    }
}

//! Groups: making one, letting people in, taking them out, and who may.

use std::collections::BTreeSet;

use backend::{
    Backend, LogMedium, Media, Place, SignedIn,
    cache::Key,
    hub::Subscription,
    messages::From,
    testing::{Kafka, RedisServer, TestBackend, history, until},
};
use futures::future::join_all;
use model::{
    Body, Chat, Code, MessageId, Result, Rev, Room, RoomId, Seq, Title, UserId, VecMap,
    limits::GROUP_PEOPLE,
    wire::{ClientFrame, Position, ServerFrame},
};

use crate::{
    sockets::{frames, next, socket, two_nodes, until_quiet},
    store::store,
};

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
async fn talk(world: &TestBackend, one: &SignedIn, other: &SignedIn) -> RoomId {
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

/// Fails when the founder is no admin, and when a room is announced to nobody.
#[tokio::test(flavor = "multi_thread")]
async fn a_group_is_there_for_everybody_at_once() {
    let world = TestBackend::start().await;
    let (ana, [bo, cai]) = cast(&world).await;
    let mut hers = Client::start(&world, &ana).await;
    let mut his = Client::start(&world, &bo).await;
    let people = [bo.user(), cai.user(), bo.user(), ana.user()];
    let id = RoomId::new();
    let room = world.create_group(&ana, id, title(" Lisbon in May "), &people).await.unwrap();
    assert_eq!((room.id, room.title.as_deref(), room.rev), (id, Some("Lisbon in May"), Rev(0)));
    assert_eq!((present(&room), &*room.admins), (sorted(&[&ana, &bo, &cai]), &[ana.user()][..]));
    world.say(&ana, id, &["welcome"]).await;
    hers.agrees(&world, &ana, id).await;
    his.agrees(&world, &bo, id).await;
    assert_eq!(his.room(id).unwrap().unread(bo.user()), 1);
}

/// Fails when an id that is there is an error, and when it is anybody's.
#[tokio::test(flavor = "multi_thread")]
async fn a_group_is_made_once_however_often_it_is_asked_for() {
    let world = TestBackend::start().await;
    let (ana, [bo, cai]) = cast(&world).await;
    talk(&world, &bo, &cai).await;
    let id = RoomId::new();
    let people = [bo.user(), cai.user()];
    let made = join_all((0..5).map(|_| world.create_group(&ana, id, title("one"), &people))).await;
    assert!(made.iter().all(|made| made.as_ref().is_ok_and(|room| room.people.len() == 3)), "{made:?}");
    assert_eq!(world.rooms(&ana).await.unwrap().len(), 3, "two private chats and one group");
    let again = world.create_group(&ana, id, title("another"), &people[..1]).await.unwrap();
    assert_eq!((again.title.as_deref(), again.people.len()), (Some("one"), 3), "the first stands");

    let others = world.create_group(&bo, id, title("his"), &[cai.user()]).await;
    assert_eq!(code(others), Code::IdConflict);
    world.appoint(&ana, id, bo.user(), true).await.unwrap();
    assert_eq!(code(world.create_group(&bo, id, title("his"), &[cai.user()]).await), Code::IdConflict);
    let private = world.open_private(&ana, bo.user()).await.unwrap().id;
    assert_eq!(code(world.create_group(&ana, private, title("ours"), &people).await), Code::IdConflict);
    world.leave(&ana, id).await.unwrap();
    assert_eq!(code(world.create_group(&ana, id, title("one"), &people).await), Code::IdConflict);
}

/// Fails when any part of the rule is left out of `TALKING`.
#[tokio::test(flavor = "multi_thread")]
async fn only_people_one_is_talking_with_can_be_added() {
    let world = TestBackend::start().await;
    let (ana, [bo, cai, dee]) = cast(&world).await;
    let stranger = world.person("stranger").await;
    let [silent, unanswered] = [world.person("silent").await, world.person("unanswered").await];
    let room = world.open_private(&ana, silent.user()).await.unwrap().id;
    world.say(&ana, room, &["hello?"]).await;
    let room = world.open_private(&unanswered, ana.user()).await.unwrap().id;
    world.say(&unanswered, room, &["hello?"]).await;
    world.leave(&cai, world.open_private(&cai, ana.user()).await.unwrap().id).await.unwrap();
    world.leave(&ana, world.open_private(&ana, dee.user()).await.unwrap().id).await.unwrap();

    let group = create(&world, &ana, &[bo]).await.id;
    for (person, words) in [
        (stranger, "STRANGER has not written to you yet."),
        (silent, "SILENT has not written to you yet."),
        (unanswered, "You and UNANSWERED are not."),
        (cai, "You and CAI are not."),
        (dee, "You and DEE are not."),
    ] {
        let people = [bo.user(), person.user()];
        let added = world.add(&ana, group, &people).await.unwrap_err();
        assert_eq!(added.code, Code::Forbidden);
        assert_eq!(added.message, format!("You can add people you are talking with. {words}"));
        let id = RoomId::new();
        assert_eq!(code(world.create_group(&ana, id, title("x"), &people).await), Code::Forbidden);
        assert_eq!(code(world.room(&ana, id).await), Code::NotFound, "nothing was made");
    }
    assert_eq!(code(world.add(&ana, group, &[UserId::new()]).await), Code::NotFound);
    let room = world.room(&ana, group).await.unwrap();
    assert_eq!((present(&room), room.rev), (sorted(&[&ana, &bo]), Rev(0)), "nobody came");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_has_room_for_a_hundred() {
    let world = TestBackend::start().await;
    let (ana, [bo]) = cast(&world).await;
    let alone = world.create_group(&ana, RoomId::new(), title("x"), &[ana.user()]).await.unwrap_err();
    let many: Vec<UserId> = (0..GROUP_PEOPLE).map(|_| UserId::new()).collect();
    let crowd = world.create_group(&ana, RoomId::new(), title("x"), &many).await.unwrap_err();
    for error in [alone, crowd] {
        assert_eq!((error.code, error.field.as_deref()), (Code::Invalid, Some("people")));
    }
    let group = create(&world, &ana, &[bo]).await.id;
    let people: Vec<SignedIn> = join_all((2..=GROUP_PEOPLE).map(|n| {
        let world = &world;
        async move { world.person(&format!("person{n}")).await }
    }))
    .await;
    for person in &people {
        world.clock.advance(chrono::TimeDelta::seconds(10));
        talk(&world, &ana, person).await;
    }
    let ids: Vec<UserId> = people.iter().map(SignedIn::user).collect();
    let crowd = world.add(&ana, group, &ids).await.unwrap_err();
    assert_eq!((crowd.code, crowd.field.as_deref()), (Code::Invalid, Some("people")));
    world.add(&ana, group, &ids[1..]).await.unwrap();
    let room = world.room(&people[5], group).await.unwrap();
    assert_eq!(
        (room.people.len(), room.marks.len()),
        (GROUP_PEOPLE, GROUP_PEOPLE),
        "all of them come with it"
    );
}

/// Fails when who comes begins at the room's beginning, and when their marks are not told.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_added_reads_everything_and_has_nothing_unread() {
    let world = TestBackend::start().await;
    let (ana, [bo, cai, dee]) = cast(&world).await;
    let id = create(&world, &ana, &[bo]).await.id;
    world.say(&ana, id, &["1", "2", "3"]).await;
    let mut hers = Client::start(&world, &ana).await;
    let mut his = Client::start(&world, &cai).await;
    world.add(&ana, id, &[cai.user(), dee.user(), bo.user()]).await.unwrap();
    assert_eq!(his.room(id).unwrap().unread(cai.user()), 0);
    assert_eq!(world.page(&cai, id, From::Newest, 50).await.unwrap().messages.len(), 3);
    for (client, who) in [(&mut hers, &ana), (&mut his, &cai)] {
        client.agrees(&world, who, id).await;
        assert_eq!(client.room(id).unwrap().rev, Rev(4), "one change, however many come");
    }
    world.say(&cai, id, &["thank you"]).await;
    his.agrees(&world, &cai, id).await;
    assert_eq!(present(his.room(id).unwrap()), sorted(&[&ana, &bo, &cai, &dee]));

    world.add(&ana, id, &[cai.user()]).await.unwrap();
    assert_eq!(world.room(&ana, id).await.unwrap().rev, Rev(5), "who is there is not added");
}

/// As by a node that let her in and died before it said so. Fails when only those are told who come.
#[tokio::test(flavor = "multi_thread")]
async fn who_was_added_and_not_told_is_told_when_it_is_tried_again() {
    let world = TestBackend::start().await;
    let (ana, [bo, cai]) = cast(&world).await;
    let id = create(&world, &ana, &[bo]).await.id;
    let mut hers = Client::start(&world, &cai).await;
    let added = format!(
        "INSERT INTO members (room_id, user_id, joined_at) VALUES ('{id}', '{}', now()); \
         UPDATE rooms SET rev = 1 WHERE id = '{id}'",
        cai.user()
    );
    backend::testing::run(&world, &added).await;
    world.add(&ana, id, &[cai.user()]).await.unwrap();
    hers.agrees(&world, &cai, id).await;
    assert_eq!(hers.room(id).unwrap().rev, Rev(1));
}

/// Fails when who comes back starts with other marks, or cannot come back.
#[tokio::test(flavor = "multi_thread")]
async fn who_was_removed_can_be_added_again_and_has_missed_nothing() {
    let world = TestBackend::start().await;
    let (ana, [bo, cai]) = cast(&world).await;
    let id = create(&world, &ana, &[bo, cai]).await.id;
    world.say(&ana, id, &["1", "2"]).await;
    world.mark(&bo, id, Seq(2), Seq(1)).await.unwrap();
    world.say(&bo, id, &["3"]).await;
    let mut hers = Client::start(&world, &cai).await;
    world.remove(&ana, id, bo.user()).await.unwrap();
    world.say(&ana, id, &["4"]).await;
    hers.agrees(&world, &cai, id).await;
    world.add(&ana, id, &[bo.user()]).await.unwrap();
    assert_eq!(world.room(&bo, id).await.unwrap().unread(bo.user()), 2, "2 and 4, and not his own");
    hers.agrees(&world, &cai, id).await;
    assert!(hers.room(id).unwrap().gone.is_empty());
}

/// Live, by fetching, by the list, a page, a send, and on connecting. Fails when `remove` tells nobody.
#[tokio::test(flavor = "multi_thread")]
async fn to_who_is_removed_the_room_is_none() {
    let world = TestBackend::start().await;
    let (ana, [bo, cai]) = cast(&world).await;
    let id = create(&world, &ana, &[bo, cai]).await.id;
    world.say(&bo, id, &["hello"]).await;
    let [one, two] = [socket(&world, &bo).await, socket(&world, &bo).await];
    let mut hers = Client::start(&world, &cai).await;
    world.remove(&ana, id, bo.user()).await.unwrap();
    world.say(&ana, id, &["not for him"]).await;
    world.rename(&ana, id, title("nor this")).await.unwrap();
    for device in [&one, &two] {
        assert_eq!(frames(device), [ServerFrame::Left { room: id }]);
    }
    hers.agrees(&world, &cai, id).await;
    assert_eq!(hers.room(id).unwrap().gone, [bo.user()]);
    let body = Body::new("still me").unwrap();
    let refused = [
        world.room(&bo, id).await.map(drop),
        world.page(&bo, id, From::Newest, 50).await.map(drop),
        world.fetch(&bo, id, Rev(0)).await.map(drop),
        world.mark(&bo, id, Seq(1), Seq(1)).await.map(drop),
        world.send(&bo, id, MessageId::new(), body).await.map(drop),
        world.rename(&bo, id, title("mine")).await,
    ];
    assert!(refused.iter().all(|answer| answer.as_ref().unwrap_err().code == Code::NotFound), "{refused:?}");
    assert!(world.rooms(&bo).await.unwrap().iter().all(|room| room.id != id));
    let cursor: VecMap<_, _> = [(id, Position { rev: Rev(1), marks: None })].into_iter().collect();
    let missed = world.catch_up(&bo, &cursor).await.unwrap();
    assert!(missed.contains(&ServerFrame::Left { room: id }));
    let rev = world.room(&ana, id).await.unwrap().rev;
    world.remove(&ana, id, bo.user()).await.unwrap();
    world.remove(&ana, id, UserId::new()).await.unwrap();
    assert_eq!(world.room(&ana, id).await.unwrap().rev, rev, "removing nobody is no change");
}

/// What a client held before is brought to the present by what it missed. Fails when `changes` says less.
#[tokio::test(flavor = "multi_thread")]
async fn catching_up_tells_who_is_there_and_the_title() {
    let world = TestBackend::start().await;
    let (ana, [bo, cai, dee]) = cast(&world).await;
    let id = create(&world, &ana, &[bo, cai]).await.id;
    world.say(&ana, id, &["1"]).await;
    let mut chat = Chat::new(cai.user());
    world.rooms(&cai).await.unwrap().into_iter().for_each(|room| chat.room(room));
    world.remove(&ana, id, bo.user()).await.unwrap();
    world.add(&ana, id, &[dee.user()]).await.unwrap();
    world.appoint(&ana, id, dee.user(), true).await.unwrap();
    world.rename(&ana, id, title("Porto")).await.unwrap();
    chat.receive(world.fetch(&cai, id, Rev(1)).await.unwrap());
    let held = &chat.conversation(id).unwrap().room;
    assert_eq!((present(held), held.title.as_deref()), (sorted(&[&ana, &cai, &dee]), Some("Porto")));
    let mut admins = held.admins.clone();
    admins.sort();
    assert_eq!(admins, sorted(&[&ana, &dee]));
}

/// A stranger learns nothing, a member may nothing. Fails when `Admin::of` asks for no role, or for no
/// membership, and when `remove` asks only after the membership was forgotten.
#[tokio::test(flavor = "multi_thread")]
async fn only_admins_change_a_group() {
    let world = TestBackend::start().await;
    let (ana, [bo, cai]) = cast(&world).await;
    talk(&world, &bo, &cai).await;
    let stranger = world.person("stranger").await;
    let id = create(&world, &ana, &[bo, cai]).await.id;
    let private = world.open_private(&ana, bo.user()).await.unwrap().id;
    world.members.note(cai.user(), &[id]).await;
    for (who, room, expected) in [
        (&bo, id, Code::Forbidden),
        (&stranger, id, Code::NotFound),
        (&ana, private, Code::Forbidden),
        (&stranger, private, Code::NotFound),
        (&ana, RoomId::new(), Code::NotFound),
    ] {
        let refused = [
            world.add(who, room, &[cai.user()]).await,
            world.remove(who, room, cai.user()).await,
            world.rename(who, room, title("mine")).await,
            world.appoint(who, room, cai.user(), true).await,
        ];
        assert!(refused.iter().all(|answer| answer.as_ref().unwrap_err().code == expected), "{refused:?}");
    }
    let words = world.rename(&ana, private, title("ours")).await.unwrap_err().message;
    assert_eq!(words, "A private chat has its two people, and nobody else.");
    assert_eq!(world.room(&ana, id).await.unwrap().rev, Rev(0));
    let remembered: Option<bool> = world.cache.get(Key::Membership(id, cai.user())).await;
    assert_eq!(remembered, Some(true), "who is refused makes nobody forget it");
    assert_eq!(code(world.remove(&ana, id, ana.user()).await), Code::Invalid);
    world.appoint(&ana, id, bo.user(), true).await.unwrap();
    world.rename(&bo, id, title("his")).await.unwrap();
    world.rename(&bo, id, title("his")).await.unwrap();
    let room = world.room(&cai, id).await.unwrap();
    assert_eq!((room.title.as_deref(), room.rev), (Some("his"), Rev(2)), "the same again is no change");
}

/// Fails when nobody is made an admin, and when the last one can step down.
#[tokio::test(flavor = "multi_thread")]
async fn a_group_with_people_has_an_admin() {
    let world = TestBackend::start().await;
    let (ana, [bo, cai]) = cast(&world).await;
    let id = create(&world, &ana, &[cai]).await.id;
    world.clock.advance(chrono::TimeDelta::seconds(1));
    world.add(&ana, id, &[bo.user()]).await.unwrap();
    let mut his = Client::start(&world, &bo).await;
    assert_eq!(code(world.appoint(&ana, id, ana.user(), false).await), Code::Forbidden);
    world.leave(&ana, id).await.unwrap();
    his.agrees(&world, &bo, id).await;
    assert_eq!(his.room(id).unwrap().admins, [cai.user()], "he was there before");

    world.appoint(&cai, id, bo.user(), true).await.unwrap();
    world.appoint(&cai, id, cai.user(), false).await.unwrap();
    his.agrees(&world, &bo, id).await;
    assert_eq!(his.room(id).unwrap().admins, [bo.user()]);
    assert_eq!(code(world.appoint(&bo, id, ana.user(), true).await), Code::NotFound, "she is not there");
    world.leave(&cai, id).await.unwrap();
    world.leave(&bo, id).await.unwrap();
    let private = world.open_private(&ana, bo.user()).await.unwrap().id;
    world.leave(&ana, private).await.unwrap();
    assert!(world.room(&bo, private).await.unwrap().admins.is_empty(), "a private chat has none");
}

/// Fails when the migration chooses anybody else, or somebody in private chats.
#[tokio::test(flavor = "multi_thread")]
async fn a_group_from_before_there_were_admins_has_one() {
    let world = TestBackend::start().await;
    let (ana, [bo]) = cast(&world).await;
    let group = create(&world, &ana, &[bo]).await.id;
    let first = format!(
        "UPDATE members SET joined_at = joined_at - interval '1 day' WHERE (room_id, user_id) = ('{group}', '{}')",
        bo.user()
    );
    let down = include_str!("../../../../migrations/2026-11-26-000004_groups/down.sql");
    let up = include_str!("../../../../migrations/2026-11-26-000004_groups/up.sql");
    for statements in [down, &first, up] {
        backend::testing::run(&world, statements).await;
    }
    let admins = async |room| world.room(&ana, room).await.unwrap().admins;
    assert_eq!(admins(group).await, [bo.user()]);
    let private = world.open_private(&ana, bo.user()).await.unwrap().id;
    assert!(admins(private).await.is_empty());
}

/// Fails when the role is read before the room is locked.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_admins_who_remove_each_other_one_stays() {
    let world = TestBackend::start().await;
    let other = world.again().await;
    let (ana, [bo, cai]) = cast(&world).await;
    for _ in 0..10 {
        world.clock.advance(chrono::TimeDelta::seconds(100));
        let id = create(&world, &ana, &[bo, cai]).await.id;
        world.appoint(&ana, id, bo.user(), true).await.unwrap();
        let (hers, his) = tokio::join!(world.remove(&ana, id, bo.user()), other.remove(&bo, id, ana.user()));
        let stays = match (hers, his) {
            (Ok(()), Err(error)) if error.code == Code::NotFound => &ana,
            (Err(error), Ok(())) if error.code == Code::NotFound => &bo,
            both => panic!("{both:?}"),
        };
        let room = world.room(&cai, id).await.unwrap();
        assert_eq!((present(&room), &*room.admins), (sorted(&[stays, &cai]), &[stays.user()][..]));
    }
}

/// Of two nodes with a log in Kafka, which take messages by what they remember. Fails when the membership is
/// not forgotten.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_removed_while_they_write_elsewhere_is_refused_from_then_on() {
    let redis = RedisServer::start(&[]);
    let settings = Kafka::of_the_process().await.topic(1).await;
    let (bus, cache) = (Place::Redis(redis.settings()), Place::Redis(redis.settings()));
    let log = LogMedium::Kafka(settings.clone());
    let world = TestBackend::with(Media { log, bus, cache, ..Media::default() }).await;
    let other = world.again().await;
    let running = store(&world, &settings);
    let (ana, [bo, cai]) = cast(&world).await;
    for person in [&bo, &cai] {
        let private = world.open_private(&ana, person.user()).await.unwrap().id;
        until_stored(&world, private, 2).await;
    }
    let id = create(&world, &ana, &[bo, cai]).await.id;
    let say = || other.send(&bo, id, MessageId::new(), Body::new("on my way out").unwrap());
    let mut taken = 0;
    for _ in 0..10 {
        world.clock.advance(chrono::TimeDelta::seconds(100));
        say().await.expect("he is there");
        let (sent, removed) =
            tokio::join!(join_all((0..20).map(|_| say())), world.remove(&ana, id, bo.user()));
        removed.unwrap();
        assert_eq!(code(say().await), Code::NotFound);
        taken += 1 + sent.iter().filter(|answer| answer.is_ok()).count();
        assert!(sent.into_iter().filter_map(Result::err).all(|error| error.code == Code::NotFound));
        world.add(&ana, id, &[bo.user()]).await.unwrap();
    }
    until_stored(&world, id, taken).await;
    let room = world.room(&cai, id).await.unwrap();
    assert_eq!((room.last_seq.0, room.rev.0), (taken as i64, taken as i64 + 20), "what was taken stands");
    drop(running);
}

async fn until_stored(world: &Backend, room: RoomId, count: usize) {
    until("what was said is stored", async || (history(world, room).await.len() >= count).then_some(()))
        .await;
}

/// On two nodes that share a bus, one of which hears nothing for a while. Fails when what is told of a room
/// by its number says nothing of its people.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_was_cut_off_tells_what_became_of_the_group() {
    let mut redis = RedisServer::start(&[]);
    let (world, other) = two_nodes(&redis).await;
    let (ana, [bo, cai, dee]) = cast(&world).await;
    let id = create(&world, &ana, &[bo, cai]).await.id;
    let mut hers = Client::start(&other, &cai).await;
    let [mut his, mut new] = [Client::start(&other, &bo).await, Client::start(&other, &dee).await];
    until_quiet(&world, &hers.0, &cai).await;
    redis.kill();
    world.remove(&ana, id, bo.user()).await.unwrap();
    world.add(&ana, id, &[dee.user()]).await.unwrap();
    world.rename(&ana, id, title("Porto")).await.unwrap();
    redis.restart();
    while hers.room(id).unwrap().title.as_deref() != Some("Porto") {
        hers.hear().await;
    }
    hers.settle(&other, &cai, id).await;
    new.settle(&other, &dee, id).await;
    assert_eq!(hers.room(id).unwrap().members(), world.room(&cai, id).await.unwrap().members());
    while his.room(id).is_some() {
        his.hear().await;
    }
}

/// On two nodes. Whatever comes last, everybody who is there holds the same.
#[tokio::test(flavor = "multi_thread")]
async fn adding_and_removing_at_once_ends_in_one_state() {
    let redis = RedisServer::start(&[]);
    let (world, other) = two_nodes(&redis).await;
    let (ana, [bo, cai]) = cast(&world).await;
    let id = create(&world, &ana, &[bo, cai]).await.id;
    let mut hers = Client::start(&world, &ana).await;
    let mut his = Client::start(&other, &cai).await;
    let back = [bo.user()];
    for _ in 0..20 {
        world.clock.advance(chrono::TimeDelta::seconds(100));
        let (added, removed) = tokio::join!(world.add(&ana, id, &back), other.remove(&ana, id, bo.user()));
        added.unwrap();
        removed.unwrap();
    }
    for (client, node, who) in [(&mut hers, &*world, &ana), (&mut his, &other, &cai)] {
        client.settle(node, who, id).await;
        let truth = node.room(who, id).await.unwrap();
        assert_eq!(client.room(id).unwrap().members(), truth.members());
    }
}

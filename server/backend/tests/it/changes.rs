//! What becomes of messages after they were sent: edits, deletions, reactions, and what races with them.

use backend::{
    Backend, SignedIn,
    messages::{ChangedMessage, From},
};
use futures::future::join_all;
use model::{
    Accepted, Body, Chat, Code, Emoji, Message, MessageId, Rev, RoomId, Sent, Seq, VecMap,
    limits::REACTIONS,
    wire::{Change, Item, ServerFrame},
};
use testing::{RedisServer, TestBackend, history, number, run, until};

use crate::sockets::{frames, next, socket, two_nodes, until_quiet};

fn body(text: &str) -> Body {
    Body::new(text).unwrap()
}

fn emoji(text: &str) -> Option<Emoji> {
    Some(Emoji::new(text).unwrap())
}

fn changed(room: RoomId, message: &Message) -> ServerFrame {
    let message = message.clone();
    ServerFrame::Change(Change { room, rev: message.rev, item: Item::Message { message } })
}

async fn resend(backend: &Backend, who: &SignedIn, room: RoomId, id: MessageId, text: &str) -> Accepted {
    backend.send(who, room, id, body(text)).await.unwrap().accepted().unwrap()
}

async fn newest(backend: &Backend, who: &SignedIn, room: RoomId) -> Vec<Message> {
    backend.page(who, room, From::Newest, 100).await.unwrap().messages
}

/// Fails when the change has no number of its own, and when nobody is told.
#[tokio::test(flavor = "multi_thread")]
async fn an_edit_is_seen_by_everybody_live_and_later() {
    let world = TestBackend::start().await;
    let (ana, bo, room) = world.pair().await;
    let ids = world.say(&ana, room, &["frist", "second"]).await;
    let his = socket(&world, &bo).await;
    let edited = world.edit(&ana, room, ids[0], body("first"), None).await.unwrap().message;
    assert_eq!((edited.seq, edited.rev, &*edited.body), (Seq(1), Rev(3), "first"));
    assert!(edited.edited.is_some());
    assert_eq!(frames(&his), [changed(room, &edited)]);
    assert_eq!(newest(&world, &bo, room).await[0], edited);
    let described = world.room(&bo, room).await.unwrap();
    assert_eq!((described.rev, described.last_seq, described.unread(bo.user())), (Rev(3), Seq(2), 2));
    let fetched = world.fetch(&bo, room, Rev(2)).await.unwrap();
    assert!(matches!(fetched, ServerFrame::Changes { messages, .. } if messages == [edited.clone()]));
    // The same text again is no change.
    let again = world.edit(&ana, room, ids[0], body("first"), None).await.unwrap();
    assert_eq!((again.rev, again.message), (Rev(3), edited));
    assert_eq!(world.room(&bo, room).await.unwrap().rev, Rev(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_message_of_a_room_is_told_as_it_stands() {
    let world = TestBackend::start().await;
    let (ana, bo, room) = world.pair().await;
    let ids = world.say(&ana, room, &["hello"]).await;
    world.react(&bo, room, ids[0], emoji("👍"), None).await.unwrap();
    let deleted = world.delete(&ana, room, ids[0]).await.unwrap().message;
    assert_eq!(world.room(&bo, room).await.unwrap().last, Some(deleted));
}

/// Fails when anybody may, and when membership is not asked for.
#[tokio::test(flavor = "multi_thread")]
async fn only_who_wrote_a_message_changes_it_and_only_members_react() {
    let world = TestBackend::start().await;
    let (ana, bo, room) = world.pair().await;
    let cleo = world.person("cleo").await;
    let elsewhere = world.open_private(&ana, cleo.user()).await.unwrap().id;
    let id = world.say(&ana, room, &["mine"]).await[0];
    let code = |answer: model::Result<ChangedMessage>| answer.unwrap_err().code;
    assert_eq!(code(world.edit(&bo, room, id, body("his"), None).await), Code::Forbidden);
    assert_eq!(code(world.delete(&bo, room, id).await), Code::Forbidden);
    assert_eq!(code(world.react(&cleo, room, id, emoji("👍"), None).await), Code::NotFound);
    assert_eq!(code(world.edit(&ana, elsewhere, id, body("moved"), None).await), Code::NotFound);
    assert_eq!(code(world.edit(&ana, room, MessageId::new(), body("nothing"), None).await), Code::NotFound);
    world.leave(&ana, room).await.unwrap();
    assert_eq!(code(world.edit(&ana, room, id, body("from afar"), None).await), Code::NotFound);
    assert_eq!(code(world.delete(&ana, room, id).await), Code::NotFound);
    assert_eq!(newest(&world, &bo, room).await[0].body, "mine");
}

/// Fails when the digest of what it said first is kept.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_deleted_message_only_its_place_is_left() {
    let world = TestBackend::start().await;
    let (ana, bo, room) = world.pair().await;
    let id = world.say(&ana, room, &["a secret"]).await[0];
    world.edit(&ana, room, id, body("another secret"), None).await.unwrap();
    world.react(&bo, room, id, emoji("😮"), None).await.unwrap();
    let deleted = world.delete(&ana, room, id).await.unwrap().message;
    assert_eq!((deleted.seq, &*deleted.body, deleted.deleted), (Seq(1), "", true));
    let left = "SELECT count(*) FROM messages WHERE deleted AND body = '' \
                AND first_digest IS NULL AND edited_at IS NULL AND reactions IS NULL";
    assert_eq!(number(world.database.url(), left).await.unwrap(), 1);
    assert_eq!(
        world.delete(&ana, room, id).await.unwrap().message,
        deleted,
        "deleting twice is deleting once"
    );
    let code = |answer: model::Result<ChangedMessage>| answer.unwrap_err().code;
    assert_eq!(code(world.edit(&ana, room, id, body("back"), None).await), Code::NotFound);
    assert_eq!(code(world.react(&bo, room, id, emoji("😮"), None).await), Code::NotFound);
}

/// Fails when a retry is compared with the present text, and when it is answered with the present change.
#[tokio::test(flavor = "multi_thread")]
async fn a_retry_is_recognised_whatever_has_become_of_its_message() {
    let world = TestBackend::start().await;
    let (ana, _, room) = world.pair().await;
    let id = MessageId::new();
    let first = resend(&world, &ana, room, id, "first").await;
    for text in ["second", "third"] {
        world.edit(&ana, room, id, body(text), None).await.unwrap();
        assert_eq!(resend(&world, &ana, room, id, "first").await, first);
        for other in [text, "never said"] {
            let refused = world.send(&ana, room, id, body(other)).await.unwrap_err();
            assert_eq!(refused.code, Code::IdConflict);
        }
    }
    world.delete(&ana, room, id).await.unwrap();
    assert_eq!(resend(&world, &ana, room, id, "first").await, first);
    assert_eq!(history(&world, room).await, [(1, id, String::new())]);
}

/// On a bus of several nodes what stood before is published again, for whoever stored it may have died: not
/// the first state of what has changed. Fails when it is.
#[tokio::test(flavor = "multi_thread")]
async fn a_retry_tells_nobody_what_was_deleted() {
    let redis = RedisServer::start(&[]);
    let (world, other) = two_nodes(&redis).await;
    let (ana, bo, room) = world.pair().await;
    let id = MessageId::new();
    resend(&world, &ana, room, id, "a secret").await;
    world.delete(&ana, room, id).await.unwrap();
    let his = socket(&other, &bo).await;
    until_quiet(&world, &his, &bo).await;
    resend(&world, &ana, room, id, "a secret").await;
    let told = until_quiet(&world, &his, &bo).await;
    let says = |frame: &ServerFrame| frame.encode().contains("secret");
    assert!(!told.iter().any(says), "{told:?}");
}

/// Who is told that it cannot be done now may find it done all the same: the room is told where it stands. Fails
/// when it is not.
#[tokio::test(flavor = "multi_thread")]
async fn what_may_have_been_changed_is_told_when_the_database_is_back() {
    let world = TestBackend::start().await;
    tokio::spawn(world.clone().run_repair());
    let (ana, bo, room) = world.pair().await;
    let id = world.say(&ana, room, &["hello"]).await[0];
    let his = socket(&world, &bo).await;
    run(&world, "ALTER TABLE messages RENAME TO away").await;
    assert_eq!(world.delete(&ana, room, id).await.unwrap_err().code, Code::Unavailable);
    run(&world, "ALTER TABLE away RENAME TO messages").await;
    let told = next(&his).await;
    assert!(matches!(told[..], [ServerFrame::Changes { upto: Rev(1), .. }]), "{told:?}");
}

/// Whatever the order, it ends deleted. Fails when a deleted message can be edited.
#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_wins_every_race() {
    let world = TestBackend::start().await;
    let other = world.again().await;
    let (ana, bo, room) = world.pair().await;
    for round in 0..10 {
        let id = world.say(&ana, room, &["a secret"]).await[0];
        let edits = (0..3).map(|place| {
            let node: &Backend = if place % 2 == 0 { &world } else { &other };
            let ana = &ana;
            async move { drop(node.edit(ana, room, id, body(&format!("edit {place}")), None).await) }
        });
        let reaction = async { drop(other.react(&bo, room, id, emoji("👍"), None).await) };
        let deletion = async { assert!(world.delete(&ana, room, id).await.is_ok()) };
        tokio::join!(join_all(edits), reaction, deletion);
        let message = newest(&world, &bo, room).await.pop().unwrap();
        assert_eq!((&*message.body, message.deleted, message.reactions.len()), ("", true, 0), "{round}");
    }
}

/// Fails when reactions are read before the room is locked.
#[tokio::test(flavor = "multi_thread")]
async fn reactions_at_one_moment_all_stand() {
    let world = TestBackend::start().await;
    let other = world.again().await;
    let (ana, bo, room) = world.pair().await;
    let id = world.say(&ana, room, &["look"]).await[0];
    let (one, two) = tokio::join!(
        world.react(&ana, room, id, emoji("👍"), None),
        other.react(&bo, room, id, emoji("❤️"), None)
    );
    assert_ne!(one.unwrap().rev, two.unwrap().rev);
    let message = newest(&world, &ana, room).await.remove(0);
    assert_eq!(message.reaction_of(ana.user()), emoji("👍").as_ref());
    assert_eq!(message.reaction_of(bo.user()), emoji("❤️").as_ref());
    world.react(&ana, room, id, emoji("😂"), None).await.unwrap();
    let taken_back = world.react(&bo, room, id, None, None).await.unwrap().message;
    assert_eq!(taken_back.reactions.len(), 1);
    assert_eq!(taken_back.reaction_of(ana.user()), emoji("😂").as_ref());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reaction_is_one_emoji_and_a_message_holds_so_many() {
    let world = TestBackend::start().await;
    let (ana, bo, room) = world.pair().await;
    let id = world.say(&ana, room, &["look"]).await[0];
    for text in ["é", "👍👍", "日本", "👍 "] {
        let refused = world.react(&bo, room, id, emoji(text), None).await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), (Code::Invalid, Some("emoji")), "{text}");
    }
    for text in ["👩🏽‍🚀", "🏴󠁧󠁢󠁷󠁬󠁳󠁿", "❤️"] {
        let reacted = world.react(&bo, room, id, emoji(text), None).await.unwrap().message;
        assert_eq!(reacted.reactions.len(), 1, "{text}");
    }
    let full = format!(
        "UPDATE messages SET reactions = (SELECT jsonb_agg(jsonb_build_object( \
             'user', gen_random_uuid(), 'emoji', '👍')) FROM generate_series(1, {REACTIONS}))"
    );
    run(&world, &full).await;
    assert_eq!(world.react(&bo, room, id, emoji("👍"), None).await.unwrap_err().code, Code::Invalid);
    assert!(world.react(&bo, room, id, None, None).await.is_ok());
}

/// What is fetched is one state of the room, however much happens in it meanwhile. Fails when memberships, heads
/// and messages are read one after the other.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_is_one_state() {
    let world = TestBackend::start().await;
    let (ana, bo, room) = world.pair().await;
    let ids = world.say(&ana, room, &["1", "2", "3"]).await;
    let writer = async {
        for round in 0..40 {
            world.clock.advance(chrono::TimeDelta::seconds(1));
            world.edit(&ana, room, ids[round % 3], body(&format!("edit {round}")), None).await.unwrap();
            world.say(&ana, room, &["more"]).await;
        }
    };
    let reader = async {
        let mut after = Rev(0);
        while after < Rev(80) {
            world.clock.advance(chrono::TimeDelta::seconds(1));
            let fetched = world.fetch(&bo, room, Rev(0)).await.unwrap();
            let ServerFrame::Changes { upto, messages, .. } = fetched else { panic!("{fetched:?}") };
            assert!(messages.iter().all(|message| message.rev <= upto), "nothing of later");
            let mut seqs: Vec<i64> = messages.iter().map(|message| message.seq.0).collect();
            seqs.sort_unstable();
            assert_eq!(seqs, (1..=seqs.len() as i64).collect::<Vec<_>>(), "nothing is missing");
            after = upto;
        }
    };
    tokio::join!(writer, reader);
}

/// Row 18: two people on two nodes send, edit, delete and react at once, beside devices that connect, fetch and
/// page. Every device ends with the history, and what was deleted is nowhere. Fails when a change has no
/// number of its own.
#[tokio::test(flavor = "multi_thread")]
async fn row_18_whatever_races_all_devices_end_with_the_history() {
    let redis = RedisServer::start(&[]);
    let (world, other) = two_nodes(&redis).await;
    let (ana, bo, room) = world.pair().await;
    let ids = world.say(&ana, room, &["1", "2", "3", "4", "5", "6"]).await;
    let mut devices = vec![
        Device::connect(&world, &ana).await,
        Device::connect(&other, &ana).await,
        Device::connect(&other, &bo).await,
    ];
    let change = async |node: &Backend, place: usize| {
        let (own, id) = (ids[place % 6], ids[(place * 5 + 1) % 6]);
        drop(node.edit(&ana, room, own, body(&format!("a secret {place}")), None).await);
        drop(node.react(&bo, room, id, emoji("👍").filter(|_| !place.is_multiple_of(3)), None).await);
        if place % 4 == 3 {
            node.delete(&ana, room, own).await.unwrap();
        }
        drop(node.send(&bo, room, MessageId::new(), body("beside")).await);
        drop(node.mark(&bo, room, Seq(0), Seq(place as i64)).await);
    };
    for round in 0..4 {
        let here = async {
            for place in 0..6 {
                change(&world, place + round).await
            }
        };
        let there = async {
            for place in 0..6 {
                change(&other, place + round + 3).await
            }
        };
        let page = async { world.page(&bo, room, From::Newest, 50).await.unwrap() };
        let ((), (), page) = tokio::join!(here, there, page);
        world.clock.advance(chrono::TimeDelta::seconds(30));
        for device in &mut devices {
            device.hear();
            device.chat.page(page.clone());
        }
        // One device was away, and is back.
        let away = devices.pop().unwrap();
        devices.push(away.again(&other, &bo).await);
    }
    for (device, who) in devices.iter_mut().zip([&ana, &ana, &bo]) {
        device.settle(&world, who, room).await;
    }
    let page = world.page(&ana, room, From::Newest, 100).await.unwrap();
    let truth = newest(&world, &ana, room).await;
    assert!(truth.iter().filter(|message| message.deleted).count() > 2);
    for device in &mut devices {
        device.chat.page(page.clone());
        let timeline = &device.chat.conversation(room).unwrap().timeline;
        assert_eq!(timeline.messages(), truth);
        assert_eq!(timeline.missing(), None);
    }
}

/// A device that follows the gap rule.
struct Device {
    chat: Chat,
    socket: backend::hub::Subscription,
}

impl Device {
    async fn connect(backend: &Backend, who: &SignedIn) -> Self {
        let chat = Chat::new(who.user());
        let socket = socket(backend, who).await;
        Self { chat, socket }.catch_up(backend, who).await
    }

    async fn again(mut self, backend: &Backend, who: &SignedIn) -> Self {
        self.chat.disconnected();
        self.socket = socket(backend, who).await;
        self.catch_up(backend, who).await
    }

    async fn catch_up(mut self, backend: &Backend, who: &SignedIn) -> Self {
        let model::wire::ClientFrame::Hello { cursor, .. } = self.chat.hello() else { panic!("hello") };
        for frame in backend.catch_up(who, &cursor).await.unwrap() {
            self.chat.receive(frame);
        }
        self
    }

    fn hear(&mut self) {
        frames(&self.socket).into_iter().for_each(|frame| self.chat.receive(frame));
    }

    /// Fetches until there is no hole.
    async fn settle(&mut self, backend: &Backend, who: &SignedIn, room: RoomId) {
        self.hear();
        let head = backend.room(who, room).await.unwrap().rev;
        self.chat.receive(ServerFrame::Beat { heads: VecMap::from([(room, head)]) });
        while let Some(after) = self.chat.conversation(room).unwrap().timeline.missing() {
            self.chat.receive(backend.fetch(who, room, after).await.unwrap());
        }
    }
}

/// Where numbers follow a retry is logged again: it is found out when it is stored, and what was deleted stays so.
/// Fails when a retry is compared with the present text (its sender is told of a conflict), and when its sender is
/// told what it says.
#[tokio::test(flavor = "multi_thread")]
async fn a_retry_through_the_log_brings_nothing_back() {
    let (world, _store) = crate::store::with_store().await;
    let (ana, bo, room) = world.pair().await;
    let id = MessageId::new();
    let send = async |text| world.send_and_place(&ana, room, id, body(text)).await;
    let first = until("the log is read", async || {
        send("a secret").await.ok().filter(|sent| matches!(sent, Sent::Accepted(_)))
    })
    .await;
    world.edit(&ana, room, id, body("no secret"), None).await.unwrap();
    assert_eq!(send("a secret").await.unwrap(), first);
    world.delete(&ana, room, id).await.unwrap();
    let (hers, his) = (socket(&world, &ana).await, socket(&world, &bo).await);
    assert_eq!(send("a secret").await.unwrap(), first);
    // Nothing is left that another text could conflict with; but it was never said.
    assert_eq!(send("another").await.unwrap(), first);
    let marker = world.say(&ana, room, &["after"]).await;
    let page = until("the log is stored", async || {
        let page = newest(&world, &bo, room).await;
        page.iter().any(|message| message.id == marker[0]).then_some(page)
    })
    .await;
    assert_eq!(page.iter().map(|message| &*message.body).collect::<Vec<_>>(), ["", "after"]);
    let of_it = |frame: &ServerFrame| match frame {
        ServerFrame::Change(Change { rev, item: Item::Message { message }, .. }) => {
            (message.id == id).then_some(*rev)
        }
        _ => None,
    };
    let told: Vec<Rev> = frames(&hers).iter().filter_map(of_it).collect();
    assert!(!told.is_empty() && told.iter().all(|rev| *rev > Rev(1)), "as it stands: {told:?}");
    // Durable again, so it is shown again: whoever holds the message drops it by its id.
    let mut chat = Chat::new(bo.user());
    chat.room(world.room(&bo, room).await.unwrap());
    chat.page(world.page(&bo, room, From::Newest, 50).await.unwrap());
    frames(&his).into_iter().for_each(|frame| chat.receive(frame));
    let timeline = &chat.conversation(room).unwrap().timeline;
    assert_eq!((timeline.unnumbered(), &*timeline.get(Seq(1)).unwrap().body), (&[][..], ""));
}

//! Somebody blocked sees, to the letter, what they see of somebody who is away.

use backend::{Backend, SignedIn, hub::Subscription, messages::From};
use model::{Result, Rev, RoomId, Seq, SessionId, UserId, VecMap, wire::ServerFrame};
use serde::Serialize;
use testing::{RedisServer, TestBackend, run};

use crate::sockets::{frames, next, socket, two_nodes};

/// When he blocks her.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    /// Before there is a chat.
    First,
    /// In the middle of it.
    Midway,
    /// After he has left it for her to see.
    Gone,
}

/// Whether he does, or only stays away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bo {
    Blocks,
    IsAway,
}

/// What somebody sees, line by line. In the place of each id stands which one it is, so that what two
/// worlds show can be compared; the worlds' clocks are the same.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) lines: Vec<String>,
    ids: Vec<String>,
}

impl Seen {
    fn note(&mut self, what: &str, seen: impl Serialize) {
        let text = serde_json::to_string(&seen).unwrap();
        let parts: Vec<String> = text.split('"').map(|part| self.nameless(part)).collect();
        self.lines.push(format!("{what}: {}", parts.join("\"")));
    }

    pub(super) fn answer<T: Serialize>(&mut self, what: &str, answer: Result<T>) {
        match answer {
            Ok(answer) => self.note(what, answer),
            Err(error) => self.note(what, error),
        }
    }

    pub(super) fn frames(&mut self, what: &str, frames: &[ServerFrame]) {
        for frame in frames {
            let json: serde_json::Value = serde_json::from_str(&frame.encode()).unwrap();
            self.note(what, json);
        }
    }

    fn nameless(&mut self, part: &str) -> String {
        if uuid::Uuid::parse_str(part).is_err() {
            return part.to_owned();
        }
        let known = self.ids.iter().position(|id| id == part).unwrap_or_else(|| {
            self.ids.push(part.to_owned());
            self.ids.len() - 1
        });
        format!("#{known}")
    }

    /// All that can be asked about the chat.
    async fn everything(&mut self, world: &TestBackend, ana: &SignedIn, room: RoomId) {
        self.answer("list", world.rooms(ana).await);
        self.answer("room", world.room(ana, room).await);
        self.answer("page", world.page(ana, room, From::Newest, 50).await);
        for after in 0..3 {
            self.frames("fetch", &[world.fetch(ana, room, Rev(after)).await.unwrap()]);
        }
        self.frames("catch up", &world.catch_up(ana, &VecMap::default()).await.unwrap());
        for query in ["", "bo"] {
            self.answer("people", world.find_people(ana, query).await);
        }
        self.answer("blocked", world.blocked(ana).await);
    }
}

/// A world in which he blocks her, or stays away, and all that she sees of it.
async fn seen(when: When, bo_does: Bo) -> Vec<String> {
    let world = TestBackend::start().await;
    let [ana, bo] = [world.person("ana").await, world.person("bo_").await];
    // Newcomers, who come after whom she knows.
    for name in ["cy_", "dee"] {
        world.person(name).await;
    }
    let hers = socket(&world, &ana).await;
    // Whatever is said in the room, also while she is out of it.
    let wall = world.hub.listen(UserId::new(), SessionId::new()).unwrap();
    let mut seen = Seen::default();
    if (when, bo_does) == (When::First, Bo::Blocks) {
        world.block(&bo, ana.user()).await.unwrap();
    }
    let room = world.open_private(&ana, bo.user()).await.unwrap().id;
    wall.join(room);
    if when != When::First {
        world.say(&ana, room, &["1", "2"]).await;
        world.mark(&bo, room, Seq(2), Seq(1)).await.unwrap();
        world.say(&bo, room, &["3", "4"]).await;
    }
    if when == When::Gone {
        world.leave(&bo, room).await.unwrap();
    }
    if when != When::First && bo_does == Bo::Blocks {
        world.block(&bo, ana.user()).await.unwrap();
    }
    seen.everything(&world, &ana, room).await;
    world.say(&ana, room, &["5", "6"]).await;
    world.mark(&ana, room, Seq(6), Seq(5)).await.unwrap();
    // What he does again, he does to nobody's knowledge.
    if bo_does == Bo::Blocks {
        world.block(&bo, ana.user()).await.unwrap();
        world.open_private(&bo, ana.user()).await.unwrap_err();
        // Who has left for all to see is told of again.
        if when != When::Gone {
            world.leave(&bo, room).await.unwrap();
        }
    }
    seen.answer("open", world.open_private(&ana, bo.user()).await);
    seen.everything(&world, &ana, room).await;
    seen.answer("leave", world.leave(&ana, room).await);
    seen.answer("open", world.open_private(&ana, bo.user()).await);
    seen.everything(&world, &ana, room).await;
    seen.answer("block", world.block(&ana, bo.user()).await);
    seen.answer("open", world.open_private(&ana, bo.user()).await);
    seen.answer("unblock", world.unblock(&ana, bo.user()).await);
    seen.answer("open", world.open_private(&ana, bo.user()).await);
    seen.frames("live", &frames(&hers));

    if bo_does == Bo::Blocks {
        world.unblock(&bo, ana.user()).await.unwrap();
    }
    seen.everything(&world, &ana, room).await;
    world.open_private(&bo, ana.user()).await.unwrap();
    world.say(&bo, room, &["7"]).await;
    world.mark(&bo, room, Seq(7), Seq(6)).await.unwrap();
    seen.everything(&world, &ana, room).await;
    seen.frames("live", &frames(&hers));
    seen.frames("in the room", &frames(&wall));
    seen.lines
}

/// Fails when a silent departure raises `rev`, when one is among those who are `gone` (`SHOWN`), when what he
/// wrote last is not counted (`mine`), when he is told of by leaving again, when a block tells again of who left
/// for all to see, and when the people one talks to are members only.
#[tokio::test(flavor = "multi_thread")]
async fn somebody_blocked_cannot_tell_a_block_from_absence() {
    for when in [When::First, When::Midway, When::Gone] {
        let (away, blocks) = tokio::join!(seen(when, Bo::IsAway), seen(when, Bo::Blocks));
        assert!(away.len() > 50, "{away:?}");
        for (away, blocks) in away.iter().zip(&blocks) {
            assert_eq!(blocks, away, "{when:?}");
        }
        assert_eq!(blocks.len(), away.len());
    }
}

/// What a node that listens late tells of where the chat stands.
async fn head(bo_does: Bo) -> Vec<String> {
    let redis = RedisServer::start(&[]);
    let (world, other) = two_nodes(&redis).await;
    // Of two who came at once the one with the lower id is the first.
    let [bo, ana] = [world.person("bo_").await, world.person("ana").await];
    let room = world.open_private(&ana, bo.user()).await.unwrap().id;
    world.say(&ana, room, &["1", "2"]).await;
    world.mark(&bo, room, Seq(2), Seq(1)).await.unwrap();
    world.say(&bo, room, &["3"]).await;
    if bo_does == Bo::Blocks {
        world.block(&bo, ana.user()).await.unwrap();
    }
    let hers = socket(&other, &ana).await;
    world.open_private(&ana, bo.user()).await.unwrap();
    let mut seen = Seen::default();
    seen.frames("head", &[next_head(&hers).await]);
    if bo_does == Bo::Blocks {
        world.unblock(&bo, ana.user()).await.unwrap();
    }
    world.open_private(&bo, ana.user()).await.unwrap();
    seen.frames("head", &[next_head(&hers).await]);
    seen.lines
}

async fn next_head(socket: &Subscription) -> ServerFrame {
    loop {
        let told = next(socket).await;
        if let Some(head) = told.into_iter().find(|frame| matches!(frame, ServerFrame::Changes { .. })) {
            return head;
        }
    }
}

/// Fails when one who went silently is among those who are gone in `heads`, and when who comes back is a
/// member since then.
#[tokio::test(flavor = "multi_thread")]
async fn where_a_chat_stands_does_not_tell_a_block_from_absence() {
    let (away, blocks) = tokio::join!(head(Bo::IsAway), head(Bo::Blocks));
    assert_eq!(blocks, away);
}

/// Accepted when he was a member, stored after he blocked her. Fails when the statement that stores counts only the
/// messages of active members.
#[tokio::test(flavor = "multi_thread")]
async fn what_he_wrote_last_is_counted_though_it_has_its_number_later() {
    let world = TestBackend::start().await;
    let (ana, bo, room) = world.pair().await;
    world.say(&bo, room, &["1"]).await;
    world.block(&bo, ana.user()).await.unwrap();
    let store = format!(
        "WITH given (ids, rooms, senders, bodies, ats, uptos, admitted) AS (SELECT ARRAY[gen_random_uuid()], \
             ARRAY['{room}'::uuid], ARRAY['{}'::uuid], ARRAY['2'], ARRAY[now()], ARRAY[1::bigint], true), {}",
        bo.user(),
        include_str!("../../../src/message_log/append.sql"),
    );
    run(&world, &store).await;
    assert_eq!(world.room(&ana, room).await.unwrap().mark(bo.user()).unwrap().mine, 2);
    assert_eq!(unread_after_return(&world, &bo, &ana).await, 0);
}

async fn unread_after_return(world: &Backend, who: &SignedIn, of: &SignedIn) -> i64 {
    world.unblock(who, of.user()).await.unwrap();
    world.open_private(who, of.user()).await.unwrap().unread(who.user())
}

//! Whoever has blocked somebody is not brought into their groups, and nobody sees that.

use backend::{
    SignedIn,
    messages::From,
    testing::{TestBackend, run},
};
use model::{Code, Rev, Room, RoomId, Title, VecMap, limits::GROUP_PEOPLE};

use super::hidden::{Bo, Seen};
use crate::{
    groups::talk,
    sockets::{frames, socket},
};

async fn everything(seen: &mut Seen, world: &TestBackend, who: &SignedIn, room: RoomId) {
    seen.answer("list", world.rooms(who).await);
    seen.answer("page", world.page(who, room, From::Newest, 50).await);
    seen.frames("fetch", &[world.fetch(who, room, Rev(0)).await.unwrap()]);
    seen.frames("catch up", &world.catch_up(who, &VecMap::default()).await.unwrap());
}

/// A world in which he has blocked her, or stays away; what she sees of her group, and the group at the end.
async fn seen(bo_does: Bo) -> (Vec<String>, Room) {
    let world = TestBackend::start().await;
    let [ana, bo, cai] = [world.person("ana").await, world.person("bo_").await, world.person("cai").await];
    for other in [&bo, &cai] {
        talk(&world, &ana, other).await;
    }
    if bo_does == Bo::Blocks {
        world.block(&bo, ana.user()).await.unwrap();
    }
    let (hers, his) = (socket(&world, &ana).await, socket(&world, &bo).await);
    let (room, people) = (RoomId::new(), [bo.user(), cai.user()]);
    let title = Title::new("Lisbon in May").unwrap();
    let mut seen = Seen::default();
    seen.answer("create", world.create_group(&ana, room, title, &people).await);
    everything(&mut seen, &world, &ana, room).await;
    world.say(&ana, room, &["1"]).await;
    seen.answer("add", world.add(&ana, room, &people).await);
    for admin in [true, true, false, true] {
        seen.answer("appoint", world.appoint(&ana, room, bo.user(), admin).await);
    }
    everything(&mut seen, &world, &cai, room).await;
    seen.answer("remove", world.remove(&ana, room, bo.user()).await);
    seen.answer("remove", world.remove(&ana, room, bo.user()).await);
    everything(&mut seen, &world, &ana, room).await;
    seen.answer("add", world.add(&ana, room, &[bo.user()]).await);
    world.say(&cai, room, &["2"]).await;
    everything(&mut seen, &world, &ana, room).await;
    seen.frames("live", &frames(&hers));
    if bo_does == Bo::Blocks {
        assert_eq!(frames(&his), [], "he hears of nothing");
        assert!(world.rooms(&bo).await.unwrap().is_empty());
    }
    (seen.lines, world.room(&ana, room).await.unwrap())
}

/// Fails when he is let in, when he is among those who are gone, when adding him again is a change, when he
/// cannot be made an admin, when he stays after he was removed, and when he is told of that.
#[tokio::test(flavor = "multi_thread")]
async fn who_blocked_the_founder_seems_to_be_in_the_group_and_away() {
    let ((away, _), (blocks, group)) = tokio::join!(seen(Bo::IsAway), seen(Bo::Blocks));
    assert!(away.len() > 30, "{away:?}");
    for (away, blocks) in away.iter().zip(&blocks) {
        assert_eq!(blocks, away);
    }
    assert_eq!((blocks.len(), group.people.len(), group.gone.len()), (away.len(), 3, 0));
}

/// Somebody else may bring him in: then he is there. Fails when the block counts for all, and when it is a
/// change that he comes.
#[tokio::test(flavor = "multi_thread")]
async fn a_block_is_between_two() {
    let world = TestBackend::start().await;
    let [ana, bo, cai] = [world.person("ana").await, world.person("bo_").await, world.person("cai").await];
    for (one, other) in [(&ana, &bo), (&ana, &cai), (&cai, &bo)] {
        talk(&world, one, other).await;
    }
    world.block(&bo, ana.user()).await.unwrap();
    let (room, title) = (RoomId::new(), Title::new("Lisbon in May").unwrap());
    world.create_group(&ana, room, title, &[bo.user(), cai.user()]).await.unwrap();
    world.appoint(&ana, room, cai.user(), true).await.unwrap();
    world.say(&ana, room, &["1"]).await;
    let hers = socket(&world, &ana).await;
    world.add(&cai, room, &[bo.user()]).await.unwrap();
    assert_eq!(frames(&hers), [], "to her he has been there all the while");
    world.say(&ana, room, &["2"]).await;
    let group = world.room(&bo, room).await.unwrap();
    assert_eq!((group.last_seq.0, group.unread(bo.user())), (2, 2));
    world.say(&bo, room, &["here I am"]).await;
}

/// Fails when only those who are let in are counted.
#[tokio::test(flavor = "multi_thread")]
async fn a_group_is_as_full_as_it_looks() {
    let world = TestBackend::start().await;
    let [ana, bo, cai] = [world.person("ana").await, world.person("bo_").await, world.person("cai").await];
    for other in [&bo, &cai] {
        talk(&world, &ana, other).await;
    }
    world.block(&bo, ana.user()).await.unwrap();
    let (room, title) = (RoomId::new(), Title::new("Lisbon in May").unwrap());
    world.create_group(&ana, room, title, &[bo.user()]).await.unwrap();
    let crowd = format!(
        "INSERT INTO users (id, username, name, email, password_hash, created_at) \
         SELECT gen_random_uuid(), 'u' || n, 'U', 'u' || n || '@example.org', '', now() \
         FROM generate_series(1, {}) n; \
         INSERT INTO members (room_id, user_id, joined_at) SELECT '{room}', id, now() FROM users \
         WHERE username LIKE 'u%'",
        GROUP_PEOPLE - 2
    );
    run(&world, &crowd).await;
    let refused = world.add(&ana, room, &[cai.user()]).await.unwrap_err();
    assert_eq!((refused.code, refused.field.as_deref()), (Code::Invalid, Some("people")));
}

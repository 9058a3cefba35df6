//! Whoever has blocked somebody is not brought into their groups, and nobody sees that.

use backend::{SignedIn, membership::Role, messages::From};
use model::{Code, Rev, Room, RoomId, Title, VecMap, limits::GROUP_PEOPLE};
use testing::{TestBackend, run};

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
    for role in [Role::Admin, Role::Admin, Role::Member, Role::Admin] {
        seen.answer("set role", world.set_role(&ana, room, bo.user(), role).await);
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

/// A group that its founder leaves to him, whom she has made an admin: what she and cai see. He has blocked her, or
/// stays away; cai has written something there, or not.
async fn handed_over(bo_does: Bo, cai_wrote: bool) -> (Vec<String>, Room) {
    let world = TestBackend::start().await;
    let [ana, bo, cai] = [world.person("ana").await, world.person("bo_").await, world.person("cai").await];
    for other in [&bo, &cai] {
        talk(&world, &ana, other).await;
    }
    if bo_does == Bo::Blocks {
        world.block(&bo, ana.user()).await.unwrap();
    }
    let theirs = socket(&world, &cai).await;
    let (room, people) = (RoomId::new(), [bo.user(), cai.user()]);
    world.create_group(&ana, room, Title::new("Lisbon in May").unwrap(), &people).await.unwrap();
    if cai_wrote {
        world.say(&cai, room, &["hello"]).await;
    }
    let mut seen = Seen::default();
    seen.answer("set role", world.set_role(&ana, room, bo.user(), Role::Admin).await);
    seen.answer("step down", world.set_role(&ana, room, ana.user(), Role::Member).await);
    everything(&mut seen, &world, &ana, room).await;
    seen.answer("leave", world.leave(&ana, room).await);
    everything(&mut seen, &world, &cai, room).await;
    seen.answer("rename", world.rename(&cai, room, Title::new("Porto in June").unwrap()).await);
    seen.answer("step down", world.set_role(&cai, room, cai.user(), Role::Member).await);
    seen.answer("remove", world.remove(&cai, room, bo.user()).await);
    everything(&mut seen, &world, &cai, room).await;
    seen.frames("live", &frames(&theirs));
    (seen.lines, world.room(&cai, room).await.unwrap())
}

/// Fails when an heir is looked for among those who are really there, when he counts as an admin before anything was
/// heard of him, and when he is passed over.
#[tokio::test(flavor = "multi_thread")]
async fn who_becomes_an_admin_does_not_tell_of_a_block() {
    for cai_wrote in [false, true] {
        let (away, blocks) =
            tokio::join!(handed_over(Bo::IsAway, cai_wrote), handed_over(Bo::Blocks, cai_wrote));
        assert!(away.0.len() > 10, "{:?}", away.0);
        assert_eq!(blocks.0, away.0);
        // She can look after it, and does.
        assert_eq!(blocks.1.admins.len(), 1);
        assert_eq!(blocks.1.title.as_deref(), Some("Porto in June"));
    }
}

/// Whoever has blocked somebody has left their private chat, and knows it. Fails when only what the others see of a
/// private chat counts.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_adds_people_they_have_blocked() {
    let world = TestBackend::start().await;
    let [ana, bo, cai] = [world.person("ana").await, world.person("bo_").await, world.person("cai").await];
    for other in [&bo, &cai] {
        talk(&world, &ana, other).await;
    }
    let title = || Title::new("Lisbon in May").unwrap();
    let room = RoomId::new();
    world.create_group(&ana, room, title(), &[cai.user()]).await.unwrap();
    let add = async || {
        let made = world.create_group(&ana, RoomId::new(), title(), &[bo.user(), cai.user()]).await.map(drop);
        let added = world.add(&ana, room, &[bo.user()]).await;
        [made, added].map(|answer| answer.map_err(|error| error.code))
    };
    world.block(&ana, bo.user()).await.unwrap();
    assert_eq!(add().await, [Err(Code::Forbidden); 2]);
    world.unblock(&ana, bo.user()).await.unwrap();
    assert_eq!(add().await, [Err(Code::Forbidden); 2], "she is not back in their chat");
    world.open_private(&ana, bo.user()).await.unwrap();
    assert_eq!(add().await, [Ok(()); 2]);
}

/// An admin who does not know him adds him, who is there to everybody. Fails when that is refused, which tells that he is
/// not; and when he comes in by it.
#[tokio::test(flavor = "multi_thread")]
async fn who_seems_to_be_there_can_be_added_by_a_stranger() {
    let world = TestBackend::start().await;
    let mut answers = Vec::new();
    for blocks in [false, true] {
        let name = |name: &str| format!("{name}{blocks}");
        let (ana, bo) = (world.person(&name("ana")).await, world.person(&name("bo_")).await);
        let (cai, dee) = (world.person(&name("cai")).await, world.person(&name("dee")).await);
        for other in [&bo, &cai, &dee] {
            talk(&world, &ana, other).await;
        }
        if blocks {
            world.block(&bo, ana.user()).await.unwrap();
        }
        let (room, title) = (RoomId::new(), Title::new("Lisbon in May").unwrap());
        let people = [bo.user(), cai.user(), dee.user()];
        world.create_group(&ana, room, title, &people).await.unwrap();
        world.set_role(&ana, room, cai.user(), Role::Admin).await.unwrap();
        let rev = world.room(&ana, room).await.unwrap().rev;
        let alone = world.add(&cai, room, &[bo.user()]).await;
        let with_others = world.add(&cai, room, &[bo.user(), dee.user()]).await;
        let seen = world.room(&cai, room).await.unwrap();
        assert_eq!(seen.rev, rev, "nobody came");
        answers.push((alone, with_others, seen.people.len(), seen.gone.len(), seen.admins.len()));
        assert_eq!(world.room(&bo, room).await.is_ok(), !blocks, "and he is where he was");
    }
    assert_eq!(answers[0], answers[1]);
    assert!(answers[0].0.is_ok());
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
    world.set_role(&ana, room, cai.user(), Role::Admin).await.unwrap();
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
         INSERT INTO memberships (room_id, user_id, joined_at) SELECT '{room}', id, now() FROM users \
         WHERE username LIKE 'u%'",
        GROUP_PEOPLE - 2
    );
    run(&world, &crowd).await;
    let refused = world.add(&ana, room, &[cai.user()]).await.unwrap_err();
    assert_eq!((refused.code, refused.field.as_deref()), (Code::Invalid, Some("people")));
}

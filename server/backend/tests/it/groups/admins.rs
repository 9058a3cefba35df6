//! Who may change a group.

use backend::{cache::Key, membership::Role};
use model::{Code, Rev, RoomId, Seq};
use testing::TestBackend;

use super::{Client, cast, code, create, present, sorted, talk, title};
use crate::memberships;

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
            world.set_role(who, room, cai.user(), Role::Admin).await,
        ];
        assert!(refused.iter().all(|answer| answer.as_ref().unwrap_err().code == expected), "{refused:?}");
    }
    let words = world.rename(&ana, private, title("ours")).await.unwrap_err().message;
    assert_eq!(words, "A private chat has its two people, and nobody else.");
    assert_eq!(world.room(&ana, id).await.unwrap().rev, Rev(0));
    let remembered: Option<bool> = world.cache.get(Key::Membership(id, cai.user())).await;
    assert_eq!(remembered, Some(true), "who is refused makes nobody forget it");
    assert_eq!(code(world.remove(&ana, id, ana.user()).await), Code::Invalid);
    world.set_role(&ana, id, bo.user(), Role::Admin).await.unwrap();
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
    for active in [&bo, &cai] {
        world.say(active, id, &["I am here"]).await;
    }
    assert_eq!(code(world.set_role(&ana, id, ana.user(), Role::Member).await), Code::Forbidden);
    world.leave(&ana, id).await.unwrap();
    his.agrees(&world, &bo, id).await;
    assert_eq!(his.room(id).unwrap().admins, [cai.user()], "he was there before");

    world.set_role(&cai, id, bo.user(), Role::Admin).await.unwrap();
    world.set_role(&cai, id, cai.user(), Role::Member).await.unwrap();
    his.agrees(&world, &bo, id).await;
    assert_eq!(his.room(id).unwrap().admins, [bo.user()]);
    assert_eq!(
        code(world.set_role(&bo, id, ana.user(), Role::Admin).await),
        Code::NotFound,
        "she is not there"
    );
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
    let down = include_str!("../../../../../migrations/2026-11-26-000004_groups/down.sql");
    let up = include_str!("../../../../../migrations/2026-11-26-000004_groups/up.sql");
    for statements in [memberships::DOWN, down, &first, up, memberships::UP] {
        testing::run(&world, statements).await;
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
        world.set_role(&ana, id, bo.user(), Role::Admin).await.unwrap();
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

/// Reading, writing and changing the group count; having been named an admin does not. Fails when an admin who has
/// never been there is counted, and when one who has been is not.
#[tokio::test(flavor = "multi_thread")]
async fn the_last_admin_who_has_been_there_stays_one() {
    let world = TestBackend::start().await;
    let (ana, [bo, cai]) = cast(&world).await;
    let id = create(&world, &ana, &[bo, cai]).await.id;
    world.say(&ana, id, &["hello"]).await;
    let steps_down = async || world.set_role(&ana, id, ana.user(), Role::Member).await;
    world.set_role(&ana, id, bo.user(), Role::Admin).await.unwrap();
    assert_eq!(code(steps_down().await), Code::Forbidden, "he may have never seen the group");
    world.mark(&bo, id, Seq(1), Seq(1)).await.unwrap();
    steps_down().await.unwrap();
    world.set_role(&bo, id, cai.user(), Role::Admin).await.unwrap();
    world.rename(&cai, id, title("hers")).await.unwrap();
    world.set_role(&bo, id, bo.user(), Role::Member).await.unwrap();
    assert_eq!(world.room(&bo, id).await.unwrap().admins, [cai.user()]);
}

/// Fails when the group is left to nobody, and when only some are chosen of whom nobody knows anything.
#[tokio::test(flavor = "multi_thread")]
async fn a_group_in_which_nobody_was_active_is_everybodys() {
    let world = TestBackend::start().await;
    let (ana, [bo, cai, dee]) = cast(&world).await;
    let quiet = create(&world, &ana, &[bo, cai]).await.id;
    world.leave(&ana, quiet).await.unwrap();
    let mut admins = world.room(&bo, quiet).await.unwrap().admins;
    admins.sort();
    assert_eq!(admins, sorted(&[&bo, &cai]));
    let lively = create(&world, &ana, &[bo, cai, dee]).await.id;
    world.say(&dee, lively, &["hello"]).await;
    world.leave(&ana, lively).await.unwrap();
    assert_eq!(world.room(&bo, lively).await.unwrap().admins, [dee.user()], "the one who has been active");
}

//! Making a group, and whom one may bring into it.

use backend::{SignedIn, membership::Role};
use futures::future::join_all;
use model::{Code, Rev, RoomId, UserId, limits::GROUP_PEOPLE};
use testing::TestBackend;

use super::{Client, cast, code, create, present, sorted, talk, title};

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
    world.set_role(&ana, id, bo.user(), Role::Admin).await.unwrap();
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

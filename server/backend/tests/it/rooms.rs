//! Private chats: one for two people, seen only by them.

use backend::testing::TestBackend;
use futures::future::join_all;
use model::{Code, UserId};

#[tokio::test(flavor = "multi_thread")]
async fn two_people_have_one_private_chat_however_often_it_is_opened() {
    let world = TestBackend::start().await;
    let [ana, bo] = [world.person("ana").await, world.person("bo_").await];
    let opens = (0..10).map(|n| {
        let (who, with) = if n % 2 == 0 { (ana, bo) } else { (bo, ana) };
        let world = &world;
        async move { world.open_private(&who, with.user()).await.unwrap().id }
    });
    let rooms = join_all(opens).await;
    assert!(rooms.iter().all(|room| *room == rooms[0]));
    assert_eq!(world.rooms(&ana).await.unwrap().len(), 1);
    assert_eq!(world.rooms(&bo).await.unwrap()[0].other(bo.user()).unwrap().username, "ana");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_chat_needs_another_person_who_exists() {
    let world = TestBackend::start().await;
    let ana = world.person("ana").await;
    assert_eq!(world.open_private(&ana, ana.user()).await.unwrap_err().code, Code::Invalid);
    assert_eq!(world.open_private(&ana, UserId::new()).await.unwrap_err().code, Code::NotFound);
    assert!(world.rooms(&ana).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_cannot_tell_a_room_from_none() {
    let world = TestBackend::start().await;
    let (_, _, room) = world.pair().await;
    let stranger = world.person("stranger").await;
    let hidden = world.room(&stranger, room).await.unwrap_err();
    let absent = world.room(&stranger, model::RoomId::new()).await.unwrap_err();
    assert_eq!(hidden, absent);
    assert!(world.rooms(&stranger).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_sorted_by_activity_and_counts_the_unread() {
    let world = TestBackend::start().await;
    let (ana, bo, with_bo) = world.pair().await;
    let cleo = world.person("cleo").await;
    let with_cleo = world.open_private(&ana, cleo.user()).await.unwrap().id;
    world.say(&cleo, with_cleo, &["hi", "there"]).await;
    world.say(&bo, with_bo, &["hello"]).await;
    let rooms = world.rooms(&ana).await.unwrap();
    assert_eq!(rooms.iter().map(|room| room.id).collect::<Vec<_>>(), [with_bo, with_cleo]);
    assert_eq!(rooms.iter().map(|room| room.unread(ana.user())).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(rooms[0].last.as_ref().unwrap().body, "hello");
}

//! From a cursor to the present.

use model::{
    Code, Rev, RoomId, Seq, VecMap,
    rooms::marks_sum,
    wire::{Position, ServerFrame},
};
use testing::TestBackend;

async fn position(world: &TestBackend, who: &backend::SignedIn, room: RoomId) -> Position {
    let room = world.room(who, room).await.unwrap();
    Position { rev: room.rev, marks: Some(marks_sum(&room.marks)) }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_changed_is_sent() {
    let world = TestBackend::start().await;
    let (ana, bo, room) = world.pair().await;
    let cleo = world.person("cleo").await;
    let quiet = world.open_private(&ana, cleo.user()).await.unwrap().id;
    world.say(&bo, room, &["1", "2"]).await;
    let cursor: VecMap<RoomId, Position> =
        [(room, position(&world, &ana, room).await), (quiet, position(&world, &ana, quiet).await)].into();
    assert!(world.catch_up(&ana, &cursor).await.unwrap().is_empty(), "nothing changed, nothing is sent");
    world.say(&bo, room, &["3", "4"]).await;
    let frames = world.catch_up(&ana, &cursor).await.unwrap();
    let [ServerFrame::Changes { after: Rev(2), upto: Rev(4), limited: false, messages, .. }] =
        frames.as_slice()
    else {
        panic!("{frames:?}")
    };
    assert_eq!(messages.iter().map(|message| message.body.as_str()).collect::<Vec<_>>(), ["3", "4"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mark_alone_is_news() {
    let world = TestBackend::start().await;
    let (ana, bo, room) = world.pair().await;
    world.say(&ana, room, &["seen?"]).await;
    let cursor: VecMap<_, _> = [(room, position(&world, &ana, room).await)].into_iter().collect();
    world.mark(&bo, room, Seq(1), Seq(1)).await.unwrap();
    let frames = world.catch_up(&ana, &cursor).await.unwrap();
    let [ServerFrame::Changes { after, upto, messages, marks, .. }] = frames.as_slice() else {
        panic!("{frames:?}")
    };
    assert_eq!((after, upto, messages.len()), (&Rev(1), &Rev(1), 0));
    assert!(marks.iter().any(|mark| mark.user == bo.user() && mark.read == Seq(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_unknown_to_the_client_is_described_and_a_foreign_one_is_left() {
    let world = TestBackend::start().await;
    let (ana, _, room) = world.pair().await;
    let foreign = RoomId::new();
    let cursor: VecMap<_, _> = [(foreign, Position { rev: Rev(9), marks: None })].into_iter().collect();
    let frames = world.catch_up(&ana, &cursor).await.unwrap();
    assert_eq!(frames[0], ServerFrame::Left { room: foreign });
    assert!(matches!(&frames[1], ServerFrame::Room { room: described } if described.id == room));
}

#[tokio::test(flavor = "multi_thread")]
async fn too_much_missed_is_answered_with_the_newest_page() {
    let world = TestBackend::start().await;
    let (ana, bo, room) = world.pair().await;
    let texts: Vec<String> = (1..=205).map(|n| format!("{n}")).collect();
    world.say(&bo, room, &texts.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let fetch = async |after| match world.fetch(&ana, room, Rev(after)).await.unwrap() {
        ServerFrame::Changes { limited, messages, .. } => {
            (limited, messages.first().unwrap().seq.0, messages.len())
        }
        frame => panic!("{frame:?}"),
    };
    assert_eq!(fetch(5).await, (false, 6, 200));
    assert_eq!(fetch(4).await, (true, 156, 50));
    assert_eq!(fetch(900).await, (true, 156, 50), "a client ahead of the server starts anew");
    let stranger = world.person("stranger").await;
    assert_eq!(world.fetch(&stranger, room, Rev(0)).await.unwrap_err().code, Code::NotFound);
}

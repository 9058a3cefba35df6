//! Edits, deletions and reactions by frames of the socket.

use model::{
    ChangeId, Changed, Code, Emoji, Error, Message, MessageId, Rev, RoomId,
    limits::SEND_BURST,
    wire::{ClientFrame, Item, ServerFrame},
};

use crate::{
    request::Request,
    world::{Device, World},
};

fn edit(room: RoomId, id: MessageId, change: ChangeId, text: &str) -> ClientFrame {
    ClientFrame::Edit { room, id, change, body: text.to_owned() }
}

fn react(room: RoomId, id: MessageId, change: ChangeId, emoji: &str) -> ClientFrame {
    ClientFrame::React { room, id, change, emoji: Some(Emoji::new(emoji).unwrap()) }
}

/// The answer to a change: the number it has in its room, or why it was not made.
async fn answer(device: &mut Device, wanted: ChangeId) -> Result<Rev, Error> {
    device
        .until(|frame| match frame {
            ServerFrame::Changed(Changed { change, rev, .. }) if change == wanted => Some(Ok(rev)),
            ServerFrame::Rejected { change: Some(change), error, .. } if change == wanted => Some(Err(error)),
            _ => None,
        })
        .await
}

/// The next message that is told live, as it is.
async fn told(device: &mut Device) -> Message {
    device
        .until(|frame| match frame {
            ServerFrame::Change(model::wire::Change { item: Item::Message { message }, .. }) => Some(message),
            _ => None,
        })
        .await
}

async fn said(device: &mut Device, room: RoomId, text: &str) -> MessageId {
    let id = device.send(room, text).await;
    device.answer(id).await.unwrap();
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_are_made_answered_and_told() {
    let world = World::start().await;
    let (ana, bo, room) = world.pair().await;
    let (mut ana, mut bo) = (world.device(&ana).await, world.device(&bo).await);
    let id = said(&mut ana, room, "frist").await;
    told(&mut bo).await;
    let [first, second, third, last] = [(); 4].map(|()| ChangeId::new());
    ana.say(&edit(room, id, first, "first")).await;
    assert_eq!(answer(&mut ana, first).await, Ok(Rev(2)));
    let message = told(&mut bo).await;
    assert_eq!((message.rev, &*message.body, message.edited.is_some()), (Rev(2), "first", true));
    bo.say(&react(room, id, second, "👍")).await;
    assert_eq!(answer(&mut bo, second).await, Ok(Rev(3)));
    bo.say(&ClientFrame::React { room, id, change: third, emoji: None }).await;
    assert_eq!(answer(&mut bo, third).await, Ok(Rev(4)));
    ana.say(&ClientFrame::Delete { room, id, change: last }).await;
    assert_eq!(answer(&mut ana, last).await, Ok(Rev(5)));
    ana.say(&ClientFrame::Delete { room, id, change: last }).await;
    assert_eq!(answer(&mut ana, last).await, Ok(Rev(5)), "deleting again changes nothing");
}

/// Fails when the call or the frame keeps no ids, or each its own.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_made_once_by_frame_and_by_call() {
    let world = World::start().await;
    let (ana, _, room) = world.pair().await;
    let mut device = world.device(&ana).await;
    let id = said(&mut device, room, "frist").await;
    let call = async |change: ChangeId, text: &str| {
        let form = format!("room={room}&id={id}&change={change}&body={text}");
        let answer = Request::post(&world, "/api/messages/edit", form).of(&ana).send(&world).await;
        let message: Message = serde_json::from_str(&answer.body).unwrap();
        message.body
    };
    let [by_frame, by_call, another] = [(); 3].map(|()| ChangeId::new());
    device.say(&edit(room, id, by_frame, "one")).await;
    assert_eq!(answer(&mut device, by_frame).await, Ok(Rev(2)));
    assert_eq!(call(by_call, "two").await, "two");
    device.say(&edit(room, id, another, "three")).await;
    assert_eq!(answer(&mut device, another).await, Ok(Rev(4)));
    assert_eq!(call(by_frame, "one").await, "three");
    device.say(&edit(room, id, by_call, "two")).await;
    assert_eq!(answer(&mut device, by_call).await, Ok(Rev(3)));
    assert_eq!(world.backend.room(&ana.who, room).await.unwrap().rev, Rev(4));
}

/// Fails when the socket makes the changes of a connection side by side.
#[tokio::test(flavor = "multi_thread")]
async fn changes_of_a_connection_are_made_in_the_order_in_which_they_come() {
    let world = World::start().await;
    let (ana, _, room) = world.pair().await;
    let mut device = world.device(&ana).await;
    let id = said(&mut device, room, "0").await;
    let changes: Vec<ChangeId> = (0..30).map(|_| ChangeId::new()).collect();
    for (change, text) in changes.iter().zip(1..) {
        device.say(&edit(room, id, *change, &format!("{text}"))).await;
    }
    for (change, rev) in changes.iter().zip(2..) {
        assert_eq!(answer(&mut device, *change).await, Ok(Rev(rev)));
    }
}

/// Fails when a change that cannot be read is answered without its id: it would wait for ever.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_changed_is_rejected_by_its_id() {
    let world = World::start().await;
    let (ana, bo, room) = world.pair().await;
    let (mut ana, mut bo) = (world.device(&ana).await, world.device(&bo).await);
    let id = said(&mut ana, room, "mine").await;
    let mut refused = async |frame: &dyn Fn(ChangeId) -> String| {
        let change = ChangeId::new();
        bo.text(&frame(change)).await;
        let error = answer(&mut bo, change).await.unwrap_err();
        (error.code, error.field)
    };
    let invalid = |field: &str| (Code::Invalid, Some(field.to_owned()));
    let theirs = refused(&|change| edit(room, id, change, "his").encode()).await;
    assert_eq!(theirs, (Code::Forbidden, None));
    let theirs = refused(&|change| ClientFrame::Delete { room, id, change }.encode()).await;
    assert_eq!(theirs, (Code::Forbidden, None));
    let none = refused(&|change| edit(room, MessageId::new(), change, "none").encode()).await;
    assert_eq!(none, (Code::NotFound, None));
    for body in [r#""""#, r#""\ud800""#, "7", "null"] {
        let frame = |change| {
            format!(r#"{{"type":"edit","room":"{room}","id":"{id}","change":"{change}","body":{body}}}"#)
        };
        assert_eq!(refused(&frame).await, invalid("body"), "{body}");
    }
    for emoji in [r#""""#, r#""a""#, r#""👍👍""#, r#""\udfff""#, "7"] {
        let frame = |change| {
            format!(r#"{{"type":"react","room":"{room}","id":"{id}","change":"{change}","emoji":{emoji}}}"#)
        };
        assert_eq!(refused(&frame).await, invalid("emoji"), "{emoji}");
    }
}

/// Fails when frames have an allowance of their own.
#[tokio::test(flavor = "multi_thread")]
async fn frames_and_calls_share_their_limit() {
    let world = World::start().await;
    let (ana, _, room) = world.pair().await;
    let mut device = world.device(&ana).await;
    let id = said(&mut device, room, "0").await;
    for text in 0..SEND_BURST {
        let change = ChangeId::new();
        device.say(&edit(room, id, change, &format!("{text}"))).await;
        answer(&mut device, change).await.unwrap();
    }
    let form = format!("room={room}&id={id}&emoji=%F0%9F%91%8D");
    let called = Request::post(&world, "/api/messages/react", form).of(&ana).send(&world).await;
    assert_eq!((called.status, called.code().as_deref()), (429, Some("rate_limited")));
    let change = ChangeId::new();
    device.say(&edit(room, id, change, "once more")).await;
    assert_eq!(answer(&mut device, change).await.unwrap_err().code, Code::RateLimited);
}

//! Clients that do not keep to the protocol: a clear answer, and the others do not notice.

use futures::SinkExt;
use model::{Code, wire::ServerFrame};
use tokio::io::AsyncWriteExt;
use tokio_tungstenite::{
    MaybeTlsStream,
    tungstenite::{Bytes, Message},
};

use crate::world::{Device, World};

async fn pair() -> (World, Device, Device, model::RoomId) {
    let world = World::start().await;
    let (ana, bo, room) = world.pair().await;
    let (ana, bo) = (world.device(&ana).await, world.device(&bo).await);
    (world, ana, bo, room)
}

async fn others_go_on(mut bo: Device, room: model::RoomId) {
    let id = bo.send(room, "still here").await;
    assert!(bo.answer(id).await.is_ok());
}

/// Writes bytes below the protocol.
async fn raw(device: &mut Device, bytes: &[u8]) {
    let MaybeTlsStream::Plain(stream) = device.socket.get_mut() else { panic!("no TLS here") };
    stream.write_all(bytes).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn text_that_is_not_json_ends_the_connection() {
    let (_world, mut ana, bo, room) = pair().await;
    ana.text("{").await;
    assert_eq!(ana.farewell().await, (4103, "bad_frame".into()));
    others_go_on(bo, room).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn json_that_is_no_frame_is_answered_and_the_connection_goes_on() {
    let (_world, mut ana, _bo, room) = pair().await;
    for text in [
        "{}",
        "[]",
        "1",
        r#"{"type":"send"}"#,
        r#"{"type":"poll"}"#,
        r#"{"type":"fetch","room":"x","after":0}"#,
    ] {
        ana.text(text).await;
        let ServerFrame::Error { error, .. } = ana.next().await else { panic!("{text}") };
        assert_eq!(error.code, Code::Malformed, "{text}");
    }
    others_go_on(ana, room).await;
}

/// A message that cannot be read must not wait for ever in its sender's outbox, nor end the
/// connection again and again.
#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_message_is_rejected_by_its_id() {
    let (_world, mut ana, _bo, room) = pair().await;
    for body in [r#""\ud800""#, r#""x\udc00y""#, "7", "null", r#"["a"]"#] {
        let id = model::MessageId::new();
        ana.text(&format!(r#"{{"type":"send","room":"{room}","id":"{id}","body":{body}}}"#)).await;
        assert_eq!(ana.answer(id).await.unwrap_err().code, Code::Invalid, "{body}");
    }
    others_go_on(ana, room).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_have_one_spelling_and_numbers_are_never_negative() {
    let (_world, mut ana, _bo, room) = pair().await;
    let shouted = room.to_string().to_uppercase();
    for text in [
        format!(r#"{{"type":"fetch","room":"{shouted}","after":0}}"#),
        format!(r#"{{"type":"fetch","room":"{{{room}}}","after":0}}"#),
        format!(r#"{{"type":"fetch","room":"{room}","after":-1}}"#),
        r#"{"type":"fetch","room":"00000000-0000-0000-0000-000000000000","after":0}"#.to_owned(),
    ] {
        ana.text(&text).await;
        let ServerFrame::Error { error, about, .. } = ana.next().await else { panic!("{text}") };
        assert_eq!((error.code, about.as_deref()), (Code::Malformed, Some("fetch")), "{text}");
    }
}

// Fails when the socket has no limits (one of the two is enough here), and when `text_of` passes over
// binary frames.
#[tokio::test(flavor = "multi_thread")]
async fn row_22_binary_frames_and_oversized_ones_are_refused() {
    let (world, mut ana, mut bo, room) = pair().await;
    ana.socket.send(Message::Binary(Bytes::from_static(b"\x00"))).await.unwrap();
    assert_eq!(ana.farewell().await.0, 4103);
    bo.text(&"x".repeat(65 * 1024)).await;
    assert_eq!(bo.farewell().await.0, 1009);
    let cleo = world.person("cleo").await;
    let cleo = world.device(&cleo).await;
    drop(cleo);
    let ana = world.backend.session(ana.who.user()).await;
    others_go_on(world.device(&ana).await, room).await;
}

// Fails when `max_frame_size` is not set: the limit of a message is looked at when a frame is whole, and
// a gigabyte would be waited for.
#[tokio::test(flavor = "multi_thread")]
async fn row_22_a_frame_that_announces_a_gigabyte_is_refused_before_it_comes() {
    let (_world, mut ana, bo, room) = pair().await;
    raw(&mut ana, &[0x81, 0xFF, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0]).await;
    assert_eq!(ana.farewell().await.0, 1009);
    others_go_on(bo, room).await;
}

// Fails when `max_message_size` is not set: five frames of 16 KiB are read to their end.
#[tokio::test(flavor = "multi_thread")]
async fn row_22_a_frame_of_many_fragments_is_bounded() {
    let (_world, mut ana, bo, room) = pair().await;
    // Text, not final, masked with zeros: 16 KiB each.
    for n in 0..5_u8 {
        let opcode = if n == 0 { 0x01 } else { 0x00 };
        raw(&mut ana, &[opcode, 0xFE, 0x40, 0x00, 0, 0, 0, 0]).await;
        raw(&mut ana, &[b'x'; 16 * 1024]).await;
    }
    assert_eq!(ana.farewell().await.0, 1009);
    others_go_on(bo, room).await;
}

// Fails when `End::from_read` makes `Gone` of everything: the connection ends without a word.
#[tokio::test(flavor = "multi_thread")]
async fn row_23_breaches_of_the_websocket_protocol_have_its_codes() {
    let oversized = [[0x89, 0xFE, 0, 126, 0, 0, 0, 0].as_slice(), &[0; 126]].concat();
    let breaches: [(&str, &[u8], u16); 8] = [
        ("unmasked", &[0x81, 0x02, b'{', b'}'], 1002),
        ("reserved bits", &[0xF1, 0x80, 0, 0, 0, 0], 1002),
        ("bad UTF-8", &[0x81, 0x82, 0, 0, 0, 0, 0xC3, 0x28], 1007),
        ("overlong UTF-8", &[0x81, 0x82, 0, 0, 0, 0, 0xC0, 0xAF], 1007),
        ("oversized control", &oversized, 1002),
        ("unknown opcode", &[0x83, 0x80, 0, 0, 0, 0], 1002),
        ("a fragment of nothing", &[0x80, 0x80, 0, 0, 0, 0], 1002),
        ("fragmented control", &[0x09, 0x80, 0, 0, 0, 0], 1002),
    ];
    for (name, bytes, code) in breaches {
        let (_world, mut ana, bo, room) = pair().await;
        raw(&mut ana, bytes).await;
        assert_eq!(ana.farewell().await.0, code, "{name}");
        others_go_on(bo, room).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_frame_is_hello_and_only_the_first() {
    let world = World::start().await;
    let ana = world.person("ana").await;
    for text in
        [r#"{"type":"mark","room":"0198c5a0-0000-7000-8000-000000000001"}"#, "{}", r#"{"type":"hello"}"#]
    {
        let mut device = world.dial(&ana).await;
        device.text(text).await;
        assert_eq!(device.farewell().await, (4102, "bad_hello".into()), "{text}");
    }
    let mut device = world.dial(&ana).await;
    device.text(r#"{"type":"hello","version":2}"#).await;
    assert_eq!(device.farewell().await, (4104, "version".into()));
    // The malformed ones fail when `is_about_hello` always says no: they are answered by `error`.
    for text in [
        r#"{"type":"hello","version":1}"#,
        r#"{"type":"hello"}"#,
        r#"{"type":"hello","version":"1"}"#,
        r#"{"type":"hello","version":1,"cursor":[]}"#,
    ] {
        let mut device = world.device(&ana).await;
        device.text(text).await;
        assert_eq!(device.farewell().await, (4102, "bad_hello".into()), "{text}");
    }
}

// Fails when `heard` asks for no allowance: the flood is read to its end.
#[tokio::test(flavor = "multi_thread")]
async fn row_22_a_flood_of_pings_is_cut_off() {
    let (_world, mut ana, bo, room) = pair().await;
    let flood = async {
        for _ in 0..5_000 {
            if ana.socket.send(Message::Ping(Bytes::new())).await.is_err() {
                break;
            }
        }
    };
    flood.await;
    assert_eq!(ana.farewell().await, (4004, "flood".into()));
    others_go_on(bo, room).await;
}

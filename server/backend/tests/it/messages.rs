//! Sending, reading history, and marks.

use backend::messages::From;
use model::{
    Body, Code, Error, MessageId, RoomId, Sent, Seq,
    limits::{SEND_BURST, SEND_PER_SECOND},
};
use testing::TestBackend;

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_read_from_anywhere_without_holes() {
    let world = TestBackend::start().await;
    let (ana, _, room) = world.pair().await;
    let texts: Vec<String> = (1..=120).map(|n| format!("{n}")).collect();
    world.say(&ana, room, &texts.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let span = async |from, limit| {
        let page = world.page(&ana, room, from, limit).await.unwrap();
        assert_eq!((page.rev.0, page.last_seq.0), (120, 120));
        assert!(page.messages.windows(2).all(|pair| pair[1].seq == pair[0].seq.next()));
        page.messages.first().zip(page.messages.last()).map(|(first, last)| (first.seq.0, last.seq.0))
    };
    assert_eq!(span(From::Newest, 50).await, Some((71, 120)));
    assert_eq!(span(From::Before(Seq(71)), 50).await, Some((21, 70)));
    assert_eq!(span(From::Before(Seq(21)), 50).await, Some((1, 20)));
    assert_eq!(span(From::Before(Seq(1)), 50).await, None);
    assert_eq!(span(From::After(Seq(100)), 50).await, Some((101, 120)));
    assert_eq!(span(From::Around(Seq(60)), 10).await, Some((55, 64)));
    for extreme in [i64::MIN, i64::MAX] {
        span(From::Before(Seq(extreme)), 100).await;
        span(From::After(Seq(extreme)), 100).await;
        span(From::Around(Seq(extreme)), 100).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_for_members_and_have_a_size() {
    let world = TestBackend::start().await;
    let (ana, _, room) = world.pair().await;
    let stranger = world.person("stranger").await;
    let refused = async |who, room, limit| world.page(who, room, From::Newest, limit).await.unwrap_err().code;
    assert_eq!(refused(&stranger, room, 50).await, Code::NotFound);
    assert_eq!(refused(&ana, RoomId::new(), 50).await, Code::NotFound);
    assert_eq!(refused(&ana, room, 0).await, Code::Invalid);
    assert_eq!(refused(&ana, room, 101).await, Code::Invalid);
    assert!(world.page(&ana, room, From::Newest, 50).await.unwrap().messages.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_refused_with_the_wait() {
    let world = TestBackend::start().await;
    let (ana, bo, room) = world.pair().await;
    let body = || Body::new("flood").unwrap();
    let mut refused = None;
    for _ in 0..200 {
        if let Err(error) = world.send(&ana, room, MessageId::new(), body()).await {
            refused = Some(error);
            break;
        }
    }
    let refused = refused.expect("a limit is reached");
    assert_eq!(refused.code, Code::RateLimited);
    assert!(refused.retry_after.is_some_and(|wait| wait > 0));
    assert!(world.send(&bo, room, MessageId::new(), body()).await.is_ok(), "others do not notice");
}

// Fails when `send` does not look up what stands (the first retries are refused), when it gives no
// allowance back (fewer new ones pass), and when `Resend` has no end (no flood is refused).
#[tokio::test(flavor = "multi_thread")]
async fn a_retry_of_what_stands_costs_nothing_and_a_flood_of_them_is_bounded() {
    let world = TestBackend::start().await;
    let (ana, bo, room) = world.pair().await;
    let send = async |who, id, text| world.send(who, room, id, Body::new(text).unwrap()).await;
    let mut sent = Vec::new();
    for _ in 0..SEND_BURST {
        let id = MessageId::new();
        sent.push((id, send(&ana, id, "hello").await.unwrap()));
    }
    let limited = |answer: Result<Sent, Error>| answer.unwrap_err().code == Code::RateLimited;
    assert!(limited(send(&ana, MessageId::new(), "one too many").await));
    for (id, accepted) in &sent {
        assert_eq!(send(&ana, *id, "hello").await.as_ref(), Ok(accepted), "its answer got lost");
    }
    assert!(limited(send(&ana, sent[0].0, "another text").await));
    assert!(limited(send(&ana, MessageId::new(), "still one too many").await));

    world.clock.advance(chrono::TimeDelta::seconds(1));
    for (id, accepted) in &sent[..40] {
        assert_eq!(send(&ana, *id, "hello").await.as_ref(), Ok(accepted));
    }
    for _ in 0..SEND_PER_SECOND {
        send(&ana, MessageId::new(), "new").await.expect("the retries took nothing of it");
    }
    assert!(limited(send(&ana, MessageId::new(), "one too many").await));
    let mut refused = 0;
    for _ in 0..300 {
        refused += u32::from(send(&ana, sent[0].0, "hello").await.is_err());
    }
    assert!(refused >= 150, "{refused}");
    assert!(send(&bo, MessageId::new(), "not me").await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_rise_as_far_as_the_room_goes_and_never_fall() {
    let world = TestBackend::start().await;
    let (ana, bo, room) = world.pair().await;
    world.say(&bo, room, &["1", "2"]).await;
    world.say(&ana, room, &["3"]).await;
    world.say(&bo, room, &["4"]).await;
    let unread = async || world.room(&ana, room).await.unwrap().unread(ana.user());
    assert_eq!(unread().await, 3);
    let mark = world.mark(&ana, room, Seq(0), Seq(2)).await.unwrap();
    assert_eq!((mark.delivered, mark.read, mark.mine), (Seq(2), Seq(2), 1));
    assert_eq!(unread().await, 1);
    let mark = world.mark(&ana, room, Seq(1), Seq(1)).await.unwrap();
    assert_eq!((mark.delivered, mark.read, mark.mine), (Seq(2), Seq(2), 1), "marks only rise");
    let mark = world.mark(&ana, room, Seq(900), Seq(900)).await.unwrap();
    assert_eq!((mark.delivered, mark.read, mark.mine), (Seq(4), Seq(4), 0), "no further than the room");
    assert_eq!(unread().await, 0);
    let stranger = world.person("stranger").await;
    assert_eq!(world.mark(&stranger, room, Seq(1), Seq(1)).await.unwrap_err().code, Code::NotFound);
}

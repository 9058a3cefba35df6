//! Whatever happens to the connection, once it works again the client is caught up by itself, and every message is
//! there once.

use client::{Event, Session, State};
use model::{
    Emoji, MessageChange,
    outbox::Pending,
    wire::{CloseCode, ServerFrame},
};
use proptest::prelude::*;

use crate::driver::{Driver, Network};

#[derive(Clone, Debug)]
enum Step {
    Pass(u32),
    Compose,
    /// The user changes a message.
    Want(MessageChange),
    /// The user changes one on another device.
    OtherDevice(MessageChange),
    OtherWrites,
    Deliver,
    /// A change is lost between the nodes. What one node sends is not: TCP sees to that.
    Lose,
    /// The next frame comes twice.
    Double,
    Close(Option<u16>),
    Unreadable,
    Network(Network),
    Offline,
    Online,
    Attention(u32),
    Stop,
    Start,
    Session(Session),
    Leaving,
}

fn step() -> impl Strategy<Value = Step> {
    let codes: Vec<Option<u16>> =
        CloseCode::ALL.iter().map(|code| Some(code.code())).chain([None, Some(1000), Some(1006)]).collect();
    let networks = vec![Network::Works, Network::Works, Network::Down, Network::Silent];
    let sessions = vec![Session::Alive, Session::Alive, Session::Unknown];
    prop_oneof![
        6 => (0..20_000u32).prop_map(Step::Pass),
        4 => Just(Step::Compose),
        4 => wanted().prop_map(Step::Want),
        2 => wanted().prop_map(Step::OtherDevice),
        3 => Just(Step::OtherWrites),
        8 => Just(Step::Deliver),
        2 => Just(Step::Lose),
        2 => Just(Step::Double),
        2 => prop::sample::select(codes).prop_map(Step::Close),
        1 => Just(Step::Unreadable),
        3 => prop::sample::select(networks).prop_map(Step::Network),
        1 => Just(Step::Offline),
        1 => Just(Step::Online),
        1 => (0..60_000u32).prop_map(Step::Attention),
        1 => Just(Step::Stop),
        2 => Just(Step::Start),
        3 => prop::sample::select(sessions).prop_map(Step::Session),
        1 => Just(Step::Leaving),
    ]
}

fn wanted() -> impl Strategy<Value = MessageChange> {
    prop_oneof![
        6 => (0..3_u8).prop_map(|text| MessageChange::Edit(format!("text {text}"))),
        1 => Just(MessageChange::Delete),
        2 => Just(MessageChange::React(Some(Emoji::new("👍").unwrap()))),
        2 => Just(MessageChange::React(None)),
    ]
}

fn take(driver: &mut Driver, step: Step) {
    match step {
        Step::Pass(millis) => driver.pass(f64::from(millis)),
        Step::Compose => driver.compose(),
        Step::Want(wanted) => driver.want(wanted),
        Step::OtherDevice(wanted) => driver.other_device_changes(&wanted),
        Step::OtherWrites => driver.other_writes(),
        Step::Deliver => driver.deliver_one(),
        Step::Lose => {
            let is_live =
                |frame: &ServerFrame| matches!(frame, ServerFrame::Change(_) | ServerFrame::Mark { .. });
            if let Some(index) = driver.inbound.iter().position(is_live) {
                driver.inbound.remove(index);
            }
        }
        Step::Double => {
            if let Some(frame) = driver.inbound.front().cloned() {
                driver.inbound.push_front(frame);
            }
        }
        Step::Close(code) => driver.close(code),
        Step::Unreadable => driver.handle(Event::Unreadable),
        Step::Network(network) => driver.network = network,
        Step::Offline => driver.handle(Event::Offline),
        Step::Online => driver.handle(Event::Online),
        Step::Attention(silence) => driver.handle(Event::Attention { silence: f64::from(silence) }),
        Step::Stop => driver.handle(Event::Stop),
        Step::Start => driver.handle(Event::Start { is_online: true }),
        Step::Session(session) => driver.answer_checks(session),
        Step::Leaving => driver.handle(Event::Leaving),
    }
}

/// A client that waits has a way on: a timer, a question about the session, or a person.
fn is_not_stuck(driver: &Driver) {
    let has_way = driver.client.next_due().is_some() || driver.checks > 0;
    let waits =
        matches!(driver.client.state(), State::Waiting | State::Opening | State::Opened | State::HelloSent);
    assert!(!waits || has_way, "stuck in {:?}", driver.client.state());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn every_message_arrives_once_and_the_client_catches_up(
        seed in any::<u64>(),
        steps in prop::collection::vec(step(), 0..120),
    ) {
        let mut driver = Driver::new(seed);
        driver.start();
        for step in steps {
            take(&mut driver, step);
            is_not_stuck(&driver);
        }
        driver.heal();
        prop_assert_eq!(driver.client.state(), State::Live);
        // The server refuses changes of messages that the other device deleted.
        prop_assert!(driver.chat.outbox().iter().all(|left| left.failed.is_some()), "{:?}", driver.chat.outbox());
        let unanswered = |wanted: &&Pending| {
            let is_known = driver.chat.outbox().get(wanted.id).is_some() || driver.server.applied.contains_key(&wanted.id);
            !is_known && !driver.wanted.iter().any(|later| later.message() == wanted.message() && later.id > wanted.id)
        };
        prop_assert_eq!(driver.wanted.iter().find(unanswered), None, "no last change is lost");
        let shown = driver.chat.conversation(driver.server.room).unwrap().timeline.messages().to_vec();
        prop_assert!(driver.server.messages.ends_with(&shown));
        let place = |id| driver.server.messages.iter().position(|message| message.id == id);
        let places: Vec<usize> = driver.composed.iter().map(|id| place(*id).expect("nothing is lost")).collect();
        prop_assert!(places.is_sorted());
    }
}

//! The client's answer to each event, case by case.

use client::{Event, Link, Session, State, policy};
use model::{
    Code, Error, MessageChange, Rev, UserId,
    limits::SILENCE_MS,
    wire::{ClientFrame, CloseCode, ServerFrame},
};

use crate::driver::{Driver, Network, welcome};

fn sends(driver: &Driver) -> usize {
    driver.sent.iter().filter(|frame| matches!(frame, ClientFrame::Send { .. })).count()
}

#[test]
fn hello_waits_for_the_store_and_not_for_long() {
    let mut driver = Driver::new(1);
    driver.handle(Event::Start { is_online: true });
    assert_eq!(driver.client.state(), State::Opened);
    assert!(driver.sent.is_empty());
    driver.pass(policy::STORE - 1.0);
    assert!(driver.sent.is_empty());
    driver.pass(1.0);
    assert!(matches!(driver.sent[..], [ClientFrame::Hello { .. }]));
    assert!(driver.client.has_sent_hello());
    driver.handle(Event::StoreRead);
    assert_eq!(driver.sent.len(), 1, "hello is sent once");
}

#[test]
fn a_message_is_sent_once_caught_up() {
    let mut driver = Driver::new(1);
    driver.compose();
    driver.start();
    assert_eq!(sends(&driver), 0);
    driver.deliver();
    assert_eq!((sends(&driver), driver.link), (1, Link::Open));
    assert_eq!(driver.server.messages.len(), 1);
    assert!(driver.chat.outbox().is_empty());
}

#[test]
fn every_close_code_leads_where_it_should() {
    for code in CloseCode::ALL {
        let mut driver = Driver::live();
        driver.close(Some(code.code()));
        let expected = match code {
            CloseCode::SignedOut => (State::Waiting, 1, 0),
            CloseCode::Version => (State::Paused, 0, 1),
            CloseCode::BadFrame => (State::Paused, 0, 0),
            _ => (State::Waiting, 0, 0),
        };
        assert_eq!((driver.client.state(), driver.checks, driver.reloads), expected, "{code:?}");
        assert_eq!(driver.link, Link::Broken, "{code:?}");
        let connects_by_itself =
            !matches!(code, CloseCode::SignedOut | CloseCode::Version | CloseCode::BadFrame);
        assert_eq!(driver.client.next_due().is_some(), connects_by_itself, "{code:?}");
        driver.heal();
        assert_eq!(driver.client.state(), State::Live, "{code:?}");
    }
}

#[test]
fn silence_ends_a_connection() {
    let mut driver = Driver::live();
    driver.network = Network::Silent;
    driver.pass(f64::from(SILENCE_MS) - 1.0);
    assert_eq!(driver.client.state(), State::Live);
    driver.pass(1.0);
    assert_eq!((driver.client.state(), driver.link), (State::Waiting, Link::Broken));
}

#[test]
fn an_answer_that_does_not_come_ends_a_connection() {
    let mut driver = Driver::live();
    driver.compose();
    driver.inbound.clear();
    driver.pass(policy::ANSWER);
    assert_eq!(driver.client.state(), State::Waiting);
    driver.heal();
    assert_eq!(driver.server.messages.len(), 1);
}

#[test]
fn a_temporary_refusal_delays_every_message() {
    let mut driver = Driver::live();
    driver.compose();
    driver.inbound.clear();
    let (room, id) = (driver.server.room, driver.composed[0]);
    let error = Error { retry_after: Some(2_000), ..Error::new(Code::RateLimited, "Later.") };
    driver.handle(Event::Frames(vec![ServerFrame::Rejected { room, id, change: None, error, log: None }]));
    driver.pass(1_999.0);
    assert_eq!(sends(&driver), 1);
    driver.pass(1.0);
    assert_eq!(sends(&driver), 2);
}

fn edit(text: &str) -> MessageChange {
    MessageChange::Edit(text.to_owned())
}

/// The changes that left the client.
fn changes(driver: &Driver) -> usize {
    let is_change = |frame: &&ClientFrame| {
        matches!(frame, ClientFrame::Edit { .. } | ClientFrame::Delete { .. } | ClientFrame::React { .. })
    };
    driver.sent.iter().filter(is_change).count()
}

/// A client that has sent one message.
fn with_message() -> Driver {
    let mut driver = Driver::live();
    driver.compose();
    driver.deliver();
    driver
}

#[test]
fn a_change_waits_for_a_connection_and_is_shown_meanwhile() {
    let mut driver = with_message();
    driver.handle(Event::Offline);
    driver.want(edit("better"));
    let message = driver.server.messages[0].clone();
    let (shown, is_pending) = driver.chat.with_pending(&message);
    assert_eq!((&*shown.body, is_pending), ("better", true));
    driver.handle(Event::Online);
    driver.deliver();
    driver.pass(policy::OUTBOX);
    driver.deliver();
    assert_eq!((&*driver.server.messages[0].body, driver.server.rev), ("better", Rev(2)));
    assert!(driver.chat.outbox().is_empty());
    let timeline = &driver.chat.conversation(driver.server.room).unwrap().timeline;
    assert_eq!(timeline.messages(), driver.server.messages);
}

/// The answer is lost with its connection, and another device changes the message before the client is back. Fails when
/// the change is made a second time.
#[test]
fn a_change_is_made_once_though_its_answer_is_lost() {
    let mut driver = with_message();
    driver.want(edit("first"));
    driver.close(None);
    driver.other_device_changes(&edit("second"));
    driver.heal();
    assert_eq!(changes(&driver), 2, "the client asks again");
    assert_eq!(driver.server.messages[0].body, "second");
    assert!(driver.chat.outbox().is_empty());
}

#[test]
fn a_refused_change_is_taken_back_and_kept_for_the_person() {
    let mut driver = with_message();
    driver.handle(Event::Offline);
    driver.want(edit("too late"));
    driver.other_device_changes(&MessageChange::Delete);
    driver.heal();
    let refused = driver.chat.outbox().iter().next().expect("it is kept");
    assert_eq!(refused.failed.as_ref().map(|error| error.code), Some(Code::NotFound));
    let message = &driver.server.messages[0];
    assert_eq!(*driver.chat.with_pending(message).0, *message, "it is not shown");
    let id = refused.id;
    driver.chat.discard(id);
    assert!(driver.chat.outbox().is_empty());
}

/// While the database is away changes are refused, and messages may be logged. Fails when a refused change delays
/// messages.
#[test]
fn a_temporary_refusal_of_a_change_delays_changes_alone() {
    let mut driver = with_message();
    driver.want(edit("better"));
    driver.inbound.clear();
    let (room, pending) = (driver.server.room, driver.wanted[0].clone());
    let (id, change, error) = (pending.message(), Some(pending.id), Error::unavailable());
    driver.handle(Event::Frames(vec![ServerFrame::Rejected { room, id, change, error, log: None }]));
    driver.compose();
    assert_eq!((sends(&driver), changes(&driver)), (2, 1));
    driver.pass(policy::REFUSED);
    assert_eq!(changes(&driver), 2);
    driver.deliver();
    assert_eq!(driver.server.messages[0].body, "better");
}

#[test]
fn a_gap_is_fetched_after_half_a_second() {
    let mut driver = Driver::live();
    driver.other_writes();
    driver.inbound.clear();
    driver.other_writes();
    driver.deliver();
    driver.pass(499.0);
    assert!(!driver.sent.iter().any(|frame| matches!(frame, ClientFrame::Fetch { .. })));
    driver.pass(1.0);
    assert!(matches!(driver.sent.last(), Some(ClientFrame::Fetch { after: Rev(0), .. })));
    driver.deliver();
    let timeline = &driver.chat.conversation(driver.server.room).unwrap().timeline;
    assert_eq!(timeline.messages().len(), 2);
}

#[test]
fn another_user_in_the_cookies_reloads_the_page() {
    let mut driver = Driver::new(1);
    driver.start();
    driver.handle(Event::Frames(vec![welcome(UserId::new())]));
    assert_eq!((driver.reloads, driver.client.state()), (1, State::Paused));
}

#[test]
fn an_ended_session_signs_out_and_nothing_connects_again() {
    let mut driver = Driver::live();
    driver.close(Some(CloseCode::SignedOut.code()));
    assert!(!driver.signed_out, "another tab may have signed in again");
    driver.answer_checks(Session::Over);
    assert!(driver.signed_out);
    for event in [Event::Attention { silence: 0.0 }, Event::Online, Event::Start { is_online: true }] {
        driver.handle(event);
    }
    driver.pass(1e6);
    assert_eq!((driver.client.state(), driver.connected), (State::SignedOut, false));
}

#[test]
fn a_session_that_another_tab_began_goes_on() {
    let mut driver = Driver::live();
    driver.close(Some(CloseCode::SignedOut.code()));
    driver.answer_checks(Session::Alive);
    driver.pass(policy::ALIVE_RECONNECT);
    driver.deliver();
    assert_eq!(driver.client.state(), State::Live);
}

#[test]
fn a_socket_that_stays_silent_is_replaced_by_calls_until_one_works() {
    let mut driver = Driver::new(1);
    driver.network = Network::Silent;
    driver.start();
    driver.pass(policy::OPENING);
    assert_eq!(driver.checks, 1);
    driver.answer_checks(Session::Alive);
    assert_eq!((driver.link, driver.client.is_polling()), (Link::Polling, true));
    driver.compose();
    driver.deliver();
    assert_eq!(driver.server.messages.len(), 1, "sent by a call");
    driver.want(edit("by a call, too"));
    driver.deliver();
    assert_eq!(driver.server.messages[0].body, "by a call, too");
    driver.network = Network::Works;
    driver.pass(policy::ALIVE_RECONNECT);
    driver.deliver();
    assert_eq!((driver.link, driver.client.is_polling()), (Link::Open, false));
}

#[test]
fn a_refused_socket_is_replaced_by_calls_at_the_second_try() {
    let mut driver = Driver::new(1);
    driver.network = Network::Down;
    driver.start();
    assert_eq!(driver.checks, 1);
    driver.answer_checks(Session::Alive);
    assert!(!driver.client.is_polling());
    driver.pass(policy::ALIVE_RECONNECT);
    assert_eq!(driver.checks, 0, "asked a moment ago");
    assert_eq!(driver.link, Link::Broken, "no call passes either");
}

#[test]
fn a_device_without_a_network_connects_when_it_has_one() {
    let mut driver = Driver::live();
    driver.handle(Event::Offline);
    assert_eq!(driver.client.state(), State::Waiting);
    driver.pass(policy::OFFLINE_RECONNECT - 1.0);
    assert!(!driver.connected);
    driver.handle(Event::Online);
    driver.deliver();
    assert_eq!(driver.client.state(), State::Live);
}

#[test]
fn a_person_who_comes_back_after_silence_has_the_connection_probed() {
    let mut driver = Driver::live();
    driver.other_writes();
    driver.deliver();
    driver.handle(Event::Attention { silence: 1_000.0 });
    let before = driver.sent.len();
    driver.network = Network::Silent;
    driver.handle(Event::Attention { silence: policy::SUSPICIOUS_SILENCE + 1.0 });
    assert_eq!(driver.sent.len(), before + 1);
    driver.pass(policy::PROBE);
    assert_eq!(driver.client.state(), State::Waiting);
}

#[test]
fn marks_are_sent_at_most_once_a_second_and_at_once_when_the_page_goes() {
    let mut driver = Driver::live();
    let marks = |driver: &Driver| {
        driver.sent.iter().filter(|frame| matches!(frame, ClientFrame::Mark { .. })).count()
    };
    for _ in 0..2 {
        driver.other_writes();
        driver.deliver();
        driver.pass(10.0);
    }
    assert_eq!(marks(&driver), 1);
    driver.handle(Event::Leaving);
    assert_eq!(marks(&driver), 2);
}

#[test]
fn a_page_that_rests_comes_back() {
    let mut driver = Driver::live();
    driver.handle(Event::Stop);
    assert_eq!(
        (driver.client.state(), driver.connected, driver.client.next_due()),
        (State::Stopped, false, None)
    );
    driver.compose();
    driver.handle(Event::Start { is_online: true });
    driver.deliver();
    assert_eq!(driver.server.messages.len(), 1);
}

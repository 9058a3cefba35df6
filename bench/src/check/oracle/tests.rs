//! The oracle against records written by hand: each invariant, broken, is found, and nothing else is.
//! Fails when any of the functions that `judge` calls is taken out of it.

use std::collections::BTreeSet;

use model::{Accepted, Code, Logged, MessageId, Offset, Rev, RoomId, Sent, Seq, Timestamp, UserId};

use super::{Findings, judge};
use crate::check::record::{Answer, Attempt, Delivery, History, How, Record, Stands, Told, View};

/// Device 0 is Ana's, device 1 Bo's, device 2 a stranger's.
pub(super) const ANA: u32 = 0;
pub(super) const BO: u32 = 1;
const STRANGER: u32 = 2;

/// A run in which all is well: Ana sends three messages to Bo.
pub(super) fn good() -> Record {
    let (room, ana, bo) = (RoomId::new(), UserId::new(), UserId::new());
    let mut record = Record::default();
    record.members.insert(room, BTreeSet::from([ana, bo]));
    record.devices.extend([(ANA, ana), (BO, bo), (STRANGER, UserId::new())]);
    let mut messages = Vec::new();
    for seq in 1..=3 {
        let (id, at, body) = (MessageId::new(), Timestamp(seq), seq as u64);
        let (seq, rev, sender) = (Seq(seq), Rev(seq), ana);
        let (edited, deleted, reactions) = (None, false, Vec::new());
        let told = Told { id, seq, rev, sender, at, body, edited, deleted, reactions };
        record.attempts.push(Attempt { room, id, sender, body, ordered_on: Some(ANA) });
        let accepted = Accepted { room, id, seq, rev, at };
        record.answers.push(Answer { room, id, sender, body, outcome: Ok(Sent::Accepted(accepted)) });
        for device in [ANA, BO] {
            record.deliveries.push(Delivery { device, room, told: told.clone(), how: How::Heard });
            record.deliveries.push(Delivery { device, room, told: told.clone(), how: How::Shown });
        }
        messages.push(told);
    }
    for whose in ["device 0", "device 1"] {
        record.views.push(View { whose: whose.to_owned(), room, messages: messages.clone() });
    }
    let messages = messages.into_iter().map(|now| Stands { first: now.rev, now }).collect();
    record.standing.push(History { room, rev: Rev(3), last_seq: Seq(3), messages });
    record
}

fn spoilt(spoil: impl FnOnce(&mut Record)) -> Findings {
    let mut record = good();
    spoil(&mut record);
    judge(&record)
}

/// Takes a message away from everything that stands, numbers closed up.
fn forget(record: &mut Record, place: usize) {
    let history = &mut record.standing[0];
    history.messages.remove(place);
    (history.rev, history.last_seq) = (Rev(2), Seq(2));
}

pub(super) fn says(findings: &Findings, words: &str) -> bool {
    findings.violations.iter().any(|violation| violation.contains(words))
}

fn accepted(answer: &Answer) -> Accepted {
    answer.outcome.ok().and_then(Sent::accepted).expect("it was accepted")
}

#[test]
fn a_good_run_is_good() {
    assert_eq!(judge(&good()), Findings::default());
}

#[test]
fn an_accepted_message_that_does_not_stand_is_lost() {
    let findings = spoilt(|record| {
        forget(record, 2);
        record.deliveries.clear();
        record.views.clear();
    });
    assert_eq!((findings.lost, findings.violations.len()), (1, 1), "{findings:?}");
}

#[test]
fn an_answer_with_another_number_is_found() {
    let findings = spoilt(|record| {
        let mut other = record.answers[0];
        other.outcome = Ok(Sent::Accepted(Accepted { seq: Seq(9), rev: Rev(9), ..accepted(&other) }));
        record.answers.push(other);
    });
    assert_eq!((findings.doubled, findings.reordered), (1, 1), "{findings:?}");
}

#[test]
fn a_text_that_stands_twice_is_doubled() {
    let findings = spoilt(|record| {
        let now = record.standing[0].messages[2].now.clone();
        let again = Told { id: MessageId::new(), seq: Seq(4), rev: Rev(4), ..now };
        record.standing[0].messages.push(Stands { first: Rev(4), now: again });
        (record.standing[0].rev, record.standing[0].last_seq) = (Rev(4), Seq(4));
        record.views.clear();
    });
    assert_eq!((findings.doubled, findings.violations.len()), (1, 1), "{findings:?}");
}

#[test]
fn what_nobody_sent_is_foreign() {
    let findings = spoilt(|record| {
        record.attempts.pop();
    });
    assert_eq!((findings.foreign, findings.violations.len()), (1, 1), "{findings:?}");
}

#[test]
fn the_message_of_a_stranger_is_foreign() {
    let findings = spoilt(|record| {
        let ana = record.devices[&ANA];
        record.members.values_mut().for_each(|members| {
            members.remove(&ana);
        });
        record.deliveries.retain(|delivery| delivery.device == BO);
    });
    assert_eq!((findings.foreign, findings.violations.len()), (3, 3), "{findings:?}");
}

#[test]
fn numbers_with_a_hole_are_found() {
    let findings = spoilt(|record| {
        record.standing[0].rev = Rev(4);
    });
    assert!(says(&findings, "hole") && findings.violations.len() == 1, "{findings:?}");
    let findings = spoilt(|record| {
        let message = &mut record.standing[0].messages[2];
        (message.now.seq, message.now.rev, message.first) = (Seq(4), Rev(4), Rev(4));
    });
    assert!(says(&findings, "goes on with number 4"), "{findings:?}");
    let findings = spoilt(|record| {
        (record.standing[0].last_seq, record.standing[0].rev) = (Seq(4), Rev(4));
    });
    assert!(says(&findings, "says it has 4 messages") && findings.violations.len() == 1, "{findings:?}");
}

#[test]
fn changes_in_another_order_than_messages_are_found() {
    let findings = spoilt(|record| {
        let messages = &mut record.standing[0].messages;
        (messages[1].now.rev, messages[2].now.rev) = (Rev(3), Rev(2));
        (messages[1].first, messages[2].first) = (Rev(3), Rev(2));
    });
    assert!(says(&findings, "hole"), "{findings:?}");
}

#[test]
fn what_was_shown_and_does_not_stand_is_foreign() {
    let findings = spoilt(|record| {
        let mut phantom = record.deliveries[0].clone();
        phantom.told = Told { id: MessageId::new(), seq: Seq(4), rev: Rev(4), body: 4, ..phantom.told };
        record.deliveries.push(phantom);
    });
    assert_eq!((findings.foreign, findings.violations.len()), (1, 1), "{findings:?}");
}

#[test]
fn one_number_told_with_another_text_is_foreign() {
    let findings = spoilt(|record| {
        let mut other = record.deliveries[0].clone();
        other.told.body = 77;
        record.deliveries.push(other);
    });
    assert_eq!((findings.foreign, findings.violations.len()), (1, 1), "{findings:?}");
}

#[test]
fn a_message_shown_twice_is_doubled() {
    let findings = spoilt(|record| {
        let last = record.deliveries.last().cloned().unwrap();
        record.deliveries.push(last);
    });
    assert_eq!(findings.doubled, 1, "{findings:?}");
}

#[test]
fn messages_shown_in_another_order_are_reordered() {
    let findings = spoilt(|record| {
        record.deliveries.reverse();
    });
    assert_eq!((findings.reordered, findings.doubled, findings.lost), (4, 0, 0), "{findings:?}");
}

#[test]
fn a_device_that_lacks_a_message_lost_it() {
    let findings = spoilt(|record| {
        record.views[1].messages.remove(1);
    });
    assert_eq!((findings.lost, findings.violations.len()), (1, 1), "{findings:?}");
    assert!(says(&findings, "device 1 lacks 1"), "{findings:?}");
}

#[test]
fn a_view_with_more_or_in_another_order_is_found() {
    let findings = spoilt(|record| {
        record.views[0].messages.swap(0, 1);
    });
    assert_eq!((findings.reordered, findings.violations.len()), (1, 1), "{findings:?}");
    let findings = spoilt(|record| {
        let last = record.views[0].messages[2].clone();
        record.views[0].messages.push(last);
    });
    assert_eq!((findings.doubled, findings.violations.len()), (1, 1), "{findings:?}");
}

#[test]
fn what_reaches_a_stranger_is_foreign() {
    let findings = spoilt(|record| {
        let mut leaked = record.deliveries[0].clone();
        leaked.device = STRANGER;
        record.deliveries.push(leaked);
    });
    assert_eq!((findings.foreign, findings.violations.len()), (1, 1), "{findings:?}");
}

#[test]
fn what_a_device_composed_first_stands_first() {
    let findings = spoilt(|record| {
        record.attempts.swap(0, 1);
    });
    assert_eq!((findings.reordered, findings.violations.len()), (1, 1), "{findings:?}");
    let findings = spoilt(|record| {
        record.attempts.swap(0, 1);
        record.attempts[0].ordered_on = None;
    });
    assert_eq!(findings, Findings::default(), "sent from two devices: either order is right");
}

#[test]
fn refusals_must_be_right() {
    let refuse = |code| {
        spoilt(|record| {
            let answer = Answer { outcome: Err(code), ..record.answers[0] };
            record.answers.push(answer);
        })
    };
    assert_eq!(refuse(Code::Unavailable), Findings::default());
    assert_eq!(refuse(Code::RateLimited), Findings::default());
    assert_eq!(refuse(Code::IdConflict).lost, 1, "the same text stands: that is no conflict");
    assert!(says(&refuse(Code::NotFound), "was refused as NotFound"));
    let conflict = spoilt(|record| {
        let answer = Answer { outcome: Err(Code::IdConflict), body: 99, ..record.answers[0] };
        record.answers.push(answer);
    });
    assert_eq!(conflict, Findings::default());
}

#[test]
fn a_message_has_one_time() {
    let findings = spoilt(|record| {
        let answer = &mut record.answers[0];
        answer.outcome = Ok(Sent::Accepted(Accepted { at: Timestamp(9), ..accepted(answer) }));
    });
    assert!(says(&findings, "answered with another time") && findings.violations.len() == 1, "{findings:?}");
    let findings = spoilt(|record| record.deliveries[0].told.at = Timestamp(9));
    assert!(says(&findings, "told with another time") && findings.violations.len() == 1, "{findings:?}");
}

#[test]
fn what_the_api_gives_to_a_stranger_is_foreign() {
    let findings = spoilt(|record| record.leaks.push("a page".to_owned()));
    assert_eq!((findings.foreign, findings.violations.len()), (1, 1), "{findings:?}");
}

#[test]
fn incidents_are_violations() {
    let findings = spoilt(|record| record.incidents.push("late".to_owned()));
    assert_eq!(findings.violations, ["late"]);
}

/// The same run where numbers follow: answers are places in the log, and messages are shown live first.
fn logged(record: &mut Record) {
    for (place, answer) in record.answers.iter_mut().enumerate() {
        let (room, id, at) = (answer.room, answer.id, accepted(answer).at);
        answer.outcome = Ok(Sent::Logged(Logged { room, id, log: Offset(place as i64), at }));
    }
    for delivery in record.deliveries.iter_mut().filter(|delivery| delivery.how == How::Heard) {
        (delivery.told.seq, delivery.told.rev) = (Seq::ZERO, Rev::ZERO);
    }
}

#[test]
fn a_good_run_where_numbers_follow_is_good() {
    assert_eq!(spoilt(logged), Findings::default());
}

#[test]
fn a_logged_message_that_does_not_stand_is_lost() {
    let findings = spoilt(|record| {
        logged(record);
        forget(record, 2);
        record.deliveries.clear();
        record.views.clear();
    });
    assert_eq!((findings.lost, findings.violations.len()), (1, 1), "{findings:?}");
}

#[test]
fn a_logged_message_may_lose_to_a_rival_and_to_nothing_else() {
    let rival = |record: &mut Record| {
        logged(record);
        record.answers[0].body = 99;
    };
    assert_eq!(spoilt(rival).lost, 0, "what stands was sent under the same id");
    let nobody = |record: &mut Record| {
        rival(record);
        record.attempts[0].body = 99;
    };
    assert_eq!(spoilt(nobody).lost, 1, "nobody sent what stands instead of it");
}

#[test]
fn what_was_shown_live_and_does_not_stand_is_foreign() {
    let findings = spoilt(|record| {
        logged(record);
        record.deliveries[0].told.body = 77;
    });
    assert_eq!((findings.foreign, findings.violations.len()), (1, 1), "{findings:?}");
    let findings = spoilt(|record| {
        logged(record);
        forget(record, 2);
        record.answers.pop();
        record.views.clear();
        record.deliveries.retain(|delivery| delivery.how == How::Heard);
    });
    assert_eq!((findings.foreign, findings.violations.len()), (1, 1), "{findings:?}");
}

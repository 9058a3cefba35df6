//! The same of changes: each demand on them, broken, is found, and nothing else is.

use model::{ChangeId, Code, Rev, RoomId, Timestamp, UserId};

use super::{
    Findings, judge,
    tests::{ANA, BO, good, says},
};
use crate::check::record::{Answer, Attempt, Deed, Delivery, How, Record, Told, Try, fingerprint};

/// The places of the messages: what becomes of each in [`changed`].
const EDITED: usize = 0;
const DELETED: usize = 1;
const REACTED: usize = 2;
/// The fingerprints of another text, and of an emoji.
const BETTER: u64 = 77;
const HEART: u64 = 88;

/// A run in which all is well: of Ana's three messages the first is edited, the second first edited and
/// then deleted, and to the third Bo reacts.
fn changed() -> Record {
    let mut record = good();
    let bo = record.devices[&BO];
    edit(&mut record, EDITED, 4, BETTER);
    edit(&mut record, DELETED, 5, BETTER + 1);
    change(&mut record, DELETED, 6, Deed::Delete, |told, _| {
        (told.body, told.edited, told.deleted) = (fingerprint(""), None, true);
    });
    change(&mut record, REACTED, 7, Deed::React(Some(HEART)), |told, _| told.reactions.push((bo, HEART)));
    (record.tries[3].by, record.tries[3].device) = (bo, BO);
    record
}

fn edit(record: &mut Record, place: usize, rev: i64, body: u64) {
    change(record, place, rev, Deed::Edit(body), |told, rev| {
        (told.body, told.edited) = (body, Some(Timestamp(rev.0)));
    });
}

/// Ana changes a message; both are told and shown, and it stands.
fn change(record: &mut Record, place: usize, rev: i64, deed: Deed, become_: impl Fn(&mut Told, Rev)) {
    let (room, by) = (room(record), record.devices[&ANA]);
    let history = &mut record.standing[0];
    history.rev = Rev(rev);
    let now = &mut history.messages[place].now;
    now.rev = Rev(rev);
    become_(now, Rev(rev));
    let told = now.clone();
    let (change, answer) = (ChangeId::new(), Ok(told.rev));
    record.tries.push(Try { room, id: told.id, change, by, device: ANA, deed, answer: Some(answer) });
    record.change_answers.push((change, answer));
    for device in [ANA, BO] {
        for how in [How::Heard, How::Changed] {
            record.deliveries.push(Delivery { device, room, told: told.clone(), how });
        }
    }
    record.views.iter_mut().for_each(|view| view.messages[place] = told.clone());
}

fn room(record: &Record) -> RoomId {
    record.standing[0].room
}

fn spoilt(spoil: impl FnOnce(&mut Record)) -> Findings {
    let mut record = changed();
    spoil(&mut record);
    judge(&record)
}

/// What stands, and what everybody sees in the end.
fn now(record: &mut Record, place: usize, spoil: impl Fn(&mut Told)) {
    spoil(&mut record.standing[0].messages[place].now);
    record.views.iter_mut().for_each(|view| spoil(&mut view.messages[place]));
}

/// As if nobody had been told of the changes of a message.
fn forget_told(record: &mut Record, place: usize) {
    let id = record.standing[0].messages[place].now.id;
    record.deliveries.retain(|one| one.told.id != id || one.how == How::Shown);
    record.deliveries.retain(|one| one.told.id != id || one.told.edited.is_none() && !one.told.deleted);
}

/// Exactly one thing is wrong, and it is this.
#[track_caller]
fn assert_only(findings: &Findings, words: &str) {
    assert!(says(findings, words) && findings.violations.len() == 1, "{words}: {findings:#?}");
}

#[test]
fn a_good_run_with_changes_is_good() {
    assert_eq!(judge(&changed()), Findings::default());
}

#[test]
fn a_change_whose_answer_was_lost_may_have_happened() {
    let findings = spoilt(|record| record.tries.iter_mut().for_each(|one| one.answer = None));
    assert_eq!(findings, Findings::default());
    let findings = spoilt(|record| {
        let again = Try { answer: None, ..record.tries[0] };
        record.tries.push(again);
    });
    assert_eq!(findings, Findings::default(), "or not");
}

#[test]
fn a_change_without_a_number_and_a_number_without_a_change_are_holes() {
    assert_only(&spoilt(|record| record.standing[0].rev = Rev(8)), "hole");
    let findings = spoilt(|record| {
        record.standing[0].messages[REACTED].first = Rev(2);
        record.answers.pop();
        record.deliveries.retain(|one| one.told.rev != Rev(3));
    });
    assert_only(&findings, "hole");
}

#[test]
fn a_change_before_the_message_came_is_a_hole() {
    let findings = spoilt(|record| record.standing[0].messages[REACTED].first = Rev(8));
    assert!(says(&findings, "hole"), "{findings:?}");
}

#[test]
fn a_change_with_the_number_of_a_message_or_above_the_rooms_is_a_hole() {
    for rev in [2, 9] {
        let findings = spoilt(|record| {
            record.tries.iter_mut().for_each(|one| one.answer = None);
            record.deliveries.retain(|one| one.told.edited.is_none());
            record.deliveries.retain(|one| one.told.rev != Rev(2));
            now(record, EDITED, |told| told.rev = Rev(rev));
        });
        assert_only(&findings, "hole");
    }
}

#[test]
fn two_changes_with_one_number_are_found() {
    let findings = spoilt(|record| {
        let rev = record.standing[0].messages[EDITED].now.rev;
        now(record, REACTED, |told| told.rev = rev);
        let third = record.standing[0].messages[REACTED].now.id;
        record.deliveries.retain(|one| one.told.id != third || one.how == How::Shown);
        record.tries[3].answer = None;
    });
    assert!(says(&findings, "stand as change 4"), "{findings:?}");
}

#[test]
fn a_retry_is_answered_with_the_change_the_message_came_with() {
    let again = |record: &mut Record| {
        let first = record.answers[EDITED];
        record.answers.push(first);
    };
    assert_eq!(spoilt(again), Findings::default());
    let findings = spoilt(|record| {
        let answer = &mut record.answers[EDITED];
        let sent = answer.outcome.unwrap().accepted().unwrap();
        answer.outcome = Ok(model::Sent::Accepted(model::Accepted { rev: Rev(4), ..sent }));
    });
    assert_only(&findings, "change 4, and stands at 1, change 1");
}

#[test]
fn another_text_conflicts_with_the_first_one_and_of_a_deleted_one_nothing_is_left() {
    let conflict = |place: usize, body: u64, outcome: Option<Code>| {
        spoilt(|record| {
            let answer = record.answers[place];
            let Answer { room, id, sender, .. } = answer;
            record.attempts.push(Attempt { room, id, sender, body, ordered_on: None });
            let outcome = outcome.map_or(answer.outcome, Err);
            record.answers.push(Answer { body, outcome, ..answer });
        })
    };
    assert_eq!(conflict(EDITED, 99, Some(Code::IdConflict)), Findings::default());
    assert_eq!(conflict(DELETED, 99, None), Findings::default());
    assert_only(&conflict(EDITED, 99, None), "stands with another text");
    assert_only(&conflict(EDITED, 1, Some(Code::IdConflict)), "nothing conflicts");
}

#[test]
fn a_state_that_nobody_meant_is_foreign() {
    let findings = spoilt(|record| {
        (record.tries[2].deed, record.tries[2].answer) = (Deed::Edit(5), None);
        forget_told(record, DELETED);
    });
    assert_only(&findings, "nobody meant that");
    let somebody = UserId::new();
    for (place, spoil) in [
        (EDITED, (|told, _| told.body = 5) as fn(&mut Told, UserId)),
        (DELETED, |told, _| told.body = 5),
        (DELETED, |told, user| told.reactions.push((user, HEART))),
        (REACTED, |told, user| told.reactions[0].0 = user),
        (REACTED, |told, _| told.reactions[0].1 = 5),
    ] {
        let findings = spoilt(|record| {
            forget_told(record, place);
            record.deliveries.retain(|one| one.told.reactions.is_empty());
            record.tries.iter_mut().for_each(|one| one.answer = None);
            now(record, place, |told| spoil(told, somebody));
        });
        assert_only(&findings, "nobody meant that");
    }
}

#[test]
fn a_state_told_that_nobody_meant_is_foreign() {
    let findings = spoilt(|record| {
        let mut other = record.deliveries.last().cloned().unwrap();
        other.how = How::Heard;
        other.told.reactions.clear();
        other.told.body = 5;
        record.deliveries.push(other);
    });
    assert_only(&findings, "nobody meant that");
}

#[test]
fn one_change_told_as_two_states_is_foreign() {
    let findings = spoilt(|record| {
        let mut other = record.deliveries.last().cloned().unwrap();
        other.how = How::Heard;
        other.told.reactions.clear();
        record.deliveries.push(other);
    });
    assert_only(&findings, "told otherwise as change 7");
}

#[test]
fn a_change_told_that_does_not_stand_is_lost() {
    let findings = spoilt(|record| {
        let first = good_state(record, REACTED);
        now(record, REACTED, |told| *told = first.clone());
        record.standing[0].rev = Rev(6);
        record.tries[3].answer = None;
    });
    assert_only(&findings, "lost: ");
    assert!(says(&findings, "told as change 7, and stands as at 3"), "{findings:?}");
}

#[test]
fn a_change_answered_that_does_not_stand_is_lost() {
    let findings = spoilt(|record| {
        let first = good_state(record, REACTED);
        now(record, REACTED, |told| *told = first.clone());
        record.standing[0].rev = Rev(6);
        record.deliveries.retain(|one| one.told.reactions.is_empty());
    });
    assert_only(&findings, "lost: React(Some(88)) of");
    assert!(says(&findings, "was answered with change 7, and it stands as at 3"), "{findings:?}");
}

#[test]
fn a_message_told_as_older_than_it_is_is_reordered() {
    let findings = spoilt(|record| {
        let told = Told { rev: Rev(2), ..good_state(record, REACTED) };
        record.deliveries.push(Delivery { device: BO, room: room(record), told, how: How::Heard });
    });
    assert_only(&findings, "reordered: ");
}

/// As a message was shown first.
fn good_state(record: &Record, place: usize) -> Told {
    let id = record.standing[0].messages[place].now.id;
    let first = record.deliveries.iter().find(|one| one.told.id == id && one.how == How::Shown);
    first.unwrap().told.clone()
}

#[test]
fn an_answered_change_is_undone_by_nothing_but_another() {
    // Each is answered; then somebody reacts, and it is gone.
    for (place, deed) in [(EDITED, "Edit(77)"), (DELETED, "Delete"), (REACTED, "React(Some(88))")] {
        let findings = spoilt(|record| {
            let (first, ana) = (good_state(record, place), record.devices[&ANA]);
            change(record, place, 8, Deed::React(Some(HEART)), |told, rev| {
                *told = Told { rev, reactions: vec![(ana, HEART)], ..first.clone() };
            });
        });
        assert!(says(&findings, &format!("lost: {deed} of")), "{findings:?}");
    }
    let findings = spoilt(|record| {
        let bo = record.devices[&BO];
        change(record, REACTED, 8, Deed::React(None), |told, _| told.reactions.clear());
        record.tries[4].by = bo;
    });
    assert_eq!(findings, Findings::default(), "taken back");
}

#[test]
fn nothing_is_told_of_a_message_after_its_deletion() {
    let findings = spoilt(|record| {
        let bo = record.devices[&BO];
        change(record, DELETED, 8, Deed::React(Some(HEART)), |_, _| {});
        (record.tries[4].by, record.tries[4].answer) = (bo, None);
    });
    assert_only(&findings, "was deleted as change 6, and is told as 8");
}

#[test]
fn an_answer_shows_what_was_asked_for() {
    let findings = spoilt(|record| record.tries[2].deed = Deed::React(Some(HEART)));
    assert!(says(&findings, "was answered with change 6"), "{findings:?}");
}

#[test]
fn a_change_that_is_answered_twice_with_two_numbers_is_doubled() {
    let again = |record: &mut Record| record.change_answers.push(record.change_answers[0]);
    assert_eq!(spoilt(again), Findings::default());
    let other = |record: &mut Record| record.change_answers.push((record.tries[0].change, Ok(Rev(7))));
    assert_only(&spoilt(other), "doubled: ");
}

#[test]
fn a_text_that_comes_back_is_doubled() {
    let findings = spoilt(|record| {
        edit(record, EDITED, 8, BETTER + 2);
        edit(record, EDITED, 9, BETTER);
        record.tries.pop();
    });
    assert_only(&findings, "what it said before");
}

#[test]
fn edits_of_one_device_that_are_made_in_another_order_are_reordered() {
    let findings = spoilt(|record| {
        edit(record, EDITED, 8, BETTER + 2);
        record.tries.swap(0, 4);
    });
    assert_only(&findings, "reordered: an edit");
    let findings = spoilt(|record| {
        edit(record, EDITED, 8, BETTER + 2);
        record.tries[4].device = 9;
        record.tries.swap(0, 4);
    });
    assert_eq!(findings, Findings::default(), "two devices have no order");
}

#[test]
fn a_change_that_was_answered_and_told_to_nobody_is_no_hole() {
    let findings = spoilt(|record| {
        record.deliveries.retain(|one| one.told.edited.is_none() || one.told.body != BETTER + 1);
    });
    assert_eq!(findings, Findings::default());
}

#[test]
fn a_change_is_refused_only_once_the_message_is_deleted() {
    let refuse = |place: usize, deed: Deed, code: Code| {
        spoilt(|record| {
            let (room, id) = (room(record), record.standing[0].messages[place].now.id);
            let (change, by, answer) = (ChangeId::new(), record.devices[&ANA], Some(Err(code)));
            record.tries.push(Try { room, id, change, by, device: ANA, deed, answer });
        })
    };
    assert_eq!(refuse(DELETED, Deed::Edit(5), Code::NotFound), Findings::default());
    assert_only(&refuse(DELETED, Deed::Delete, Code::NotFound), "was refused as NotFound");
    assert_only(&refuse(EDITED, Deed::Edit(5), Code::NotFound), "was refused as NotFound");
    assert_only(&refuse(DELETED, Deed::Edit(5), Code::Forbidden), "was refused as Forbidden");
}

#[test]
fn a_device_that_shows_a_text_after_a_deletion_brought_it_back() {
    let findings = spoilt(|record| {
        let told = good_state(record, DELETED);
        record.deliveries.push(Delivery { device: BO, room: room(record), told, how: How::Changed });
    });
    assert_only(&findings, "back: device 1");
}

#[test]
fn a_device_that_shows_an_older_state_is_reordered() {
    let findings = spoilt(|record| {
        let told = good_state(record, EDITED);
        record.deliveries.push(Delivery { device: BO, room: room(record), told, how: How::Changed });
    });
    assert_only(&findings, "reordered: device 1 showed change 1");
}

#[test]
fn a_view_that_lacks_a_change_lost_it() {
    let findings = spoilt(|record| record.views[1].messages[EDITED] = good_state(record, EDITED));
    assert_only(&findings, "lost: device 1 lacks 1");
    let findings = spoilt(|record| record.views[1].messages[REACTED].reactions.clear());
    assert_only(&findings, "foreign: device 1 has");
}

#[test]
fn a_message_is_shown_changed_without_having_been_shown_before() {
    let findings = spoilt(|record| {
        let id = record.standing[0].messages[DELETED].now.id;
        record.deliveries.retain(|one| one.told.id != id || one.told.deleted);
        let shown = |one: &&mut Delivery| one.told.id == id && one.how == How::Changed;
        record.deliveries.iter_mut().filter(shown).for_each(|one| one.how = How::Shown);
        record.deliveries.sort_by_key(|one| one.told.seq);
    });
    assert_eq!(findings, Findings::default());
}

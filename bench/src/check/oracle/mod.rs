//! The judgement: pure functions from the record to what is wrong with it. The numbers in the
//! comments are those of the invariants in docs/PROVING.md.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use model::{Accepted, Code, MessageId, RoomId, Sent, Seq};

use super::journal::{Answer, Attempt, DeviceId, Record, Told};

/// What is wrong. All zero and empty: nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    pub lost: u64,
    pub doubled: u64,
    pub reordered: u64,
    pub foreign: u64,
    pub violations: Vec<String>,
}

impl Findings {
    fn lost(&mut self, what: String) {
        self.lost += 1;
        self.violations.push(format!("lost: {what}"));
    }

    fn doubled(&mut self, what: String) {
        self.doubled += 1;
        self.violations.push(format!("doubled: {what}"));
    }

    fn reordered(&mut self, what: String) {
        self.reordered += 1;
        self.violations.push(format!("reordered: {what}"));
    }

    fn foreign(&mut self, what: String) {
        self.foreign += 1;
        self.violations.push(format!("foreign: {what}"));
    }

    fn other(&mut self, what: String) {
        self.violations.push(what);
    }
}

/// What stands, found by id and by place.
struct Standing<'a> {
    by_id: HashMap<MessageId, (RoomId, &'a Told)>,
    by_place: HashMap<(RoomId, Seq), &'a Told>,
}

impl<'a> Standing<'a> {
    fn of(record: &'a Record) -> Self {
        let all = || record.standing.iter().flat_map(|one| one.messages.iter().map(|told| (one.room, told)));
        Self {
            by_id: all().map(|(room, told)| (told.id, (room, told))).collect(),
            by_place: all().map(|(room, told)| ((room, told.seq), told)).collect(),
        }
    }
}

/// Everything that is wrong with a finished run.
pub(super) fn judge(record: &Record) -> Findings {
    let mut findings = Findings::default();
    let standing = Standing::of(record);
    answers(record, &standing, &mut findings);
    sources(record, &mut findings);
    numbers(record, &mut findings);
    deliveries(record, &standing, &mut findings);
    views(record, &mut findings);
    order(record, &standing, &mut findings);
    record.leaks.iter().for_each(|leak| findings.foreign(leak.clone()));
    findings.violations.extend(record.incidents.iter().cloned());
    findings
}

/// I1: what was accepted stands where the answer said, and every answer about it is the same. What
/// was refused was refused rightly.
fn answers(record: &Record, standing: &Standing, findings: &mut Findings) {
    let mut first: HashMap<MessageId, Accepted> = HashMap::new();
    let mut lost: HashSet<MessageId> = HashSet::new();
    for answer in &record.answers {
        let (id, found) = (answer.id, standing.by_id.get(&answer.id));
        match answer.outcome {
            Ok(Sent::Logged(_)) => logged(record, answer, found, &mut lost, findings),
            Ok(Sent::Accepted(accepted)) => {
                let known = *first.entry(id).or_insert(accepted);
                if (known.room, known.seq, known.rev) != (accepted.room, accepted.seq, accepted.rev) {
                    findings.doubled(format!(
                        "{id} was answered as number {} and as {}",
                        known.seq, accepted.seq
                    ));
                }
                match found {
                    Some((room, told))
                        if (*room, told.seq, told.rev) != (accepted.room, accepted.seq, accepted.rev) =>
                    {
                        findings.reordered(format!(
                            "{id} was answered as {} and stands at {}",
                            accepted.seq, told.seq
                        ));
                    }
                    Some((_, told)) if told.at != accepted.at => {
                        findings.other(format!("{id} was answered with another time than it stands with"));
                    }
                    Some((_, told)) if (told.body, told.sender) != (answer.body, answer.sender) => {
                        findings.lost(format!("{id} was accepted, and stands with another text or sender"));
                    }
                    Some(_) => {}
                    None if lost.insert(id) => {
                        findings.lost(format!("{id} was accepted as {} and does not stand", accepted.seq));
                    }
                    None => {}
                }
            }
            Err(code) if code.is_temporary() => {}
            Err(Code::IdConflict) => {
                let same =
                    |(_, told): &(RoomId, &Told)| told.body == answer.body && told.sender == answer.sender;
                if found.is_none_or(same) {
                    findings.lost(format!("{id} was refused for a conflict, and nothing conflicts"));
                }
            }
            Err(Code::NotFound) if !is_member(record, answer.room, answer.sender) => {}
            Err(code) => findings.other(format!("{id} was refused as {code:?}")),
        }
    }
}

/// What was logged stands, unless another text was logged before it under its id: then the sender is
/// told. Its number is the store's to give.
fn logged(
    record: &Record,
    answer: &Answer,
    found: Option<&(RoomId, &Told)>,
    lost: &mut HashSet<MessageId>,
    findings: &mut Findings,
) {
    let id = answer.id;
    let Some((room, told)) = found else {
        if lost.insert(id) {
            findings.lost(format!("{id} was logged and does not stand"));
        }
        return;
    };
    if (*room, told.body, told.sender) == (answer.room, answer.body, answer.sender) {
        return;
    }
    let rival = |attempt: &Attempt| attempt.id == id && attempt.body == told.body;
    if !record.attempts.iter().any(rival) {
        findings.lost(format!("{id} was logged, and stands with another text or sender"));
    }
}

fn is_member(record: &Record, room: RoomId, user: model::UserId) -> bool {
    record.members.get(&room).is_some_and(|members| members.contains(&user))
}

/// I2: nothing stands that nobody sent; I1 once more: nothing stands twice.
fn sources(record: &Record, findings: &mut Findings) {
    let key = |one: &Attempt| (one.room, one.id, one.sender, one.body);
    let sent: HashSet<_> = record.attempts.iter().map(key).collect();
    let (mut ids, mut bodies) = (HashSet::new(), HashSet::new());
    for history in &record.standing {
        for told in &history.messages {
            let Told { id, seq, sender, body, .. } = *told;
            // Every text is sent under one id only, so a text that stands twice was sent once.
            if !ids.insert(id) || !bodies.insert(body) {
                findings.doubled(format!("{id} stands a second time, as {seq} in {}", history.room));
            } else if !sent.contains(&(history.room, id, sender, body)) {
                findings.foreign(format!("{id} stands as {seq} in {}, and nobody sent that", history.room));
            } else if !is_member(record, history.room, sender) {
                findings.foreign(format!("{id} stands in {}, whose sender is not in it", history.room));
            }
        }
    }
}

/// I3: per room the numbers of messages and changes are 1 to n, in one order.
fn numbers(record: &Record, findings: &mut Findings) {
    for history in &record.standing {
        let expected = (1..).map(Seq);
        let hole =
            history.messages.iter().zip(expected).find(|(told, seq)| told.seq != *seq || told.rev.0 != seq.0);
        if let Some((told, seq)) = hole {
            let Told { seq: found, rev, .. } = told;
            findings.other(format!(
                "hole: {} goes on with number {found}, change {rev}, where {seq} belongs",
                history.room
            ));
        }
        let count = history.messages.len() as i64;
        if (history.last_seq.0, history.rev.0) != (count, count) {
            let (last, rev) = (history.last_seq, history.rev);
            findings.other(format!(
                "hole: {} says it has {last} messages, {rev} changes; it has {count}",
                history.room
            ));
        }
    }
}

/// I2, I4, I6: whatever reached a device stands just so, and belongs to somebody in the room. A
/// device shows each message once, in order.
fn deliveries(record: &Record, standing: &Standing, findings: &mut Findings) {
    let mut shown: HashSet<(DeviceId, MessageId)> = HashSet::new();
    let mut newest: HashMap<(DeviceId, RoomId), Seq> = HashMap::new();
    let mut told_of: HashSet<(RoomId, Told)> = HashSet::new();
    for delivery in &record.deliveries {
        let (device, room, told) = (delivery.device, delivery.room, delivery.told);
        let member = record.devices.get(&device).is_some_and(|user| is_member(record, room, *user));
        if !member {
            findings.foreign(format!("device {device} was told of {} in a room it is not in", told.id));
        }
        if told.seq == Seq::ZERO {
            live(record, room, &told, standing, &mut told_of, findings);
            continue;
        }
        if standing.by_place.get(&(room, told.seq)) != Some(&&told) && told_of.insert((room, told)) {
            match standing.by_id.get(&told.id) {
                Some((_, stands)) if (Told { at: stands.at, ..told }) == **stands => {
                    findings.other(format!("{} was told with another time than it stands with", told.id));
                }
                Some((_, stands)) if (stands.body, stands.sender) == (told.body, told.sender) => {
                    findings.reordered(format!(
                        "{} was told as {} and stands at {}",
                        told.id, told.seq, stands.seq
                    ));
                }
                _ => findings
                    .foreign(format!("{} was told as {} in {room} and does not stand", told.id, told.seq)),
            }
        }
        if !delivery.shown {
            continue;
        }
        if !shown.insert((device, told.id)) {
            findings.doubled(format!("device {device} showed {} twice", told.id));
        }
        let before = newest.insert((device, room), told.seq).unwrap_or_default();
        if told.seq <= before {
            findings.reordered(format!("device {device} showed {} after {before} in {room}", told.seq));
        }
    }
}

/// A message that was shown before it had a number stands in the end, as it was shown; or another text
/// was logged before it under its id.
fn live(
    record: &Record,
    room: RoomId,
    told: &Told,
    standing: &Standing,
    told_of: &mut HashSet<(RoomId, Told)>,
    findings: &mut Findings,
) {
    if !told_of.insert((room, *told)) {
        return;
    }
    let attempted = |attempt: &Attempt| (attempt.id, attempt.body) == (told.id, told.body);
    match standing.by_id.get(&told.id) {
        Some((stands_in, stands))
            if (*stands_in, stands.body, stands.sender) == (room, told.body, told.sender) => {}
        Some(_) if record.attempts.iter().any(attempted) => {}
        _ => findings.foreign(format!("{} was shown live in {room} and does not stand", told.id)),
    }
}

/// I3, I5: every device, and every member who asks the API, sees what stands, in that order.
fn views(record: &Record, findings: &mut Findings) {
    let standing: BTreeMap<RoomId, &[Told]> =
        record.standing.iter().map(|history| (history.room, history.messages.as_slice())).collect();
    for view in &record.views {
        let stands = standing.get(&view.room).copied().unwrap_or_default();
        if view.messages == stands {
            continue;
        }
        let seen: BTreeSet<&Told> = view.messages.iter().collect();
        let missing = stands.iter().filter(|told| !seen.contains(told)).collect::<Vec<_>>();
        let (whose, room) = (&view.whose, view.room);
        if let [first, ..] = missing.as_slice() {
            findings.lost(format!("{whose} lacks {} of {room}, the first as {}", missing.len(), first.seq));
        }
        let known: BTreeSet<&Told> = stands.iter().collect();
        if let Some(surplus) = view.messages.iter().find(|told| !known.contains(told)) {
            findings.foreign(format!(
                "{whose} has {} as {} in {room}, which does not stand",
                surplus.id, surplus.seq
            ));
        }
        if seen.len() < view.messages.len() {
            findings.doubled(format!("{whose} has a message of {room} twice"));
        }
        if !view.messages.is_sorted_by_key(|told| told.seq) {
            findings.reordered(format!("{whose} has {room} in another order"));
        }
    }
}

/// I3: what one device composed in one room stands in that order.
fn order(record: &Record, standing: &Standing, findings: &mut Findings) {
    let mut newest: HashMap<(DeviceId, RoomId), Seq> = HashMap::new();
    for attempt in &record.attempts {
        let Some(device) = attempt.ordered_on else { continue };
        let Some((_, told)) = standing.by_id.get(&attempt.id) else { continue };
        let before = newest.insert((device, attempt.room), told.seq).unwrap_or_default();
        if told.seq <= before {
            findings
                .reordered(format!("{} of device {device} stands at {}, before {before}", told.id, told.seq));
        }
    }
}

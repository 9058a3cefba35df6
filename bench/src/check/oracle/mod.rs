//! The judgement: pure functions from the record to what is wrong with it. The numbers in the
//! comments are those of the invariants in docs/PROVING.md.

#[cfg(test)]
mod change_tests;
mod changes;
mod deliveries;
mod sends;
mod standing;
#[cfg(test)]
mod tests;
mod views;

use model::{RoomId, UserId};

use self::standing::Standing;
use super::record::Record;

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

/// Everything that is wrong with a finished run.
pub(super) fn judge(record: &Record) -> Findings {
    let mut findings = Findings::default();
    let standing = Standing::of(record);
    sends::answers(record, &standing, &mut findings);
    sends::sources(record, &standing, &mut findings);
    sends::order(record, &standing, &mut findings);
    let states = deliveries::states(record, &standing, &mut findings);
    deliveries::showings(record, &mut findings);
    views::numbers(record, &states, &mut findings);
    views::views(record, &mut findings);
    changes::answers(record, &standing, &states, &mut findings);
    changes::once(record, &states, &mut findings);
    changes::order(record, &mut findings);
    changes::ends(&states, &mut findings);
    record.leaks.iter().for_each(|leak| findings.foreign(leak.clone()));
    findings.violations.extend(record.incidents.iter().cloned());
    findings
}

fn is_member(record: &Record, room: RoomId, user: UserId) -> bool {
    record.members.get(&room).is_some_and(|members| members.contains(&user))
}

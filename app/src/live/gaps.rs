//! Holes in the rooms' changes: when to ask for what is missing.

use model::{Rev, RoomId, VecMap, limits::GAP_MS, wire::ClientFrame};

/// The wait before an unanswered question is asked again, in milliseconds.
const AGAIN: f64 = 5_000.0;

/// What is missing, and when it is asked for. Times are milliseconds.
#[derive(Default)]
pub(super) struct Gaps {
    holes: VecMap<RoomId, Gap>,
    /// Pages of history older than what is held: what changed in them since must be fetched.
    owed: VecMap<RoomId, Gap>,
}

struct Gap {
    after: Rev,
    due: f64,
}

impl Gaps {
    /// Compares the holes known now with those known before. Returns the questions to ask now, and
    /// when to look again. A hole that moved is being filled, and is given time.
    pub(super) fn look(&mut self, missing: &[ClientFrame], now: f64) -> (Vec<ClientFrame>, Option<f64>) {
        let missing: VecMap<RoomId, Rev> = missing.iter().filter_map(target).collect();
        self.holes.retain(|room, gap| missing.get(room) == Some(&gap.after));
        for (room, after) in missing {
            self.holes.get_or_insert_with(room, || Gap { after, due: now + f64::from(GAP_MS) });
        }
        let mut asked = Vec::new();
        for (room, gap) in self.holes.iter_mut().chain(self.owed.iter_mut()) {
            if gap.due <= now {
                gap.due = now + AGAIN;
                asked.push(ClientFrame::Fetch { room: *room, after: gap.after });
            }
        }
        let dues = self.holes.values().chain(self.owed.values()).map(|gap| gap.due);
        (asked, dues.min_by(f64::total_cmp))
    }

    /// A fetch that must be answered, whatever else is known of the room.
    pub(super) fn owe(&mut self, fetch: &ClientFrame) {
        let Some((room, after)) = target(fetch) else { return };
        let gap = self.owed.get_or_insert_with(room, || Gap { after, due: 0.0 });
        gap.after = gap.after.min(after);
        gap.due = 0.0;
    }

    /// Changes after `after` have come.
    pub(super) fn answered(&mut self, room: RoomId, after: Rev) {
        if self.owed.get(&room).is_some_and(|gap| after <= gap.after) {
            self.owed.remove(&room);
        }
    }

    /// The room is no more for this person.
    pub(super) fn forget(&mut self, room: RoomId) {
        self.holes.remove(&room);
        self.owed.remove(&room);
    }

    /// The connection is gone, and with it every answer that was due.
    pub(super) fn disconnected(&mut self) {
        self.holes.clear();
        for gap in self.owed.values_mut() {
            gap.due = 0.0;
        }
    }
}

fn target(frame: &ClientFrame) -> Option<(RoomId, Rev)> {
    match frame {
        ClientFrame::Fetch { room, after } => Some((*room, *after)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fetch(room: RoomId, after: i64) -> ClientFrame {
        ClientFrame::Fetch { room, after: Rev(after) }
    }

    #[test]
    fn a_hole_is_given_time_before_it_is_asked_for() {
        let (mut gaps, room) = (Gaps::default(), RoomId::new());
        let missing = [fetch(room, 3)];
        assert_eq!(gaps.look(&missing, 0.0), (vec![], Some(500.0)));
        assert_eq!(gaps.look(&missing, 400.0), (vec![], Some(500.0)));
        assert_eq!(gaps.look(&missing, 500.0), (missing.to_vec(), Some(5_500.0)));
        assert_eq!(gaps.look(&missing, 600.0), (vec![], Some(5_500.0)));
        assert_eq!(gaps.look(&missing, 5_500.0), (missing.to_vec(), Some(10_500.0)));
        assert_eq!(gaps.look(&[], 5_600.0), (vec![], None));
    }

    #[test]
    fn nothing_is_asked_of_a_room_that_was_left() {
        let (mut gaps, room) = (Gaps::default(), RoomId::new());
        let missing = fetch(room, 1);
        gaps.owe(&missing);
        gaps.look(&[missing], 0.0);
        gaps.forget(room);
        assert_eq!(gaps.look(&[], 10_000.0), (Vec::new(), None));
    }

    #[test]
    fn a_hole_that_moves_is_given_time_again() {
        let (mut gaps, room) = (Gaps::default(), RoomId::new());
        gaps.look(&[fetch(room, 3)], 0.0);
        assert_eq!(gaps.look(&[fetch(room, 4)], 450.0), (vec![], Some(950.0)));
    }

    #[test]
    fn what_is_owed_is_asked_for_until_it_came() {
        let (mut gaps, room) = (Gaps::default(), RoomId::new());
        gaps.owe(&fetch(room, 7));
        assert_eq!(gaps.look(&[], 0.0), (vec![fetch(room, 7)], Some(5_000.0)));
        gaps.disconnected();
        assert_eq!(gaps.look(&[], 10.0).0, [fetch(room, 7)]);
        gaps.answered(room, Rev(8));
        assert_eq!(gaps.look(&[], 5_010.0).0, [fetch(room, 7)], "that answer began too late");
        gaps.answered(room, Rev(7));
        assert_eq!(gaps.look(&[], 20_000.0), (vec![], None));
    }
}

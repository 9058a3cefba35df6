//! When to ask for changes that are missing.

use model::{Rev, RoomId, VecMap, limits::GAP_MS, wire::ClientFrame};

use crate::policy::FETCH_AGAIN;

/// The fetches that wait to be sent or answered.
#[derive(Debug, Default)]
pub(crate) struct Fetches {
    gaps: VecMap<RoomId, Fetch>,
    /// For pages of history older than what is held: what changed in them since must be fetched.
    pages: VecMap<RoomId, Fetch>,
}

#[derive(Debug)]
struct Fetch {
    after: Rev,
    due: f64,
}

impl Fetches {
    /// Compares the gaps known now with those known before. Returns the frames to send now, and when to look again.
    /// A gap that moved is being filled, and is given time: most gaps are changes that overtook each other.
    pub(crate) fn take_due(&mut self, missing: &[ClientFrame], now: f64) -> (Vec<ClientFrame>, Option<f64>) {
        let missing: VecMap<RoomId, Rev> = missing.iter().filter_map(target).collect();
        self.gaps.retain(|room, fetch| missing.get(room) == Some(&fetch.after));
        for (room, after) in missing {
            self.gaps.get_or_insert_with(room, || Fetch { after, due: now + f64::from(GAP_MS) });
        }
        let mut frames = Vec::new();
        for (room, fetch) in self.gaps.iter_mut().chain(self.pages.iter_mut()) {
            if fetch.due <= now {
                fetch.due = now + FETCH_AGAIN;
                frames.push(ClientFrame::Fetch { room: *room, after: fetch.after });
            }
        }
        let dues = self.gaps.values().chain(self.pages.values()).map(|fetch| fetch.due);
        (frames, dues.min_by(f64::total_cmp))
    }

    /// Adds a fetch that must be answered, whatever else is known of the room.
    pub(crate) fn require(&mut self, frame: &ClientFrame) {
        let Some((room, after)) = target(frame) else { return };
        let fetch = self.pages.get_or_insert_with(room, || Fetch { after, due: 0.0 });
        fetch.after = fetch.after.min(after);
        fetch.due = 0.0;
    }

    /// The changes after `after` have come.
    pub(crate) fn answered(&mut self, room: RoomId, after: Rev) {
        if self.pages.get(&room).is_some_and(|fetch| after <= fetch.after) {
            self.pages.remove(&room);
        }
    }

    /// The user is no member of the room any more.
    pub(crate) fn remove(&mut self, room: RoomId) {
        self.gaps.remove(&room);
        self.pages.remove(&room);
    }

    /// The connection is gone, and with it every answer.
    pub(crate) fn disconnected(&mut self) {
        self.gaps.clear();
        for fetch in self.pages.values_mut() {
            fetch.due = 0.0;
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
    fn a_gap_is_given_time_before_it_is_fetched() {
        let (mut fetches, room) = (Fetches::default(), RoomId::new());
        let missing = [fetch(room, 3)];
        assert_eq!(fetches.take_due(&missing, 0.0), (vec![], Some(500.0)));
        assert_eq!(fetches.take_due(&missing, 400.0), (vec![], Some(500.0)));
        assert_eq!(fetches.take_due(&missing, 500.0), (missing.to_vec(), Some(5_500.0)));
        assert_eq!(fetches.take_due(&missing, 600.0), (vec![], Some(5_500.0)));
        assert_eq!(fetches.take_due(&missing, 5_500.0), (missing.to_vec(), Some(10_500.0)));
        assert_eq!(fetches.take_due(&[], 5_600.0), (vec![], None));
    }

    #[test]
    fn nothing_is_fetched_of_a_room_that_was_left() {
        let (mut fetches, room) = (Fetches::default(), RoomId::new());
        let missing = fetch(room, 1);
        fetches.require(&missing);
        fetches.take_due(&[missing], 0.0);
        fetches.remove(room);
        assert_eq!(fetches.take_due(&[], 10_000.0), (Vec::new(), None));
    }

    #[test]
    fn a_gap_that_moves_is_given_time_again() {
        let (mut fetches, room) = (Fetches::default(), RoomId::new());
        fetches.take_due(&[fetch(room, 3)], 0.0);
        assert_eq!(fetches.take_due(&[fetch(room, 4)], 450.0), (vec![], Some(950.0)));
    }

    #[test]
    fn a_required_fetch_is_sent_until_it_is_answered() {
        let (mut fetches, room) = (Fetches::default(), RoomId::new());
        fetches.require(&fetch(room, 7));
        assert_eq!(fetches.take_due(&[], 0.0), (vec![fetch(room, 7)], Some(5_000.0)));
        fetches.disconnected();
        assert_eq!(fetches.take_due(&[], 10.0).0, [fetch(room, 7)]);
        fetches.answered(room, Rev(8));
        assert_eq!(fetches.take_due(&[], 5_010.0).0, [fetch(room, 7)], "that answer began too late");
        fetches.answered(room, Rev(7));
        assert_eq!(fetches.take_due(&[], 20_000.0), (vec![], None));
    }
}

//! Marks on their way to the server.

use model::{RoomId, VecMap, wire::ClientFrame};

/// Marks reported at once: far below what the server takes for a flood.
const AT_ONCE: usize = 50;

/// Marks that wait for their turn, the newest of each room.
#[derive(Default)]
pub(super) struct Reports(VecMap<RoomId, ClientFrame>);

impl Reports {
    /// Adds marks, and takes out those to report now.
    pub(super) fn turn(&mut self, marks: Vec<ClientFrame>) -> Vec<ClientFrame> {
        for mark in marks {
            if let ClientFrame::Mark { room, .. } = &mark {
                self.0.insert(*room, mark);
            }
        }
        let rooms: Vec<RoomId> = self.0.keys().take(AT_ONCE).copied().collect();
        rooms.into_iter().filter_map(|room| self.0.remove(&room)).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The connection is gone: the chat tells again what was not confirmed.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use model::Seq;

    use super::*;

    fn mark(room: RoomId, seq: i64) -> ClientFrame {
        ClientFrame::Mark { room, delivered: Seq(seq), read: Seq(seq) }
    }

    #[test]
    fn many_marks_go_in_turns() {
        let mut reports = Reports::default();
        let marks: Vec<ClientFrame> = (0..60).map(|seq| mark(RoomId::new(), seq)).collect();
        assert_eq!(reports.turn(marks).len(), 50);
        assert!(!reports.is_empty());
        assert_eq!(reports.turn(Vec::new()).len(), 10);
        assert!(reports.is_empty());
    }

    #[test]
    fn only_the_newest_of_a_room_is_reported() {
        let mut reports = Reports::default();
        let rooms: Vec<RoomId> = (0..=50).map(|_| RoomId::new()).collect();
        reports.turn(rooms.iter().map(|room| mark(*room, 1)).collect());
        let last = rooms[50];
        assert_eq!(reports.turn(vec![mark(last, 2)]), [mark(last, 2)]);
        assert!(reports.is_empty());
    }
}

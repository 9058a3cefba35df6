//! Marks on their way to the server.

use model::{RoomId, VecMap, wire::ClientFrame};

use crate::policy::MARKS_AT_ONCE;

/// Marks that wait for their turn, the newest of each room.
#[derive(Debug, Default)]
pub(crate) struct MarkReporter(VecMap<RoomId, ClientFrame>);

impl MarkReporter {
    /// Adds marks, and returns those to send now.
    pub(crate) fn take(&mut self, marks: Vec<ClientFrame>) -> Vec<ClientFrame> {
        for mark in marks {
            if let ClientFrame::Mark { room, .. } = &mark {
                self.0.insert(*room, mark);
            }
        }
        let rooms: Vec<RoomId> = self.0.keys().take(MARKS_AT_ONCE).copied().collect();
        rooms.into_iter().filter_map(|room| self.0.remove(&room)).collect()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The connection is gone: the chat reports again what was not confirmed.
    pub(crate) fn clear(&mut self) {
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
    fn many_marks_are_sent_in_turns() {
        let mut reporter = MarkReporter::default();
        let marks: Vec<ClientFrame> = (0..60).map(|seq| mark(RoomId::new(), seq)).collect();
        assert_eq!(reporter.take(marks).len(), 50);
        assert!(!reporter.is_empty());
        assert_eq!(reporter.take(Vec::new()).len(), 10);
        assert!(reporter.is_empty());
    }

    #[test]
    fn only_the_newest_mark_of_a_room_is_sent() {
        let mut reporter = MarkReporter::default();
        let rooms: Vec<RoomId> = (0..=50).map(|_| RoomId::new()).collect();
        reporter.take(rooms.iter().map(|room| mark(*room, 1)).collect());
        let last = rooms[50];
        assert_eq!(reporter.take(vec![mark(last, 2)]), [mark(last, 2)]);
        assert!(reporter.is_empty());
    }
}

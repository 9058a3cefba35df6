//! Holes in the rooms' changes: when to ask for what is missing.

use std::{collections::BTreeMap, time::Duration};

use model::{Rev, RoomId, limits::GAP_MS, wire::ClientFrame};
use tokio::time::Instant;

/// The wait before an unanswered question is asked again.
const AGAIN: Duration = Duration::from_secs(5);

#[derive(Default)]
pub(super) struct Gaps(BTreeMap<RoomId, (Rev, Instant)>);

impl Gaps {
    /// Compares the holes known now with those known before. Returns what to ask now, and when to
    /// look again. A hole that moved is being filled, and is given time.
    pub(super) fn look(
        &mut self,
        missing: &[ClientFrame],
        now: Instant,
    ) -> (Vec<ClientFrame>, Option<Instant>) {
        let target = |frame: &ClientFrame| match frame {
            ClientFrame::Fetch { room, after } => Some((*room, *after)),
            _ => None,
        };
        let missing: BTreeMap<RoomId, Rev> = missing.iter().filter_map(target).collect();
        self.0.retain(|room, (after, _)| missing.get(room) == Some(after));
        for (room, after) in missing {
            self.0.entry(room).or_insert((after, now + Duration::from_millis(GAP_MS.into())));
        }
        let mut asked = Vec::new();
        for (room, (after, due)) in &mut self.0 {
            if *due <= now {
                *due = now + AGAIN;
                asked.push(ClientFrame::Fetch { room: *room, after: *after });
            }
        }
        (asked, self.0.values().map(|(_, due)| *due).min())
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

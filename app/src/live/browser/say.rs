//! What is said to the server: messages that are ready, questions, marks.

use leptos::prelude::Update;
use model::{RoomId, Seq, wire::ClientFrame};

use super::{Engine, clock::now};
use crate::live::agenda::Task;

/// Marks are reported at most this often, in milliseconds.
const REPORT: f64 = 1_000.0;

impl Engine {
    /// Says frames if somebody listens. What is not heard is asked for again on the next
    /// connection, by whoever wanted it said.
    pub(super) fn say(&self, frames: &[ClientFrame]) {
        let state = self.state.borrow();
        let Some(connection) = &state.connection else { return };
        for frame in frames {
            connection.socket.say(frame);
        }
    }

    /// Sends the messages that may leave.
    pub(super) fn send_ready(&self) {
        let from = self.state.borrow().sends_from;
        let wait = from - now();
        if wait > 0.0 {
            return self.plan(Task::Sends, wait);
        }
        let frames = self.change_unseen(|chat| chat.sends()).unwrap_or_default();
        self.say(&frames);
    }

    /// Asks for changes that have been missing for long enough.
    pub(super) fn ask_for_gaps(&self) {
        let missing = self.read(|chat| chat.is_caught_up().then(|| chat.fetches())).flatten();
        let Some(missing) = missing else { return };
        let (questions, again) = self.state.borrow_mut().gaps.look(&missing, now());
        self.say(&questions);
        let mut state = self.state.borrow_mut();
        match again {
            Some(at) => state.agenda.set(Task::Gaps, at),
            None => state.agenda.drop(Task::Gaps),
        }
    }

    /// A view brought a page of history; `fetch` asks for what changed in it since.
    pub(super) fn paged(&self, room: RoomId, fetch: Option<ClientFrame>) {
        {
            let mut state = self.state.borrow_mut();
            state.changed_rooms.insert(room, ());
            if let Some(fetch) = &fetch {
                state.gaps.owe(fetch);
            }
        }
        self.settle();
    }

    pub(super) fn read_upto(&self, room: RoomId, seq: Seq) {
        let news = self.chat.try_maybe_update(|chat| {
            let news = chat.read_upto(room, seq);
            (news, news)
        });
        if news == Some(true) {
            self.state.borrow_mut().changed_rooms.insert(room, ());
            self.settle();
        }
    }

    /// Marks go at once, then at most once in a while.
    pub(super) fn plan_marks(&self) {
        let from = self.state.borrow().marks_from;
        self.plan(Task::Marks, (from - now()).max(0.0));
    }

    pub(super) fn report_marks(&self) {
        let marks = self.change_unseen(|chat| chat.marks()).unwrap_or_default();
        let (marks, more) = {
            let mut state = self.state.borrow_mut();
            let marks = state.reports.turn(marks);
            (marks, !state.reports.is_empty())
        };
        if marks.is_empty() {
            return;
        }
        self.say(&marks);
        self.state.borrow_mut().marks_from = now() + REPORT;
        if more {
            self.plan_marks();
        }
    }
}

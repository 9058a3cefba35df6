//! Frames from the server.

use client::Event;
use leptos::logging::error;
use model::wire::ServerFrame;

use super::{Engine, Task, clock::now, page};

/// Frames that come within this many milliseconds of the last ones are applied together.
const BURST: f64 = 16.0;

impl Engine {
    /// A single frame is applied at once, a burst as one change. A hidden page has nothing to
    /// draw, and its timers are slow.
    pub(super) fn received(&self, text: String) {
        let is_single = {
            let mut state = self.state.borrow_mut();
            state.heard_at = js_sys::Date::now();
            state.inbox.push(text);
            now() - state.applied_at > BURST
        };
        self.handle(Event::Received);
        if is_single || page::is_hidden() {
            self.apply_inbox();
        } else {
            self.plan(Task::Frames, 0.0);
        }
    }

    pub(super) fn apply_inbox(&self) {
        let (texts, generation) = {
            let mut state = self.state.borrow_mut();
            state.scheduler.cancel(Task::Frames);
            (std::mem::take(&mut state.inbox), state.generation)
        };
        if texts.is_empty() {
            return;
        }
        let mut frames = Vec::with_capacity(texts.len());
        let mut unreadable = None;
        for text in &texts {
            match ServerFrame::parse(text) {
                Ok(frame) => frames.push(frame),
                Err(why) => {
                    unreadable = Some(why);
                    break;
                }
            }
        }
        self.on_frames(frames);
        self.state.borrow_mut().applied_at = now();
        if let Some(why) = unreadable
            && self.is_current(generation)
        {
            error!("a frame of the server cannot be read: {why}");
            self.handle(Event::Unreadable);
        }
    }

    pub(super) fn on_frames(&self, frames: Vec<ServerFrame>) {
        for frame in &frames {
            if let Some(room) = frame.room() {
                self.state.borrow_mut().changed_rooms.insert(room, ());
            }
            if let ServerFrame::Left { room } = frame {
                self.drop_draft(*room);
            }
        }
        self.handle(Event::Frames(frames));
    }
}

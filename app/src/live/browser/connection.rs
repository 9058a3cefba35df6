//! The socket of the moment.

use client::Event;

use super::{
    Engine, Task,
    socket::{self, Socket},
};

impl Engine {
    pub(super) fn open_socket(&self) {
        let generation = {
            let mut state = self.state.borrow_mut();
            state.generation += 1;
            state.generation
        };
        let this = self.this.clone();
        let on_event = move |event| {
            if let Some(engine) = this.upgrade() {
                engine.on_socket(generation, event);
            }
        };
        match Socket::open(on_event) {
            Ok(socket) => self.state.borrow_mut().socket = Some(socket),
            Err(_) => self.handle(Event::Closed { code: None }),
        }
    }

    pub(super) fn close_socket(&self) {
        let socket = {
            let mut state = self.state.borrow_mut();
            state.generation += 1;
            state.inbox.clear();
            state.scheduler.cancel(Task::Frames);
            state.socket.take()
        };
        drop(socket);
    }

    fn on_socket(&self, generation: u32, event: socket::Event) {
        if !self.is_current(generation) {
            return;
        }
        match event {
            socket::Event::Opened => self.handle(Event::Opened),
            socket::Event::Received(text) => self.received(text),
            socket::Event::Closed(code) => {
                self.apply_inbox();
                // What came may have ended the connection already.
                if self.is_current(generation) {
                    self.handle(Event::Closed { code: Some(code) });
                }
            }
        }
    }

    pub(super) fn is_current(&self, generation: u32) -> bool {
        self.state.borrow().generation == generation
    }
}

//! Where a WebSocket cannot pass but HTTP can: messages leave and arrive by calls, until a socket opens. Hardly
//! anybody needs the code, so it is fetched when a socket was refused.

use client::{Event, Session};
use leptos::wasm_split::SplitLoaderError;
use model::{
    Room,
    wire::{ClientFrame, ServerFrame},
};

use super::Engine;
use crate::{
    call::{Failed, call},
    messages::calls::{GetPage, SendMessage},
    rooms::calls::{ListRooms, MarkRoom},
};

/// What takes the place of a socket.
#[derive(Clone, Copy)]
pub(super) struct Calls {
    poll: fn(&Engine),
    call: fn(&Engine, &ClientFrame),
}

const CALLS: Calls = Calls { poll: Engine::poll_now, call: Engine::call_now };

#[cfg(feature = "split")]
#[::leptos::wasm_split::wasm_split(polling, wasm_split_path = ::leptos::wasm_split, fallible)]
fn fetch() -> Result<Calls, SplitLoaderError> {
    Ok(CALLS)
}

#[cfg(not(feature = "split"))]
async fn fetch() -> Result<Calls, SplitLoaderError> {
    Ok(CALLS)
}

impl Engine {
    pub(super) fn start_polling(&self) {
        self.spawn(|engine| async move {
            // The next refused connection tries again.
            let Ok(calls) = fetch().await else { return };
            engine.state.borrow_mut().calls = Some(calls);
            engine.handle(Event::PollingReady);
        });
    }

    pub(super) fn poll(&self) {
        let calls = self.state.borrow().calls;
        if let Some(calls) = calls {
            (calls.poll)(self);
        }
    }

    pub(super) fn call(&self, frame: &ClientFrame) {
        let calls = self.state.borrow().calls;
        if let Some(calls) = calls {
            (calls.call)(self, frame);
        }
    }

    fn is_polling(&self) -> bool {
        self.client.borrow().is_polling()
    }

    fn poll_now(&self) {
        self.spawn(|engine| async move {
            let session = engine.ask_who_is_signed_in().await;
            let rooms = match session {
                Session::Alive => call(ListRooms { before: None, limit: None }).await.ok(),
                Session::Unknown => None,
                Session::OtherUser | Session::Over => return engine.handle(Event::Session(session)),
            };
            if !engine.is_polling() {
                return;
            }
            let Some(rooms) = rooms else { return engine.handle(Event::PollFailed) };
            engine.take_rooms(rooms).await;
            engine.handle(Event::Polled);
        });
    }

    /// Takes over what the server says of the rooms, and the newest messages of those that changed.
    async fn take_rooms(&self, rooms: Vec<Room>) {
        let is_known = |room: &Room| self.state.borrow().polled.get(&room.id) == Some(&room.rev);
        let changed: Vec<Room> = rooms.iter().filter(|room| !is_known(room)).cloned().collect();
        self.change(|chat| {
            rooms.into_iter().for_each(|room| chat.room(room));
            chat.receive(ServerFrame::CaughtUp);
        });
        for Room { id, rev, .. } in changed {
            let missing = |chat: &model::Chat| chat.conversation(id)?.timeline.missing();
            let mut upto = rev;
            if self.read(missing).flatten().is_some() {
                let Ok(page) = call(GetPage::newest(id)).await else { return };
                upto = page.rev;
                self.change(|chat| chat.page(page));
            }
            let mut state = self.state.borrow_mut();
            state.polled.insert(id, upto);
            state.changed_rooms.insert(id, ());
        }
    }

    /// Sends a message or a mark.
    fn call_now(&self, frame: &ClientFrame) {
        match frame.clone() {
            ClientFrame::Send { room, id, body } => self.spawn(|engine| async move {
                let frame = match call(SendMessage { room, id, body }).await {
                    Ok(sent) => sent.into(),
                    Err(Failed(error)) => ServerFrame::Rejected { room, id, error, log: None },
                };
                engine.on_frames(vec![frame]);
            }),
            ClientFrame::Mark { room, delivered, read } => self.spawn(|engine| async move {
                let (delivered, read) = (Some(delivered), Some(read));
                if let Ok(mark) = call(MarkRoom { room, delivered, read }).await {
                    engine.on_frames(vec![ServerFrame::Mark { room, mark }]);
                }
            }),
            _ => {}
        }
    }
}

//! Where a WebSocket cannot pass but HTTP can: messages leave and arrive by calls, until a socket opens. Hardly
//! anybody needs the code, so it is fetched when a socket was refused.

use client::{Event, Session};
use leptos::wasm_split::SplitLoaderError;
use model::{
    ChangeId, Changed, Message, MessageId, Room, RoomId,
    wire::{Change, ClientFrame, Item, ServerFrame},
};

use super::Engine;
use crate::{
    call::{Call, Failed, call},
    messages::calls::{DeleteMessage, EditMessage, GetPage, ReactToMessage, SendMessage},
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

    /// Sends a message, a change or a mark.
    fn call_now(&self, frame: &ClientFrame) {
        match frame.clone() {
            ClientFrame::Send { room, id, body } => self.spawn(|engine| async move {
                let frame = match call(SendMessage { room, id, body }).await {
                    Ok(sent) => sent.into(),
                    Err(Failed(error)) => ServerFrame::Rejected { room, id, change: None, error, log: None },
                };
                engine.on_frames(vec![frame]);
            }),
            ClientFrame::Edit { room, id, change, body } => {
                self.call_for(room, id, change, EditMessage { room, id, body, change: Some(change) });
            }
            ClientFrame::Delete { room, id, change } => {
                self.call_for(room, id, change, DeleteMessage { room, id });
            }
            ClientFrame::React { room, id, change, emoji } => {
                let emoji = emoji.map(|emoji| emoji.as_str().to_owned());
                self.call_for(room, id, change, ReactToMessage { room, id, emoji, change: Some(change) });
            }
            ClientFrame::Mark { room, delivered, read } => self.spawn(|engine| async move {
                let (delivered, read) = (Some(delivered), Some(read));
                if let Ok(mark) = call(MarkRoom { room, delivered, read }).await {
                    engine.on_frames(vec![ServerFrame::Mark { room, mark }]);
                }
            }),
            _ => {}
        }
    }

    /// Asks for a change of a message. The message comes as it is now, as a live change would bring it.
    fn call_for(
        &self,
        room: RoomId,
        id: MessageId,
        change: ChangeId,
        request: impl Call<Output = Message> + 'static,
    ) {
        self.spawn(move |engine| async move {
            let frames = match call(request).await {
                Ok(message) => {
                    let rev = message.rev;
                    let live = Change { room, rev, item: Item::Message { message } };
                    vec![ServerFrame::Change(live), ServerFrame::Changed(Changed { room, change, rev })]
                }
                Err(Failed(error)) => {
                    vec![ServerFrame::Rejected { room, id, change: Some(change), error, log: None }]
                }
            };
            engine.on_frames(frames);
        });
    }
}

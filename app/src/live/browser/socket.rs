//! One WebSocket, and what happens to it.

use std::rc::Rc;

use leptos::prelude::location;
use model::wire::ClientFrame;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{CloseEvent, MessageEvent, WebSocket};

pub(super) enum Event {
    Opened,
    Received(String),
    /// The connection ended, or could not be opened.
    Closed(u16),
}

/// A connection that is being opened or is open. It closes when dropped, and then has no
/// more events.
pub(super) struct Socket {
    socket: WebSocket,
    _opened: Closure<dyn FnMut()>,
    _received: Closure<dyn FnMut(MessageEvent)>,
    _closed: Closure<dyn FnMut(CloseEvent)>,
}

impl Socket {
    /// # Errors
    /// The browser refuses the address.
    pub(super) fn open(on_event: impl Fn(Event) + 'static) -> Result<Self, JsValue> {
        let socket = WebSocket::new(&address()?)?;
        let on_event = Rc::new(on_event);
        let handler = on_event.clone();
        let opened = Closure::<dyn FnMut()>::new(move || handler(Event::Opened));
        let handler = on_event.clone();
        let received = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            // Binary frames do not exist; one would fail to parse like any other broken frame.
            handler(Event::Received(event.data().as_string().unwrap_or_default()));
        });
        let closed = Closure::<dyn FnMut(CloseEvent)>::new(move |event: CloseEvent| {
            on_event(Event::Closed(event.code()));
        });
        socket.set_onopen(Some(opened.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(received.as_ref().unchecked_ref()));
        socket.set_onclose(Some(closed.as_ref().unchecked_ref()));
        Ok(Self { socket, _opened: opened, _received: received, _closed: closed })
    }

    /// A frame that cannot leave any more is not lost: what it carries is sent again on the next
    /// connection.
    pub(super) fn send(&self, frame: &ClientFrame) {
        // The browser would complain aloud.
        if self.socket.ready_state() == WebSocket::OPEN {
            let _ = self.socket.send_with_str(&frame.encode());
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        let _ = self.socket.close();
    }
}

/// `/socket` of the page's own origin.
fn address() -> Result<String, JsValue> {
    let here = location();
    let scheme = if here.protocol()? == "http:" { "ws" } else { "wss" };
    Ok(format!("{scheme}://{}/socket", here.host()?))
}

//! Messages between the tabs of one user in one browser.

use model::{ChangeId, RoomId, UserId};
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{BroadcastChannel, MessageEvent};

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum TabMessage {
    /// The outbox in the store changed.
    Outbox,
    /// An entry that was refused was discarded.
    Discarded {
        id: ChangeId,
    },
    Draft {
        room: RoomId,
        text: String,
    },
    /// The person signs out: what the store holds is being deleted.
    Forget,
}

/// The channel to the other tabs; it closes when dropped.
pub(super) struct Tabs {
    channel: BroadcastChannel,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
}

impl Tabs {
    /// `None` where the browser has no such channel: every tab is then alone.
    pub(super) fn open(me: UserId, on_message: impl Fn(TabMessage) + 'static) -> Option<Self> {
        let channel = BroadcastChannel::new(&format!("rapport-{me}")).ok()?;
        let listener = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let text = event.data().as_string().unwrap_or_default();
            // What a tab with a later version says is not for this one.
            if let Ok(message) = serde_json::from_slice(text.as_bytes()) {
                on_message(message);
            }
        });
        channel.set_onmessage(Some(listener.as_ref().unchecked_ref()));
        Some(Self { channel, _on_message: listener })
    }

    pub(super) fn send(&self, message: &TabMessage) {
        let text = serde_json::to_string(message).expect("messages have string keys only");
        // Fails only on a closed channel.
        let _ = self.channel.post_message(&JsValue::from_str(&text));
    }
}

impl Drop for Tabs {
    fn drop(&mut self) {
        self.channel.set_onmessage(None);
        self.channel.close();
    }
}

//! What the tabs of one person in one browser tell each other.

use model::{MessageId, RoomId, UserId};
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{BroadcastChannel, MessageEvent};

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Note {
    /// The outbox on disk changed.
    Outbox,
    /// A failed message was given up.
    Discarded {
        id: MessageId,
    },
    Draft {
        room: RoomId,
        text: String,
    },
    /// The person signs out: what the disk holds is being deleted.
    Forget,
}

/// The channel to the other tabs; it closes when dropped.
pub(super) struct Tabs {
    channel: BroadcastChannel,
    _heard: Closure<dyn FnMut(MessageEvent)>,
}

impl Tabs {
    /// `None` where the browser has no such channel: every tab is then alone.
    pub(super) fn open(me: UserId, hear: impl Fn(Note) + 'static) -> Option<Self> {
        let channel = BroadcastChannel::new(&format!("rapport-{me}")).ok()?;
        let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let text = event.data().as_string().unwrap_or_default();
            // What a tab with a later version says is not for this one.
            if let Ok(note) = serde_json::from_slice(text.as_bytes()) {
                hear(note);
            }
        });
        channel.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        Some(Self { channel, _heard: heard })
    }

    pub(super) fn tell(&self, note: &Note) {
        let text = serde_json::to_string(note).expect("notes have string keys only");
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

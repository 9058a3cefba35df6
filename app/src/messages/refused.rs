//! Changes that the server refused: the page shows why, and gives the text of an edit back.

use leptos::prelude::*;
use model::{
    MessageChange, MessageId,
    outbox::{Content, Pending},
};

use super::{change::Changing, edit_draft};

/// Shows the refused changes of the room, one after the other.
pub fn show_refused(changing: Changing) {
    let Changing { live, room, .. } = changing;
    let refused = Memo::new(move |_| live.chat.with(|chat| chat.outbox().refused_change(room).cloned()));
    Effect::new(move || {
        let Some(Pending { id, content: Content::Change(message, change), failed: Some(error), .. }) =
            refused.get()
        else {
            return;
        };
        // The field holds one edit at a time.
        if matches!(change, MessageChange::Edit(_)) && changing.edited.get().is_some() {
            return;
        }
        live.discard(id);
        let what = match change {
            MessageChange::Edit(text) => {
                return_text(changing, message, text);
                "Not saved"
            }
            MessageChange::Delete => "Not deleted",
            MessageChange::React(_) => "Your reaction did not arrive",
        };
        changing.say(format!("{what}: {}", error.message));
    });
}

/// Opens the editor with the text again, or puts it into the draft if the message is deleted or not loaded.
fn return_text(changing: Changing, message: MessageId, text: String) {
    let Changing { live, room, .. } = changing;
    let seq = live.chat.with_untracked(|chat| {
        let message = chat.conversation(room)?.timeline.find(message)?;
        (!message.deleted).then_some(message.seq)
    });
    if let Some(seq) = seq {
        edit_draft::save(live, room, seq, &text);
        return changing.edit(seq);
    }
    let draft = untrack(|| live.draft(room));
    live.set_draft(room, if draft.is_empty() { text } else { format!("{draft}\n\n{text}") });
}

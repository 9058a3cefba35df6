//! Frames from the server are bounded: many long changes go out in several frames.

use super::ServerFrame;
use crate::messages::Message;

/// Most bytes that the messages of one frame take when they are encoded. The other fields of a frame take at most
/// some 100 KB: the people and marks of a full group.
const MESSAGES_BYTES: usize = 768 * 1024;

impl ServerFrame {
    /// The same in frames of at most [`crate::limits::SERVER_FRAME_BYTES`] each. The changes of a room become several
    /// `changes` that follow each other by their numbers. Those that are `limited` keep the newest messages that
    /// fit: what lies before them is to be fetched in any case.
    #[must_use]
    pub fn in_parts(self) -> Vec<Self> {
        let Self::Changes { room, after, upto, limited, messages, marks, members, log } = self else {
            return vec![self];
        };
        let part = |after, upto, messages| {
            let (marks, members) = (marks.clone(), members.clone());
            Self::Changes { room, after, upto, limited, messages, marks, members, log }
        };
        if messages.iter().map(most_bytes).sum::<usize>() <= MESSAGES_BYTES {
            return vec![part(after, upto, messages)];
        }
        if limited {
            return vec![part(after, upto, newest(messages))];
        }
        let mut parts = Vec::new();
        let (mut begin, mut gathered, mut bytes) = (after, Vec::new(), 0);
        for message in messages {
            let more = encoded_bytes(&message);
            if bytes + more > MESSAGES_BYTES
                && let Some(last) = gathered.last().map(|last: &Message| last.rev)
            {
                parts.push(part(begin, last, std::mem::take(&mut gathered)));
                (begin, bytes) = (last, 0);
            }
            bytes += more;
            gathered.push(message);
        }
        parts.push(part(begin, upto, gathered));
        parts
    }
}

/// The newest messages, as many as fit, by `rev` like those that were given.
fn newest(mut messages: Vec<Message>) -> Vec<Message> {
    messages.sort_unstable_by_key(|message| std::cmp::Reverse(message.seq));
    let mut bytes = 0;
    let fits = |message: &Message| {
        bytes += encoded_bytes(message);
        bytes <= MESSAGES_BYTES
    };
    let mut newest: Vec<Message> = messages.into_iter().take_while(fits).collect();
    newest.sort_unstable_by_key(|message| message.rev);
    newest
}

/// An upper bound that costs nothing: JSON writes at most six bytes for one.
fn most_bytes(message: &Message) -> usize {
    512 + 6 * message.body.len() + 256 * message.reactions.len()
}

fn encoded_bytes(message: &Message) -> usize {
    serde_json::to_vec(message).map_or_else(|_| most_bytes(message), |encoded| encoded.len() + 1)
}

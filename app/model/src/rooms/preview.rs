//! What a list needs of a room.

use super::Room;
use crate::{id::UserId, number::Rev, rooms::Mark};

/// Characters of the newest message.
const CHARS: usize = 200;
/// Reactions to the newest message.
const REACTIONS: usize = 10;
/// People that come with the room whole.
const PEOPLE: usize = 10;

impl Room {
    /// The room with the beginning of a long newest message, and of many people only those whom a list shows to
    /// `me`.
    ///
    /// What is shortened is described as of an earlier change, so nothing is claimed that is not here: whoever says
    /// this position in `hello` is told the message, the people and the marks whole.
    #[must_use]
    pub fn preview(mut self, me: UserId) -> Self {
        if self.people.len() > PEOPLE && self.rev > Rev::ZERO {
            self.keep_shown_people(me);
            self.rev = before(self.rev);
        }
        if let Some(last) = &mut self.last
            && (last.body.chars().nth(CHARS).is_some() || last.reactions.len() > REACTIONS)
        {
            last.body = last.body.chars().take(CHARS).collect();
            last.reactions.truncate(REACTIONS);
            last.rev = before(last.rev);
            self.rev = self.rev.min(last.rev);
        }
        self
    }

    /// The reader, the sender of the newest message, and those who have come least far: what ticks depend on.
    fn keep_shown_people(&mut self, me: UserId) {
        let others = || self.marks.iter().filter(|mark| mark.user != me && !self.gone.contains(&mark.user));
        let least = |key: fn(&Mark) -> i64| others().min_by_key(|mark| key(mark)).map(|mark| mark.user);
        let sender = self.last.as_ref().map(|last| last.sender);
        let shown = [Some(me), sender, least(|mark| mark.delivered.0), least(|mark| mark.read.0)];
        let is_shown = |user: UserId| shown.contains(&Some(user));
        self.people.retain(|person| is_shown(person.id));
        self.marks.retain(|mark| is_shown(mark.user));
        self.gone.retain(|user| is_shown(*user));
        self.admins.retain(|user| is_shown(*user));
    }
}

fn before(rev: Rev) -> Rev {
    Rev((rev.0 - 1).max(0))
}

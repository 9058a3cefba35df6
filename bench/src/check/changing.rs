//! What people do to messages that are there.

use std::time::Duration;

use model::{Code, Message, MessageId, RoomId, UserId};
use tokio::time::sleep;

use super::{
    crowd::{Crowd, Member},
    record::{Deed, How, Told, Try, fingerprint},
};
use crate::{client::Refused, random::Random};

/// How far back messages are looked for, in deliveries.
const BACK: usize = 8_000;
/// One of so many is chosen: few, so that much happens to the same.
const NEWEST: usize = 3;
/// How often a change is tried that is answered with nothing, or with a wish to try again …
const TRIES: usize = 10;
/// … and the wait between two such tries, where the server names none.
const PAUSE: Duration = Duration::from_millis(500);
const EMOJI: [&str; 3] = ["👍", "❤️", "😂"];

/// A message that somebody sees.
#[derive(Clone, Copy)]
struct Seen {
    room: RoomId,
    id: MessageId,
    sender: UserId,
}

/// What somebody wants to become of it.
enum Wish {
    Edit(String),
    Delete,
    React(Option<&'static str>),
}

impl Wish {
    /// A text that nobody has written before.
    fn edit() -> Self {
        Self::Edit(format!("{} says it better", MessageId::new()))
    }

    /// Sometimes none.
    fn react(random: &mut Random) -> Self {
        Self::React(EMOJI.get(random.index(EMOJI.len() + 1)).copied())
    }

    fn deed(&self) -> Deed {
        match self {
            Self::Edit(text) => Deed::Edit(fingerprint(text)),
            Self::Delete => Deed::Delete,
            Self::React(emoji) => Deed::React(emoji.map(fingerprint)),
        }
    }
}

impl Crowd {
    /// Somebody changes their own message, or reacts to any. Who changed one does not know it on another
    /// device, and sends it again.
    pub(super) async fn change(&self, member: &Member, random: &mut Random) {
        let me = member.person.user;
        let (react, dice) = (random.between(0, 2) == 0, random.between(0, 8));
        let Some(seen) = self.seen(member, |seen| react || seen.sender == me, random) else { return };
        match dice {
            _ if react => self.wish(member, seen, Wish::react(random)).await,
            0 => self.wish(member, seen, Wish::Delete).await,
            1 => {
                tokio::join!(self.wish(member, seen, Wish::edit()), self.wish(member, seen, Wish::Delete));
            }
            _ => self.wish(member, seen, Wish::edit()).await,
        }
        let Some(old) = self.composed(seen.room, seen.id).filter(|_| seen.sender == me) else { return };
        match random.between(0, 4) {
            0 => self.contradict(member, old).await,
            _ => self.say_again(member, vec![old], random),
        }
    }

    /// One of the newest messages that a person's devices show.
    fn seen(&self, member: &Member, is: impl Fn(&Seen) -> bool, random: &mut Random) -> Option<Seen> {
        let record = self.journal.record();
        let mut newest: Vec<Seen> = Vec::new();
        for delivery in record.deliveries.iter().rev().take(BACK) {
            let Told { id, sender, .. } = delivery.told;
            let seen = Seen { room: delivery.room, id, sender };
            let is_shown =
                delivery.how != How::Heard && member.devices.iter().any(|(id, _)| *id == delivery.device);
            if is_shown && is(&seen) && newest.iter().all(|one| one.id != id) {
                newest.push(seen);
            }
            if newest.len() == NEWEST {
                break;
            }
        }
        (!newest.is_empty()).then(|| newest[random.index(newest.len())])
    }

    /// Tries it until there is an answer. Whether a try happened that brought none stays open.
    async fn wish(&self, member: &Member, seen: Seen, wish: Wish) {
        let Seen { room, id, .. } = seen;
        let (by, deed) = (member.person.user, wish.deed());
        for _ in 0..TRIES {
            let place = self.note(Try { room, id, by, deed, answer: None });
            let pause = match self.ask(member, seen, &wish).await {
                Ok(message) => return self.answered(place, Ok((&message).into())),
                Err(Refused::Answered(error)) if error.code.is_temporary() => {
                    error.retry_after.map(|wait| Duration::from_millis(wait.into()))
                }
                Err(Refused::Answered(error)) => return self.answered(place, Err(error.code)),
                Err(Refused::Unknown(_)) => None,
            };
            sleep(pause.unwrap_or(PAUSE)).await;
        }
    }

    async fn ask(&self, member: &Member, seen: Seen, wish: &Wish) -> Result<Message, Refused> {
        let (Seen { room, id, .. }, http) = (seen, &member.person.http);
        match wish {
            Wish::Edit(text) => http.edit(room, id, text).await,
            Wish::Delete => http.delete(room, id).await,
            Wish::React(emoji) => http.react(room, id, *emoji).await,
        }
    }

    fn note(&self, one: Try) -> usize {
        let tries = &mut self.journal.record().tries;
        tries.push(one);
        tries.len() - 1
    }

    fn answered(&self, place: usize, answer: Result<Told, Code>) {
        if let Some(one) = self.journal.record().tries.get_mut(place) {
            one.answer = Some(answer);
        }
    }
}

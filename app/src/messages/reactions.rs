//! What people think of a message: counted under its bubble, and given by a press.

use leptos::prelude::*;
use model::{Chat, Emoji, Message, MessageChange, Room, Seq, UserId};

use super::change::Changing;
use crate::ui::isolate;

/// More names than this are counted.
const NAMED: usize = 8;

/// One emoji under a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chip {
    pub emoji: String,
    pub count: usize,
    /// The reader is one of them.
    pub mine: bool,
    /// `Ana and you reacted with 👍`
    pub said: String,
}

/// The reactions to a message by emoji, in the order in which they first appeared.
pub fn chips(chat: &Chat, room: &Room, message: &Message) -> Vec<Chip> {
    let mut groups: Vec<(&str, Vec<UserId>)> = Vec::new();
    for reaction in &message.reactions {
        let emoji = reaction.emoji.as_str();
        match groups.iter_mut().find(|(known, _)| *known == emoji) {
            Some((_, users)) => users.push(reaction.user),
            None => groups.push((emoji, vec![reaction.user])),
        }
    }
    groups.into_iter().map(|(emoji, users)| chip(chat, room, emoji, &users)).collect()
}

fn chip(chat: &Chat, room: &Room, emoji: &str, users: &[UserId]) -> Chip {
    let me = chat.me();
    let mine = users.contains(&me);
    let name = |user: &UserId| {
        chat.person(room, *user)
            .map_or_else(|| "Somebody".into(), |person| isolate(&person.name).into_owned())
    };
    let names = users.iter().filter(|user| **user != me).map(name).collect();
    Chip {
        emoji: emoji.to_owned(),
        count: users.len(),
        mine,
        said: format!("{} reacted with {emoji}", list(names, mine)),
    }
}

/// `You`, `Ana and you`, `Ana, Bo and 3 others`: people are told of themselves last.
fn list(mut names: Vec<String>, mine: bool) -> String {
    let over = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    match over {
        0 => {}
        1 => names.push("1 other".to_owned()),
        over => names.push(format!("{over} others")),
    }
    if mine {
        names.push(if names.is_empty() { "You" } else { "you" }.to_owned());
    }
    let last = names.pop().unwrap_or_default();
    match names.is_empty() {
        true => last,
        false => format!("{} and {last}", names.join(", ")),
    }
}

/// Under the bubble. The history hears the presses for all of them.
pub fn reactions(chips: Vec<Chip>) -> Option<AnyView> {
    if chips.is_empty() {
        return None;
    }
    let chips = chips.into_iter().map(|Chip { emoji, count, mine, said }| {
        let pressed = if mine { "true" } else { "false" };
        view! {
            <button class="stop" tabindex="-1" aria-pressed=pressed title=said>
                {emoji}
                <span class="num">{count.to_string()}</span>
            </button>
        }
        .into_any()
    });
    // Emoji and numbers: a translator that puts them into elements of its own keeps what was there (see `fresh`).
    Some(view! { <div class="reacts" translate="no">{chips.collect_view()}</div> }.into_any())
}

/// Puts one's reaction on a message, or takes it back if it is there.
pub fn react(changing: Changing, seq: Seq, emoji: &str) {
    let Some(message) = changing.message_now(seq) else { return };
    let me = changing.live.chat.with_untracked(model::Chat::me);
    let Ok(emoji) = Emoji::new(emoji) else { return };
    let emoji = (message.reaction_of(me) != Some(&emoji)).then_some(emoji);
    changing.forget_trouble();
    changing.live.change(changing.room, message.id, MessageChange::React(emoji));
}

#[cfg(test)]
mod tests {
    use super::list;

    fn names(count: usize) -> Vec<String> {
        ["Ana", "Bo", "Cy", "Di", "Ed", "Flo", "Gil", "Hana", "Ines", "Jo"][..count]
            .iter()
            .map(|name| (*name).to_owned())
            .collect()
    }

    #[test]
    fn people_are_named_and_the_reader_comes_last() {
        assert_eq!(list(names(0), true), "You");
        assert_eq!(list(names(1), false), "Ana");
        assert_eq!(list(names(1), true), "Ana and you");
        assert_eq!(list(names(2), true), "Ana, Bo and you");
        assert_eq!(list(names(9), false), "Ana, Bo, Cy, Di, Ed, Flo, Gil, Hana and 1 other");
        assert_eq!(list(names(10), true), "Ana, Bo, Cy, Di, Ed, Flo, Gil, Hana, 2 others and you");
    }
}

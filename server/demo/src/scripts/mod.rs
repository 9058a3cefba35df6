//! What people talk about: short dialogues by topic, with alternatives and gaps to fill.
//!
//! A line begins with `>` or `<`, for the one who begins and the other; `>?` and `<?` may be left
//! out, and then the next such line is, too. An indented line continues the message, `  ~` as an
//! empty line. `[a|b]` is one of the two, `{city}` something from the list of that name and the
//! same throughout a dialogue, `{5-20}` a number, `{me}` and `{you}` the first names of who speaks
//! and who listens. An empty line ends a dialogue; `@morning`, `@noon` or `@evening` before it says
//! when it may be held.

mod arts;
mod daily;
pub(super) mod endings;
mod family;
mod food;
mod home;
mod languages;
mod outdoors;
pub(super) mod slots;
mod travel;
mod work;

use chrono::{DateTime, Timelike, Utc};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Topic {
    Daily,
    Home,
    Travel,
    Food,
    Work,
    Football,
    Books,
    Health,
    School,
    Bikes,
    Music,
    Portuguese,
    Japanese,
    Polish,
    Arabic,
}

impl Topic {
    const ALL: [(Self, &'static str); 15] = [
        (Self::Daily, daily::DAILY),
        (Self::Home, home::HOME),
        (Self::Travel, travel::TRAVEL),
        (Self::Food, food::FOOD),
        (Self::Work, work::WORK),
        (Self::Football, outdoors::FOOTBALL),
        (Self::Books, arts::BOOKS),
        (Self::Health, family::HEALTH),
        (Self::School, family::SCHOOL),
        (Self::Bikes, outdoors::BIKES),
        (Self::Music, arts::MUSIC),
        (Self::Portuguese, languages::PORTUGUESE),
        (Self::Japanese, languages::JAPANESE),
        (Self::Polish, languages::POLISH),
        (Self::Arabic, languages::ARABIC),
    ];

    /// What any two people may talk about in English.
    pub(super) const PRIVATE: [Self; 10] = [
        Self::Daily,
        Self::Home,
        Self::Travel,
        Self::Food,
        Self::Football,
        Self::Books,
        Self::Health,
        Self::School,
        Self::Bikes,
        Self::Music,
    ];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    First,
    Other,
}

impl Side {
    pub(super) fn other(self) -> Self {
        match self {
            Self::First => Self::Other,
            Self::Other => Self::First,
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Turn {
    pub(super) by: Side,
    pub(super) optional: bool,
    pub(super) text: String,
}

/// When a dialogue may be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hour {
    Any,
    Morning,
    Noon,
    Evening,
}

impl Hour {
    pub(super) fn suits(self, at: DateTime<Utc>) -> bool {
        match self {
            Self::Any => true,
            Self::Morning => (6..11).contains(&at.hour()),
            Self::Noon => (11..14).contains(&at.hour()),
            Self::Evening => at.hour() >= 17,
        }
    }
}

/// A few turns that belong together.
#[derive(Clone, Debug)]
pub(super) struct Dialogue {
    pub(super) hour: Hour,
    pub(super) turns: Vec<Turn>,
}

/// All dialogues, read once for a fill.
pub(super) struct Library(Vec<(Topic, Vec<Dialogue>)>);

impl Library {
    pub(super) fn read() -> Self {
        Self(Topic::ALL.iter().map(|(topic, script)| (*topic, parse(script))).collect())
    }

    pub(super) fn dialogues(&self, topic: Topic) -> &[Dialogue] {
        let found = self.0.iter().find(|(found, _)| *found == topic);
        found.map_or(&[], |(_, dialogues)| dialogues)
    }
}

/// Reads the dialogues of a script.
pub(super) fn parse(script: &str) -> Vec<Dialogue> {
    let blocks = script.split("\n\n").map(|block| block.trim_matches('\n'));
    blocks.filter(|block| !block.is_empty()).map(dialogue).collect()
}

fn dialogue(block: &str) -> Dialogue {
    let mut dialogue = Dialogue { hour: Hour::Any, turns: Vec::new() };
    for line in block.lines() {
        match (line, turn(line)) {
            ("@morning", _) => dialogue.hour = Hour::Morning,
            ("@noon", _) => dialogue.hour = Hour::Noon,
            ("@evening", _) => dialogue.hour = Hour::Evening,
            (_, Some(turn)) => dialogue.turns.push(turn),
            (_, None) => go_on(&mut dialogue, line),
        }
    }
    dialogue
}

fn turn(line: &str) -> Option<Turn> {
    let (by, rest) = match line.strip_prefix('>') {
        Some(rest) => (Side::First, rest),
        None => (Side::Other, line.strip_prefix('<')?),
    };
    let (optional, rest) = match rest.strip_prefix('?') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    Some(Turn { by, optional, text: rest.trim().to_owned() })
}

fn go_on(dialogue: &mut Dialogue, line: &str) {
    if let Some(turn) = dialogue.turns.last_mut() {
        turn.text.push('\n');
        turn.text.push_str(line.strip_prefix("  ").unwrap_or(line).trim_end_matches('~'));
    }
}

#[cfg(test)]
mod tests {
    use model::Body;

    use super::{Library, Topic, endings, parse, slots::Slots};
    use crate::random::Random;

    #[test]
    fn every_line_becomes_a_message_that_may_be_sent() {
        let mut random = Random::named("test");
        let endings = endings::ALL.iter().flat_map(|script| parse(script));
        let library = Library::read();
        let topics = Topic::ALL.iter().flat_map(|(topic, _)| library.dialogues(*topic).to_vec());
        for dialogue in endings.chain(topics) {
            assert!(!dialogue.turns.is_empty());
            for _ in 0..20 {
                let mut slots = Slots::default();
                for turn in &dialogue.turns {
                    let body = slots.fill(&turn.text, "Ana", "Bo", &mut random);
                    assert!(Body::new(&body).is_ok(), "{body:?}");
                    assert_eq!(body.trim(), body);
                    assert!(!body.contains(['{', '}', '[', ']', '~', '@']), "{body:?}");
                }
            }
        }
    }

    #[test]
    fn every_topic_has_something_to_say() {
        let library = Library::read();
        for (topic, _) in Topic::ALL {
            assert!(library.dialogues(topic).len() >= 5, "{topic:?}");
        }
    }
}

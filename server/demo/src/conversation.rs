//! Writes a chat: one exchange after the other, until it has its messages.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    chats::Chat,
    random::Random,
    scripts::{Dialogue, Library, Side, Turn, parse, slots::Slots},
    timeline::{Timeline, break_between, pause},
};

/// Of 100 turns that may be left out, so many are there.
const SPOKEN: i64 = 55;
/// With so few messages left, nothing is left out: the rest is then known to fit.
const FEW: usize = 12;

pub(super) struct Line {
    pub(super) by: Side,
    pub(super) body: String,
    pub(super) at: DateTime<Utc>,
}

/// The messages of one chat, oldest first, in bursts; holds only the burst it hands out.
pub(super) struct Conversation<'a> {
    random: Random,
    /// First names, of the first of the pair and the other.
    names: (&'a str, &'a str),
    timeline: Timeline,
    deck: Deck<'a>,
    ending: Vec<Line>,
    /// Messages before the ending, and how many of them are written.
    body: usize,
    written: usize,
    last: DateTime<Utc>,
}

impl<'a> Conversation<'a> {
    pub(super) fn new(
        chat: &Chat,
        library: &'a Library,
        names: (&'a str, &'a str),
        mut random: Random,
    ) -> Self {
        let mut deck = Deck::new(library, &chat.topics, &mut random);
        let ending = match chat.ending {
            Some(script) => parse(script),
            None => vec![deck.draw(&mut random, None, chat.messages).clone()],
        };
        let ending = end(ending, chat, names, &mut random);
        let begins = ending.first().map_or(chat.end, |line| line.at);
        let timeline = Timeline::new(&mut random, chat.rhythm, chat.days, begins);
        let body = chat.messages - ending.len();
        let last = timeline.at(0.0);
        Self { random, names, timeline, deck, ending, body, written: 0, last }
    }

    /// Before the first message.
    pub(super) fn begins(&self) -> DateTime<Utc> {
        if self.body == 0 { self.ending.first().map_or(self.last, |line| line.at) } else { self.last }
    }

    fn burst(&mut self) -> Vec<Line> {
        let left = self.body - self.written;
        // Somewhere in the time that an average exchange takes.
        let share = (self.written as f64 + left.min(5) as f64 * self.random.fraction()) / self.body as f64;
        let rest = TimeDelta::seconds(self.random.within(90..=900));
        let mut at = self.timeline.at(share).max(self.last + rest);
        let dialogue = self.deck.draw(&mut self.random, Some(at), left);
        let turned = self.random.percent(50);
        let spoken = if left < FEW { 100 } else { SPOKEN };
        let mut lines = play(dialogue, self.names, turned, spoken, &mut self.random);
        lines.truncate(left);
        let mut before = None;
        let line = |(by, body): (Side, String)| {
            if let Some(before) = before {
                at += pause(&mut self.random, body.chars().count(), by != before);
            }
            before = Some(by);
            Line { by, body, at: self.timeline.not_late(at) }
        };
        let lines: Vec<Line> = lines.into_iter().map(line).collect();
        self.written += lines.len();
        self.last = at;
        lines
    }
}

impl Iterator for Conversation<'_> {
    type Item = Vec<Line>;

    fn next(&mut self) -> Option<Vec<Line>> {
        if self.written < self.body {
            return Some(self.burst());
        }
        let ending = std::mem::take(&mut self.ending);
        (!ending.is_empty()).then_some(ending)
    }
}

/// The ending, whose last message is sent when the chat ends.
fn end(script: Vec<Dialogue>, chat: &Chat, names: (&str, &str), random: &mut Random) -> Vec<Line> {
    let mut at = chat.end;
    let mut before = None;
    let mut lines = Vec::new();
    for dialogue in &script {
        let mut wait = break_between(random);
        for (by, body) in play(dialogue, names, false, SPOKEN, random) {
            if let Some(before) = before {
                at += wait + pause(random, body.chars().count(), by != before);
            }
            before = Some(by);
            wait = TimeDelta::zero();
            lines.push(Line { by, body, at });
        }
    }
    lines.truncate(chat.messages);
    let late = lines.last().map_or(TimeDelta::zero(), |line| line.at - chat.end);
    for line in &mut lines {
        line.at -= late;
    }
    lines
}

/// Who says what. Turned: the other one begins.
fn play(
    dialogue: &Dialogue,
    names: (&str, &str),
    turned: bool,
    spoken: i64,
    random: &mut Random,
) -> Vec<(Side, String)> {
    let mut slots = Slots::default();
    let mut is_left_out = false;
    let is_spoken = |turn: &&Turn| {
        is_left_out = turn.optional && (is_left_out || !random.percent(spoken));
        !is_left_out
    };
    let turns: Vec<&Turn> = dialogue.turns.iter().filter(is_spoken).collect();
    let speak = |turn: &Turn| {
        let by = if turned { turn.by.other() } else { turn.by };
        let (me, you) = match by {
            Side::First => names,
            Side::Other => (names.1, names.0),
        };
        (by, slots.fill(&turn.text, me, you, random))
    };
    turns.into_iter().map(speak).collect()
}

/// Dialogues in a random order, again and again, but none soon after it was there.
struct Deck<'a> {
    dialogues: Vec<&'a Dialogue>,
    next: usize,
}

impl<'a> Deck<'a> {
    fn new(library: &'a Library, topics: &[super::scripts::Topic], random: &mut Random) -> Self {
        let mut dialogues: Vec<&Dialogue> =
            topics.iter().flat_map(|topic| library.dialogues(*topic)).collect();
        random.shuffle(&mut dialogues);
        Self { dialogues, next: 0 }
    }

    /// The next dialogue that suits the hour and is no longer than what is left; if there is none,
    /// the next.
    fn draw(&mut self, random: &mut Random, at: Option<DateTime<Utc>>, left: usize) -> &'a Dialogue {
        if self.next == self.dialogues.len() {
            let (early, late) = self.dialogues.split_at_mut(self.next / 2);
            random.shuffle(early);
            random.shuffle(late);
            self.next = 0;
        }
        let suits = |dialogue: &Dialogue| {
            let length = dialogue.turns.len();
            // A single message left would have to be a question without an answer.
            let fits = length == left || length + 2 <= left;
            fits && at.is_none_or(|at| dialogue.hour.suits(at))
        };
        let mut places = (self.next..self.dialogues.len()).chain(0..self.next);
        let place = places.find(|place| suits(self.dialogues[*place])).unwrap_or(self.next);
        self.dialogues.swap(self.next, place);
        self.next += 1;
        self.dialogues[self.next - 1]
    }
}

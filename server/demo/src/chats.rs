//! Who chats with whom, how much, about what, and how far both have read.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};

use super::{
    people::{CIRCLE, MAIN},
    random::Random,
    scripts::{Topic, endings},
    timeline::Rhythm,
};

/// Messages for each step of the scale.
pub(super) const MESSAGES: usize = 10_000;
/// Messages a day that two people can write without doing nothing else.
const PER_DAY: usize = 200;
/// How much the closest friends' chat grows with each further circle.
const CLOSEST_GROWTH: usize = 1_000;
/// The main person's chats with the first people of each further circle.
const FURTHER: [usize; 3] = [400, 60, 12];

/// A private chat, before it is written.
pub(super) struct Chat {
    /// Places in the list of people; the main person comes first.
    pub(super) pair: (usize, usize),
    pub(super) messages: usize,
    /// How long they have been chatting.
    pub(super) days: u32,
    pub(super) rhythm: Rhythm,
    pub(super) topics: Vec<Topic>,
    /// How the chat ends, if that is known: a script in which the first of the pair is `>`.
    pub(super) ending: Option<&'static str>,
    /// When its last message is sent.
    pub(super) end: DateTime<Utc>,
    pub(super) standing: Standing,
}

/// How far the two have come.
#[derive(Clone, Copy)]
pub(super) enum Standing {
    /// The first has not read the last messages, so many.
    Unread(usize),
    /// What the first wrote last has not reached the other.
    Sent,
    /// It has, but was not read.
    Delivered,
    /// Both have read everything.
    Read,
}

/// When a chat's last message is sent.
#[derive(Clone, Copy)]
enum Ago {
    Minutes(i64),
    /// So many days before today, at hours and minutes.
    Days(i64, u32, u32),
}

impl Ago {
    fn before(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Minutes(minutes) => now - TimeDelta::minutes(minutes),
            Self::Days(days, hour, minute) => {
                let time = NaiveTime::from_hms_opt(hour, minute, 20).unwrap_or(NaiveTime::MIN);
                (now.date_naive() - TimeDelta::days(days)).and_time(time).and_utc()
            }
        }
    }
}

/// The first of all messages is at most so many days old.
pub(super) fn oldest(circles: usize) -> u32 {
    days_for(closest(circles)).max(370)
}

/// All chats of the circles: exactly [`MESSAGES`] messages for each of them.
pub(super) fn chats(circles: usize, now: DateTime<Utc>) -> Vec<Chat> {
    let mut random = Random::named("chats");
    let mut chats = main_chats(circles, now);
    let written: usize = chats.iter().map(|chat| chat.messages).sum();
    let closest_growth = CLOSEST_GROWTH * (circles - 1);
    chats.extend(ring(1..CIRCLE, MESSAGES + closest_growth - written, &mut random, now));
    for circle in 1..circles {
        let first = circle * CIRCLE;
        let main: Vec<Chat> = further_chats(first, &mut random, now).collect();
        let written: usize = main.iter().map(|chat| chat.messages).sum();
        chats.extend(main);
        let rest = MESSAGES - CLOSEST_GROWTH - written;
        chats.extend(ring(first..first + CIRCLE, rest, &mut random, now));
    }
    chats
}

fn closest(circles: usize) -> usize {
    5_000 + CLOSEST_GROWTH * (circles - 1)
}

fn days_for(messages: usize) -> u32 {
    u32::try_from(messages / PER_DAY).unwrap_or(u32::MAX)
}

#[rustfmt::skip]
fn main_chats(circles: usize, now: DateTime<Utc>) -> Vec<Chat> {
    use Ago::{Days, Minutes};
    use Rhythm::{Leisure, Office};
    use Standing::{Delivered, Read, Sent, Unread};
    use Topic::{Arabic, Bikes, Books, Daily, Food, Football, Health, Home, Japanese, Music, Polish, Portuguese, School, Travel, Work};

    let everything = [Daily, Home, Travel, Food, Football, Books, Health, School, Bikes, Music, Portuguese].to_vec();
    let closest = closest(circles);
    let year = 365.max(days_for(closest));
    let chats = [
        (closest, year, Leisure, everything, endings::INES, Minutes(4), Unread(2)),
        (2_500, 300, Office, vec![Work, Football, Books, Travel, Bikes], endings::RAVI, Minutes(31), Read),
        (420, 210, Leisure, vec![Home, Polish, Daily], endings::TOMASZ, Minutes(128), Unread(7)),
        (300, 180, Leisure, vec![Daily, Food, Health, Books], endings::ADAEZE, Minutes(305), Delivered),
        (180, 150, Leisure, vec![Travel, Japanese, Food], endings::HANA, Days(1, 18, 42), Read),
        (120, 120, Leisure, vec![School, Food, Daily], endings::MEI, Days(1, 12, 8), Unread(1)),
        (90, 110, Leisure, vec![Books, Daily], endings::NOOR, Days(2, 21, 15), Sent),
        (75, 90, Leisure, vec![Football, Daily], endings::MATEO, Days(3, 22, 3), Read),
        (60, 80, Leisure, vec![Bikes, Travel], endings::JONAS, Days(4, 9, 37), Read),
        (40, 60, Leisure, vec![Arabic, Food], endings::SALMA, Days(5, 19, 54), Read),
        (30, 40, Leisure, vec![Music], endings::LERATO, Days(8, 23, 11), Delivered),
        (16, 30, Leisure, vec![Home, Daily], endings::KERTTU, Days(13, 8, 26), Read),
        (9, 6, Leisure, vec![Food], endings::LINH, Days(20, 17, 30), Read),
        (1, 3, Leisure, vec![Daily], endings::OLEKSANDR, Days(34, 11, 2), Read),
    ];
    let chat = |(place, (messages, days, rhythm, topics, ending, ago, standing)): (usize, (_, _, _, _, _, Ago, _))| Chat {
        pair: (MAIN, place + 1),
        messages, days, rhythm, topics, ending: Some(ending), end: ago.before(now), standing,
    };
    chats.into_iter().enumerate().map(chat).collect()
}

/// The main person's chats with people of a further circle: weeks and months ago.
fn further_chats(first: usize, random: &mut Random, now: DateTime<Utc>) -> impl Iterator<Item = Chat> {
    FURTHER.into_iter().enumerate().map(move |(place, messages)| {
        let ago = Ago::Days(random.within(6..=200), hour(random), minute(random));
        Chat {
            end: ago.before(now),
            standing: Standing::Read,
            ..some_chat((MAIN, first + place), messages, random, now)
        }
    })
}

/// Everybody with their neighbours, and some with people further round: from a few chats with many
/// messages to many with few, `total` together.
fn ring(people: std::ops::Range<usize>, total: usize, random: &mut Random, now: DateTime<Utc>) -> Vec<Chat> {
    let (first, count) = (people.start, people.len());
    let next = people.clone().map(|one| (one, first + (one - first + 1) % count));
    let across = people.step_by(2).map(|one| (one, first + (one - first + 5) % count));
    let mut pairs: Vec<(usize, usize)> = next.chain(across).collect();
    random.shuffle(&mut pairs);
    let sizes = sizes(pairs.len(), total);
    pairs.into_iter().zip(sizes).map(|(pair, messages)| some_chat(pair, messages, random, now)).collect()
}

/// So many numbers, at least 1 each, the n-th in proportion to 1 / (n + 2), with this sum.
fn sizes(count: usize, total: usize) -> Vec<usize> {
    let weights: f64 = (0..count).map(|n| 1.0 / (n as f64 + 2.0)).sum();
    let share = |n: usize| ((total as f64 / weights / (n as f64 + 2.0)) as usize).max(1);
    let mut sizes: Vec<usize> = (0..count).map(share).collect();
    let rest = total - sizes[1..].iter().sum::<usize>();
    sizes[0] = rest;
    sizes
}

fn some_chat(pair: (usize, usize), messages: usize, random: &mut Random, now: DateTime<Utc>) -> Chat {
    let office = random.percent(20);
    let mut topics = Topic::PRIVATE.to_vec();
    random.shuffle(&mut topics);
    topics.truncate(5);
    let ago = match random.within(0..=2) {
        0 => Ago::Minutes(random.within(7..=600)),
        _ => Ago::Days(random.within(1..=40), hour(random), minute(random)),
    };
    let standing = match random.within(0..=9) {
        0 => Standing::Sent,
        1 | 2 => Standing::Delivered,
        _ => Standing::Read,
    };
    Chat {
        pair,
        messages,
        days: days_for(messages * 25).clamp(3, 320),
        rhythm: if office { Rhythm::Office } else { Rhythm::Leisure },
        topics: if office { vec![Topic::Work] } else { topics },
        ending: None,
        end: ago.before(now),
        standing,
    }
}

fn hour(random: &mut Random) -> u32 {
    u32::try_from(random.within(8..=21)).unwrap_or(12)
}

fn minute(random: &mut Random) -> u32 {
    u32::try_from(random.within(0..=59)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{MESSAGES, chats};
    use crate::people::CIRCLE;

    #[test]
    fn every_circle_writes_its_messages_and_no_pair_has_two_chats() {
        for circles in [1, 2, 7] {
            let chats = chats(circles, chrono::DateTime::UNIX_EPOCH);
            assert_eq!(chats.iter().map(|chat| chat.messages).sum::<usize>(), MESSAGES * circles);
            let pairs = chats.iter().map(|chat| (chat.pair.0.min(chat.pair.1), chat.pair.0.max(chat.pair.1)));
            assert_eq!(pairs.collect::<BTreeSet<_>>().len(), chats.len());
            let people = chats.iter().flat_map(|chat| [chat.pair.0, chat.pair.1]);
            assert_eq!(people.collect::<BTreeSet<_>>().len(), circles * CIRCLE);
            assert!(chats.iter().all(|chat| chat.messages > 0));
        }
    }
}

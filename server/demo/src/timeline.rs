//! When people write: on the days and at the hours they have time, in bursts, with busy weeks and
//! quiet ones.

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc};

use super::random::Random;

/// How likely each hour of the day is.
type Hours = [u32; 24];

const LEISURE: Hours = [1, 0, 0, 0, 0, 0, 1, 4, 6, 5, 4, 4, 6, 5, 4, 4, 5, 7, 9, 10, 11, 10, 7, 3];
const OFFICE: Hours = [0, 0, 0, 0, 0, 0, 0, 0, 4, 10, 11, 9, 4, 7, 10, 10, 8, 3, 1, 0, 0, 0, 0, 0];
/// How busy a stretch of days may be, beside another.
const BUSYNESS: [f64; 10] = [0.2, 0.4, 0.6, 1.0, 1.0, 1.0, 1.4, 2.0, 3.0, 5.0];
/// Days in a stretch.
const STRETCH: usize = 5;

/// When two people have time for each other.
#[derive(Clone, Copy)]
pub(super) enum Rhythm {
    Leisure,
    Office,
}

/// The moments of a conversation, from its first share to its last.
pub(super) struct Timeline {
    days: Vec<NaiveDate>,
    hours: &'static Hours,
    /// The share of the conversation before each stretch of days, and 1 at the end.
    shares: Vec<f64>,
    end: DateTime<Utc>,
}

impl Timeline {
    /// Spreads over about `days` days before the one of `end`.
    pub(super) fn new(random: &mut Random, rhythm: Rhythm, days: u32, end: DateTime<Utc>) -> Self {
        let last = end.date_naive();
        let is_free = |day: &NaiveDate| match rhythm {
            Rhythm::Leisure => true,
            Rhythm::Office => day.weekday().number_from_monday() <= 5,
        };
        // As many on whatever weekday it ends: what is said then depends on no calendar.
        let count = match rhythm {
            Rhythm::Leisure => days,
            Rhythm::Office => days * 5 / 7,
        };
        let mut days: Vec<NaiveDate> = (1..)
            .map_while(|before| last.checked_sub_days(Days::new(before)))
            .filter(is_free)
            .take(count.max(1) as usize)
            .collect();
        days.reverse();
        let hours = match rhythm {
            Rhythm::Leisure => &LEISURE,
            Rhythm::Office => &OFFICE,
        };
        let busy: Vec<f64> = days.chunks(STRETCH).map(|days| stretch(random, days.len())).collect();
        let total: f64 = busy.iter().sum();
        let mut shares = vec![0.0];
        shares.extend(busy.iter().scan(0.0, |sum, busy| {
            *sum += busy;
            Some(*sum / total)
        }));
        Self { days, hours, shares, end }
    }

    /// The moment at which a share (0 to 1) of the conversation is over; before the end in any case.
    pub(super) fn at(&self, share: f64) -> DateTime<Utc> {
        // The last day's last minutes rather than the midnight after it.
        let share = share.min(0.999);
        let place = self.shares.partition_point(|before| *before <= share).clamp(1, self.shares.len() - 1);
        let (from, to) = (self.shares[place - 1], self.shares[place]);
        let within = if to > from { ((share - from) / (to - from)).clamp(0.0, 1.0) } else { 0.0 };
        let first = (place - 1) * STRETCH;
        let length = STRETCH.min(self.days.len() - first);
        let day = within * length as f64;
        let index = (day as usize).min(length - 1);
        let midnight = self.days[first + index].and_time(chrono::NaiveTime::MIN).and_utc();
        let millis = hour(self.hours, (day - index as f64).clamp(0.0, 1.0)) * 3_600_000.0;
        self.not_late(midnight + TimeDelta::milliseconds(millis as i64))
    }

    /// That moment, or one just before the end.
    pub(super) fn not_late(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        at.min(self.end - TimeDelta::minutes(1))
    }
}

fn stretch(random: &mut Random, days: usize) -> f64 {
    random.pick(&BUSYNESS) * days as f64
}

/// The hour by which a share (0 to 1) of a day's messages are written.
fn hour(hours: &Hours, share: f64) -> f64 {
    let total: u32 = hours.iter().sum();
    let mut left = share * f64::from(total);
    for (hour, weight) in (0_u32..).zip(hours) {
        let weight = f64::from(*weight);
        if left < weight {
            return f64::from(hour) + left / weight;
        }
        left -= weight;
    }
    23.5
}

/// How long it takes until a message of so many letters is there, after the one before it.
pub(super) fn pause(random: &mut Random, letters: usize, is_answer: bool) -> TimeDelta {
    let typing = 90 * i64::try_from(letters.min(600)).unwrap_or(600);
    let waiting = match random.within(0..=99) {
        _ if !is_answer => random.within(1_500..=12_000),
        0..60 => random.within(4_000..=40_000),
        60..88 => random.within(60_000..=300_000),
        _ => random.within(300_000..=1_500_000),
    };
    TimeDelta::milliseconds(typing + waiting)
}

/// Between two exchanges of the same day.
pub(super) fn break_between(random: &mut Random) -> TimeDelta {
    TimeDelta::seconds(random.within(2_400..=9_000))
}

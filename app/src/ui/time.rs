//! Moments in words. The calendar is counted here, so that the server and the browser write the
//! same text; only the distance from UTC comes from outside.

use model::Timestamp;

const DAY: i64 = 86_400_000;
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A moment on somebody's wall: the wall's clock and calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Local {
    /// Days since 1970-01-01.
    pub day: i64,
    hour: u8,
    minute: u8,
}

impl Local {
    /// `offset`: minutes east of UTC.
    pub fn new(at: Timestamp, offset: i32) -> Self {
        let millis = at.0 + i64::from(offset) * 60_000;
        let minutes = millis.rem_euclid(DAY) / 60_000;
        Self { day: millis.div_euclid(DAY), hour: (minutes / 60) as u8, minute: (minutes % 60) as u8 }
    }

    /// `14:32`
    pub fn time(self) -> String {
        format!("{:02}:{:02}", self.hour, self.minute)
    }

    /// Short and relative near, absolute far: `14:32`, `Tue`, `3 Nov`, `03.11.2025`.
    pub fn brief(self, today: i64) -> String {
        let (year, month, day) = date(self.day);
        match today - self.day {
            ..=0 => self.time(),
            1..=6 => weekday(self.day)[..3].to_owned(),
            _ if date(today).0 == year => format!("{day} {}", &MONTHS[month - 1][..3]),
            _ => format!("{day:02}.{month:02}.{year}"),
        }
    }

    /// `Monday, 23 November 2026, 14:32`
    pub fn exact(self) -> String {
        let (year, month, day) = date(self.day);
        format!("{}, {day} {} {year}, {}", weekday(self.day), MONTHS[month - 1], self.time())
    }
}

/// What a day is called over its messages: `Today`, `Yesterday`, `Tuesday`, `3 November`.
pub fn day_name(of: i64, today: i64) -> String {
    let (year, month, day) = date(of);
    match today - of {
        ..=0 => "Today".to_owned(),
        1 => "Yesterday".to_owned(),
        2..=6 => weekday(of).to_owned(),
        _ if date(today).0 == year => format!("{day} {}", MONTHS[month - 1]),
        _ => format!("{day} {} {year}", MONTHS[month - 1]),
    }
}

/// A moment as `<time datetime>` wants it.
pub fn machine(at: Timestamp) -> String {
    let utc = Local::new(at, 0);
    let (year, month, day) = date(utc.day);
    format!("{year:04}-{month:02}-{day:02}T{}Z", utc.time())
}

fn weekday(day: i64) -> &'static str {
    // 1970-01-01 was a Thursday.
    WEEKDAYS[(day + 3).rem_euclid(7) as usize]
}

/// Year, month (1–12) and day of a day since 1970-01-01: Howard Hinnant's `civil_from_days`.
fn date(day: i64) -> (i64, usize, i64) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month as usize, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-23T14:32:00Z, a Monday.
    const MOMENT: Timestamp = Timestamp(1_795_444_320_000);

    #[test]
    fn the_calendar_is_right() {
        assert_eq!(Local::new(MOMENT, 0).exact(), "Monday, 23 November 2026, 14:32");
        assert_eq!(machine(MOMENT), "2026-11-23T14:32Z");
        assert_eq!(Local::new(Timestamp(951_782_400_000), 0).exact(), "Tuesday, 29 February 2000, 00:00");
        assert_eq!(Local::new(Timestamp(-1), 0).exact(), "Wednesday, 31 December 1969, 23:59");
    }

    #[test]
    fn the_zone_moves_the_day() {
        assert_eq!(Local::new(MOMENT, 600).exact(), "Tuesday, 24 November 2026, 00:32");
        assert_eq!(Local::new(MOMENT, -900).exact(), "Sunday, 22 November 2026, 23:32");
    }

    #[test]
    fn near_is_relative_and_far_is_absolute() {
        let local = Local::new(MOMENT, 0);
        assert_eq!(local.brief(local.day), "14:32");
        assert_eq!(local.brief(local.day + 1), "Mon");
        assert_eq!(local.brief(local.day + 7), "23 Nov");
        assert_eq!(local.brief(local.day + 60), "23.11.2026");
        assert_eq!(day_name(local.day, local.day + 1), "Yesterday");
        assert_eq!(day_name(local.day, local.day + 3), "Monday");
        assert_eq!(day_name(local.day, local.day + 300), "23 November 2026");
    }
}

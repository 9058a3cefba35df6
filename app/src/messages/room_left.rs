//! How many characters a message may still have: shown at every key, announced at thresholds.

use leptos::prelude::*;
use model::limits::MESSAGE_CHARS;

use crate::live::tidy::tidy;

/// Thresholds at which what is left is announced, in characters. From the first on it is shown.
const THRESHOLDS: [i64; 4] = [300, 100, 20, 0];

/// Characters that a text may still have. Negative if it is too long. The server counts in the same way.
pub fn of(text: &str) -> i64 {
    MESSAGE_CHARS as i64 - tidy(text).chars().count() as i64
}

/// The number beside the field. People who listen hear it only as a threshold is passed.
pub fn counter(left: Memo<i64>) -> impl IntoView {
    // The threshold that was passed last, and the words for it.
    let announced = Memo::new(move |before: Option<&(i64, String)>| {
        let left = left.get();
        let threshold = threshold(left);
        match before {
            Some(before) if before.0 == threshold => before.clone(),
            _ => (threshold, words(left)),
        }
    });
    let shown = move || {
        let left = left.get();
        (left <= THRESHOLDS[0]).then(|| {
            let class = if left < 0 { "left over" } else { "left" };
            let text = if left < 0 { format!("{} too many", -left) } else { format!("{left} left") };
            view! { <span class=class aria-hidden="true">{text}</span> }
        })
    };
    view! {
        {shown}
        <span class="sr" role="status">
            {move || announced.get().1}
        </span>
    }
}

/// The lowest threshold that `left` has come down to; -1 for a text that is too long.
fn threshold(left: i64) -> i64 {
    if left < 0 {
        return -1;
    }
    THRESHOLDS.into_iter().filter(|threshold| left <= *threshold).min().unwrap_or(i64::MAX)
}

fn words(left: i64) -> String {
    match left {
        ..0 => "The message is too long".to_owned(),
        0..=300 => format!("{left} characters left"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_counted_as_they_are_sent() {
        let limit = MESSAGE_CHARS;
        assert_eq!(of(""), 4_096);
        assert_eq!(of(&"é".repeat(limit)), 0);
        assert_eq!(of(&"👍".repeat(limit + 1)), -1);
        assert_eq!(of(&format!("\n \n{}\n \n", "x\n".repeat(limit / 2))), 1);
    }

    #[test]
    fn what_is_left_is_announced_at_thresholds() {
        let mut changes: Vec<i64> = (-3..=310).rev().map(threshold).collect();
        changes.dedup();
        assert_eq!(changes, [i64::MAX, 300, 100, 20, 0, -1]);
    }
}

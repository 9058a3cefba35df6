//! Sorting that weighs little in the browser: each type that the standard library sorts costs the download some
//! kilobytes.

use std::cmp::Ordering;

/// Sorts by insertion, stable. What a client sorts is short, or in order but for a few items.
pub fn sort_by<T>(items: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    for at in 1..items.len() {
        let place = items[..at].partition_point(|item| compare(item, &items[at]).is_le());
        items[place..=at].rotate_right(1);
    }
}

/// The same by a key.
pub fn sort_by_key<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    sort_by(items, |one, other| key(one).cmp(&key(other)));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sorts_like_the_standard_library(mut items: Vec<(u8, u16)>) {
            let mut expected = items.clone();
            expected.sort_by_key(|(key, _)| *key);
            sort_by_key(&mut items, |(key, _)| *key);
            prop_assert_eq!(items, expected);
        }
    }
}

//! Names inside sentences. A name that is written from right to left would reorder the words and the punctuation
//! around it. In views `<bdi>` keeps it apart; in texts without markup, such as attributes, these characters do.

use std::borrow::Cow;

/// The name as it can stand in a sentence. Only a name that is not written from left to right is changed.
pub fn isolate(name: &str) -> Cow<'_, str> {
    match name.chars().any(is_right_to_left) {
        true => Cow::Owned(format!("\u{2068}{name}\u{2069}")),
        false => Cow::Borrowed(name),
    }
}

/// By the blocks of Unicode that are kept for scripts written from right to left, and the marks that turn a text.
fn is_right_to_left(c: char) -> bool {
    matches!(
        c,
        '\u{590}'..='\u{8ff}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{fb1d}'..='\u{fdff}'
            | '\u{fe70}'..='\u{feff}'
            | '\u{10800}'..='\u{10fff}'
            | '\u{1e800}'..='\u{1efff}'
    )
}

#[cfg(test)]
mod tests {
    use super::isolate;

    #[test]
    fn names_that_are_written_from_right_to_left_are_kept_apart() {
        assert_eq!(isolate("Ana Ribeiro"), "Ana Ribeiro");
        assert_eq!(isolate("佐藤 👍"), "佐藤 👍");
        assert_eq!(isolate("סלמא"), "\u{2068}סלמא\u{2069}");
        assert_eq!(isolate("Salma سلمى"), "\u{2068}Salma سلمى\u{2069}");
    }
}

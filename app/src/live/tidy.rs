//! What of a composed text is sent.

/// Without blank lines before it and blank space after it; the indentation of the first line
/// stays.
pub(crate) fn tidy(text: &str) -> &str {
    let text = text.trim_end();
    let blank = text.find(|letter: char| !letter.is_whitespace()).unwrap_or(0);
    let line = text[..blank].rfind('\n').map_or(0, |newline| newline + 1);
    &text[line..]
}

#[cfg(test)]
mod tests {
    use super::tidy;

    #[test]
    fn blank_lines_around_a_text_go() {
        assert_eq!(tidy("hello"), "hello");
        assert_eq!(tidy("\n \n  if x:\n\n    y\n \n"), "  if x:\n\n    y");
        assert_eq!(tidy(" one "), " one");
        assert_eq!(tidy(" \n "), "");
        assert_eq!(tidy(""), "");
    }
}

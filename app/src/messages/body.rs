//! The text of a message: plain, with its addresses made into links.

use leptos::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part<'a> {
    Text(&'a str),
    Link(&'a str),
}

/// The text itself; nothing in it is ever taken for HTML.
pub fn body(text: &str) -> AnyView {
    let parts = split(text).into_iter().map(|part| match part {
        Part::Text(text) => text.to_owned().into_any(),
        Part::Link(address) => view! {
            <a href=address.to_owned() target="_blank" rel="noopener noreferrer nofollow ugc external">
                {address.to_owned()}
            </a>
        }
        .into_any(),
    });
    parts.collect_view().into_any()
}

/// Cuts out what begins with `http://` or `https://`, without the punctuation of the sentence.
fn split(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(start) = next_link(rest) {
        let length = rest[start..].find(char::is_whitespace).unwrap_or(rest.len() - start);
        let link = trim_end(&rest[start..start + length]);
        if start > 0 {
            parts.push(Part::Text(&rest[..start]));
        }
        parts.push(Part::Link(link));
        rest = &rest[start + link.len()..];
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest));
    }
    parts
}

fn next_link(text: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(found) = text[from..].find("http") {
        let start = from + found;
        let after = text[start..].strip_prefix("https://").or_else(|| text[start..].strip_prefix("http://"));
        let begins_word = !text[..start].ends_with(char::is_alphanumeric);
        if begins_word && after.is_some_and(|host| host.starts_with(char::is_alphanumeric)) {
            return Some(start);
        }
        from = start + 4;
    }
    None
}

/// A bracket belongs to the address only if it was opened in it.
fn trim_end(link: &str) -> &str {
    let link = link.trim_end_matches(['.', ',', ';', ':', '!', '?', '"', '\'', '”', '’', '»']);
    match link.strip_suffix(')') {
        Some(inner) if !inner.contains('(') => trim_end(inner),
        _ => link,
    }
}

#[cfg(test)]
mod tests {
    use super::{Part::*, split};

    #[test]
    fn addresses_are_cut_out_without_the_sentence_around_them() {
        assert_eq!(split("plain"), [Text("plain")]);
        assert_eq!(
            split("See https://a.example/x?y=1, then (http://b.example)."),
            [
                Text("See "),
                Link("https://a.example/x?y=1"),
                Text(", then ("),
                Link("http://b.example"),
                Text(").")
            ]
        );
        assert_eq!(split("https://a.example/w_(x)"), [Link("https://a.example/w_(x)")]);
    }

    #[test]
    fn nothing_else_becomes_a_link() {
        for text in ["javascript:alert(1)", "http:// nothing", "xhttp://a.example", "https://"] {
            assert_eq!(split(text), [Text(text)]);
        }
    }
}

//! The rules for names, addresses and passwords.

use model::{Body, Title, accounts};

#[test]
fn usernames() {
    assert_eq!(accounts::username(" @Eva.Vidal ").unwrap(), "eva.vidal");
    for bad in ["", "ab", "1abc", "a b", "ümit", "a..b", "abc.", &"a".repeat(33)] {
        assert!(accounts::username(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn addresses() {
    assert_eq!(accounts::email(" Eva@Example.COM ").unwrap(), "eva@example.com");
    for good in ["a+b@x.co", "é@exämple.de", "o'neil@mail.example.org"] {
        assert!(accounts::email(good).is_ok(), "{good:?}");
    }
    for bad in [
        "",
        "eva",
        "eva@example",
        "@x.com",
        "a@x.c",
        "a@-x.com",
        "a b@x.com",
        "a@x.com\r\nBcc: b@x.com",
        "a@1.2",
        "a@b@example.org",
        "@@example.org",
    ] {
        assert!(accounts::email(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn passwords() {
    assert!(accounts::password("correct horse battery", "eva").is_ok());
    for bad in ["short", "evaevaeva1", &"x".repeat(129)] {
        assert!(accounts::password(bad, "eva").is_err(), "{bad:?}");
    }
    assert!(accounts::password("evaluation1", "evaluation").is_err());
}

#[test]
fn message_texts() {
    assert!(Body::new("hello").is_ok());
    assert!(Body::new("é".repeat(4_096)).is_ok());
    for bad in ["", " \n\t", "a\0b", &"x".repeat(4_097)] {
        assert!(Body::new(bad).is_err());
    }
}

/// Fails for each of these without its range in `is_invisible`.
#[test]
fn a_message_or_a_title_of_characters_without_a_picture_has_nothing_to_see() {
    for invisible in [
        '\u{a0}',
        '\u{ad}',
        '\u{34f}',
        '\u{61c}',
        '\u{115f}',
        '\u{1160}',
        '\u{17b4}',
        '\u{180b}',
        '\u{180e}',
        '\u{200b}',
        '\u{200d}',
        '\u{200e}',
        '\u{2028}',
        '\u{202e}',
        '\u{2060}',
        '\u{2069}',
        '\u{206a}',
        '\u{2800}',
        '\u{3000}',
        '\u{3164}',
        '\u{fdd0}',
        '\u{fe00}',
        '\u{fe0f}',
        '\u{feff}',
        '\u{ffa0}',
        '\u{fff0}',
        '\u{fff9}',
        '\u{fffb}',
        '\u{1bca0}',
        '\u{1d159}',
        '\u{1d173}',
        '\u{1d17a}',
        '\u{13441}',
        '\u{13442}',
        '\u{1da7f}',
        '\u{1da80}',
        '\u{e0001}',
        '\u{e0041}',
        '\u{e007f}',
        '\u{e0100}',
        '\u{e0fff}',
    ] {
        let text = format!("{invisible} {invisible}");
        assert!(Body::new(text.clone()).is_err(), "{invisible:?}");
        assert!(Title::new(&text).is_err(), "{invisible:?}");
        assert!(Body::new(format!("{text}x")).is_ok(), "{invisible:?} beside a letter");
    }
    for joiner in
        ["\u{1039}", "\u{17d2}", "\u{1a60}", "\u{2d7f}", "\u{1107f}", "\u{1bab}", "\u{aaf6}", "\u{11a47}"]
    {
        assert!(Body::new(joiner).is_err() && Title::new(joiner).is_err(), "{joiner:?}");
    }
    for visible in ["👍\u{fe0f}", "1\u{fe0f}\u{20e3}", ".", "ก", "\u{301}", "\u{fffd}", "𝄞"] {
        assert!(Body::new(visible).is_ok(), "{visible:?}");
    }
}

#[test]
fn digits_of_every_keyboard_are_digits() {
    let read = |text: &str| text.chars().filter_map(accounts::digit).collect::<String>();
    assert_eq!(read("12 3-4.56"), "123456");
    for text in ["１２３４５６", "١٢٣٤٥٦", "۱۲۳۴۵۶", "१२३४५६"] {
        assert_eq!(read(text), "123456", "{text}");
    }
    assert_eq!(read("½²Ⅳ\u{ff1a}\u{660a}"), "");
}

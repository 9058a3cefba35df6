//! The rules for names, addresses and passwords.

use model::{Body, accounts};

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
    ] {
        assert!(accounts::email(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn passwords() {
    assert!(accounts::password("correct horse battery", "eva").is_ok());
    for bad in ["short", "aaaaaaaaaaaa", "0123456789", "evaevaeva1234"] {
        let username = "eva";
        assert_eq!(accounts::password(bad, username).is_ok(), bad == "evaevaeva1234", "{bad:?}");
    }
    assert!(accounts::password("evaluation1", "evaluation").is_err());
}

#[test]
fn message_texts() {
    assert!(Body::new("hello").is_ok());
    assert!(Body::new("é".repeat(4_096)).is_ok());
    for bad in ["", " \n\t", "\u{200b}\u{feff}", "\u{202e}", "a\0b", &"x".repeat(4_097)] {
        assert!(Body::new(bad).is_err());
    }
}

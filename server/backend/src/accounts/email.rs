use lettre::Address;
use model::{Error, Result, accounts, visible::is_invisible};
use unicode_normalization::UnicodeNormalization;

/// Checks an e-mail address, and brings it into the one form in which it is stored and looked up.
///
/// # Errors
/// `invalid`, field `email`, with what is wrong.
pub(super) fn email(text: &str) -> Result<String> {
    let address = accounts::email(&text.nfc().collect::<String>())?;
    let address = match address.rsplit_once('@') {
        Some((local, domain)) => format!("{local}@{}", one_spelling(domain)),
        None => address,
    };
    // The parser of whoever sends the mail: what it does not take never gets one.
    match address.parse::<Address>() {
        Ok(_) if !address.chars().any(is_invisible) => Ok(address),
        _ => Err(Error::invalid("email", "That does not look like an e-mail address.")),
    }
}

/// A domain in the one of its spellings that people read: `ｅxample.org` and `xn--exmple-cua.de` are `example.org` and
/// `exämple.de` (UTS 46).
fn one_spelling(domain: &str) -> String {
    let ascii = idna::domain_to_ascii(domain).unwrap_or_else(|_| domain.to_owned());
    idna::domain_to_unicode(&ascii).0
}

#[cfg(test)]
mod tests {
    use super::email;

    // Fails when nothing but the client's check is asked.
    #[test]
    fn only_an_address_that_mail_can_be_sent_to_is_one() {
        for good in ["ada@example.org", " Ada+x@Example.ORG ", "o'neil@mail.example.org", "é@exämple.de"] {
            assert!(email(good).is_ok(), "{good:?}");
        }
        for bad in [
            "a@b@example.org",
            "a@@example.org",
            "a@b@c@example.org",
            ".ada@example.org",
            "ada.@example.org",
            "a..b@example.org",
            "ada@example..org",
            "ada@exam_ple.org",
            "ada@example.org.",
            "a\u{202e}b@example.org",
            "a\u{200b}@example.org",
        ] {
            assert!(email(bad).is_err(), "{bad:?}");
        }
        assert_eq!(email("e\u{301}@example.org").as_deref(), Ok("é@example.org"));
        assert_eq!(email("ada@ｅxample.org").as_deref(), Ok("ada@example.org"));
        assert_eq!(email("ada@xn--exmple-cua.de"), email("ada@exämple.de"));
    }
}

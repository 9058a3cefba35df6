//! Rules for names, addresses and passwords that can be checked while typing. The server checks them
//! again, and has more of them.

use serde::{Deserialize, Serialize};

use crate::{
    error::{Error, Result},
    id::{RegistrationId, SessionId, UserId},
    number::Timestamp,
    visible::something_to_see,
};

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    pub id: UserId,
    pub session: SessionId,
    pub username: String,
    pub name: String,
    pub email: String,
}

/// A sign-up that waits for its code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    pub id: RegistrationId,
    pub email: String,
    /// The code is worth something until then.
    pub expires_at: Timestamp,
    /// Another code may be asked for from then on.
    pub again_at: Timestamp,
}

/// Checks and folds a username: 3 to 32 of `a`–`z`, `0`–`9`, `_` and `.`, starting with a letter.
pub fn username(text: &str) -> Result<String> {
    let name = text.trim().trim_start_matches('@').to_ascii_lowercase();
    let fail = |message: &str| Err(Error::invalid("username", message));
    if name.is_empty() {
        return fail("Choose a username.");
    }
    if !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '.') {
        return fail("Use only the letters a to z, digits, dots and underscores.");
    }
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        return fail("Start with a letter.");
    }
    if name.ends_with('.') || name.contains("..") {
        return fail("Put dots only between other characters.");
    }
    match name.len() {
        0..3 => fail("Use at least 3 characters."),
        3..=32 => Ok(name),
        _ => fail("Use at most 32 characters."),
    }
}

/// Checks and folds an e-mail address, as far as can be said while it is typed. The server parses it, and
/// whether it works shows the code.
pub fn email(text: &str) -> Result<String> {
    let address = text.trim().to_lowercase();
    let fail = |message: &str| Err(Error::invalid("email", message));
    if address.is_empty() {
        return fail("Enter your e-mail address.");
    }
    let Some((local, domain)) = address.rsplit_once('@') else {
        return fail("An address has an @ in it.");
    };
    if local.is_empty() || local.len() > 64 {
        return fail("Something is missing before the @.");
    }
    if address.len() > 254
        || local.contains('@')
        || address.chars().any(|c| c.is_whitespace() || c.is_control() || "<>(),;:\\\"[]".contains(c))
    {
        return fail("That does not look like an e-mail address.");
    }
    let labels: Vec<&str> = domain.split('.').collect();
    if labels.len() < 2 {
        return fail("That address has no domain ending, like .com");
    }
    let fits = |label: &&str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let ending = labels.last().copied().unwrap_or_default();
    if !labels.iter().all(fits) || ending.chars().count() < 2 || ending.chars().all(|c| c.is_ascii_digit()) {
        return fail("That domain does not look right.");
    }
    Ok(address)
}

/// Checks the name shown to others, as far as can be said while it is typed: 1 to 64 characters with something
/// to see. White space becomes single spaces.
pub fn name(text: &str) -> Result<String> {
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if !something_to_see(&name) {
        return Err(Error::invalid("name", "Enter the name others will see."));
    }
    if name.chars().count() > 64 {
        return Err(Error::invalid("name", "Use at most 64 characters."));
    }
    Ok(name)
}

/// The digit that a character of a code stands for, as keyboards of East Asia, Persia, Arabia and India write it, too.
pub fn digit(c: char) -> Option<char> {
    let zeros = ['0', '\u{660}', '\u{6f0}', '\u{966}', '\u{ff10}'];
    let value =
        zeros.iter().find_map(|zero| u32::from(c).checked_sub(u32::from(*zero)).filter(|value| *value < 10));
    char::from_digit(value?, 10)
}

/// The password of everybody in a demo, unless another one is given. Everybody knows it: it signs nobody in where an
/// instance is open to everybody, and nobody else may choose it.
pub const DEMO_PASSWORD: &str = "rapport-demo-1";

/// Checks a new password: 10 to 128 characters, and not the username. The server also knows the passwords that
/// everybody tries first.
pub fn password(text: &str, username: &str) -> Result<()> {
    let length = text.chars().count();
    let fail = |message: &str| Err(Error::invalid("password", message));
    if length < 10 {
        return fail("Use at least 10 characters. A few words make a good password.");
    }
    if length > 128 {
        return fail("Use at most 128 characters.");
    }
    let folded = text.to_lowercase();
    if !username.is_empty() && folded.replace(username, "").chars().count() < 4 {
        return fail("Do not use your username as the password.");
    }
    Ok(())
}

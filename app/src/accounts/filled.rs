//! Fields that must not be empty.

use model::Error;

/// What is said of a field that was left empty, in the words of the field.
pub fn filled(field: &'static str, text: &str) -> Result<(), Error> {
    if !text.trim().is_empty() {
        return Ok(());
    }
    Err(Error::invalid(
        field,
        match field {
            "login" => "Enter your username or e-mail address.",
            "code" => "Enter the 6 digits from the mail.",
            _ => "Enter your password.",
        },
    ))
}

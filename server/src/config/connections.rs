//! How many connections one address may have.

use super::{CONNECTIONS_PER_ADDRESS, Refusal};

pub(super) fn read(text: Option<&str>) -> Result<Option<usize>, Refusal> {
    let Some(text) = text else { return Ok(None) };
    match text.parse() {
        Ok(number @ 1..) => Ok(Some(number)),
        _ => Err(Refusal::new(CONNECTIONS_PER_ADDRESS, format!("must be a number above 0, not {text:?}"))),
    }
}

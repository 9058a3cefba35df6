//! Where the server's secret comes from.

use std::collections::BTreeSet;

use backend::secret::Secret;
use sha2::{Digest, Sha256};

use super::{Refusal, SECRET};

const SHORTEST: usize = 32;
/// Text with fewer different characters than this was not drawn by chance.
const FEWEST_CHARACTERS: usize = 8;
/// Words of examples and placeholders.
const PLACEHOLDERS: [&str; 7] =
    ["changeme", "change_me", "change-me", "example", "secret", "password", "placeholder"];

#[derive(Clone, Debug)]
pub enum SecretSource {
    /// Made at the first start and kept in the data folder.
    DataFolder,
    Given(Secret),
}

impl SecretSource {
    pub(super) fn read(text: Option<&str>) -> Result<Self, Refusal> {
        let Some(text) = text else { return Ok(Self::DataFolder) };
        let make = "make one with: openssl rand -hex 32";
        if text.len() < SHORTEST {
            return Err(Refusal::new(SECRET, format!("is shorter than {SHORTEST} characters; {make}")));
        }
        if is_guessable(text) {
            return Err(Refusal::new(SECRET, format!("can be guessed; {make}")));
        }
        Ok(Self::Given(Secret::new(Sha256::digest(text).into())))
    }
}

fn is_guessable(text: &str) -> bool {
    let lower = text.to_lowercase();
    let different: BTreeSet<char> = lower.chars().collect();
    different.len() < FEWEST_CHARACTERS || PLACEHOLDERS.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_ones_are_refused_without_being_repeated() {
        let weak = [
            "short-but-random-9f86d081884c7d",
            "00000000000000000000000000000000",
            "abababababababababababababababababab",
            "change-me-change-me-change-me-change-me",
            "this-is-my-very-own-Secret-for-rapport",
        ];
        for text in weak {
            let refused = SecretSource::read(Some(text)).unwrap_err().to_string();
            assert!(refused.starts_with("RAPPORT_SECRET "), "{refused}");
            assert!(!refused.contains(text));
        }
    }

    #[test]
    fn strong_ones_are_taken_and_never_shown() {
        let text = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
        let source = SecretSource::read(Some(text)).unwrap();
        assert!(matches!(source, SecretSource::Given(_)));
        assert!(!format!("{source:?}").contains("9f86"));
    }
}

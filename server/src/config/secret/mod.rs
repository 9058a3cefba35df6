//! Where the server's secret comes from.

mod strength;

use backend::secret::Secret;
use sha2::{Digest, Sha256};

use super::{Refusal, SECRET};
pub(crate) use strength::is_guessable;

/// In bytes.
const SHORTEST: usize = 32;

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
        if let Some(weakness) = strength::weakness(text) {
            return Err(Refusal::new(SECRET, format!("{weakness}; {make}")));
        }
        Ok(Self::Given(Secret::new(Sha256::digest(text).into())))
    }
}

#[cfg(test)]
mod tests {
    use backend::secret::random;

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
        let text = hex::encode(random::<32>());
        let source = SecretSource::read(Some(&text)).unwrap();
        assert!(matches!(source, SecretSource::Given(_)));
        assert!(!format!("{source:?}").contains(&text[..4]));
    }
}

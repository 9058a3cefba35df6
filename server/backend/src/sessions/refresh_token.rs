//! The refresh token: `<session>.<43 characters>`, the latter 32 random bytes in base64url.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use model::SessionId;
use sha2::{Digest, Sha256};

use crate::secret::random;

pub(super) struct RefreshToken {
    pub(super) session: SessionId,
    secret: [u8; 32],
}

impl RefreshToken {
    pub(super) fn new(session: SessionId) -> Self {
        Self { session, secret: random() }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let (session, secret) = text.split_once('.')?;
        let secret = BASE64_URL_SAFE_NO_PAD.decode(secret).ok()?;
        Some(Self { session: session.parse().ok()?, secret: secret.try_into().ok()? })
    }

    /// What is stored. The secret is random throughout, so a plain hash is enough, and comparing
    /// hashes tells a guesser nothing.
    pub(super) fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.secret).to_vec()
    }
}

impl std::fmt::Display for RefreshToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.session, BASE64_URL_SAFE_NO_PAD.encode(self.secret))
    }
}

//! The refresh token: `<session>.<43 characters>`, the latter 32 bytes in base64url: 16 random bytes, and 16
//! bytes that sign them and the session. So a token that was never issued is told from one that was replaced,
//! though nothing is kept of the latter.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use model::SessionId;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::secret::{Secret, hmac, random};

pub(super) struct RefreshToken {
    pub(super) session: SessionId,
    random: [u8; 16],
    signature: [u8; 16],
}

impl RefreshToken {
    pub(super) fn new(secret: &Secret, session: SessionId) -> Self {
        let random = random();
        Self { session, random, signature: sign(secret, session, random) }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let (session, secret) = text.split_once('.')?;
        let secret: [u8; 32] = BASE64_URL_SAFE_NO_PAD.decode(secret).ok()?.try_into().ok()?;
        let (random, signature) = secret.split_at(16);
        let (random, signature) = (random.try_into().ok()?, signature.try_into().ok()?);
        Some(Self { session: session.parse().ok()?, random, signature })
    }

    /// Whether this token was once issued for its session. False for those issued before tokens were signed.
    pub(super) fn is_signed(&self, secret: &Secret) -> bool {
        sign(secret, self.session, self.random).ct_eq(&self.signature).into()
    }

    /// What is stored. Half of the token is random throughout, so a plain hash is enough, and comparing
    /// hashes tells a guesser nothing.
    pub(super) fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.bytes()).to_vec()
    }

    fn bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes[..16].copy_from_slice(&self.random);
        bytes[16..].copy_from_slice(&self.signature);
        bytes
    }
}

fn sign(secret: &Secret, session: SessionId, random: [u8; 16]) -> [u8; 16] {
    let mut signature = [0; 16];
    signature.copy_from_slice(&hmac(secret.refresh_tokens(), &[session.0.as_bytes(), &random])[..16]);
    signature
}

impl std::fmt::Display for RefreshToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.session, BASE64_URL_SAFE_NO_PAD.encode(self.bytes()))
    }
}

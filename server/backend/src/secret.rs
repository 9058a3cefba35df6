//! The server's one secret, and every random byte it makes.

use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use rand::Rng;
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// Signs access and refresh tokens and derives e-mailed codes. Each use has a key of its own, so that nothing
/// made for one purpose is worth anything for another.
#[derive(Clone)]
pub struct Secret(Arc<Keys>);

struct Keys {
    access_tokens: [u8; 32],
    refresh_tokens: [u8; 32],
    codes: [u8; 32],
    id: [u8; 32],
    cookies: [u8; 32],
}

impl Secret {
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Arc::new(Keys {
            access_tokens: hmac(&bytes, &[b"rapport access tokens 1"]),
            refresh_tokens: hmac(&bytes, &[b"rapport refresh tokens 1"]),
            codes: hmac(&bytes, &[b"rapport e-mailed codes 1"]),
            id: hmac(&bytes, &[b"rapport id of a secret 1"]),
            cookies: hmac(&bytes, &[b"rapport signed cookies 1"]),
        }))
    }

    pub(crate) fn access_tokens(&self) -> &[u8; 32] {
        &self.0.access_tokens
    }

    pub(crate) fn refresh_tokens(&self) -> &[u8; 32] {
        &self.0.refresh_tokens
    }

    /// Signs what a cookie carries. The parts hold no line break.
    pub fn sign_cookie(&self, parts: &[&str]) -> String {
        let text = parts.join("\n");
        hex::encode(hmac(&self.0.cookies, &[text.as_bytes()]))
    }

    /// Whether the signature was made here, of these parts. Takes equally long wherever it differs.
    pub fn is_signed(&self, parts: &[&str], signature: &str) -> bool {
        self.sign_cookie(parts).as_bytes().ct_eq(signature.as_bytes()).into()
    }

    pub(crate) fn codes(&self) -> &[u8; 32] {
        &self.0.codes
    }

    /// Tells this secret from every other one, and nothing more about it: may be stored.
    pub(crate) fn id(&self) -> &[u8; 32] {
        &self.0.id
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Bytes that nobody can foresee, from a generator seeded by the operating system.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

/// HMAC-SHA256 of the parts, one after the other. The caller sees to it that no two lists of parts
/// run together to the same bytes.
pub(crate) fn hmac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

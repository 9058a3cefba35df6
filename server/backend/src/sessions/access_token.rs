//! The access token: a JWT, signed and checked with HS256 and nothing else.

use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use model::{SessionId, UserId, limits::ACCESS_SECONDS};
use serde::{Deserialize, Serialize};

use super::SignedIn;
use crate::secret::Secret;

/// Marks the token's use, so that a token made for anything else is refused here.
const AUDIENCE: &str = "rapport-access";
/// Longer than any token made here.
const MAX_BYTES: usize = 1_024;

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: UserId,
    sid: SessionId,
    aud: String,
    iat: i64,
    exp: i64,
}

pub(super) fn make(secret: &Secret, who: SignedIn, now: DateTime<Utc>) -> String {
    let iat = now.timestamp();
    let claims =
        Claims { sub: who.user, sid: who.session, aud: AUDIENCE.to_owned(), iat, exp: iat + ACCESS_SECONDS };
    let key = EncodingKey::from_secret(secret.access_tokens());
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key)
        .expect("these claims serialise, and an HMAC key signs HS256")
}

/// Whose token it is; `None` for anything but a running token made here.
pub(super) fn check(secret: &Secret, token: &str, now: DateTime<Utc>) -> Option<SignedIn> {
    if token.len() > MAX_BYTES {
        return None;
    }
    let mut rules = Validation::new(Algorithm::HS256);
    rules.set_audience(&[AUDIENCE]);
    rules.set_required_spec_claims(&["exp", "aud", "sub"]);
    // The library would ask the system's clock; `exp` is checked below against ours.
    rules.validate_exp = false;
    let key = DecodingKey::from_secret(secret.access_tokens());
    let claims = jsonwebtoken::decode::<Claims>(token, &key, &rules).ok()?.claims;
    let running = now.timestamp() < claims.exp;
    running.then_some(SignedIn { user: claims.sub, session: claims.sid })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_for_another_use_or_without_an_end_is_refused() {
        let secret = Secret::new([1; 32]);
        let who = SignedIn { user: UserId::new(), session: SessionId::new() };
        let now = DateTime::UNIX_EPOCH;
        let sign = |claims: serde_json::Value| {
            let key = EncodingKey::from_secret(secret.access_tokens());
            jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).expect("signs")
        };
        let claims = |aud: &str| serde_json::json!({ "sub": who.user, "sid": who.session, "aud": aud, "iat": 0, "exp": ACCESS_SECONDS });
        assert_eq!(check(&secret, &sign(claims(AUDIENCE)), now), Some(who));
        assert_eq!(check(&secret, &sign(claims("rapport-upload")), now), None);
        for missing in ["sub", "sid", "aud", "iat", "exp"] {
            let mut claims = claims(AUDIENCE);
            claims.as_object_mut().expect("an object").remove(missing);
            assert_eq!(check(&secret, &sign(claims), now), None, "without {missing}");
        }
        assert_eq!(check(&Secret::new([2; 32]), &make(&secret, who, now), now), None);
    }
}

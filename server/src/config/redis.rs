//! Which Redis, and for what.

use backend::{Place, redis::Settings};

use super::{BUS, CACHE, LIMITS, PRESENCE, REDIS, Refusal};

/// What nodes of one instance share through Redis. One node needs none of it.
#[derive(Clone, Debug)]
pub struct Redis {
    pub bus: Place,
    pub presence: Place,
    pub cache: Place,
    pub limits: Place,
}

/// The texts of the settings.
pub(super) struct Texts<'a> {
    pub(super) redis: Option<&'a str>,
    pub(super) bus: Option<&'a str>,
    pub(super) presence: Option<&'a str>,
    pub(super) cache: Option<&'a str>,
    pub(super) limits: Option<&'a str>,
}

impl Redis {
    pub(super) fn read(texts: &Texts) -> Result<Self, Refusal> {
        let settings = texts.redis.map(Settings::parse).transpose();
        let settings = settings.map_err(|malformed| Refusal::new(REDIS, malformed.to_string()))?;
        let place = |name, text| place(name, text, settings.as_ref());
        let redis = Self {
            bus: place(BUS, texts.bus)?,
            presence: place(PRESENCE, texts.presence)?,
            cache: place(CACHE, texts.cache)?,
            limits: place(LIMITS, texts.limits)?,
        };
        if settings.is_some() && redis.settings().is_none() {
            return Err(Refusal::new(
                REDIS,
                format!("is used for nothing, since {BUS}, {PRESENCE}, {CACHE} and {LIMITS} are all local"),
            ));
        }
        Ok(redis)
    }

    /// The Redis that anything is kept in.
    pub fn settings(&self) -> Option<&Settings> {
        [&self.bus, &self.presence, &self.cache, &self.limits].into_iter().find_map(Place::settings)
    }
}

fn place(name: &str, text: Option<&str>, redis: Option<&Settings>) -> Result<Place, Refusal> {
    match (text, redis) {
        (None | Some("redis"), Some(settings)) => Ok(Place::Redis(settings.clone())),
        (None | Some("local"), _) => Ok(Place::Local),
        (Some("redis"), None) => Err(Refusal::new(
            name,
            format!("is redis, and {REDIS} does not say which one: set it, such as redis://127.0.0.1:6379"),
        )),
        (Some(other), _) => Err(Refusal::new(name, format!("must be local or redis, not {other:?}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Texts = Texts { redis: None, bus: None, presence: None, cache: None, limits: None };
    const URL: Option<&str> = Some("redis://ana:hush@cache.example.org/2");

    /// Which of bus, presence, cache and limits are in Redis.
    fn read(texts: &Texts) -> Result<[bool; 4], String> {
        let redis = Redis::read(texts).map_err(|refusal| refusal.to_string())?;
        assert!(!format!("{redis:?}").contains("hush"));
        let places = [&redis.bus, &redis.presence, &redis.cache, &redis.limits];
        assert_eq!(redis.settings().is_some(), places.iter().any(|place| place.settings().is_some()));
        Ok(places.map(|place| place.settings().is_some()))
    }

    #[test]
    fn without_a_redis_everything_is_local() {
        assert_eq!(read(&NOTHING), Ok([false; 4]));
        assert_eq!(read(&Texts { bus: Some("local"), limits: Some("local"), ..NOTHING }), Ok([false; 4]));
    }

    #[test]
    fn with_a_redis_everything_is_in_it_but_what_is_not_to_be() {
        assert_eq!(read(&Texts { redis: URL, ..NOTHING }), Ok([true; 4]));
        assert_eq!(read(&Texts { redis: URL, bus: Some("redis"), ..NOTHING }), Ok([true; 4]));
        let mixed = Texts { redis: URL, presence: Some("local"), limits: Some("local"), ..NOTHING };
        assert_eq!(read(&mixed), Ok([true, false, true, false]));
    }

    #[test]
    fn contradictions_are_refused() {
        let refused = |texts: &Texts| read(texts).unwrap_err();
        let expected = "is redis, and RAPPORT_REDIS does not say which one";
        let without = Texts { bus: Some("redis"), ..NOTHING };
        assert!(refused(&without).starts_with(&format!("RAPPORT_BUS {expected}")));
        let without = Texts { limits: Some("redis"), ..NOTHING };
        assert!(refused(&without).starts_with(&format!("RAPPORT_LIMITS {expected}")));
        let word = Texts { redis: URL, cache: Some("Redis"), ..NOTHING };
        assert_eq!(refused(&word), "RAPPORT_CACHE must be local or redis, not \"Redis\"");
        let local = Some("local");
        let unused = Texts { redis: URL, bus: local, presence: local, cache: local, limits: local };
        assert!(refused(&unused).starts_with("RAPPORT_REDIS is used for nothing"));
    }

    #[test]
    fn a_malformed_address_is_refused_without_being_repeated() {
        for url in ["hush", "http://ana:hush@h", "redis://ana:hush@h:port", "redis://:hush@h/x"] {
            let refused = read(&Texts { redis: Some(url), ..NOTHING }).unwrap_err();
            assert!(refused.starts_with("RAPPORT_REDIS must "), "{refused}");
            assert!(!refused.contains("hush"), "{refused}");
        }
    }
}

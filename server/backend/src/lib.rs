//! Everything Rapport does, without HTTP and without views: the use cases, PostgreSQL, and the
//! ports with their implementations side by side.
//!
//! A use case is a method of [`Backend`], in the folder of its noun and the file of its verb.

use std::{ops::Deref, sync::Arc};

pub mod accounts;
pub mod bus;
pub mod cache;
pub mod clock;
mod compose;
pub mod database;
pub mod failure;
pub mod group_commit;
pub mod hub;
pub mod jobs;
pub mod mail;
pub mod membership;
pub mod message_log;
pub mod messages;
#[cfg(feature = "mutants")]
pub mod mutants;
pub mod names;
pub mod people;
pub mod presence;
pub mod private_file;
pub mod rate_limit;
pub mod redis;
pub mod rooms;
pub mod secret;
pub mod sessions;
#[cfg(feature = "testing")]
mod testing;

pub use compose::{LogMedium, Media, Place, Setup};
pub use sessions::SignedIn;

/// The services of one process, cheap to clone.
#[derive(Clone)]
pub struct Backend(Arc<Services>);

pub struct Services {
    pub db: database::Pool,
    pub clock: clock::Clock,
    pub secret: secret::Secret,
    pub log: message_log::MessageLog,
    pub bus: bus::Bus,
    pub hub: hub::Hub,
    pub marks: messages::Marks,
    pub jobs: jobs::JobQueue,
    pub mailer: mail::Mailer,
    pub limits: rate_limit::RateLimit,
    pub cache: Arc<cache::Cache>,
    pub members: membership::MembershipCache,
    /// Limits the changes of rooms that run at once: see [`rooms::ROOM_CHANGE_PERMITS`].
    pub room_change_permits: Arc<tokio::sync::Semaphore>,
    pub presence: presence::Presence,
    pub ended: Arc<sessions::EndedSessions>,
}

impl Backend {
    pub fn new(services: Services) -> Self {
        Self(Arc::new(services))
    }
}

impl Deref for Backend {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.0
    }
}

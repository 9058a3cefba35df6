//! The composition root: one place that chooses an implementation for every port.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::{
    Backend, Services,
    bus::Bus,
    cache::Cache,
    clock::Clock,
    database::Pool,
    failure::Outcome,
    hub::Hub,
    jobs::{JobQueue, RabbitSettings},
    mail::Mailer,
    membership::MembershipCache,
    message_log::{KafkaSettings, MessageLog},
    messages::Marks,
    presence::Presence,
    rate_limit::RateLimit,
    redis::{self, Link},
    rooms::ROOM_CHANGE_PERMITS,
    secret::Secret,
    sessions::EndedSessions,
};

/// What the outside decides.
pub struct Setup {
    pub db: Pool,
    pub clock: Clock,
    pub secret: Secret,
    pub mailer: Mailer,
    pub media: Media,
}

/// What each port is implemented by. One node needs nothing but itself.
#[derive(Clone, Debug, Default)]
pub struct Media {
    pub log: LogMedium,
    pub bus: Place,
    pub presence: Place,
    pub cache: Place,
    pub limits: Place,
    /// What carries jobs; without it the table alone.
    pub jobs: Option<RabbitSettings>,
}

/// Where a port keeps what the nodes of an instance share.
#[derive(Clone, Debug, Default)]
pub enum Place {
    /// In this process, which is then the only one.
    #[default]
    Local,
    Redis(redis::Settings),
}

/// What messages are written to.
#[derive(Clone, Debug, Default)]
pub enum LogMedium {
    /// The messages table.
    #[default]
    Direct,
    Kafka(KafkaSettings),
}

impl Place {
    /// Its Redis, if that is where it is.
    pub fn settings(&self) -> Option<&redis::Settings> {
        match self {
            Self::Local => None,
            Self::Redis(settings) => Some(settings),
        }
    }

    /// The bus of this place.
    pub fn bus(&self) -> Bus {
        match self {
            Self::Local => Bus::in_process(),
            Self::Redis(settings) => Bus::redis(settings.clone()),
        }
    }

    /// The link over which this port and others ask the same Redis.
    fn link(&self, known: &mut Option<Link>) -> Option<Link> {
        let settings = self.settings()?;
        Some(known.get_or_insert_with(|| Link::open(settings.clone())).clone())
    }
}

impl Backend {
    /// Puts the services of one process together.
    ///
    /// # Errors
    /// The database does not answer, or the settings of the message log mean nothing.
    pub async fn compose(setup: Setup) -> Outcome<Self> {
        let Setup { db, clock, secret, mailer, media } = setup;
        let bus = media.bus.bus();
        let ended = Arc::new(EndedSessions::default());
        // Listens before it loads: no session that ends falls between.
        let hub = Hub::new(bus.clone(), ended.clone(), clock.clone());
        ended.load(&db, &clock).await?;
        let link = &mut None;
        let cache = Arc::new(match media.cache.link(link) {
            None => Cache::memory(clock.clone()),
            Some(link) => Cache::redis(link),
        });
        let presence = match media.presence.link(link) {
            None => Presence::memory(clock.clone()),
            Some(link) => Presence::redis(link, clock.clone()),
        };
        // A link of its own: what is slow for the others must not close sign-in.
        let limits = match media.limits.link(&mut None) {
            None => RateLimit::memory(clock.clone()),
            Some(link) => RateLimit::redis(link, clock.clone()),
        };
        let members = MembershipCache::new(db.clone(), cache.clone());
        let log = match &media.log {
            LogMedium::Direct => MessageLog::direct(db.patient(), bus.clone(), clock.clone()),
            LogMedium::Kafka(settings) => {
                MessageLog::kafka(settings, db.clone(), members.clone(), bus.clone(), clock.clone())?
            }
        };
        let jobs = match media.jobs {
            None => JobQueue::postgres(db.clone(), clock.clone()),
            Some(settings) => JobQueue::rabbitmq(db.clone(), clock.clone(), settings),
        };
        Ok(Self::new(Services {
            marks: Marks::start(db.patient(), bus.clone()),
            jobs,
            log,
            ended,
            limits,
            cache,
            members,
            room_change_permits: Arc::new(Semaphore::new(ROOM_CHANGE_PERMITS)),
            presence,
            mailer,
            hub,
            bus,
            db,
            clock,
            secret,
        }))
    }
}

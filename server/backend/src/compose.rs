//! The composition root: one place that chooses an implementation for every port.

use crate::{
    Backend, Services, bus::Bus, clock::Clock, database::Pool, failure::Outcome, hub::Hub, jobs::JobQueue,
    mail::Mailer, message_log::MessageLog, messages::Marks, rate_limit::RateLimit, secret::Secret,
    sessions::EndedSessions,
};

/// What the outside decides.
pub struct Setup {
    pub db: Pool,
    pub clock: Clock,
    pub secret: Secret,
    pub mailer: Mailer,
}

impl Backend {
    /// Puts the services of one process together.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn compose(setup: Setup) -> Outcome<Self> {
        let Setup { db, clock, secret, mailer } = setup;
        let bus = Bus::in_process();
        let hub = Hub::new(bus.clone());
        Ok(Self::new(Services {
            ended: EndedSessions::load(&db, &clock).await?,
            log: MessageLog::direct(db.clone(), bus.clone(), clock.clone()),
            marks: Marks::start(db.clone(), bus.clone()),
            jobs: JobQueue::postgres(db.clone(), clock.clone()),
            limits: RateLimit::memory(clock.clone()),
            mailer,
            hub,
            bus,
            db,
            clock,
            secret,
        }))
    }
}

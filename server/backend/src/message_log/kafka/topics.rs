//! The topics: made by `rapport migrate`, and by whoever finds none.

use std::time::Duration;

use anyhow::{Context, anyhow, bail, ensure};
use rdkafka::{
    admin::{AdminClient, AdminOptions, NewTopic, TopicReplication},
    client::DefaultClientContext,
    error::RDKafkaErrorCode,
};

use super::Settings;

const PATIENCE: Duration = Duration::from_secs(10);
/// What was stored is kept in the log for this long, for whoever looks into what happened; what
/// was not stored by then is lost, so it is long.
const KEEP_MS: &str = "2592000000";

/// Makes the topics that are not there, and checks those that are.
///
/// # Errors
/// Kafka does not answer, refuses, or the topic has another number of partitions than the settings.
pub async fn create_topics(settings: &Settings) -> anyhow::Result<()> {
    let admin: AdminClient<DefaultClientContext> = settings.client().create()?;
    let replication = || TopicReplication::Fixed(settings.replication);
    let in_sync = if settings.replication >= 3 { "2" } else { "1" };
    let dead = settings.dead_topic();
    let topics = [
        NewTopic::new(&settings.topic, settings.partitions, replication())
            .set("retention.ms", KEEP_MS)
            .set("min.insync.replicas", in_sync),
        // By key the latest: an entry that was retried or dropped disappears.
        NewTopic::new(&dead, 1, replication())
            .set("cleanup.policy", "compact")
            .set("min.insync.replicas", in_sync),
    ];
    let options = AdminOptions::new().operation_timeout(Some(PATIENCE)).request_timeout(Some(PATIENCE));
    let made = admin.create_topics(&topics, &options).await;
    for topic in made.with_context(|| format!("Kafka at {} does not answer", settings.brokers))? {
        match topic {
            Ok(name) => tracing::info!(topic = name, "topic made"),
            Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
            Err((name, code)) => bail!("Kafka does not make the topic {name}: {code}"),
        }
    }
    // A topic just made may not be known everywhere yet.
    match partitions(settings, admin).await? {
        0 => Ok(()),
        found => check(settings, found),
    }
}

/// Whether Kafka answers and has the topic that the settings name.
///
/// # Errors
/// It does not, or the topic has another number of partitions.
pub async fn check_topics(settings: &Settings) -> anyhow::Result<()> {
    let found = partitions(settings, settings.client().create()?).await?;
    check(settings, found)
}

/// How many partitions the topic has; none, and it is not there.
async fn partitions(settings: &Settings, admin: AdminClient<DefaultClientContext>) -> anyhow::Result<usize> {
    let topic = settings.topic.clone();
    let asked = move || admin.inner().fetch_metadata(Some(&topic), PATIENCE);
    let found = tokio::task::spawn_blocking(asked).await?;
    let found = found.with_context(|| format!("Kafka at {} does not answer", settings.brokers))?;
    let topic = found.topics().first().ok_or_else(|| anyhow!("Kafka says nothing of its topic"))?;
    Ok(topic.partitions().len())
}

/// Whether the topic is as the settings say, which has so many partitions; none, and it is not there.
///
/// # Errors
/// It is not.
pub(super) fn check(settings: &Settings, found: usize) -> anyhow::Result<()> {
    ensure!(found > 0, "the topic {} is not there yet: run `rapport migrate`", settings.topic);
    ensure!(
        found == usize::try_from(settings.partitions)?,
        "the topic {} has {found} partitions, and RAPPORT_KAFKA_PARTITIONS says {}: a room's order is \
         that of its partition, so the number cannot change while messages lie in the topic",
        settings.topic,
        settings.partitions,
    );
    Ok(())
}

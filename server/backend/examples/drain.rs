//! W4: how fast a log is stored. Logs 200,000 messages of 1,000 rooms, every 20th twice, and then lets
//! stores bring them into PostgreSQL. On engines that keep what they are given, started by
//! `scripts/engines/postgres.sh` and `kafka.sh`:
//!
//! ```sh
//! cargo build -p backend --release --features testing --example drain
//! DATABASE_URL=… RAPPORT_KAFKA=… target/release/examples/drain
//! ```

use std::time::Instant;

use backend::{
    Backend, LogMedium, Media, Setup,
    clock::Clock,
    database,
    mail::Mailer,
    message_log::{Entry, KafkaSettings, Security, Store, create_topics, run_store},
    secret::Secret,
};
use futures::{FutureExt, StreamExt, stream};
use model::{Body, MessageId, RoomId, UserId};
use testing::{execute, number, until};
use tokio_util::sync::CancellationToken;

const MESSAGES: usize = 200_000;
const ROOMS: usize = 1_000;
const TWICE: usize = 20;
const STORES: usize = 2;
/// Appends on their way at once.
const AT_ONCE: usize = 5_000;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let url = std::env::var("DATABASE_URL")?;
    database::migrate(&url).await?;
    let settings = KafkaSettings {
        brokers: std::env::var("RAPPORT_KAFKA")?,
        topic: "room-events".to_owned(),
        partitions: 8,
        replication: 1,
        group: "room-events.store".to_owned(),
        security: Security::default(),
    };
    create_topics(&settings).await?;
    let setup = Setup {
        db: database::connect(&url, 20).await?,
        clock: Clock::system(),
        secret: Secret::new([7; 32]),
        mailer: Mailer::memory(),
        media: Media { log: LogMedium::Kafka(settings.clone()), ..Media::default() },
    };
    let backend = Backend::compose(setup).await.map_err(anyhow::Error::new)?;
    let rooms = rooms(&url).await?;

    let began = Instant::now();
    log(&backend, &rooms).await;
    let logged = MESSAGES + MESSAGES / TWICE;
    println!("logged {logged} entries in {:.1} s", began.elapsed().as_secs_f64());

    let began = Instant::now();
    let stop = CancellationToken::new();
    for _ in 0..STORES {
        let (settings, stop) = (settings.clone(), stop.clone());
        let store = Store { db: backend.db.clone(), bus: backend.bus.clone() };
        tokio::spawn(async move { run_store(&settings, store, stop).await });
    }
    let count = "SELECT count(*) AS count FROM messages";
    until("the first is stored", async || (number(&url, count).await.ok()? > 0).then_some(())).await;
    let first = began.elapsed().as_secs_f64();
    let stored = "SELECT coalesce(sum(next_offset), 0)::bigint AS count FROM log_offsets";
    until("everything is stored", async || (number(&url, stored).await.ok()? == logged as i64).then_some(()))
        .await;
    let seconds = began.elapsed().as_secs_f64();
    let audit = database::audit(&url).await?;
    anyhow::ensure!(audit.messages == MESSAGES as i64, "{} messages stand", audit.messages);
    println!("stored {MESSAGES} messages, once each and dense in every room, in {seconds:.1} s:");
    println!(
        "  {:.0} messages/s after the first, which came after {first:.1} s (the group gathers)",
        MESSAGES as f64 / (seconds - first)
    );
    stop.cancel();
    Ok(())
}

/// Rooms of two, straight into the tables.
async fn rooms(url: &str) -> anyhow::Result<Vec<(RoomId, UserId)>> {
    let rooms: Vec<(RoomId, UserId)> = (0..ROOMS).map(|_| (RoomId::new(), UserId::new())).collect();
    let values =
        |row: &dyn Fn(&(RoomId, UserId)) -> String| rooms.iter().map(row).collect::<Vec<_>>().join(", ");
    let users = values(&|(_, user)| {
        let name = user.0.simple();
        format!("('{user}', 'u{name}', 'u', '{name}@bench.example', 'none', now())")
    });
    let chats = values(&|(room, _)| format!("('{room}', 'group', now())"));
    let members = values(&|(room, user)| format!("('{room}', '{user}', now())"));
    let sql = format!(
        "INSERT INTO users (id, username, name, email, password_hash, created_at) VALUES {users}; \
         INSERT INTO rooms (id, kind, created_at) VALUES {chats}; \
         INSERT INTO memberships (room_id, user_id, joined_at) VALUES {members}"
    );
    execute(url, &sql).await?;
    Ok(rooms)
}

async fn log(backend: &Backend, rooms: &[(RoomId, UserId)]) {
    let entries = (0..MESSAGES).flat_map(|place| {
        let (room, sender) = rooms[place % ROOMS];
        let body =
            Body::new(format!("{place} are we still on for lunch? I could be there at half past twelve"));
        let entry = Entry { id: MessageId::new(), room, sender, body: body.expect("a text") };
        let copies = if place % TWICE == 0 { 2 } else { 1 };
        std::iter::repeat_n(entry, copies)
    });
    let appended = stream::iter(entries).map(|entry| {
        let admission = std::future::ready(None).boxed();
        backend.log.append(entry, admission)
    });
    appended.buffered(AT_ONCE).for_each(|sent| async move { assert!(sent.is_ok(), "{sent:?}") }).await;
}

//! From lite to full: a data folder moves into a PostgreSQL, its messages go on in Kafka.

use std::process::Stdio;

use backend::message_log::KafkaSettings;
use model::{MessageId, wire::ClientFrame};
use testing::{Database, Kafka, digest, execute, history, person, session, until};
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::program::{Program, backend_on, command, dial, home, run, said};

/// An empty database: every test's own is migrated.
async fn empty() -> Database {
    let database = Database::create().await;
    execute(database.url(), "DROP SCHEMA public CASCADE; CREATE SCHEMA public").await.unwrap();
    database
}

fn of_kafka(kafka: &KafkaSettings, database: &Database) -> [(&'static str, String); 4] {
    [
        ("DATABASE_URL", database.url().to_owned()),
        ("RAPPORT_KAFKA", kafka.brokers.clone()),
        ("RAPPORT_KAFKA_TOPIC", kafka.topic.clone()),
        ("RAPPORT_KAFKA_PARTITIONS", kafka.partitions.to_string()),
    ]
}

/// Fails when a table is left out of the move, when the folder goes on serving beside the new place, and
/// when numbers begin anew.
#[tokio::test(flavor = "multi_thread")]
async fn a_lite_instance_moves_into_full_mode_and_its_numbers_go_on() {
    let (home, database) = (home(), empty().await);
    let (lite, full) = (home.path().join("lite"), home.path().join("full"));
    let program = Program::start(&lite).await;
    let backend = program.backend().await;
    let (ana, bo) = (person(&backend, "ana").await, person(&backend, "bo_").await);
    let room = backend.open_private(&ana, bo.user()).await.unwrap().id;
    for text in ["one", "two", "three"] {
        let body = model::Body::new(text).unwrap();
        backend.send(&ana, room, MessageId::new(), body).await.unwrap();
    }
    let before = digest(&backend).await;
    let kafka = Kafka::of_the_process().await.topic(2).await;
    let settings = of_kafka(&kafka, &database);
    let migrate = || {
        let mut command = command(&full, &["migrate", "--from", lite.to_str().unwrap()]);
        command.envs(settings.clone());
        command
    };
    let refused = said(migrate()).await.unwrap_err();
    assert!(refused.contains("is in use by a running rapport"), "{refused}");
    drop(backend);
    program.stop().await;

    let told = said(migrate()).await.unwrap();
    assert!(told.contains("2 people, 1 chats, 3 messages"), "{told}");
    let backend = backend_on(database.url(), &full).await;
    assert_eq!(digest(&backend).await, before, "nothing is lost, and nothing is new");
    let refused = run(&lite, &["serve"]).await.unwrap_err();
    assert!(refused.contains("was moved to PostgreSQL at"), "{refused}");
    let refused = said(migrate()).await.unwrap_err();
    assert!(refused.contains("not empty") || refused.contains("was moved"), "{refused}");

    let mut command = command(&full, &[]);
    command.envs(settings).env("RAPPORT_LOG", "error").stdout(Stdio::piped());
    let mut child = tokio::process::Command::from(command).kill_on_drop(true).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = lines.next_line().await.unwrap().expect("it says where it serves");
    let port = line.rsplit(':').next().unwrap().parse().unwrap();
    let mut device = dial(port, &session(&backend, ana.user()).await).await.unwrap();
    device.catch_up(&[]).await;
    let body = "four".to_owned();
    device.say(&ClientFrame::Send { room, id: MessageId::new(), body }).await;
    until("the message is stored", async || (history(&backend, room).await.len() == 4).then_some(())).await;
    let texts: Vec<(i64, String)> =
        history(&backend, room).await.into_iter().map(|(seq, _, text)| (seq, text)).collect();
    let wanted =
        [(1, "one"), (2, "two"), (3, "three"), (4, "four")].map(|(seq, text)| (seq, text.to_owned()));
    assert_eq!(texts, wanted);
}

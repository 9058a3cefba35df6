//! The roles that store: killed at each step of a batch, frozen, and given what cannot be stored.

use std::{fs, path::PathBuf, time::Duration};

use model::{MessageId, RoomId};
use tokio::time::sleep;

use crate::world::{Dev, World, on_cluster, until};

const STORES: [&str; 2] = ["store-1", "store-2"];
const PLACE: &str = "%log_offsets%";
const ENTRIES: &str = "%unnest(ids, rooms%";
const COMMIT: &str = "COMMIT%";

/// What makes every commit of a message wait for whoever holds the lock.
const HALT: &str = "CREATE FUNCTION halt() RETURNS trigger LANGUAGE plpgsql AS \
     'BEGIN PERFORM pg_advisory_xact_lock_shared(4711); RETURN NULL; END'; \
     CREATE CONSTRAINT TRIGGER halt AFTER INSERT ON messages DEFERRABLE INITIALLY DEFERRED \
     FOR EACH ROW EXECUTE FUNCTION halt()";
const GO_ON: &str = "DROP TRIGGER IF EXISTS halt ON messages; DROP FUNCTION IF EXISTS halt()";

/// The store whose connection to the database has this port.
fn store_at(world: &World, port: u16) -> &'static str {
    let has = |store: &&&str| {
        let Ok(Some(pid)) = world.cluster.pid(store) else { return false };
        let table = fs::read_to_string(format!("/proc/{pid}/net/tcp")).unwrap_or_default();
        let local = format!(":{port:04X}");
        let lines = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let mine = lines.filter(|fields| fields.get(1).is_some_and(|address| address.ends_with(&local)));
        let inodes: Vec<String> =
            mine.filter_map(|fields| Some(format!("socket:[{}]", fields.get(9)?))).collect();
        let files = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
        let mut links = files.filter_map(|file| fs::read_link(file.path()).ok());
        links.any(|link| inodes.iter().any(|inode| link == PathBuf::from(inode)))
    };
    STORES.iter().find(has).expect("a store has that connection")
}

/// The end of connections that wait for a lock, as when their machine is gone.
async fn hang_up(world: &World, port: u16) {
    let gone = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE client_port = {port}");
    world.sql.run(&gone).await;
}

async fn told(world: &World, room: RoomId, count: usize, devices: &[&Dev; 2], dead: &str) {
    // Without another message: nothing else tells them.
    world.whole(room, count, devices).await;
    world.order("start", dead).await;
}

/// Each step is held by a lock: `log_offsets` after the read, the room after the place was moved, the
/// commit after the insert; and the commit that is let go when its store is dead tells nobody.
/// Fails when the place is moved in a transaction of its own (the first two lose the message), and when
/// a store that takes over tells nothing (`tell_last`: the last one is never numbered to anybody).
#[test]
fn row_3_a_store_killed_at_any_step_of_a_batch_loses_nothing_and_everybody_is_told() {
    on_cluster(async |world| {
        world.sql.run(GO_ON).await;
        let (ana, bo, room) = world.pair().await;
        let one = Dev::start(ana.user, world.at(&ana.http, "web-1")).await;
        let other = Dev::start(bo.user, world.at(&bo.http, "web-2")).await;
        let devices = [&one, &other];
        one.say(room, "before").await;
        world.whole(room, 1, &devices).await;

        let held = world.sql.hold("SELECT FROM log_offsets FOR UPDATE").await;
        one.say(room, "read").await;
        let dead = store_at(world, world.sql.until_blocked(PLACE).await);
        world.order("kill", dead).await;
        held.let_go().await;
        told(world, room, 2, &devices, dead).await;

        let held = world.sql.hold(&format!("SELECT FROM rooms WHERE id = '{room}' FOR UPDATE")).await;
        other.say(room, "placed").await;
        let dead = store_at(world, world.sql.until_blocked(ENTRIES).await);
        world.order("kill", dead).await;
        held.let_go().await;
        told(world, room, 3, &devices, dead).await;

        world.sql.run(HALT).await;
        let held = world.sql.hold("SELECT pg_advisory_xact_lock(4711)").await;
        one.say(room, "inserted").await;
        let port = world.sql.until_blocked(COMMIT).await;
        let dead = store_at(world, port);
        world.order("kill", dead).await;
        hang_up(world, port).await;
        assert_eq!(world.sql.history(room).await.len(), 3, "it was not committed");
        held.let_go().await;
        told(world, room, 4, &devices, dead).await;

        let held = world.sql.hold("SELECT pg_advisory_xact_lock(4711)").await;
        other.say(room, "committed").await;
        let dead = store_at(world, world.sql.until_blocked(COMMIT).await);
        world.order("kill", dead).await;
        held.let_go().await;
        until("it is committed", async || (world.sql.history(room).await.len() == 5).then_some(())).await;
        told(world, room, 5, &devices, dead).await;
        world.sql.run(GO_ON).await;

        let bodies: Vec<String> = world.sql.history(room).await.into_iter().map(|row| row.2).collect();
        assert_eq!(bodies, ["before", "read", "placed", "inserted", "committed"]);
        for device in devices {
            assert_eq!((device.noted().connections, device.noted().rejected), (1, Vec::new()));
        }
    });
}

/// A store is frozen inside its transaction, longer than Kafka waits for it. The other one goes on
/// without it; thawed, it finds that it has been replaced.
/// Fails when the database waits for ever for a transaction that stands still: its rooms get no numbers
/// until it moves.
#[test]
fn row_4_a_store_frozen_inside_a_batch_is_replaced_and_changes_nothing_when_it_is_back() {
    on_cluster(async |world| {
        let (ana, bo, room) = world.pair().await;
        let one = Dev::start(ana.user, world.at(&ana.http, "web-1")).await;
        let other = Dev::start(bo.user, world.at(&bo.http, "web-2")).await;
        let devices = [&one, &other];
        one.say(room, "before").await;
        world.whole(room, 1, &devices).await;
        let held = world.sql.hold(&format!("SELECT FROM rooms WHERE id = '{room}' FOR UPDATE")).await;
        one.say(room, "frozen").await;
        let stale = store_at(world, world.sql.until_blocked(ENTRIES).await);
        world.order("pause", stale).await;
        held.let_go().await;
        for n in 0..20 {
            other.say(room, &n.to_string()).await;
        }
        world.whole(room, 22, &devices).await;
        let stored = world.sql.stored().await;
        world.order("resume", stale).await;
        // It hears that it is out, and joins again.
        for n in 0..40 {
            one.say(room, &format!("and {n}")).await;
            sleep(Duration::from_millis(50)).await;
            assert!(world.sql.stored().await >= stored, "the place never goes back");
        }
        let standing = world.whole(room, 62, &devices).await;
        assert_eq!(standing.len(), 62);
        for device in devices {
            assert_eq!((device.noted().connections, device.noted().rejected), (1, Vec::new()));
        }
    });
}

/// A room that is gone when its message is to be stored.
/// Fails when a reason that is none of the statement's is waited out: its partition stands still.
#[test]
fn row_9_what_can_never_be_stored_is_a_dead_letter_and_its_neighbours_are_stored() {
    on_cluster(async |world| {
        let (ana, bo, room) = world.pair().await;
        let (cai, _, astray) = world.pair().await;
        let reader = Dev::start(bo.user, world.at(&bo.http, "web-2")).await;
        let sender = Dev::start(cai.user, world.at(&cai.http, "web-1")).await;
        // So that the partitions have places to be held.
        ana.http.send(room, MessageId::new(), "before").await.unwrap();
        sender.say(astray, "here I am").await;
        world.whole(room, 1, &[&reader]).await;
        world.whole(astray, 1, &[&sender]).await;
        let held = world.sql.hold("SELECT FROM log_offsets FOR UPDATE").await;
        let lost = sender.say(astray, "whereto?").await;
        sender.until_durable(lost).await;
        for n in 0..10 {
            ana.http.send(room, MessageId::new(), &n.to_string()).await.unwrap();
        }
        world.sql.run(&format!("DELETE FROM rooms WHERE id = '{astray}'")).await;
        held.let_go().await;
        world.whole(room, 11, &[&reader]).await;
        until("its sender is told", async || {
            sender.noted().rejected.iter().find(|(id, _)| *id == lost).map(|_| ())
        })
        .await;
        let (succeeded, letters) = world.admin(&["dead-letters", "list"]).await;
        let letter = letters.lines().find(|line| line.contains("there is no such room"));
        let letter = letter.filter(|_| succeeded).unwrap_or_else(|| panic!("{letters}"));
        let place = letter.split_whitespace().next().unwrap().to_owned();
        let (succeeded, said) = world.admin(&["dead-letters", "drop", &place]).await;
        assert!(succeeded, "{said}");
        assert!(!world.admin(&["dead-letters", "list"]).await.1.contains(&place));
        until("nothing waits to be stored", async || {
            let mut lag = 0.0;
            for store in STORES {
                lag += world.figure(store, "rapport_log_lag").await;
            }
            (lag == 0.0).then_some(())
        })
        .await;
    });
}

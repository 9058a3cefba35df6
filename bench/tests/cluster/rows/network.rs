//! Connections that end without saying so.

use std::time::{Duration, Instant};

use model::limits::{BEAT_MS, SILENCE_MS, SOCKETS_PER_USER};
use tokio::time::sleep;

use crate::world::{Dev, Raw, Way, on_cluster, until};

const TOO_MANY: Option<u16> = Some(4006);
const SILENCE: Duration = Duration::from_millis(SILENCE_MS as u64);
/// A node looks at a socket once in a heartbeat.
const NOTICED_WITHIN: Duration = Duration::from_millis((SILENCE_MS + 2 * BEAT_MS) as u64);
/// What a busy machine adds.
const BUSY: Duration = Duration::from_secs(5);

/// The way to nginx goes silent under two people and all the sockets of a third one, whose places say when
/// the nodes have noticed. It takes the 60 s that both sides wait.
/// Fails when `Hub::beat` closes nobody: the places stay taken.
#[test]
fn row_11_a_half_open_connection_is_noticed_by_both_sides_and_its_client_resumes() {
    on_cluster(async |world| {
        let (ana, bo, cai, room) = world.trio().await;
        let way = Way::to(world.cluster.address("nginx").unwrap()).await;
        let others = [
            Dev::start(ana.user, ana.http.clone()).await,
            Dev::start(ana.user, world.at(&ana.http, "web-1")).await,
            Dev::start(bo.user, world.at(&bo.http, "web-2")).await,
        ];
        let listens = Dev::start(ana.user, ana.http.at(&way.address)).await;
        let speaks = Dev::start(bo.user, bo.http.at(&way.address)).await;
        // These answer nothing from the beginning.
        let dialled = Instant::now();
        let mut dead = Vec::new();
        for _ in 0..SOCKETS_PER_USER {
            dead.push(Raw::start(&cai.http.at(&way.address), &[]).await.0);
        }
        others[0].say(room, "before").await;
        world.whole(room, 1, &[&listens, &speaks]).await;

        way.silence();
        let silent = Instant::now();
        let mut count = 2;
        speaks.say(room, "into the void").await;
        while dialled.elapsed() < SILENCE - BUSY {
            let said = others[count % 3].say(room, "hello?").await;
            others[count % 3].until_durable(said).await;
            count += 1;
            sleep(Duration::from_secs(1)).await;
        }
        assert_eq!(listens.noted().connections, 1, "it may still be that nothing was to be heard");
        assert_eq!(Raw::dial(&cai.http).await.unwrap().farewell().await, TOO_MANY, "nothing was noticed");
        until("its client comes back", async || (listens.noted().connections == 2).then_some(())).await;
        let noticed = silent.elapsed();
        assert!(noticed > SILENCE - 2 * BUSY && noticed < SILENCE + BUSY, "after {noticed:?}");
        let mut alive = Vec::new();
        until("every place is free", async || {
            alive.extend(Raw::dial(&cai.http).await.unwrap().let_in().await);
            (alive.len() == SOCKETS_PER_USER).then_some(())
        })
        .await;
        let noticed = silent.elapsed();
        assert!(noticed < NOTICED_WITHIN + BUSY, "after {noticed:?}");

        // It missed all of that, and what was said into the void was said again.
        let everybody: Vec<&Dev> = others.iter().chain([&listens, &speaks]).collect();
        let standing = world.whole(room, count, &everybody).await;
        assert_eq!(standing.len(), count);
        assert_eq!(standing.iter().filter(|(_, _, body)| body == "into the void").count(), 1);
        for device in everybody {
            assert_eq!((device.noted().rejected, device.noted().astonished), (Vec::new(), Vec::new()));
        }
        for device in others {
            assert_eq!(device.noted().connections, 1, "nobody else was disconnected");
        }
    });
}

//! The promise of `Presence`.

use std::{collections::HashSet, time::Duration};

use backend::{
    clock::Clock,
    presence::{Presence, SocketId, TooMany},
};
use chrono::TimeDelta;
use model::{UserId, limits::SOCKETS_PER_USER};

pub(crate) struct Bench {
    pub(crate) presence: Presence,
    pub(crate) clock: Clock,
}

impl Bench {
    pub(crate) async fn is_online(&self, user: UserId) -> bool {
        self.presence.online(&[user]).await.contains(&user)
    }

    /// Time passes.
    fn after(&self, time: Duration) {
        self.clock.advance(TimeDelta::from_std(time).expect("is short"));
    }
}

pub(crate) async fn is_online_from_the_first_socket_to_the_last(bench: Bench) {
    let (user, other) = (UserId::new(), UserId::new());
    let [one, two] = [SocketId::new(), SocketId::new()];
    assert_eq!(bench.presence.online(&[user, other]).await, HashSet::new());
    assert_eq!(bench.presence.arrive(user, one).await, Ok(()));
    assert_eq!(bench.presence.arrive(user, two).await, Ok(()));
    assert_eq!(bench.presence.online(&[other, user]).await, HashSet::from([user]));
    bench.presence.leave(user, one).await;
    assert!(bench.is_online(user).await);
    bench.presence.leave(user, two).await;
    bench.presence.leave(other, two).await;
    assert!(!bench.is_online(user).await);
    assert_eq!(bench.presence.online(&[]).await, HashSet::new());
}

pub(crate) async fn a_person_has_so_many_sockets_and_no_more(bench: Bench) {
    let (user, other) = (UserId::new(), UserId::new());
    let sockets: Vec<SocketId> = (0..SOCKETS_PER_USER).map(|_| SocketId::new()).collect();
    for socket in &sockets {
        assert_eq!(bench.presence.arrive(user, *socket).await, Ok(()));
    }
    assert_eq!(bench.presence.arrive(user, SocketId::new()).await, Err(TooMany));
    assert_eq!(bench.presence.arrive(user, sockets[3]).await, Ok(()), "it is there already");
    assert_eq!(bench.presence.arrive(other, SocketId::new()).await, Ok(()));
    bench.presence.leave(user, sockets[0]).await;
    assert_eq!(bench.presence.arrive(user, SocketId::new()).await, Ok(()));
    assert_eq!(bench.presence.arrive(user, SocketId::new()).await, Err(TooMany));
}

pub(crate) async fn a_socket_without_a_beat_expires(bench: Bench) {
    let (user, silent) = (UserId::new(), UserId::new());
    let (socket, third) = (SocketId::new(), Presence::LIFETIME / 3);
    for _ in 0..SOCKETS_PER_USER {
        bench.presence.arrive(silent, SocketId::new()).await.expect("not too many");
    }
    bench.presence.arrive(user, socket).await.expect("the first");
    for _ in 0..3 {
        assert!(bench.is_online(silent).await);
        assert_eq!(bench.presence.arrive(silent, SocketId::new()).await, Err(TooMany));
        bench.after(third);
        bench.presence.beat(&[(user, socket)]).await;
    }
    assert!(!bench.is_online(silent).await);
    assert_eq!(bench.presence.arrive(silent, SocketId::new()).await, Ok(()), "the dead make room");
    assert!(bench.is_online(user).await);
    bench.after(Presence::LIFETIME);
    assert!(!bench.is_online(user).await);
}

pub(crate) async fn a_beat_makes_up_for_what_was_lost(bench: Bench) {
    let people: Vec<(UserId, SocketId)> = (0..2_000).map(|_| (UserId::new(), SocketId::new())).collect();
    bench.presence.beat(&people).await;
    let users: Vec<UserId> = people.iter().map(|(user, _)| *user).collect();
    assert_eq!(bench.presence.online(&users).await.len(), users.len());
}

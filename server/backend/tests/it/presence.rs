//! Presence within one process.

mod memory {
    use backend::{clock::Clock, presence::Presence};
    use chrono::DateTime;

    use crate::contracts::{contract, presence::Bench};

    async fn memory() -> Bench {
        let clock = Clock::manual(DateTime::UNIX_EPOCH);
        Bench { presence: Presence::memory(clock.clone()), clock }
    }

    contract!(presence, memory:
        is_online_from_the_first_socket_to_the_last,
        a_person_has_so_many_sockets_and_no_more,
        a_socket_without_a_beat_expires,
        a_beat_makes_up_for_what_was_lost,
    );
}

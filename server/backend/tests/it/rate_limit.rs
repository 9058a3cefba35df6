//! The implementations of `RateLimit`.

mod memory {
    use backend::{clock::Clock, rate_limit::RateLimit};
    use chrono::DateTime;

    use crate::contracts::{contract, rate_limit::Bench};

    async fn memory() -> Bench {
        let clock = Clock::manual(DateTime::UNIX_EPOCH);
        Bench { limits: RateLimit::memory(clock.clone()), clock }
    }

    contract!(rate_limit, memory:
        a_burst_passes_and_then_one_for_each_period,
        keys_and_limits_are_apart,
        one_network_is_one_address,
        a_try_given_back_does_not_count,
        a_clock_set_back_refuses_nobody_for_long,
    );
}

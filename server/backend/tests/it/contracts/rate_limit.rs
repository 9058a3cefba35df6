//! The promise of `RateLimit`.

use backend::{
    clock::Clock,
    rate_limit::{Key, Limit, RateLimit},
};
use chrono::TimeDelta;
use model::{Code, UserId};

pub(crate) struct Bench {
    pub(crate) limits: RateLimit,
    pub(crate) clock: Clock,
}

impl Bench {
    /// How many of `tries` at this moment pass.
    pub(crate) async fn passing(&self, limit: Limit, key: impl Into<Key> + Copy, tries: u32) -> u32 {
        let mut passed = 0;
        for _ in 0..tries {
            passed += u32::from(self.limits.check(limit, key).await.is_ok());
        }
        passed
    }
}

pub(crate) async fn a_burst_passes_and_then_one_for_each_period(bench: Bench) {
    for limit in Limit::ALL {
        let key = UserId::new();
        assert_eq!(bench.passing(limit, key, limit.burst() + 50).await, limit.burst(), "{limit:?}");
        let every = TimeDelta::from_std(limit.every()).expect("is short");
        let error = bench.limits.check(limit, key).await.expect_err("too often");
        assert_eq!(error.code, Code::RateLimited);
        assert_eq!(i64::from(error.retry_after.expect("how long")), every.num_milliseconds(), "{limit:?}");
        bench.clock.advance(every - TimeDelta::milliseconds(1));
        assert_eq!(bench.passing(limit, key, 1).await, 0, "{limit:?}");
        bench.clock.advance(TimeDelta::milliseconds(1));
        assert_eq!(bench.passing(limit, key, 5).await, 1, "{limit:?}");
        bench.clock.advance(every * 1_000_000);
        assert_eq!(bench.passing(limit, key, limit.burst() + 50).await, limit.burst(), "{limit:?}");
    }
}

pub(crate) async fn keys_and_limits_are_apart(bench: Bench) {
    let (one, other) = (UserId::new(), UserId::new());
    assert_eq!(bench.passing(Limit::Send, one, 1_000).await, Limit::Send.burst());
    assert_eq!(bench.passing(Limit::Send, other, 1).await, 1);
    assert_eq!(bench.passing(Limit::Fetch, one, 1).await, 1);
    assert_eq!(bench.passing(Limit::Send, Key::text("ada"), 1).await, 1);
}

pub(crate) async fn one_network_is_one_address(bench: Bench) {
    let address = |text: &str| Key::from(text.parse::<std::net::IpAddr>().expect("an address"));
    let burst = Limit::Register.burst();
    assert_eq!(bench.passing(Limit::Register, address("2001:db8:1:2::1"), 1_000).await, burst);
    assert_eq!(bench.passing(Limit::Register, address("2001:db8:1:2:ffff::9"), 1).await, 0, "the same /64");
    assert_eq!(bench.passing(Limit::Register, address("2001:db8:1:3::1"), 1).await, 1);
    assert_eq!(bench.passing(Limit::Register, address("192.0.2.1"), 1_000).await, burst);
    assert_eq!(bench.passing(Limit::Register, address("::ffff:192.0.2.1"), 1).await, 0, "the same address");
    assert_eq!(bench.passing(Limit::Register, address("192.0.2.2"), 1).await, 1);
}

pub(crate) async fn a_try_given_back_does_not_count(bench: Bench) {
    let key = UserId::new();
    bench.limits.give_back(Limit::Send, key).await;
    assert_eq!(
        bench.passing(Limit::Send, key, 1_000).await,
        Limit::Send.burst(),
        "there was nothing to give"
    );
    bench.limits.give_back(Limit::Send, key).await;
    bench.limits.give_back(Limit::Send, key).await;
    assert_eq!(bench.passing(Limit::Send, key, 10).await, 2);
}

pub(crate) async fn a_clock_set_back_refuses_nobody_for_long(bench: Bench) {
    let key = UserId::new();
    assert_eq!(bench.passing(Limit::SignInAccount, key, 100).await, Limit::SignInAccount.burst());
    bench.clock.advance(TimeDelta::days(-1));
    assert_eq!(bench.passing(Limit::SignInAccount, key, 100).await, 1);
    bench.clock.advance(TimeDelta::from_std(Limit::SignInAccount.every()).expect("is short"));
    assert_eq!(bench.passing(Limit::SignInAccount, key, 100).await, 1);
}

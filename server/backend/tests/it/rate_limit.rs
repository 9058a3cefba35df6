//! The implementations of `RateLimit`.

use backend::rate_limit::Limit;

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

/// The rates that `docs/PROTOCOL.md` names are those that hold.
#[test]
fn the_document_names_rates_as_they_are() {
    let document = include_str!("../../../../docs/PROTOCOL.md");
    let table = document.split("How often one user may").nth(1).expect("a table of rates");
    let table = table.split("## 4.").next().unwrap_or_default();
    let number =
        |cell: &str| cell.trim().trim_end_matches(" ms").replace(',', "").parse::<u32>().expect("a number");
    let rows: Vec<(String, u32, u32)> = table
        .lines()
        .filter_map(|line| {
            let mut cells = line.strip_prefix("| `")?.split('|');
            let name = cells.next()?.trim().trim_end_matches('`').to_owned();
            Some((name, number(cells.next()?), number(cells.next()?)))
        })
        .collect();
    let by_user = [
        Limit::Send,
        Limit::Resend,
        Limit::Change,
        Limit::Fetch,
        Limit::Read,
        Limit::Mark,
        Limit::Lookup,
        Limit::Membership,
    ];
    let rate = |limit: Limit| (limit.name().to_owned(), limit.burst(), limit.every().as_millis() as u32);
    assert_eq!(rows, by_user.map(rate));
}

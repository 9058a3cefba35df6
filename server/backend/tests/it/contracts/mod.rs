//! One suite per port, run against every implementation: functions over an implementation just
//! made, which a macro turns into tests of one of them.

pub(crate) mod bus;
pub(crate) mod cache;
pub(crate) mod jobs;
pub(crate) mod mail;
mod message_log;
pub(crate) mod presence;
pub(crate) mod rate_limit;

/// One test for each promise: `contract!(jobs, postgres: first, second)`.
macro_rules! contract {
    ($port:ident, $make:ident: $($promise:ident),+ $(,)?) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $promise() {
                $crate::contracts::$port::$promise($make().await).await;
            }
        )+
    };
}

pub(crate) use contract;

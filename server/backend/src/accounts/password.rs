//! Passwords: argon2id at OWASP's figures, off the async threads, a few at a time.

use std::{sync::LazyLock, thread::available_parallelism, time::Duration};

use anyhow::Context;
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use model::Error;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::failure::{Failure, Outcome};

/// KiB of memory, passes, lanes.
const COST: (u32, u32, u32) = (19_456, 2, 1);
/// Longest wait for a turn, and then "try again".
const PATIENCE: Duration = Duration::from_secs(10);
/// What the password of an account that does not exist is compared with, at the same cost.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$cmFwcG9ydC1ub2JvZHktMQ$\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// One turn for each core of this machine, which is the process's to share and no single backend's.
static TURNS: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(available_parallelism().map_or(1, |cores| cores.get())));

/// Hashes a new password, with a salt of its own.
pub(crate) async fn hash(password: String) -> Outcome<String> {
    work(move || {
        let hash: PasswordHash = argon2()?.hash_password(password.as_bytes()).context("hashing")?;
        Ok(hash.to_string())
    })
    .await
}

/// Whether it is the password behind `hash`. Without one, as for an unknown account, it never is,
/// and finding out takes as long.
pub(super) async fn matches(password: String, hash: Option<String>) -> Outcome<bool> {
    let known = hash.is_some();
    let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
    let same = work(move || {
        let hash = PasswordHash::new(&hash).context("reading a stored password hash")?;
        Ok(argon2()?.verify_password(password.as_bytes(), &hash).is_ok())
    })
    .await?;
    Ok(known && same)
}

fn argon2() -> anyhow::Result<Argon2<'static>> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).context("argon2 parameters")?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

async fn work<T: Send + 'static>(task: impl FnOnce() -> anyhow::Result<T> + Send + 'static) -> Outcome<T> {
    let turn = turn().await?;
    let result = tokio::task::spawn_blocking(move || {
        // Held by the work itself: a caller who leaves does not make room while it goes on.
        let _turn = turn;
        task()
    });
    Ok(result.await.context("a password task")??)
}

async fn turn() -> Outcome<SemaphorePermit<'static>> {
    let turn = tokio::time::timeout(PATIENCE, TURNS.acquire()).await;
    let turn = turn.map_err(|_| Failure::Refused(Error::unavailable()))?;
    Ok(turn.context("the turns are never closed")?)
}

//! A worker in a process of its own.

use std::process::{Child, Command, Stdio};

use backend::{clock::Clock, jobs::run_worker_of};
use tokio_util::sync::CancellationToken;

use super::{
    bench::{Bench, node},
    told::KINDS,
};

/// A worker that can be killed as the kernel kills.
pub(super) struct Process(Child);

impl Process {
    pub(super) fn start(bench: &Bench) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("this is a program"));
        command.args(["--exact", "--ignored", "contracts::jobs::process::a_worker_in_a_process_of_its_own"]);
        command.env("TEST_WORKER_DATABASE", bench.database.url());
        if let Some((url, prefix)) = &bench.rabbit {
            command.env("TEST_WORKER_RABBITMQ", url).env("TEST_WORKER_PREFIX", prefix);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::null());
        Self(command.spawn().expect("starts"))
    }

    pub(super) fn kill(mut self) {
        self.0.kill().expect("is killed");
        self.0.wait().expect("is dead");
    }
}

/// No test: started by those that kill a worker.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "started by other tests"]
async fn a_worker_in_a_process_of_its_own() {
    let variable = |name| std::env::var(name).ok();
    let database = variable("TEST_WORKER_DATABASE").expect("is started by another test");
    // Gone with the test that started it.
    std::thread::spawn(|| {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(0);
    });
    let rabbit = variable("TEST_WORKER_RABBITMQ").zip(variable("TEST_WORKER_PREFIX"));
    let db = backend::database::connect(&database, 4).await.expect("the database answers");
    let backend = node(db, Clock::system(), rabbit.as_ref()).await;
    run_worker_of(backend, &KINDS, CancellationToken::new()).await;
}

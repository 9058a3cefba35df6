//! Drops databases that tests are done with, so that memory holds those in use only.

use std::{sync::mpsc, thread};

use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};

pub(super) struct Janitor(mpsc::Sender<String>);

impl Janitor {
    /// Works on a thread of its own: a test that panics has no runtime left.
    pub(super) fn start(url: String) -> Self {
        let (sender, names) = mpsc::channel();
        thread::spawn(move || drop_each(&url, &names));
        Self(sender)
    }

    pub(super) fn discard(&self, name: String) {
        // At worst the database stays until the server goes, which is soon.
        let _ = self.0.send(name);
    }
}

fn drop_each(url: &str, names: &mpsc::Receiver<String>) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    for name in names {
        runtime.block_on(async {
            if let Ok(mut connection) = AsyncPgConnection::establish(url).await {
                let _ = connection.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")).await;
            }
        });
    }
}

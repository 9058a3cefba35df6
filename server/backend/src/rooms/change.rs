//! Changes of rooms, which run to their end.

use model::{Code, Error, Result, RoomId};

use crate::Backend;

/// How many changes of rooms one process makes at once. Each waits for its room's lock with a database connection in
/// hand: however many users change one room, messages, pages and sign-in keep theirs.
pub const ROOM_CHANGE_PERMITS: usize = 5;

impl Backend {
    /// Changes a room, to the end. A user who is answered `unavailable` may find it done all the same: then the room's
    /// state is published as soon as it can be read.
    pub(crate) async fn change_room<T: Send + 'static>(
        &self,
        room: RoomId,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        let permits = self.room_change_permits.clone();
        let changed = run_to_end(async move {
            let _permit = permits.acquire_owned().await;
            work.await
        })
        .await;
        if changed.as_ref().is_err_and(|error| error.code == Code::Unavailable) {
            self.tell_when_known(room);
        }
        changed
    }
}

/// Runs a task to its end though its caller is gone: what was changed is published.
pub(crate) async fn run_to_end<T: Send + 'static>(
    work: impl Future<Output = Result<T>> + Send + 'static,
) -> Result<T> {
    tokio::spawn(work).await.map_err(|_| Error::unavailable())?
}

//! What outlives the page: one IndexedDB per user, its values as JSON.

use idb::{
    Database, DatabaseEvent, Error, Factory, ObjectStore, ObjectStoreParams, Transaction, TransactionMode,
    TransactionResult,
};
use js_sys::{Array, Function, Promise, Reflect};
use leptos::prelude::window;
use model::{ChangeId, Message, Rev, Room, RoomId, UserId, VecMap, outbox::Pending};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

const VERSION: u32 = 1;
const OUTBOX: &str = "outbox";
const ROOMS: &str = "rooms";
const DRAFTS: &str = "drafts";

/// A room as it was stored: the position and what is held at it, in one value, so that neither
/// is ever without the other.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct StoredRoom {
    pub(super) room: Room,
    pub(super) rev: Rev,
    pub(super) messages: Vec<Message>,
}

/// Everything in the store.
#[derive(Default)]
pub(super) struct Contents {
    pub(super) outbox: Vec<Pending>,
    pub(super) rooms: Vec<StoredRoom>,
    pub(super) drafts: VecMap<RoomId, String>,
}

#[derive(Serialize, Deserialize)]
struct Draft {
    room: RoomId,
    text: String,
}

pub(super) struct Store(Database);

impl Store {
    /// # Errors
    /// There is no IndexedDB, or this page may not use it (private windows, full disks).
    pub(super) async fn open(me: UserId) -> Result<Self, Error> {
        let mut request = Factory::new()?.open(&name(me), Some(VERSION))?;
        request.on_upgrade_needed(|event| {
            let Ok(database) = event.database() else { return };
            for store in [OUTBOX, ROOMS, DRAFTS] {
                // What fails here fails the request.
                let _ = database.create_object_store(store, ObjectStoreParams::new());
            }
        });
        let mut database = request.await?;
        // Another tab deletes it: an open handle would hold that up.
        database.on_version_change(|event| {
            if let Ok(database) = event.database() {
                database.close();
            }
        });
        Ok(Self(database))
    }

    /// What is being written is still written.
    pub(super) fn close(&self) {
        self.0.close();
    }

    /// # Errors
    /// The database is gone.
    pub(super) async fn read(&self) -> Result<Contents, Error> {
        let transaction = self.0.transaction(&[OUTBOX, ROOMS, DRAFTS], TransactionMode::ReadOnly)?;
        let outbox = all(&transaction, OUTBOX).await?;
        let rooms = all(&transaction, ROOMS).await?;
        let drafts: Vec<Draft> = all(&transaction, DRAFTS).await?;
        let drafts = drafts.into_iter().map(|draft| (draft.room, draft.text)).collect();
        Ok(Contents { outbox, rooms, drafts })
    }

    /// # Errors
    /// The database is gone.
    pub(super) async fn read_outbox(&self) -> Result<Vec<Pending>, Error> {
        let transaction = self.0.transaction(&[OUTBOX], TransactionMode::ReadOnly)?;
        all(&transaction, OUTBOX).await
    }

    /// Returns once the entries are stored.
    ///
    /// # Errors
    /// Nothing was written.
    pub(super) async fn write_outbox(&self, put: &[Pending], delete: &[ChangeId]) -> Result<(), Error> {
        self.write(OUTBOX, put.iter().map(|pending| (pending.id, pending)), delete).await
    }

    /// # Errors
    /// Nothing was written.
    pub(super) async fn write_rooms(&self, put: &[StoredRoom], delete: &[RoomId]) -> Result<(), Error> {
        self.write(ROOMS, put.iter().map(|stored| (stored.room.id, stored)), delete).await
    }

    /// Empty texts are deleted.
    ///
    /// # Errors
    /// Nothing was written.
    pub(super) async fn write_drafts(&self, drafts: &VecMap<RoomId, String>) -> Result<(), Error> {
        let (empty, full): (Vec<_>, Vec<_>) = drafts.iter().partition(|(_, text)| text.is_empty());
        let put: Vec<Draft> =
            full.into_iter().map(|(room, text)| Draft { room: *room, text: text.clone() }).collect();
        let delete: Vec<RoomId> = empty.into_iter().map(|(room, _)| *room).collect();
        self.write(DRAFTS, put.iter().map(|draft| (draft.room, draft)), &delete).await
    }

    /// All in one transaction.
    async fn write<'a, K: ToString, V: Serialize + 'a>(
        &self,
        store: &str,
        put: impl Iterator<Item = (K, &'a V)>,
        delete: &[impl ToString],
    ) -> Result<(), Error> {
        let transaction = self.0.transaction(&[store], TransactionMode::ReadWrite)?;
        let store = transaction.object_store(store)?;
        for (id, value) in put {
            place(&store, &id.to_string(), value)?;
        }
        for id in delete {
            store.delete(JsValue::from_str(&id.to_string()))?;
        }
        // At once: a page that goes away does not live to see its requests answered.
        match transaction.commit()?.await? {
            TransactionResult::Committed => Ok(()),
            TransactionResult::Aborted => Err(Error::TransactionCommitError(JsValue::from_str("aborted"))),
        }
    }

    /// Deletes all that is kept for a person.
    ///
    /// # Errors
    /// There is no IndexedDB, or it refuses.
    pub(super) async fn delete(me: UserId) -> Result<(), Error> {
        Factory::new()?.delete(&name(me))?.await
    }
}

impl Drop for Store {
    /// An open database would tell a handler that is gone of its deletion.
    fn drop(&mut self) {
        self.close();
    }
}

/// The prefix of the databases' names.
const PREFIX: &str = "rapport-";

fn name(me: UserId) -> String {
    format!("{PREFIX}{me}")
}

/// Deletes what this browser keeps of anybody: nobody is signed in here. A session may have ended while no page was
/// open, and its cookies with it.
pub(super) async fn delete_all() -> Result<(), JsValue> {
    let factory = Reflect::get(&window(), &"indexedDB".into())?;
    let databases = Reflect::get(&factory, &"databases".into())?.dyn_into::<Function>()?;
    let databases = JsFuture::from(databases.call0(&factory)?.dyn_into::<Promise>()?).await?;
    for database in Array::from(&databases) {
        let name = Reflect::get(&database, &"name".into())?.as_string().unwrap_or_default();
        if name.starts_with(PREFIX)
            && let Ok(factory) = Factory::new()
            && let Ok(deletion) = factory.delete(&name)
        {
            // One that another tab holds goes when that tab does.
            let _ = deletion.await;
        }
    }
    Ok(())
}

fn place(store: &ObjectStore, id: &str, value: &impl Serialize) -> Result<(), Error> {
    let json = serde_json::to_string(value).expect("what is stored has string keys only");
    store.put(&JsValue::from_str(&json), Some(&JsValue::from_str(id)))?;
    Ok(())
}

/// Values of another version that cannot be read are left out.
async fn all<T: DeserializeOwned>(transaction: &Transaction, store: &str) -> Result<Vec<T>, Error> {
    let values = transaction.object_store(store)?.get_all(None, None)?.await?;
    let read = |value: JsValue| serde_json::from_slice(value.as_string()?.as_bytes()).ok();
    Ok(values.into_iter().filter_map(read).collect())
}

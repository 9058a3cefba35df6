//! The tab's `sessionStorage`. If the browser refuses it or it is full, values are not stored and reads find nothing.

use leptos::prelude::window;
use web_sys::Storage;

pub fn get(key: &str) -> Option<String> {
    storage()?.get_item(key).ok()?
}

/// Whether it is kept.
pub fn set(key: &str, value: &str) -> bool {
    storage().is_some_and(|storage| storage.set_item(key, value).is_ok())
}

pub fn remove(key: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(key);
    }
}

/// The keys that begin with `prefix`, without it.
pub fn after(prefix: &str) -> Vec<String> {
    let Some(storage) = storage() else { return Vec::new() };
    let keys = (0..storage.length().unwrap_or_default()).filter_map(|at| storage.key(at).ok().flatten());
    keys.filter_map(|key| Some(key.strip_prefix(prefix)?.to_owned())).collect()
}

/// The cookie that holds where a chat of this tab was left.
pub const POSITION: &str = "position";
/// Deletes it: whoever signs in or out begins anew.
pub const FORGET_POSITION: &str = "position=; Path=/chats; Max-Age=0";

/// Deletes everything, with the cookie that holds where a chat was left.
pub fn clear() {
    super::browser::set_cookie(FORGET_POSITION);
    if let Some(storage) = storage() {
        let _ = storage.clear();
    }
}

fn storage() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

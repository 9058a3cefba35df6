use std::sync::{Mutex, PoisonError};

use super::{Mail, StoredMail};

#[derive(Default)]
pub(super) struct Memory(Mutex<Vec<StoredMail>>);

impl Memory {
    pub(super) fn send(&self, mail: Mail) {
        let mail = StoredMail::from(mail);
        let mut mails = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        mails.retain(|known| known.id != mail.id);
        mails.push(mail);
        mails.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
    }

    pub(super) fn mailbox(&self, limit: usize) -> Vec<StoredMail> {
        let mails = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        mails.iter().rev().take(limit).cloned().collect()
    }
}

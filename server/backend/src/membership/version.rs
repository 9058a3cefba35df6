use model::Rev;
use serde::{Deserialize, Serialize};

/// The version of a room's memberships: the number of its changes, plus the number of its hidden changes, which have no
/// `rev`. It grows with every membership that begins or ends, so the newer of two notices about one can be recognised.
/// It is never sent to a client, since it would reveal hidden changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MembershipVersion(pub i64);

impl MembershipVersion {
    pub(crate) fn new(rev: Rev, hidden_changes: i64) -> Self {
        Self(rev.0 + hidden_changes)
    }
}

use model::Rev;
use serde::{Deserialize, Serialize};

/// How far a room has come, counting its changes and beside them the comings and goings that nobody may
/// see. It grows with every membership that begins or ends, so of two pieces of news about one the newer
/// can be told. Never shown to anybody: it would tell what is not to be seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(pub i64);

impl Moment {
    pub(super) fn of(rev: Rev, unseen: i64) -> Self {
        Self(rev.0 + unseen)
    }
}

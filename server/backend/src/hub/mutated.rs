//! The hub's fault of [`crate::mutants`].

use std::sync::Arc;

use bytes::Bytes;

use super::{Listener, Outgoing};
use crate::mutants::strikes;

/// `tell-a-stranger`: now and then a change also reaches somebody who is not in the room.
pub(super) fn tell_a_stranger(
    members: &[Arc<Listener>],
    everybody: impl Iterator<Item = Arc<Listener>>,
    frame: &Bytes,
) {
    if !strikes("tell-a-stranger", 100) {
        return;
    }
    let is_member = |one: &Listener| members.iter().any(|member| member.user() == one.user());
    for stranger in everybody.filter(|one| !is_member(one)).take(1) {
        stranger.push(Outgoing::Frame(frame.clone()));
    }
}

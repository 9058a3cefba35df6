//! What may happen to the devices, the wire and the server.

use model::{Emoji, MessageChange};
use proptest::prelude::*;

use crate::world::Changed;

#[derive(Clone, Debug)]
pub(super) enum Step {
    /// A device's person writes.
    Compose(usize),
    /// A frame reaches the server from a device.
    Upload(usize),
    /// A frame reaches a device, from this place in its queue.
    Deliver(usize, usize),
    /// A frame is lost on the way to a device.
    Lose(usize, usize),
    /// A frame comes twice.
    Double(usize, usize),
    /// A frame on the way to the server is sent again.
    Resend(usize),
    Disconnect(usize),
    Connect(usize),
    /// A device fetches the holes it knows of.
    Fetch(usize),
    /// A device asks for the page before its oldest message, or for the newest …
    Page(usize, bool),
    /// … and gets it later.
    Arrive(usize),
    /// A device's person reads up to this share of what is there.
    Read(usize, u8),
    /// A message changes, and may be deleted.
    Change(u16, Changed),
    /// A device's person wants a change of a message that it shows.
    Want(usize, u16, MessageChange),
    Surprise,
    /// Somebody comes or goes, or the group changes otherwise.
    ComeOrGo(u8),
    /// Many messages at once, so that somebody misses more than is sent.
    Burst,
    /// The heads are told.
    Beat(usize),
    /// Where the room stands is told, by a node that may have missed something.
    Repair(usize),
    /// The next messages of the log get their numbers.
    Store(usize),
    /// A message on the way to the server is overtaken by another text under its id, from elsewhere.
    Conflict(usize),
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let device = 0..3usize;
    let place = 0..4usize;
    prop_oneof![
        4 => device.clone().prop_map(Step::Compose),
        6 => device.clone().prop_map(Step::Upload),
        8 => (device.clone(), place.clone()).prop_map(|(device, place)| Step::Deliver(device, place)),
        2 => (device.clone(), place.clone()).prop_map(|(device, place)| Step::Lose(device, place)),
        2 => (device.clone(), place).prop_map(|(device, place)| Step::Double(device, place)),
        1 => device.clone().prop_map(Step::Resend),
        1 => device.clone().prop_map(Step::Disconnect),
        2 => device.clone().prop_map(Step::Connect),
        2 => device.clone().prop_map(Step::Fetch),
        2 => (device.clone(), any::<bool>()).prop_map(|(device, newest)| Step::Page(device, newest)),
        2 => device.clone().prop_map(Step::Arrive),
        2 => (device.clone(), any::<u8>()).prop_map(|(device, share)| Step::Read(device, share)),
        4 => (any::<u16>(), changed()).prop_map(|(place, changed)| Step::Change(place, changed)),
        4 => (device.clone(), any::<u16>(), wanted())
            .prop_map(|(device, place, wanted)| Step::Want(device, place, wanted)),
        1 => Just(Step::Surprise),
        2 => any::<u8>().prop_map(Step::ComeOrGo),
        1 => Just(Step::Burst),
        1 => device.clone().prop_map(Step::Beat),
        1 => device.clone().prop_map(Step::Repair),
        4 => (1..5usize).prop_map(Step::Store),
        1 => device.prop_map(Step::Conflict),
    ]
}

fn changed() -> impl Strategy<Value = Changed> {
    prop_oneof![Just(Changed::Text), Just(Changed::Gone), Just(Changed::Reaction)]
}

/// A text or an emoji of few, so that some changes are none.
fn wanted() -> impl Strategy<Value = MessageChange> {
    let emoji = prop::sample::select(vec![None, Some("👍"), Some("❤️")]);
    prop_oneof![
        4 => (0..3_u8).prop_map(|text| MessageChange::Edit(format!("text {text}"))),
        1 => Just(MessageChange::Delete),
        4 => emoji.prop_map(|emoji| MessageChange::React(emoji.map(|emoji| Emoji::new(emoji).unwrap()))),
    ]
}

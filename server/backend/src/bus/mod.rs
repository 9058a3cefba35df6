//! Port: fan-out between nodes.
pub struct Bus;

//! Local listeners.
pub struct Hub;

//! The views of Rapport and the server functions they call.

pub mod accounts;
pub mod call;
pub mod live;
pub mod messages;
pub mod people;
pub mod rooms;

//! A client of the public protocol: HTTP, the socket, and a device that lives on both as the
//! browser does, with [`model::Chat`] as its state.

mod device;
mod http;
mod order;
mod socket;

pub use device::{Device, Watch};
pub use http::{Http, Refused};
pub use order::{Handle, Order, Status};

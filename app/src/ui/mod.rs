//! What every view is made of.

pub mod avatar;
pub mod browser;
pub mod clock;
pub mod dialog;
pub mod field;
pub mod icon;
pub mod mark;
pub(crate) mod on_demand;
pub mod preferences;
mod recovery;
pub mod sending;
pub mod skeleton;
pub mod time;
pub mod trouble;

pub use avatar::Avatar;
pub use clock::{Clock, use_clock};
pub use icon::Icon;
pub use mark::Mark;

//! What every view is made of.

pub mod avatar;
pub mod browser;
pub mod clock;
pub mod dialog;
pub mod field;
pub mod form;
pub mod fresh;
pub mod icon;
pub mod isolate;
pub mod mark;
pub(crate) mod on_demand;
pub mod preferences;
mod recovery;
pub mod refused_form;
pub mod sending;
pub mod skeleton;
pub mod tab_storage;
pub mod time;
pub mod title;
pub mod trouble;

pub use avatar::Avatar;
pub use clock::{Clock, use_clock};
pub use icon::Icon;
pub use isolate::isolate;
pub use mark::Mark;

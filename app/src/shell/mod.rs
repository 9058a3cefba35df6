//! What stands around every signed-in view: the bar, the state of the connection, the title, and the panes.
pub mod bar;
pub mod connection;
pub mod layout;
pub mod pane;
pub mod title;

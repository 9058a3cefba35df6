//! The private server of lite mode.

//! The binary's insides: configuration, HTTP, the socket, and their wiring.

mod accept;
pub mod admin;
pub mod archive;
pub mod check;
pub mod cli;
pub mod config;
pub mod connections;
pub mod data_folder;
pub mod database;
pub mod descriptors;
pub mod http;
#[cfg(test)]
mod leptos_settings;
pub mod logs;
#[cfg(feature = "mutants")]
mod mutants;
pub mod run;
pub mod serve;
mod site_folder;
pub mod socket;
pub mod stop;
pub mod terminal;

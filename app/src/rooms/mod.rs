//! Rooms.
pub mod bar;
pub mod calls;
pub mod choose;
pub mod connection;
pub mod details;
pub mod gone;
pub mod head;
pub mod layout;
pub mod leave;
pub mod list;
pub mod menu;
pub mod new_group;
pub mod refused;
pub mod row;
pub mod summary;
pub mod title;

use crate::ui::on_demand::on_demand;

on_demand!(NewGroupPage = new_group::NewGroup, chunk = people);

//! Rooms.
pub mod calls;
pub mod choose;
pub mod details;
pub mod gone;
pub mod head;
pub mod leave;
pub mod list;
pub mod menu;
pub mod new_group;
pub mod refused;
pub mod row;
pub mod search;
pub mod summary;

use crate::ui::on_demand::on_demand;

on_demand!(NewGroupPage = new_group::NewGroup, chunk = people);

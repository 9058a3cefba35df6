//! Settings.
pub mod blocked;
pub mod calls;
pub mod page;
pub mod sign_out;
pub mod theme;

use crate::ui::on_demand::on_demand;

on_demand!(SettingsPage = page::Settings, chunk = settings);

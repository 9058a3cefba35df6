//! People.
pub mod block;
pub mod calls;
pub mod find;
pub mod row;

use crate::ui::on_demand::on_demand;

on_demand!(FindPeoplePage = find::FindPeople, chunk = people);

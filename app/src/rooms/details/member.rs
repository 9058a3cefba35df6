//! Somebody in a group, as the list of members shows them.

use model::{Person, Room, UserId, sort::sort_by_key};

use crate::rooms::head::here;

#[derive(Clone, PartialEq)]
pub struct Member {
    pub person: Person,
    pub is_admin: bool,
    pub is_me: bool,
}

impl Member {
    /// Oneself first, then the admins, then the others, by their names.
    pub fn all(room: &Room, me: UserId) -> Vec<Self> {
        let member = |person: &Person| Self {
            person: person.clone(),
            is_admin: room.admins.contains(&person.id),
            is_me: person.id == me,
        };
        let mut members: Vec<Self> = here(room).map(member).collect();
        sort_by_key(&mut members, |it| {
            (!it.is_me, !it.is_admin, it.person.name.to_lowercase(), it.person.id)
        });
        members
    }
}

//! The values of a membership's columns.

use diesel::{deserialize::FromSqlRow, expression::AsExpression, sql_types::Text};
use serde::Deserialize;

/// What a user is to a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, AsExpression, FromSqlRow)]
#[serde(rename_all = "lowercase")]
#[diesel(sql_type = Text)]
pub(crate) enum Status {
    /// Is in the room.
    Active,
    /// Is not in the room, but its members see somebody who is there and away: the user has blocked one of them.
    Hidden,
    /// Was in the room, and the members know that the user is gone.
    Left,
}

model::text_enum!(Status { Active = "active", Hidden = "hidden", Left = "left" });

/// What a member may do in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, AsExpression, FromSqlRow)]
#[serde(rename_all = "lowercase")]
#[diesel(sql_type = Text)]
pub enum Role {
    Member,
    /// May rename the group, add and remove members, and set their roles.
    Admin,
}

model::text_enum!(Role { Member = "member", Admin = "admin" });

/// Whether the other members learn that a membership begins or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Visibility {
    Public,
    /// To the other members nothing changes.
    Hidden,
}

impl Visibility {
    /// The status of somebody whose membership ended so.
    pub(super) fn status_after(self) -> Status {
        match self {
            Self::Public => Status::Left,
            Self::Hidden => Status::Hidden,
        }
    }
}

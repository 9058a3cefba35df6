//! The admin of a group whose last one is gone.

use diesel::sql_types::Uuid;
use diesel_async::RunQueryDsl;

use crate::rooms::LockedRoom;

/// Sets the role of every `heir`, unless an admin who has acted is in the group.
const SUCCESSION: &str = "\
    WITH shown AS ( \
        SELECT user_id, joined_at, role, acted FROM memberships WHERE room_id = $1 AND status <> 'left' \
    ), heir AS ( \
        (SELECT user_id FROM shown WHERE acted ORDER BY joined_at, user_id LIMIT 1) \
        UNION ALL \
        SELECT user_id FROM shown WHERE NOT EXISTS (SELECT FROM shown WHERE acted) \
    ) \
    UPDATE memberships SET role = 'admin' \
    WHERE room_id = $1 AND user_id IN (SELECT user_id FROM heir) \
        AND NOT EXISTS (SELECT FROM shown WHERE acted AND role = 'admin')";

/// Gives a group without an admin who has acted a new one: of the members who have acted, the one who has been there
/// longest. If nobody has acted, every member becomes an admin.
///
/// A hidden member could not manage the group, and a choice that passes one over would reveal that they are hidden. So
/// the choice depends only on what members have done since they joined, which is nothing for hidden members and for
/// members who are away.
pub(super) async fn appoint_successor(group: &mut LockedRoom<'_>) -> diesel::QueryResult<()> {
    diesel::sql_query(SUCCESSION).bind::<Uuid, _>(group.id).execute(group.db).await?;
    Ok(())
}

//! Keeping a group in somebody's hands.

use diesel::sql_types::Uuid;
use diesel_async::RunQueryDsl;

use super::lock::Locked;

/// Sets the role of `heir`s, unless the group has an active admin. `shown` are the members as everybody sees them:
/// those who are hidden among them are never active, like members who are away.
const HAND_OVER: &str = "\
    WITH shown AS ( \
        SELECT user_id, joined_at, role, active FROM members WHERE room_id = $1 \
        UNION ALL \
        SELECT user_id, joined_at, role, false FROM former_members WHERE room_id = $1 AND silent \
    ), heir AS ( \
        (SELECT user_id FROM shown WHERE active ORDER BY joined_at, user_id LIMIT 1) \
        UNION ALL \
        SELECT user_id FROM shown WHERE NOT EXISTS (SELECT FROM shown WHERE active) \
    ), chosen AS ( \
        SELECT user_id FROM heir WHERE NOT EXISTS (SELECT FROM shown WHERE active AND role = 'admin') \
    ), hidden AS ( \
        UPDATE former_members SET role = 'admin' \
        WHERE room_id = $1 AND silent AND user_id IN (SELECT user_id FROM chosen) \
    ) \
    UPDATE members SET role = 'admin' WHERE room_id = $1 AND user_id IN (SELECT user_id FROM chosen)";

/// A group without an active admin gets one: whoever of its active members has been there longest. If nobody has
/// been active yet, everybody becomes an admin.
///
/// Whoever is hidden in a group (see [`super::seat`]) could not look after it, and a choice that passes them over
/// would tell that they are hidden. So the choice depends only on what members have done since they came, which is
/// nothing for hidden members and for those who are away.
pub(super) async fn hand_over(group: &mut Locked<'_>) -> diesel::QueryResult<()> {
    diesel::sql_query(HAND_OVER).bind::<Uuid, _>(group.id).execute(group.db).await?;
    Ok(())
}

//! Who comes with a room, and as what: its members, and those who were.

/// People (and their marks) that come with a room at most.
pub(super) const PEOPLE: i64 = 20;

/// Everybody of the room `r`, to be shown to its members. Who went silently is shown like somebody who is
/// away: not as gone, and with what they wrote last counted, though it may have got its number since.
pub(super) const ANYBODY: &str = "\
    SELECT user_id, joined_at, delivered_seq, read_seq, mine, false AS gone \
    FROM members WHERE room_id = r.id \
    UNION ALL \
    SELECT user_id, joined_at, delivered_seq, read_seq, \
           CASE WHEN silent THEN (SELECT count(*) FROM messages own WHERE own.room_id = r.id \
                                  AND own.sender_id = user_id AND own.seq > read_seq) ELSE 0 END, \
           NOT silent \
    FROM former_members WHERE room_id = r.id";

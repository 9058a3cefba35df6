-- Appends a batch in one statement, whatever the number of entries and rooms. All parts see the state at its beginning, except where rows are locked: those
-- are read as they are once the lock is had. What another writer stores under the same id meanwhile
-- breaks the unique key, and the batch is tried again.
--
-- `upto` is the place in the log after an entry, and 0 where there is no log. Entries of a log were
-- admitted when they were logged; others must come from members.
--
-- WITH given (ids, rooms, senders, bodies, ats, uptos, admitted) AS (SELECT …),
entry AS (
    SELECT entry.*, given.admitted
    FROM given, unnest(ids, rooms, senders, bodies, ats, uptos) WITH ORDINALITY
        AS entry (id, room_id, sender_id, body, at, upto, place)
),
-- The rooms' numbers, under their locks, always taken in the order of their ids.
head AS (
    SELECT id, last_seq, rev FROM rooms WHERE id IN (SELECT room_id FROM entry) ORDER BY id FOR UPDATE
),
-- Who may write. Locked, so that nobody writes after having left, and after the rooms, as whoever leaves
-- does it.
member AS (
    SELECT m.room_id, m.user_id FROM members m
    WHERE (m.room_id, m.user_id) IN (
        SELECT entry.room_id, entry.sender_id FROM entry JOIN head ON head.id = entry.room_id
    )
    FOR SHARE
),
known AS (
    SELECT * FROM messages WHERE id IN (SELECT id FROM entry)
),
-- The first entry of each id that is not known.
fresh AS (
    SELECT DISTINCT ON (entry.id) entry.*
    FROM entry
    JOIN head ON head.id = entry.room_id
    LEFT JOIN member ON (member.room_id, member.user_id) = (entry.room_id, entry.sender_id)
    WHERE (entry.admitted OR member.user_id IS NOT NULL)
        AND NOT EXISTS (SELECT FROM known WHERE known.id = entry.id)
    ORDER BY entry.id, entry.place
),
ranked AS (
    SELECT fresh.*, row_number() OVER (PARTITION BY room_id ORDER BY place) AS rank FROM fresh
),
numbered AS (
    SELECT ranked.*, head.last_seq + rank AS seq, head.rev + rank AS rev
    FROM ranked JOIN head ON head.id = ranked.room_id
),
inserted AS (
    INSERT INTO messages (room_id, seq, rev, id, sender_id, body, at)
    SELECT room_id, seq, rev, id, sender_id, body, at FROM numbered ORDER BY place
),
raised AS (
    UPDATE rooms
    SET last_seq = rooms.last_seq + added.count, rev = rooms.rev + added.count, log = greatest(log, added.upto)
    FROM (
        SELECT entry.room_id, count(numbered.id), max(entry.upto) AS upto
        FROM entry LEFT JOIN numbered USING (place)
        GROUP BY entry.room_id
    ) AS added
    WHERE rooms.id = added.room_id AND (added.count > 0 OR added.upto > rooms.log)
),
-- One's own messages are not unread.
counted AS (
    UPDATE memberships m SET mine = m.mine + own.count, acted = m.acted OR m.status = 'active'
    FROM (SELECT room_id, sender_id, count(*) FROM numbered GROUP BY room_id, sender_id) AS own
    WHERE (m.room_id, m.user_id) = (own.room_id, own.sender_id)
),
-- What stands under each id from here on, with the change it came with.
standing AS (
    SELECT id, room_id, sender_id, body, first_digest, deleted, seq, coalesce(first_rev, rev) AS rev, at,
        NULL AS place, first_rev IS NOT NULL AS is_changed
    FROM known
    UNION ALL
    SELECT id, room_id, sender_id, body, NULL, false, seq, rev, at, place, false FROM numbered
)
SELECT
    (entry.admitted AND head.id IS NOT NULL) OR member.user_id IS NOT NULL AS is_admitted,
    coalesce(
        (s.room_id, s.sender_id) = (entry.room_id, entry.sender_id)
            AND CASE WHEN s.is_changed THEN is_first_text(s.body, s.first_digest, s.deleted, entry.body)
                ELSE s.body = entry.body END,
        false
    ) AS is_same,
    coalesce(s.place = entry.place, false) AS is_fresh,
    coalesce(s.is_changed, false) AS is_changed,
    s.seq, s.rev, s.at
FROM entry
LEFT JOIN head ON head.id = entry.room_id
LEFT JOIN member ON (member.room_id, member.user_id) = (entry.room_id, entry.sender_id)
LEFT JOIN standing s ON s.id = entry.id
ORDER BY entry.place

-- Who may let others into a group, and out of it.
ALTER TABLE members ADD COLUMN role text NOT NULL DEFAULT 'member' CHECK (role IN ('admin', 'member'));
-- Of those who are gone only whoever is there to the others has one.
ALTER TABLE former_members ADD COLUMN role text NOT NULL DEFAULT 'member' CHECK (role IN ('admin', 'member'));

-- Groups that are there already: whoever was first.
UPDATE members SET role = 'admin'
FROM (
    SELECT DISTINCT ON (m.room_id) m.room_id, m.user_id
    FROM members m JOIN rooms r ON r.id = m.room_id
    WHERE r.kind = 'group' ORDER BY m.room_id, m.joined_at, m.user_id
) AS first
WHERE (members.room_id, members.user_id) = (first.room_id, first.user_id);

-- Whose retry is answered with the group that stands under the id they gave it.
ALTER TABLE rooms ADD COLUMN made_by uuid REFERENCES users ON DELETE SET NULL;

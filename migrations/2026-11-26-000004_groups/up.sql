-- Rooms before members, as everybody locks them.
--
-- Whose retry is answered with the group that stands under the id they gave it.
ALTER TABLE rooms ADD COLUMN made_by uuid;
ALTER TABLE rooms ADD CONSTRAINT rooms_made_by FOREIGN KEY (made_by) REFERENCES users ON DELETE SET NULL NOT VALID;
CREATE INDEX rooms_made_by ON rooms (made_by) WHERE made_by IS NOT NULL;

-- Who may let others into a group, and out of it. True of every row that is there, which need not be looked
-- at.
ALTER TABLE members ADD COLUMN role text NOT NULL DEFAULT 'member';
ALTER TABLE members ADD CONSTRAINT members_role CHECK (role IN ('admin', 'member')) NOT VALID;

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

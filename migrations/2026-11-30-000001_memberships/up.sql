-- Rooms before members, as everybody locks them.
LOCK TABLE rooms, members, former_members IN ACCESS EXCLUSIVE MODE;

-- One row for every user who is in a room, was in it, or is only shown to its members.
ALTER TABLE members RENAME TO memberships;
ALTER TABLE memberships RENAME COLUMN active TO acted;
ALTER TABLE memberships
    -- active: is in the room. hidden: is not, but the members see somebody who is there and away, since the user
    -- blocked one of them. left: has left, or was removed, and the members know it.
    ADD COLUMN status text NOT NULL DEFAULT 'active',
    -- When the user stopped being in the room. NULL of hidden users who never were.
    ADD COLUMN left_at timestamptz,
    -- The change of the room by which its members learned that the user left.
    ADD COLUMN left_rev bigint;
INSERT INTO memberships
    (room_id, user_id, joined_at, delivered_seq, read_seq, role, mine, status, left_at, left_rev)
SELECT room_id, user_id, joined_at, delivered_seq, read_seq, role,
    (SELECT count(*) FROM messages own
     WHERE own.room_id = f.room_id AND own.sender_id = f.user_id AND own.seq > f.read_seq),
    CASE WHEN silent THEN 'hidden' ELSE 'left' END,
    -- Programs before this one marked users who never were in the room by a departure before their arrival.
    CASE WHEN left_at >= joined_at THEN left_at END,
    CASE WHEN NOT silent THEN rev END
FROM former_members f;
-- True of every row that is there, which need not be looked at.
ALTER TABLE memberships ADD CONSTRAINT memberships_status CHECK (
    CASE status
        WHEN 'active' THEN left_at IS NULL AND left_rev IS NULL
        WHEN 'hidden' THEN left_rev IS NULL
        WHEN 'left' THEN left_rev IS NOT NULL
        ELSE false
    END
) NOT VALID;
DROP TABLE former_members;

-- The users who are in a room. A query that asks this view cannot find anybody else.
CREATE VIEW members AS
SELECT room_id, user_id, joined_at, delivered_seq, read_seq, mine, role, acted AS active, opened
FROM memberships WHERE status = 'active';

-- For nodes of the version before, which serve until they are restarted.
CREATE VIEW former_members AS
SELECT room_id, user_id, joined_at, coalesce(left_at, joined_at - interval '1 ms') AS left_at,
    coalesce(left_rev, 0) AS rev, delivered_seq, read_seq, status = 'hidden' AS silent, role
FROM memberships WHERE status <> 'active';

CREATE FUNCTION write_former_member() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    hidden boolean;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM memberships WHERE (room_id, user_id) = (OLD.room_id, OLD.user_id);
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    hidden := coalesce(NEW.silent, false);
    INSERT INTO memberships
        (room_id, user_id, joined_at, delivered_seq, read_seq, role, mine, status, left_at, left_rev)
    VALUES (
        NEW.room_id, NEW.user_id, NEW.joined_at, NEW.delivered_seq, NEW.read_seq, coalesce(NEW.role, 'member'),
        (SELECT count(*) FROM messages own
         WHERE own.room_id = NEW.room_id AND own.sender_id = NEW.user_id AND own.seq > NEW.read_seq),
        CASE WHEN hidden THEN 'hidden' ELSE 'left' END,
        CASE WHEN NEW.left_at >= NEW.joined_at THEN NEW.left_at END,
        CASE WHEN NOT hidden THEN NEW.rev END
    );
    RETURN NEW;
END $$;
CREATE TRIGGER former_members_write INSTEAD OF INSERT OR UPDATE OR DELETE ON former_members
    FOR EACH ROW EXECUTE FUNCTION write_former_member();

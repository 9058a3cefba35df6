-- Rooms before members, as everybody locks them.
--
-- Whether a member has sent, marked or changed anything in the room since they came. Who becomes a group's admin
-- depends on this alone, which members who are only shown to the others never have.
ALTER TABLE members ADD COLUMN active boolean NOT NULL DEFAULT false;
UPDATE members SET active = true
FROM rooms r
WHERE r.id = members.room_id AND r.kind = 'group' AND (
    r.made_by = members.user_id OR members.role = 'admin' OR EXISTS (
        SELECT FROM messages own
        WHERE own.room_id = members.room_id AND own.sender_id = members.user_id AND own.at >= members.joined_at
    )
);

-- False for the other person of a private chat, who sees it only once it has a message.
ALTER TABLE members ADD COLUMN opened boolean NOT NULL DEFAULT true;

ALTER TABLE rooms DROP COLUMN made_by;
ALTER TABLE former_members DROP COLUMN role;
ALTER TABLE members DROP COLUMN role;

ALTER TABLE rooms DROP COLUMN unseen;
ALTER TABLE former_members DROP COLUMN silent;
DROP TABLE blocks;

ALTER TABLE members DROP COLUMN active, DROP COLUMN opened;

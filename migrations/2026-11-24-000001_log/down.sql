DROP TABLE log_offsets;
DROP TABLE logs;
ALTER TABLE rooms DROP COLUMN log;

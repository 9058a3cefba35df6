DROP TABLE log_offsets;
ALTER TABLE rooms DROP COLUMN log;

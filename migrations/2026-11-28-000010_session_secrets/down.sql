DROP TABLE instance;
ALTER TABLE sessions DROP COLUMN secret_id;

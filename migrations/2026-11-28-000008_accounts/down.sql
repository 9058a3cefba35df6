DROP INDEX registrations_username;
-- Only one of several sign-ups can hold a username again; the newest does.
DELETE FROM registrations r USING registrations newer WHERE newer.username = r.username AND newer.id > r.id;
ALTER TABLE registrations ADD CONSTRAINT registrations_username_key UNIQUE (username);

DROP INDEX users_words;
DROP FUNCTION search_fold(text);
CREATE INDEX users_words ON users USING gin (to_tsvector('simple', name || ' ' || replace(username, '.', ' ')));

-- A sign-up that waits for its code holds no username: it belongs to the first who confirms.
ALTER TABLE registrations DROP CONSTRAINT registrations_username_key;
CREATE INDEX registrations_username ON registrations (username, email);

-- People are found without regard to capitals and accents: "zoe" finds "Zoë", and "strasse" finds "Straße".
-- Compatibility decomposition, without the marks that are written over, under and through letters of Latin,
-- Greek, Cyrillic, Hebrew and Arabic; then the letters that do not decompose. What remains of other scripts is
-- composed again.
CREATE FUNCTION search_fold(word text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN normalize(
    replace(replace(replace(
        translate(
            lower(regexp_replace(
                normalize(word, NFKD),
                U&'[\0300-\036F\0483-\0487\0591-\05BD\05BF\05C1\05C2\05C4\05C5\05C7\064B-\065F\0670\1AB0-\1AFF\1DC0-\1DFF\20D0-\20FF\FE20-\FE2F]',
                '', 'g'
            )),
            'øłđðħıĸŋŧςØŁĐÐĦŊŦÆŒẞ', 'olddhikntσolddhntæœß'
        ),
        'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'),
    NFC
);
DROP INDEX users_words;
CREATE INDEX users_words ON users
    USING gin (to_tsvector('simple', search_fold(name || ' ' || replace(username, '.', ' '))));

-- The secret a session was started under: a digest that nobody can compute without the secret. NULL when a program
-- of an earlier schema started it.
ALTER TABLE sessions ADD COLUMN secret_id bytea;

-- What is true of the instance as a whole: one row.
CREATE TABLE instance (
    one_row boolean PRIMARY KEY DEFAULT true CHECK (one_row),
    -- The secret of the nodes that started last; NULL until one has.
    secret_id bytea,
    -- Rises in every transaction that ends sessions without publishing each of them. Nodes watch it.
    session_ends bigint NOT NULL DEFAULT 0
);
INSERT INTO instance DEFAULT VALUES;

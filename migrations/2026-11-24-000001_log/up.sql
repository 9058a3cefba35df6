-- Where the message log is Kafka: what the room logged before this place has its number.
ALTER TABLE rooms ADD COLUMN log bigint NOT NULL DEFAULT 0;

-- The logs that messages were ever in. Places in a later one are counted from far above those of the ones
-- before, so that a room's only grow, whichever Kafka they come from.
CREATE TABLE logs (
    log text PRIMARY KEY,
    base bigint NOT NULL
);

-- How far each partition of a log has been stored, written in the transaction that stores. Whoever
-- expects another place than stands here has been replaced, and stores nothing.
CREATE TABLE log_offsets (
    log text NOT NULL,
    partition int NOT NULL,
    next_offset bigint NOT NULL,
    -- The rooms of the last batch: who takes the partition over tells them, for one who died before.
    last_rooms uuid[] NOT NULL,
    PRIMARY KEY (log, partition)
);

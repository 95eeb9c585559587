CREATE INDEX bookings_by_user ON bookings (user_id, id);

-- One row a writer. Whoever raised `epoch` last may write; every batch proves it by moving `seq` and `hash`, the end of
-- this lane's ledger, on. A writer whose connection broke raises `epoch` too: then its last batch is either in or never.
CREATE TABLE lanes (
  lane BIGINT NOT NULL PRIMARY KEY,
  epoch BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  hash {bytes} NOT NULL,
  seen_at BIGINT NOT NULL
);

-- The next numbers, handed out to lanes in pieces: an order's bookings need numbers without gaps, which sequences of
-- several sessions cannot promise.
CREATE TABLE numbers (
  id BIGINT NOT NULL PRIMARY KEY,
  next_booking BIGINT NOT NULL
);
INSERT INTO numbers VALUES (1, 1);

-- How often the programme was changed. It is there from the beginning, so that it can be held.
INSERT INTO meta (name, value) VALUES ('turn-programme', '0');

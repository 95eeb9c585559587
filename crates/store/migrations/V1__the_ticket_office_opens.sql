-- Ids are integers, times are microseconds since 1970 (UTC), money is minor units, lists and maps are JSON text.
-- {id}, {clustered} and {bytes} are filled in by dialect.rs.

CREATE TABLE cinemas (
  id {id},
  key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  timezone TEXT NOT NULL,
  currency TEXT NOT NULL
);

CREATE TABLE screens (
  id {id},
  cinema_id BIGINT NOT NULL REFERENCES cinemas (id),
  key TEXT NOT NULL,
  name TEXT NOT NULL,
  cleaning_minutes BIGINT NOT NULL,
  layout_id BIGINT NOT NULL,
  UNIQUE (cinema_id, key)
);

-- A layout never changes: a screen that is rebuilt gets a new version, and shows keep theirs.
CREATE TABLE layouts (
  id {id},
  screen_id BIGINT NOT NULL,
  version BIGINT NOT NULL,
  plan TEXT NOT NULL,
  total_seats BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (screen_id, version)
);

CREATE TABLE movies (
  id {id},
  key TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  duration_minutes BIGINT NOT NULL,
  release_date TEXT,
  certificate TEXT,
  languages TEXT NOT NULL,
  genres TEXT NOT NULL,
  synopsis TEXT NOT NULL,
  poster TEXT
);

CREATE TABLE shows (
  id {id},
  key TEXT NOT NULL UNIQUE,
  movie_id BIGINT NOT NULL REFERENCES movies (id),
  screen_id BIGINT NOT NULL REFERENCES screens (id),
  layout_id BIGINT NOT NULL REFERENCES layouts (id),
  total_seats BIGINT NOT NULL,
  starts_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  clear_at BIGINT NOT NULL,
  format TEXT,
  audio TEXT,
  subtitles TEXT,
  prices TEXT NOT NULL,
  sales_open_at BIGINT NOT NULL,
  sales_close_at BIGINT NOT NULL,
  called_off BIGINT NOT NULL,
  revision BIGINT NOT NULL
);
CREATE INDEX shows_by_movie ON shows (movie_id, starts_at);
CREATE INDEX shows_by_screen ON shows (screen_id, starts_at);
CREATE INDEX shows_by_start ON shows (starts_at);

CREATE TABLE users (
  id {id},
  username TEXT NOT NULL UNIQUE,
  email TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  role TEXT NOT NULL,
  active BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  last_login_at BIGINT
);

-- One row a sign-in: the family of refresh tokens that descend from it. `refresh_jti` is the only one still good.
CREATE TABLE sessions (
  id {id},
  user_id BIGINT NOT NULL REFERENCES users (id),
  refresh_jti TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  revoked_at BIGINT
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_end ON sessions (expires_at);
CREATE INDEX sessions_by_revocation ON sessions (revoked_at, id) WHERE revoked_at IS NOT NULL;

-- One row a seat of a show that was ever claimed. deadline: 0 given back, the last microsecond there is: sold,
-- anything else: held until then. version counts the changes of owner. The key is the whole safety of a seat.
CREATE TABLE claims (
  show_id BIGINT NOT NULL,
  seat_number BIGINT NOT NULL,
  version BIGINT NOT NULL,
  deadline BIGINT NOT NULL,
  order_id BIGINT NOT NULL,
  booking_id BIGINT NOT NULL,
  PRIMARY KEY (show_id, seat_number)
) {clustered};

-- An order bears the number of its first booking; the others follow without gaps. Sold on the spot, an order of one seat
-- has no row here: its booking says all there is to say.
CREATE TABLE orders (
  id {id},
  user_id BIGINT NOT NULL,
  show_id BIGINT NOT NULL,
  state BIGINT NOT NULL,
  hold_until BIGINT NOT NULL,
  seats BIGINT NOT NULL,
  live_seats BIGINT NOT NULL,
  total BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE bookings (
  id {id},
  order_id BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  show_id BIGINT NOT NULL,
  seat_number BIGINT NOT NULL,
  status BIGINT NOT NULL,
  price BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  ended_at BIGINT
);

-- Append-only: a page for each transaction that changed an owner. lines holds its entries, one a line: action, show,
-- seat, version, order, booking, actor and, of a hold, its deadline. seq counts a lane's entries and is the number of the
-- last one. hash is SHA-256 over the lane's previous hash (32 zero bytes at first), lane, seq and at, each as eight
-- big-endian bytes, and lines.
CREATE TABLE ledger (
  lane BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  at BIGINT NOT NULL,
  lines TEXT NOT NULL,
  hash {bytes} NOT NULL,
  PRIMARY KEY (lane, seq)
) {clustered};

-- The first answer to a request that carried an Idempotency-Key.
CREATE TABLE idempotency (
  caller BIGINT NOT NULL,
  route TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint {bytes} NOT NULL,
  status BIGINT NOT NULL,
  body {bytes} NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (caller, route, key)
) {clustered};
CREATE INDEX idempotency_by_age ON idempotency (created_at);

CREATE TABLE meta (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
);

-- Which tables this step made. It was changed before the first release, and never is again.
INSERT INTO meta (name, value) VALUES ('begun', '2');

-- Orders whose hold may have run out; confirmed orders never stand in it.
CREATE INDEX orders_held ON orders (hold_until) WHERE state = 0;

//! The statements of a lane on PostgreSQL. Rows travel as one array a column, so that a batch of any size is the same
//! few statements.
//!
//! What is written must find the database as it was read. A statement that does not changes fewer rows than it should,
//! and then divides by zero: that alone makes the COMMIT behind it, which is already on its way, a ROLLBACK.

use tokio_postgres::types::Type;

macro_rules! statements {
    ($($name:ident ($($type:ident)*) $text:expr),+ $(,)?) => {
        /// Which statement.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Sql {
            $($name),+
        }

        impl Sql {
            pub(super) const ALL: &[Self] = &[$(Self::$name),+];

            pub(super) const fn text(self) -> &'static str {
                match self {
                    $(Self::$name => $text),+
                }
            }

            pub(super) const fn types(self) -> &'static [Type] {
                match self {
                    $(Self::$name => &[$(Type::$type),*]),+
                }
            }
        }
    };
}

/// What a sale in one statement writes: `$more` of it, if it is `$found` as it was thought.
macro_rules! sell {
    ($more:literal, $found:literal) => {
        concat!(
            "WITH advanced AS (
               UPDATE lanes SET seq = $4, hash = $5,
                                seen_at = (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
               WHERE lane = $1 AND epoch = $2 AND seq = $3 AND set_config('lock_timeout', $9, true) <> ''
               RETURNING seen_at),
             unchanged AS (
               SELECT 1 FROM meta WHERE name = 'turn-programme' AND value = $8 FOR SHARE SKIP LOCKED),
             claimed AS (
               INSERT INTO claims (show_id, seat_number, version, deadline, order_id, booking_id)
               SELECT unnest($11), unnest($12), 1, unnest($13), unnest($14), unnest($15)),
             booked AS (
               INSERT INTO bookings (id, order_id, user_id, show_id, seat_number, status, price, created_at)
               SELECT unnest($16), unnest($17), unnest($18), unnest($19), unnest($20), unnest($21), unnest($22), $6),
             entered AS (
               INSERT INTO ledger (lane, seq, at, lines, hash) VALUES ($1, $4, $6, $10, $5))",
            $more,
            " SELECT max(seen_at), 1 / (count(*) FILTER (WHERE abs(seen_at - $6) <= $7)
                                       * (SELECT count(*) FROM unchanged)",
            $found,
            ")
             FROM advanced"
        )
    };
}

statements! {
    // Settings hold for the transaction only, as a pooler between us and the database demands. The plans are kept off
    // whole tables: they are made once, while a table may be small, and used when it no longer is.
    Settle (TEXT)
        "SELECT set_config('lock_timeout', $1, true), set_config('statement_timeout', $1, true),
                set_config('idle_in_transaction_session_timeout', $1, true),
                set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
                set_config('enable_mergejoin', 'off', true)",
    Clock ()
        "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint",
    // Before the rules, so that rules are never older than the count that goes with them.
    Turn ()
        "SELECT value FROM meta WHERE name = 'turn-programme'",
    Alone (INT8_ARRAY)
        "SELECT id FROM shows WHERE id = ANY($1) ORDER BY id FOR UPDATE",
    Rules (INT8_ARRAY)
        "SELECT id, total_seats, starts_at, sales_open_at, sales_close_at, called_off, revision
         FROM shows WHERE id = ANY($1)",
    Claims (INT8_ARRAY INT8_ARRAY)
        "SELECT c.show_id, c.seat_number, c.version, c.deadline, c.order_id, c.booking_id
         FROM unnest($1, $2) AS w (show_id, seat_number)
         JOIN claims c ON c.show_id = w.show_id AND c.seat_number = w.seat_number",
    Orders (INT8_ARRAY INT8_ARRAY)
        "SELECT b.order_id, b.user_id, b.show_id, o.state, o.hold_until, o.seats, o.live_seats, o.total, o.created_at,
                b.id, b.seat_number, b.status, b.price, b.created_at, b.ended_at,
                c.version, c.deadline, c.order_id, c.booking_id,
                s.total_seats, s.starts_at, s.sales_open_at, s.sales_close_at, s.called_off, s.revision
         FROM (SELECT unnest($1) AS id UNION SELECT order_id FROM bookings WHERE id = ANY($2)) w
         LEFT JOIN orders o ON o.id = w.id
         JOIN bookings b ON b.id >= w.id AND b.id < w.id + coalesce(o.seats, 1) AND b.order_id = w.id
         LEFT JOIN claims c ON c.show_id = b.show_id AND c.seat_number = b.seat_number
         LEFT JOIN shows s ON s.id = b.show_id",
    Answers (INT8_ARRAY TEXT_ARRAY TEXT_ARRAY)
        "SELECT i.caller, i.route, i.key, i.fingerprint, i.status, i.body, i.created_at
         FROM unnest($1, $2, $3) AS w (caller, route, key)
         JOIN idempotency i ON i.caller = w.caller AND i.route = w.route AND i.key = w.key",
    Advance (INT8 INT8 INT8 INT8 BYTEA)
        "WITH advanced AS (
           UPDATE lanes SET seq = $4, hash = $5, seen_at = (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
           WHERE lane = $1 AND epoch = $2 AND seq = $3 RETURNING 1)
         SELECT 1 / count(*) FROM advanced",
    // Whoever changes a show waits until the sales under its old rules are in, and the other way round.
    Unchanged (INT8_ARRAY INT8_ARRAY)
        "SELECT 1 / (count(*) = cardinality($1))::int FROM (
           SELECT 1 FROM unnest($1, $2) AS w (id, revision)
           JOIN shows s ON s.id = w.id AND s.revision = w.revision ORDER BY s.id FOR SHARE OF s) locked",
    InsertClaims (INT8_ARRAY INT8_ARRAY INT8_ARRAY INT8_ARRAY INT8_ARRAY INT8_ARRAY)
        "INSERT INTO claims (show_id, seat_number, version, deadline, order_id, booking_id)
         SELECT unnest($1), unnest($2), unnest($3), unnest($4), unnest($5), unnest($6)",
    UpdateClaims (INT8_ARRAY INT8_ARRAY INT8_ARRAY INT8_ARRAY INT8_ARRAY INT8_ARRAY INT8_ARRAY)
        "WITH moved AS (
           UPDATE claims c SET version = w.version, deadline = w.deadline, order_id = w.order_id,
                               booking_id = w.booking_id
           FROM unnest($1, $2, $3, $4, $5, $6, $7)
             AS w (show_id, seat_number, version, deadline, order_id, booking_id, was_version)
           WHERE c.show_id = w.show_id AND c.seat_number = w.seat_number AND c.version = w.was_version RETURNING 1)
         SELECT 1 / (count(*) = cardinality($1))::int FROM moved",
    InsertOrders (INT8_ARRAY INT8_ARRAY INT8_ARRAY INT8_ARRAY INT8_ARRAY INT8_ARRAY INT8_ARRAY INT8_ARRAY INT8)
        "INSERT INTO orders (id, user_id, show_id, state, hold_until, seats, live_seats, total, created_at)
         SELECT unnest($1), unnest($2), unnest($3), unnest($4), unnest($5), unnest($6), unnest($7), unnest($8), $9",
    UpdateOrders (INT8_ARRAY INT8_ARRAY INT8_ARRAY INT8_ARRAY INT8_ARRAY INT8_ARRAY)
        "WITH moved AS (
           UPDATE orders o SET state = w.state, hold_until = w.hold_until, live_seats = w.live_seats
           FROM unnest($1, $2, $3, $4, $5, $6) AS w (id, state, hold_until, live_seats, was_state, was_live)
           WHERE o.id = w.id AND o.state = w.was_state AND o.live_seats = w.was_live RETURNING 1)
         SELECT 1 / (count(*) = cardinality($1))::int FROM moved",
    InsertBookings (INT8_ARRAY INT8_ARRAY INT8_ARRAY INT8_ARRAY INT8_ARRAY INT8_ARRAY INT8_ARRAY INT8 INT8_ARRAY)
        "INSERT INTO bookings (id, order_id, user_id, show_id, seat_number, status, price, created_at, ended_at)
         SELECT unnest($1), unnest($2), unnest($3), unnest($4), unnest($5), unnest($6), unnest($7), $8, unnest($9)",
    UpdateBookings (INT8_ARRAY INT8_ARRAY INT8_ARRAY INT8_ARRAY)
        "WITH moved AS (
           UPDATE bookings b SET status = w.status, ended_at = w.ended_at
           FROM unnest($1, $2, $3, $4) AS w (id, status, ended_at, was_status)
           WHERE b.id = w.id AND b.status = w.was_status RETURNING 1)
         SELECT 1 / (count(*) = cardinality($1))::int FROM moved",
    InsertLedger (INT8 INT8 INT8 TEXT BYTEA)
        "INSERT INTO ledger (lane, seq, at, lines, hash) VALUES ($1, $2, $3, $4, $5)",
    // A whole transaction: what Advance, Unchanged, the insertions and KeepAnswers are for sales that nothing was read
    // for. Reading a clock and setting a limit are part of it so that it is one round trip; the limit ends with it.
    SellAny (INT8 INT8 INT8 INT8 BYTEA INT8 INT8 TEXT TEXT TEXT INT8_ARRAY INT8_ARRAY INT8_ARRAY INT8_ARRAY INT8_ARRAY
             INT8_ARRAY INT8_ARRAY INT8_ARRAY INT8_ARRAY INT8_ARRAY INT8_ARRAY INT8_ARRAY INT8_ARRAY INT8_ARRAY
             INT8_ARRAY INT8_ARRAY INT8_ARRAY INT8_ARRAY INT8_ARRAY INT8_ARRAY
             INT8_ARRAY TEXT_ARRAY TEXT_ARRAY BYTEA_ARRAY INT8_ARRAY BYTEA_ARRAY INT8 INT8)
        sell!(
            ", ordered AS (
               INSERT INTO orders (id, user_id, show_id, state, hold_until, seats, live_seats, total, created_at)
               SELECT unnest($23), unnest($24), unnest($25), unnest($26), unnest($27), unnest($28), unnest($29),
                      unnest($30), $6),
             kept AS (
               INSERT INTO idempotency AS i (caller, route, key, fingerprint, status, body, created_at)
               SELECT unnest($31), unnest($32), unnest($33), unnest($34), unnest($35), unnest($36), $37
               ON CONFLICT (caller, route, key) DO UPDATE
                 SET fingerprint = excluded.fingerprint, status = excluded.status, body = excluded.body,
                     created_at = excluded.created_at
                 WHERE i.created_at <= $38 RETURNING 1)",
            " * ((SELECT count(*) FROM kept) = cardinality($31))::int"
        ),
    // The same for plain orders without keys. Each table that a statement may write to costs it something, whether or
    // not there is a row for it.
    Sell (INT8 INT8 INT8 INT8 BYTEA INT8 INT8 TEXT TEXT TEXT INT8_ARRAY INT8_ARRAY INT8_ARRAY INT8_ARRAY INT8_ARRAY
          INT8_ARRAY INT8_ARRAY INT8_ARRAY INT8_ARRAY INT8_ARRAY INT8_ARRAY INT8_ARRAY)
        sell!("", ""),
    KeepAnswers (INT8_ARRAY TEXT_ARRAY TEXT_ARRAY BYTEA_ARRAY INT8_ARRAY BYTEA_ARRAY INT8 INT8)
        "WITH kept AS (
           INSERT INTO idempotency AS i (caller, route, key, fingerprint, status, body, created_at)
           SELECT unnest($1), unnest($2), unnest($3), unnest($4), unnest($5), unnest($6), $7
           ON CONFLICT (caller, route, key) DO UPDATE
             SET fingerprint = excluded.fingerprint, status = excluded.status, body = excluded.body,
                 created_at = excluded.created_at
             WHERE i.created_at <= $8 RETURNING 1)
         SELECT 1 / (count(*) = cardinality($1))::int FROM kept",
    NewLane (BYTEA)
        "INSERT INTO lanes (lane, epoch, seq, hash, seen_at)
         SELECT coalesce(max(lane), 0) + 1, 1, 0, $1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
         FROM lanes
         ON CONFLICT (lane) DO NOTHING RETURNING lane, epoch, seq, hash",
    // Nobody loses by a wrong guess: a writer whose lane is taken from it finds out at its next batch.
    IdleLane (INT8)
        "UPDATE lanes SET epoch = epoch + 1, seen_at = (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
         WHERE lane = (SELECT lane FROM lanes
                       WHERE seen_at < (extract(epoch FROM clock_timestamp()) * 1000000)::bigint - $1
                       ORDER BY lane LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING lane, epoch, seq, hash",
    OwnLane (INT8 INT8)
        "UPDATE lanes SET epoch = epoch + 1, seen_at = (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
         WHERE lane = $1 AND epoch = $2 RETURNING lane, epoch, seq, hash",
    LedgerLink (INT8 INT8)
        "SELECT hash FROM ledger WHERE lane = $1 AND seq = $2",
}

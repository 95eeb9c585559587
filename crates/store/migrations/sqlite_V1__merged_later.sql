-- The index behind my-bookings. It is no index of the table, because keys that jump about by user would touch
-- another page at every insert: rows are merged in by hot/user_index.rs, sorted, in slices.
CREATE TABLE user_bookings (
  user_id BIGINT NOT NULL,
  booking_id BIGINT NOT NULL,
  PRIMARY KEY (user_id, booking_id)
) WITHOUT ROWID;
CREATE TABLE user_bookings_merged (
  up_to_booking BIGINT NOT NULL
);
INSERT INTO user_bookings_merged VALUES (0);

-- Up to which entry of the ledger `claims` says what the ledger says; what came later is merged in by
-- hot/claim_tail.rs, for the same reason.
CREATE TABLE claims_merged (
  up_to_seq BIGINT NOT NULL
);
INSERT INTO claims_merged VALUES (0);

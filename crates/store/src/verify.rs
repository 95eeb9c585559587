//! Recomputes the ledger's chain and compares what it says with claims, bookings and orders.

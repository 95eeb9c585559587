//! Clocks that jump: nobody is signed out by them, and whoever signed out stays so.

use super::*;

const MINUTE: i64 = UtcMicros::MINUTE;
const HOUR: i64 = 60 * MINUTE;

impl House {
    /// Another node on the same database, whose clock is ahead by so much.
    async fn node_ahead(&self, micros: i64) -> (Arc<FakeClock>, Arc<Accounts>) {
        let clock = Arc::new(FakeClock::at(NOON.plus(micros)));
        let accounts = node(&self.db, &clock, settings()).await;
        (clock, accounts)
    }

    /// Whatever was the last to be revoked is read again at every poll.
    async fn somebody_else_signs_out(&self) {
        let (_, pair) = self.guest("somebody").await;
        self.accounts.log_out(Some(&pair.refresh), None).await.unwrap();
    }
}

#[tokio::test]
async fn a_clock_that_is_put_back_signs_nobody_out() {
    let house = House::open().await;
    let (_, pair) = house.guest("alice").await;
    let browser = house.accounts.open_browser("alice", GOOD, HERE, None).await.unwrap();
    for jump in [-HOUR, -24 * HOUR] {
        house.clock.advance(jump);
        for accounts in [&house.accounts, &house.another().await] {
            accounts.authenticate(&pair.access).unwrap();
            accounts.verify(&pair.access).await.unwrap();
            accounts.verify(&pair.refresh).await.unwrap();
            assert!(accounts.guest(&browser.secret).await.unwrap().is_some());
        }
    }
    let next = house.accounts.refresh(&pair.refresh).await.unwrap();
    house.accounts.authenticate(&next.access).unwrap();
    house.clock.advance(25 * HOUR + 15 * MINUTE);
    void(house.accounts.authenticate(&pair.access));
    void(house.accounts.authenticate(&next.access));
}

#[tokio::test]
async fn a_sign_out_outlives_every_token_of_a_clock_that_was_ahead() {
    let house = House::open().await;
    house.sign_up("alice").await;
    house.clock.advance(HOUR);
    let pair = house.log_in("alice").await;
    house.clock.advance(-HOUR);
    // By the right clock, this is the last use of the session.
    let next = house.accounts.refresh(&pair.refresh).await.unwrap();
    house.accounts.authenticate(&pair.access).unwrap();
    house.accounts.log_out(Some(&next.refresh), None).await.unwrap();
    house.somebody_else_signs_out().await;
    for _ in 0..80 {
        house.accounts.poll_revocations().await.unwrap();
        void(house.accounts.authenticate(&pair.access));
        void(house.another().await.authenticate(&pair.access));
        house.clock.advance(MINUTE);
    }
    house.accounts.poll_revocations().await.unwrap();
    assert_eq!(house.accounts.revoked.len(), 0, "no token names it any more");
}

#[tokio::test]
async fn what_was_forgotten_by_a_clock_that_was_ahead_is_read_again() {
    let house = House::open().await;
    let (_, pair) = house.guest("alice").await;
    house.accounts.log_out(Some(&pair.refresh), None).await.unwrap();
    house.clock.advance(HOUR);
    house.somebody_else_signs_out().await;
    for _ in 0..5 {
        house.accounts.poll_revocations().await.unwrap();
        house.clock.advance(MINUTE);
    }
    assert_eq!(house.accounts.revoked.len(), 1, "only somebody else");
    house.clock.advance(-HOUR - 5 * MINUTE);
    house.accounts.poll_revocations().await.unwrap();
    void(house.accounts.authenticate(&pair.access));
}

#[tokio::test]
async fn a_sign_out_is_heard_of_across_nodes_whose_clocks_differ() {
    let house = House::open().await;
    for (name, ahead) in [("alice", HOUR), ("bob", -HOUR)] {
        house.sign_up(name).await;
        let (clock, other) = house.node_ahead(ahead).await;
        for (signs_out, hears) in [(&house.accounts, &other), (&other, &house.accounts)] {
            // Whoever reads has read for a while.
            for _ in 0..4 {
                hears.poll_revocations().await.unwrap();
                house.clock.advance(MINUTE);
                clock.advance(MINUTE);
            }
            let pair = hears.log_in(name, GOOD, HERE).await.unwrap();
            hears.authenticate(&pair.access).unwrap();
            signs_out.log_out(None, Some(&pair.identity)).await.unwrap();
            hears.poll_revocations().await.unwrap();
            void(hears.authenticate(&pair.access));
        }
    }
}

#[tokio::test]
async fn a_browser_that_was_seen_before_the_clock_was_put_back_is_looked_up_again() {
    let house = House::open().await;
    house.sign_up("alice").await;
    let session = house.accounts.open_browser("alice", GOOD, HERE, None).await.unwrap();
    house.clock.advance(HOUR);
    let guest = house.accounts.guest(&session.secret).await.unwrap().unwrap();
    house.clock.advance(-HOUR);
    house.accounts.log_out(None, Some(&guest.identity)).await.unwrap();
    house.somebody_else_signs_out().await;
    for _ in 0..HOUR / MINUTE {
        house.accounts.poll_revocations().await.unwrap();
        assert_eq!(house.accounts.guest(&session.secret).await.unwrap(), None);
        house.clock.advance(MINUTE);
    }
}

//! What clients did and what they were told.

use houselights_tests::harness::client::Answer;
use serde_json::Value;

/// Microseconds since the run began.
pub(crate) type Micros = u64;

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Seats of a show.
    Book { show: i64, seats: Vec<u32> },
    /// To give a booking back.
    Cancel { booking: i64 },
    /// That a show is sold by these rules from now on; only staff may.
    Change { show: i64, rules: Rules },
}

/// By what a show's seats are sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rules {
    pub(crate) sales: Sales,
    /// Of each seat.
    pub(crate) price: i64,
}

/// Whether a show's seats are sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sales {
    Open,
    NotYet,
    Closed,
}

impl Sales {
    /// As customers are told, who cannot buy unless it is `open`.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::NotYet => "sales_not_open",
            Self::Closed => "sales_closed",
        }
    }

    pub(crate) fn named(word: &str) -> Option<Self> {
        [Self::Open, Self::NotYet, Self::Closed].into_iter().find(|sales| sales.word() == word)
    }
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Acknowledged: these bookings were made, or cancelled, or a show was changed.
    Ok(Vec<Told>),
    /// Refused, with this word; nothing may have changed.
    Refused(String),
    /// The answer did not arrive: done, or not done.
    Unknown(String),
    /// An answer that is never right, such as a 500.
    Wrong(String),
}

/// A booking as an answer tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) id: i64,
    pub(crate) order: i64,
    pub(crate) user: i64,
    pub(crate) show: i64,
    pub(crate) seat: u32,
    pub(crate) status: String,
    /// Histories that are older than it do not have it.
    pub(crate) price: Option<i64>,
}

impl Told {
    pub(crate) fn of(booking: &Value) -> Option<Self> {
        Some(Self {
            id: booking["id"].as_i64()?,
            order: booking["order"].as_i64()?,
            user: booking["user"].as_i64()?,
            show: booking["show"].as_i64()?,
            seat: u32::try_from(booking["seat_number"].as_u64()?).ok()?,
            status: booking["status"].as_str()?.to_owned(),
            price: booking["price"].as_i64(),
        })
    }

    /// Whether it is still the same booking, whatever has become of it.
    pub(crate) fn is_still(&self, now: &Self) -> bool {
        let same_price = self.price.is_none() || now.price.is_none() || self.price == now.price;
        (self.user, self.show, self.seat) == (now.user, now.show, now.seat) && same_price
    }

    pub(crate) fn is_live(&self) -> bool {
        self.status == "booked"
    }
}

/// One operation of one client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Op {
    pub(crate) round: u64,
    pub(crate) user: i64,
    pub(crate) action: Action,
    pub(crate) key: Option<String>,
    pub(crate) invoked: Micros,
    pub(crate) returned: Micros,
    pub(crate) outcome: Outcome,
}

impl Op {
    pub(crate) fn is_unknown(&self) -> bool {
        matches!(self.outcome, Outcome::Unknown(_))
    }
}

/// An answer as an outcome. A request that ran into the server's own time limit may still be carried out, and one whose
/// commit was not answered may have been.
pub(crate) fn outcome(answer: &Answer) -> Outcome {
    let told = || -> Option<Vec<Told>> {
        houselights_tests::harness::house::booked(&answer.json()).iter().map(Told::of).collect()
    };
    match (answer.status, answer.code()) {
        (200 | 201, _) => told().map_or_else(|| Outcome::Wrong("a success without bookings".into()), Outcome::Ok),
        (503, code) if code == "timeout" || code == "outcome_unknown" => Outcome::Unknown(code),
        (409 | 503, code) if !code.is_empty() => Outcome::Refused(code),
        (status, code) => Outcome::Wrong(format!("{status} {code}")),
    }
}

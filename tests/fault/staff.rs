//! Staff who change shows while customers book: prices go up, sales close and open again, through any node.

use std::{sync::atomic::Ordering, thread, time::Duration};

use houselights_tests::harness::{
    Attempting as _, Result,
    client::{Answer, Ask, Client},
    random::Random,
    server::poll,
};
use serde_json::{Value, json};

use crate::{
    history::{Action, Op, Outcome, Rules, Sales, outcome},
    load::{Diary, Round, Show, Signs, is_shed, send},
    stage::{Doors, HALL},
};

/// Staff have no number that customers' bookings could have.
const NOBODY: i64 = 0;
/// Prices of a round: each is set once, so that it tells by which change a seat was sold.
const PRICES: i64 = 10_000;
/// How long a node that is well may take.
const PATIENCE: Duration = Duration::from_mins(1);
/// Between a closing and the next opening, in milliseconds.
const CLOSED: (u64, u64) = (5, 60);

/// Who they are, and how they work.
#[derive(Clone, Debug)]
pub(crate) struct Staff {
    pub(crate) token: String,
    /// Between two changes, in milliseconds.
    pub(crate) pause: (u64, u64),
}

/// What is sent to change a show.
pub(crate) fn body(rules: Rules) -> Value {
    // All shows begin later than the one and earlier than the other.
    let (open, close) = match rules.sales {
        Sales::Open => (Value::Null, Value::Null),
        Sales::NotYet => (json!("2098-12-01T12:00:00"), Value::Null),
        Sales::Closed => (Value::Null, json!("2020-01-01T12:00:00")),
    };
    json!({"sales_open_at": open, "sales_close_at": close, "prices": {"standard": rules.price}})
}

/// The answer to a change as an outcome.
pub(crate) fn changed(rules: Rules, answer: &Answer) -> Outcome {
    if answer.status != 200 {
        return outcome(answer);
    }
    let now = answer.json();
    let opens_later = !now["sales_open_at"].is_null();
    if now["prices"]["standard"] == rules.price && opens_later == (rules.sales == Sales::NotYet) {
        return Outcome::Ok(Vec::new());
    }
    Outcome::Wrong(format!("a change to {rules:?} with {now}"))
}

/// Shows that nobody has bought a seat of, in the large hall. `number` is another for each call.
pub(crate) fn adds(doors: &Doors, token: &str, number: u64, count: u64) -> Result<Vec<Show>> {
    (0..count).map(|at| add(doors, token, number * count + at)).collect()
}

fn add(doors: &Doors, token: &str, day: u64) -> Result<Show> {
    let (year, month, day) = (2_100 + day / 336, 1 + day / 28 % 12, 1 + day % 28);
    let body = json!({"movie": "m", "screen": HALL, "starts_at": format!("{year}-{month:02}-{day:02}T19:30:00"),
                      "prices": {"standard": 1_200}});
    let key = format!("{year}-{month}-{day}");
    let mut client = Client::new(doors.at(0));
    let ask = Ask { key: Some(&key), ..Ask::post("/api/staff/shows/", &body).by(token) };
    let added = poll("a show is added", PATIENCE, || {
        let answer = client.told(ask)?;
        if answer.status == 503 { Ok(None) } else { answer.expect(201).map(Some) }
    })?;
    let show = added.json();
    let seats = show["total_seats"].as_u64().and_then(|seats| u32::try_from(seats).ok());
    let (Some(id), Some(seats)) = (show["id"].as_i64(), seats) else { return Err(format!("no show: {show}")) };
    Ok(Show { id, seats })
}

/// Opens every show before the first customer comes, so that it is known by what it is sold.
pub(crate) fn opens(round: &Round) -> Result<Vec<Op>> {
    let Some(staff) = &round.staff else { return Ok(Vec::new()) };
    let mut ops = Vec::new();
    let mut client = Client::new(round.doors.at(0));
    for show in &round.shows {
        poll("a show is opened", PATIENCE, || {
            let rules = Rules { sales: Sales::Open, price: price(round, ops.len()) };
            let op = change(round, &mut client, &staff.token, show.id, rules).attempting("opening a show")?;
            let done = match &op.outcome {
                Outcome::Wrong(what) => return Err(format!("a show could not be opened: {what}")),
                other => matches!(other, Outcome::Ok(_)).then_some(()),
            };
            ops.push(op);
            Ok(done)
        })?;
    }
    Ok(ops)
}

fn price(round: &Round, number: usize) -> i64 {
    i64::try_from(round.number).unwrap_or(0) * PRICES + i64::try_from(number).unwrap_or(0)
}

/// Fails only where nothing was sent.
fn change(
    round: &Round,
    client: &mut Client,
    token: &str,
    show: i64,
    rules: Rules,
) -> std::result::Result<Op, houselights_tests::harness::client::Lost> {
    let (action, invoked) = (Action::Change { show, rules }, round.now());
    let (outcome, _) = send(client, token, &action, None)?;
    Ok(Op { round: round.number, user: NOBODY, action, key: None, invoked, returned: round.now(), outcome })
}

/// One of them, until `stop` is set. There are as many as nodes, and each show is changed by one of them only.
pub(crate) fn works(round: &Round, staff: &Staff, number: usize, signs: &Signs) -> Diary {
    let mut diary = Diary::default();
    let colleagues = round.doors.all().len();
    let own: Vec<&Show> = round.shows.iter().skip(number).step_by(colleagues.max(1)).collect();
    let mut random = Random::new(round.seed ^ round.number, 0x57AF ^ (number as u64) << 32);
    let mut closed: Option<i64> = None;
    // Above what the shows were opened at.
    let mut prices = (round.shows.len() * 10..).map(|at| price(round, at));
    while !signs.stop.load(Ordering::Relaxed) {
        let (from, to) = if closed.is_some() { CLOSED } else { staff.pause };
        thread::sleep(Duration::from_millis(from + random.below(to - from + 1)));
        let (Some(chosen), Some(price)) = (random.pick(&own), prices.next()) else { break };
        let sales = match (closed, random.below(10)) {
            (None, 0..2) => Sales::NotYet,
            (None, 2..4) => Sales::Closed,
            _ => Sales::Open,
        };
        let show = closed.unwrap_or(chosen.id);
        let node = usize::try_from(random.below(colleagues as u64)).unwrap_or(0);
        let mut client = Client::new(round.doors.at(node));
        let Ok(op) = change(round, &mut client, &staff.token, show, Rules { sales, price }) else { continue };
        signs.changes.fetch_add(usize::from(matches!(op.outcome, Outcome::Ok(_))), Ordering::SeqCst);
        // What was turned away has changed nothing; what was not answered may have closed it.
        if !is_shed(&op.outcome) {
            closed = if sales == Sales::Open && !op.is_unknown() { None } else { Some(show) };
        }
        diary.ops.push(op);
    }
    diary
}

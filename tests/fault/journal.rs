//! The history as a file, one line of JSON for each thing that happened: enough to judge a run again without a server.

use std::{
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
};

use houselights_tests::harness::{Attempting as _, Result};
use serde_json::{Value, json};

use crate::{
    check::{Observed, Violation, World, check},
    history::{Action, Op, Outcome, Rules, Sales, Told},
};

/// Writes it.
#[derive(Debug)]
pub(crate) struct Journal(File);

impl Journal {
    pub(crate) fn create(path: &Path) -> Result<Self> {
        File::create(path).map(Self).attempting("cannot write the history")
    }

    pub(crate) fn add(&mut self, ops: &[Op]) -> Result {
        let lines: String = ops.iter().map(|op| of_op(op).to_string() + "\n").collect();
        self.0.write_all(lines.as_bytes()).attempting("cannot write the history")
    }

    pub(crate) fn note(&mut self, note: &Value) -> Result {
        writeln!(self.0, "{note}").attempting("cannot write the history")
    }

    /// What has become of the operations that are not as they were.
    pub(crate) fn changed(&mut self, before: &[Op], after: &[Op]) -> Result {
        let pairs = before.iter().zip(after).enumerate();
        pairs.filter(|(_, (before, after))| before != after).try_for_each(|(number, (_, after))| {
            self.note(&json!({"again": number, "returned": after.returned, "outcome": of_outcome(&after.outcome)}))
        })
    }

    /// What was found otherwise than by looking at what is written here.
    pub(crate) fn found(&mut self, found: &[Violation]) -> Result {
        found.iter().try_for_each(|found| self.note(&json!({"found": found.to_string()})))
    }

    /// What was seen, as far as it differs from what was known; `settled` if from now on it is what is known.
    pub(crate) fn seen(&mut self, known: &World, seen: &Observed, settled: bool) -> Result {
        let new: Vec<Value> =
            seen.iter().filter(|(id, told)| known.0.get(id) != Some(told)).map(|(_, told)| of_told(told)).collect();
        let gone: Vec<i64> = known.0.keys().filter(|id| !seen.contains_key(id)).copied().collect();
        self.note(&json!({"seen": new, "gone": gone, "settled": settled}))
    }
}

/// Where the history of a run is.
pub(crate) fn history(work: &Path) -> PathBuf {
    work.join("history.jsonl")
}

fn of_told(told: &Told) -> Value {
    json!([told.id, told.order, told.user, told.show, told.seat, told.status, told.price])
}

fn of_outcome(outcome: &Outcome) -> Value {
    match outcome {
        Outcome::Ok(told) => json!({"ok": told.iter().map(of_told).collect::<Vec<_>>()}),
        Outcome::Refused(code) => json!({"refused": code}),
        Outcome::Unknown(why) => json!({"unknown": why}),
        Outcome::Wrong(what) => json!({"wrong": what}),
    }
}

fn of_op(op: &Op) -> Value {
    let action = match &op.action {
        Action::Book { show, seats } => json!({"book": show, "seats": seats}),
        Action::Cancel { booking } => json!({"cancel": booking}),
        Action::Change { show, rules } => {
            json!({"change": show, "sales": rules.sales.word(), "price": rules.price})
        }
    };
    json!({"round": op.round, "user": op.user, "action": action, "key": op.key, "invoked": op.invoked,
           "returned": op.returned, "outcome": of_outcome(&op.outcome)})
}

fn told(value: &Value) -> Option<Told> {
    Some(Told {
        id: value[0].as_i64()?,
        order: value[1].as_i64()?,
        user: value[2].as_i64()?,
        show: value[3].as_i64()?,
        seat: u32::try_from(value[4].as_u64()?).ok()?,
        status: value[5].as_str()?.to_owned(),
        price: value[6].as_i64(),
    })
}

fn outcome(value: &Value) -> Option<Outcome> {
    let word = |name: &str| value[name].as_str().map(str::to_owned);
    if let Some(all) = value["ok"].as_array() {
        return all.iter().map(told).collect::<Option<_>>().map(Outcome::Ok);
    }
    let refused = word("refused").map(Outcome::Refused);
    refused.or_else(|| word("unknown").map(Outcome::Unknown)).or_else(|| word("wrong").map(Outcome::Wrong))
}

fn op(value: &Value) -> Option<Op> {
    let action = &value["action"];
    let seats = || {
        action["seats"].as_array()?.iter().map(|seat| u32::try_from(seat.as_u64()?).ok()).collect::<Option<Vec<u32>>>()
    };
    let rules = || Some(Rules { sales: Sales::named(action["sales"].as_str()?)?, price: action["price"].as_i64()? });
    let action = match (action["book"].as_i64(), action["change"].as_i64()) {
        (Some(show), _) => Action::Book { show, seats: seats()? },
        (None, Some(show)) => Action::Change { show, rules: rules()? },
        (None, None) => Action::Cancel { booking: action["cancel"].as_i64()? },
    };
    Some(Op {
        round: value["round"].as_u64()?,
        user: value["user"].as_i64()?,
        action,
        key: value["key"].as_str().map(str::to_owned),
        invoked: value["invoked"].as_u64()?,
        returned: value["returned"].as_u64()?,
        outcome: outcome(&value["outcome"])?,
    })
}

/// A history that is read again, as far as it has come.
#[derive(Debug, Default)]
struct Replay {
    known: World,
    ops: Vec<Op>,
    judged: u64,
    /// What the run is, what its last round was about, and what it came to.
    notes: [Option<Value>; 3],
    found: Vec<(String, String)>,
}

/// What a history tells when it is judged again.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) told: String,
    /// With the round of each.
    pub(crate) found: Vec<(String, String)>,
}

/// Reads a history and judges everything in it once more. What the run found by other means than its history, such as
/// free seats that were counted wrong, is told as it was told then.
pub(crate) fn replay(path: &Path) -> Result<Judged> {
    let text = fs::read_to_string(path).attempting("cannot read the history")?;
    let mut replay = Replay::default();
    for (number, line) in (1..).zip(text.lines()) {
        let value: Value = serde_json::from_str(line).attempting(&format!("line {number}"))?;
        replay.read(&value).ok_or_else(|| format!("line {number} is not one that a run writes: {line}"))?;
    }
    let run = replay.notes[0].take().unwrap_or_default();
    let rest = match replay.ops.len() {
        0 => String::new(),
        left => format!("; it ends in {}, with {left} operations that were never compared", replay.round()),
    };
    let summary = replay.notes[2].take().map(|said| format!("; {said}")).unwrap_or_default();
    let told = format!("{run}: {} comparisons, {} bookings{rest}{summary}", replay.judged, replay.known.0.len());
    Ok(Judged { told, found: replay.found })
}

impl Replay {
    fn round(&self) -> String {
        self.notes[1].as_ref().map(Value::to_string).unwrap_or_default()
    }

    fn read(&mut self, line: &Value) -> Option<()> {
        let has = |name: &str| line.get(name).is_some();
        if has("action") {
            self.ops.push(op(line)?);
        } else if has("again") {
            let op = self.ops.get_mut(usize::try_from(line["again"].as_u64()?).ok()?)?;
            (op.returned, op.outcome) = (line["returned"].as_u64()?, outcome(&line["outcome"])?);
        } else if has("seen") {
            self.judge(line)?;
        } else if has("found") {
            self.found.push((self.round(), format!("as the run said: {}", line["found"].as_str()?)));
        } else if has("seed") {
            self.notes[0] = Some(line.clone());
        } else if has("nemeses") {
            self.notes[1] = Some(line.clone());
        } else if has("summary") {
            self.notes[2] = Some(line["summary"].clone());
        } else {
            return None;
        }
        Some(())
    }

    fn judge(&mut self, line: &Value) -> Option<()> {
        let mut seen = self.known.0.clone();
        for gone in line["gone"].as_array()? {
            seen.remove(&gone.as_i64()?);
        }
        for new in line["seen"].as_array()? {
            let new = told(new)?;
            seen.insert(new.id, new);
        }
        self.judged += 1;
        let round = self.round();
        let found = check(&self.known, &self.ops, &seen);
        self.found.extend(found.iter().map(|found| (round.clone(), found.to_string())));
        if line["settled"].as_bool()? {
            self.known = World(seen);
            self.ops.clear();
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(id: i64, seat: u32, status: &str) -> Told {
        Told { id, order: id, user: 7, show: 1, seat, status: status.to_owned(), price: Some(1_200) }
    }

    fn op(action: Action, when: (u64, u64), outcome: Outcome) -> Op {
        Op { round: 1, user: 7, action, key: Some("k".to_owned()), invoked: when.0, returned: when.1, outcome }
    }

    fn seen(all: &[Told]) -> Observed {
        all.iter().map(|told| (told.id, told.clone())).collect()
    }

    /// Two rounds; in the second what was not answered is asked again, and one booking has vanished if `lost`.
    fn run(path: &Path, lost: bool) {
        let mut journal = Journal::create(path).unwrap();
        journal.note(&json!({"seed": 1})).unwrap();
        journal.note(&json!({"round": 1, "nemeses": ["kill"]})).unwrap();
        let booked = op(Action::Book { show: 1, seats: vec![5] }, (1, 2), Outcome::Ok(vec![told(1, 5, "booked")]));
        let refused = op(Action::Book { show: 1, seats: vec![5] }, (3, 4), Outcome::Refused("seat_taken".to_owned()));
        let rules = Rules { sales: Sales::Open, price: 1_200 };
        let opened = op(Action::Change { show: 1, rules }, (0, 0), Outcome::Ok(Vec::new()));
        journal.add(&[opened, booked, refused]).unwrap();
        let first = seen(&[told(1, 5, "booked")]);
        journal.seen(&World::default(), &first, true).unwrap();
        let known = World(first);
        journal.note(&json!({"round": 2, "nemeses": ["freeze"]})).unwrap();
        let before = [op(Action::Cancel { booking: 1 }, (10, 20), Outcome::Unknown("cut".to_owned()))];
        journal.add(&before).unwrap();
        let after = [Op { returned: 30, outcome: Outcome::Ok(vec![told(1, 5, "cancelled")]), ..before[0].clone() }];
        journal.changed(&before, &after).unwrap();
        let after_all = if lost { Observed::new() } else { seen(&[told(1, 5, "cancelled")]) };
        journal.seen(&known, &after_all, true).unwrap();
    }

    #[test]
    fn a_history_is_judged_again_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.jsonl");
        run(&path, false);
        let judged = replay(&path).unwrap();
        assert_eq!(judged.found, []);
        assert!(judged.told.ends_with(": 2 comparisons, 1 bookings"), "{}", judged.told);
        run(&path, true);
        let found = replay(&path).unwrap().found;
        assert!(found[0].0.contains("freeze") && found[0].1.starts_with("Lost: "), "{found:?}");
    }

    #[test]
    fn a_seat_that_was_sold_by_old_rules_is_found_again_and_what_it_all_came_to_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.jsonl");
        run(&path, false);
        let mut journal = Journal(File::options().append(true).open(&path).unwrap());
        journal.note(&json!({"summary": "all is well"})).unwrap();
        let right = fs::read_to_string(&path).unwrap();
        assert!(replay(&path).unwrap().told.ends_with("1 bookings; \"all is well\""));
        assert!(right.contains(r#"{"change":1,"price":1200,"sales":"open"}"#), "{right}");
        fs::write(&path, right.replace(r#""price":1200,"#, r#""price":1300,"#)).unwrap();
        let found = replay(&path).unwrap().found;
        assert!(found[0].1.starts_with("OldRules: "), "{found:?}");
        // A history from before prices and staff were written down.
        let old: Vec<&str> = right.lines().filter(|line| !line.contains("change")).collect();
        fs::write(&path, old.join("\n").replace(r#"ed",1200]"#, r#"ed"]"#)).unwrap();
        assert_eq!(replay(&path).unwrap().found, []);
    }

    #[test]
    fn what_was_found_otherwise_and_a_line_that_is_none_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.jsonl");
        run(&path, false);
        let mut journal = Journal(File::options().append(true).open(&path).unwrap());
        journal.found(&[Violation(crate::check::Kind::Deadlock, "3 of them".to_owned())]).unwrap();
        assert_eq!(replay(&path).unwrap().found[0].1, "as the run said: Deadlock: 3 of them");
        journal.note(&json!({"what": "else"})).unwrap();
        assert!(replay(&path).unwrap_err().starts_with("line 12 is not one that a run writes"));
    }
}

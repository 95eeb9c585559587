//! By which rules a show may have been sold at which moment, as far as staff were told, and whether what customers were
//! told fits. Pure.
//!
//! A show is changed by one member of staff, who waits for each answer. A change that was not answered may come as late
//! as the next one that has come for certain: the product lets nobody change the programme while somebody else does.

use std::collections::BTreeMap;

use crate::history::{Action, Micros, Op, Outcome, Rules, Sales};

/// A seat that was sold: between these moments, at this price.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sale {
    pub(crate) booking: i64,
    pub(crate) show: i64,
    pub(crate) price: Option<i64>,
    pub(crate) invoked: Micros,
    pub(crate) returned: Micros,
}

/// When rules may have held: not before they were asked for, and not after others held for certain.
#[derive(Clone, Copy, Debug)]
struct Span {
    /// `None`: those from before the first change, which are not known.
    rules: Option<Rules>,
    from: Micros,
    until: Micros,
    /// When they came to hold, if they ever did.
    by: Micros,
}

impl Span {
    const fn meets(&self, invoked: Micros, returned: Micros) -> bool {
        self.from <= returned && invoked <= self.until
    }
}

/// By show.
#[derive(Debug, Default)]
pub(crate) struct Programme(BTreeMap<i64, Vec<Span>>);

impl Programme {
    /// What was changed, and what the seats that were sold say about when.
    pub(crate) fn of(ops: &[Op], sales: &[Sale]) -> Self {
        let mut changes: BTreeMap<i64, Vec<(&Op, Rules)>> = BTreeMap::new();
        for op in ops {
            if let (Action::Change { show, rules }, Outcome::Ok(_) | Outcome::Unknown(_)) = (&op.action, &op.outcome) {
                changes.entry(*show).or_default().push((op, *rules));
            }
        }
        let spans = |(show, changes)| {
            let sales: Vec<Sale> = sales.iter().copied().filter(|sale| sale.show == show).collect();
            (show, spans(changes, &sales))
        };
        Self(changes.into_iter().map(spans).collect())
    }

    /// Whether it was sold by rules that held at some moment between question and answer. A show that nobody has changed
    /// is sold by rules that are not known here.
    pub(crate) fn explains(&self, sale: Sale) -> bool {
        let fits = |rules: Rules| rules.sales == Sales::Open && sale.price.is_none_or(|price| price == rules.price);
        self.0.get(&sale.show).is_none_or(|spans| {
            let mut held = spans.iter().filter(|span| span.meets(sale.invoked, sale.returned));
            held.any(|span| span.rules.is_none_or(fits))
        })
    }

    /// Whether this "no" to whoever wanted seats of a show was true at some moment between question and answer.
    pub(crate) fn refuses(&self, show: i64, code: &str, op: &Op) -> bool {
        let spans = self.0.get(&show).map_or(&[][..], Vec::as_slice);
        match code {
            // The show is read anew once; only who meets another change then is told so.
            "show_changed" => spans
                .iter()
                .any(|span| span.rules.is_some() && span.from <= op.returned && op.invoked <= span.by.min(span.until)),
            _ => Sales::named(code).is_some_and(|sales| {
                let held = |span: &&Span| span.meets(op.invoked, op.returned);
                sales != Sales::Open
                    && spans.iter().filter(held).any(|span| span.rules.is_none_or(|rules| rules.sales == sales))
            }),
        }
    }
}

/// The rules of one show in their order.
fn spans(mut changes: Vec<(&Op, Rules)>, sales: &[Sale]) -> Vec<Span> {
    changes.sort_by_key(|(op, _)| op.invoked);
    let of_price = |price| changes.iter().filter(|(_, rules)| rules.price == price).count();
    let by = |op: &Op, rules: Rules| {
        let answered = if op.is_unknown() { Micros::MAX } else { op.returned };
        // Who has bought at a price that was set once tells that it was set by then.
        let is_proof = rules.sales == Sales::Open && of_price(rules.price) == 1;
        let proof = sales.iter().filter(|sale| is_proof && sale.price == Some(rules.price));
        proof.map(|sale| sale.returned).min().map_or(answered, |sold| answered.min(sold))
    };
    let mut until = Micros::MAX;
    let mut spans = Vec::new();
    for (op, rules) in changes.iter().rev() {
        let by = by(op, *rules);
        spans.push(Span { rules: Some(*rules), from: op.invoked, until, by });
        until = until.min(by);
    }
    spans.push(Span { rules: None, from: 0, until, by: 0 });
    spans
}

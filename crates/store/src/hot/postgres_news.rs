//! What other nodes have sold, read from their lanes' ledgers.

use std::collections::HashMap;

use houselights_domain::ledger::{LedgerEntry, LedgerPage};
use parking_lot::Mutex;

use super::{News, SeatChange};
use crate::{
    error::{Error, Result},
    params,
    postgres::Postgres,
    value::{FromRow, Row},
};

/// Pages of one lane that are read at a time.
const PAGES: i64 = 200;

/// The stretch of each lane's ledger that this process has written itself, and so knows of: behind the first number, up
/// to the second.
#[derive(Debug, Default)]
pub(crate) struct OwnEntries(Mutex<HashMap<i64, (i64, i64)>>);

impl OwnEntries {
    /// A lane was taken whose ledger ends at `seq`.
    pub(super) fn taken(&self, lane: i64, seq: i64) {
        let mut own = self.0.lock();
        let known = own.entry(lane).or_insert((seq, seq));
        if known.1 != seq {
            *known = (seq, seq);
        }
    }

    /// The lane was written up to `seq`.
    pub(super) fn written(&self, lane: i64, seq: i64) {
        if let Some(known) = self.0.lock().get_mut(&lane) {
            known.1 = seq;
        }
    }

    /// The next stretch behind `heard` and up to `end` that was written elsewhere; it may be empty.
    fn next(&self, lane: i64, heard: i64, end: i64) -> (i64, i64) {
        match self.0.lock().get(&lane) {
            Some((from, to)) if heard >= *from => (heard.max(*to).min(end.max(heard)), end),
            Some((from, _)) => (heard, end.min(*from)),
            None => (heard, end),
        }
    }
}

struct LaneEnd(i64, i64);

impl FromRow for LaneEnd {
    fn from_row(row: &mut Row) -> Result<Self> {
        Ok(Self(row.next()?, row.next()?))
    }
}

/// What was entered in a lane behind `from`, up to `to` or a little less far, and how far that is.
async fn pages(db: &Postgres, (lane, from, to): (i64, i64, i64)) -> Result<(Vec<SeatChange>, i64)> {
    if from >= to {
        return Ok((Vec::new(), to));
    }
    let sql =
        "SELECT lane, seq, at, lines FROM ledger WHERE lane = $1 AND seq > $2 AND seq <= $3 ORDER BY seq LIMIT $4";
    let (mut changes, mut last) = (Vec::new(), to);
    let mut rows = db.rows(sql, params![lane, from, to, PAGES]).await?;
    for row in &mut rows {
        let page = LedgerPage { lane: row.next()?, seq: row.next()?, at: row.next()?, lines: row.next()? };
        for entry in page.entries() {
            let LedgerEntry { show, seat, version, until, .. } =
                entry.map_err(|line| Error::Corrupt(format!("the ledger of lane {lane} has the line {line}")))?;
            changes.push(SeatChange { show, seat, version, deadline: until });
        }
        last = page.seq;
    }
    let more = i64::try_from(rows.len()).unwrap_or(PAGES) == PAGES;
    Ok((changes, if more { last } else { to }))
}

/// What has changed elsewhere since this was last asked, in the order of each lane. The first time nothing has.
pub(super) async fn news(db: &Postgres, heard: &mut News) -> Result<Vec<SeatChange>> {
    let mut ends = db.rows("SELECT lane, seq FROM lanes", Vec::new()).await?;
    let ends: Vec<LaneEnd> = ends.iter_mut().map(LaneEnd::from_row).collect::<Result<_>>()?;
    let Some(marks) = &mut heard.0 else {
        heard.0 = Some(ends.into_iter().map(|LaneEnd(lane, seq)| (lane, seq)).collect());
        return Ok(Vec::new());
    };
    let mut changes = Vec::new();
    // What was read before a fault is read again: it has been told to nobody.
    let mut further = marks.clone();
    for LaneEnd(lane, end) in ends {
        let mark = further.entry(lane).or_insert(0);
        while *mark < end {
            let (from, to) = db.own_entries.next(lane, *mark, end);
            let (read, last) = pages(db, (lane, from, to)).await?;
            changes.extend(read);
            *mark = last.max(from);
        }
    }
    *marks = further;
    Ok(changes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_this_process_wrote_is_no_news() {
        let own = OwnEntries::default();
        assert_eq!(own.next(1, 0, 9), (0, 9));
        own.taken(1, 3);
        own.written(1, 7);
        assert_eq!(own.next(1, 0, 9), (0, 3), "before the lane was ours");
        assert_eq!(own.next(1, 3, 9), (7, 9), "after somebody else took it");
        assert_eq!(own.next(1, 3, 7), (7, 7));
        assert_eq!(own.next(1, 8, 9), (8, 9));
        own.taken(1, 9);
        assert_eq!(own.next(1, 7, 12), (7, 9), "it is ours again, and two entries of others were between");
        own.taken(1, 9);
        assert_eq!(own.next(1, 9, 12), (9, 12));
    }
}

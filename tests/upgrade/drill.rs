//! The acts of the drill.

use std::{
    thread,
    time::{Duration, Instant},
};

use houselights_tests::harness::{
    Attempting as _, Result,
    client::{Ask, Client},
    server::poll,
};

use crate::{
    Args,
    office::{Office, PAPERS, Release},
    papers,
};

/// Sold in peace between two changes, so that each pair of releases has sold side by side.
const PEACE: Duration = Duration::from_millis(1500);
/// A node that the schema has left behind says so to whoever asks for its health.
const NOTICED_WITHIN: Duration = Duration::from_secs(5);

/// The whole drill.
pub(crate) fn run(args: &Args) -> Result {
    let begun = Instant::now();
    let release = |name, binary: &std::path::Path, steps| Release { name, binary: binary.to_owned(), steps };
    let old = release("OLD", &args.old, None);
    let mut office = Office::open(args, &old)?;
    println!("two nodes of OLD sell after {:.1} s", begun.elapsed().as_secs_f64());
    if let Some(new) = &args.new {
        there_and_back(&mut office, &old, &release("NEW", new, None))?;
    }
    if let Some(next) = &args.next {
        there_and_back(&mut office, &old, &release("NEXT", next, Some("expands")))?;
        leave_behind(&mut office, &old, &release("NEXT", next, Some("contracts")))?;
    }
    let last = match &args.next {
        Some(next) => release("NEXT", next, Some("contracts")),
        None => old,
    };
    let (seen, books) = office.close(&last)?;
    println!(
        "customers who went to the other node were served {} times, after at most {:.2} s; turned away by a node that \
         stopped: {:?}\n{books}\n{:.0} s in all",
        seen.served,
        seen.longest.as_secs_f64(),
        seen.turned_away,
        begun.elapsed().as_secs_f64()
    );
    Ok(())
}

/// The schema first, then one node after the other; and back, with the schema as it is.
fn there_and_back(office: &mut Office, old: &Release, new: &Release) -> Result {
    println!("from {old} to {new}");
    in_peace(office, &format!("{new}-0"))?;
    migrate(office, new)?;
    in_peace(office, &format!("{new}-1"))?;
    for (step, (node, release)) in (2..).zip([(0, new), (1, new), (1, old), (0, old)]) {
        office.becomes(node, release)?;
        in_peace(office, &format!("{new}-{step}"))?;
    }
    for release in [old, new] {
        println!("  by {release}: {}", office.command(release, &["verify"])?.trim());
    }
    let ahead = office.command(old, &["migrate"])?;
    println!("  {old} says of the schema: {}", last_line(&ahead));
    if new.steps.is_some() {
        let said = ahead.contains("they work together") && office.logged(0).contains("by a newer Houselights");
        said.then_some(()).ok_or("a program that finds a newer schema that it can work on does not say so")?;
    }
    Ok(())
}

/// `migrate`, while both nodes sell.
fn migrate(office: &mut Office, release: &Release) -> Result {
    let begun = Instant::now();
    let said = office.command(release, &["migrate"])?;
    println!("  {release} migrates in {:.2} s: {}", begun.elapsed().as_secs_f64(), last_line(&said));
    office.is_well()
}

/// Everybody sells for a while; what one node hands out is good at the other; and nothing was wrong.
fn in_peace(office: &mut Office, when: &str) -> Result {
    // Time to sell something, not a wait for anything.
    thread::sleep(PEACE);
    papers::are_good_at_both(&office.lives, &when.to_lowercase(), PAPERS)?;
    office.is_well()
}

/// The schema loses what the old release needs. Its nodes are no longer ready and none can be started, which is said in
/// so many words; then the house comes back as the next release.
fn leave_behind(office: &mut Office, old: &Release, next: &Release) -> Result {
    println!("{next} takes away what {old} needs");
    migrate(office, next)?;
    for at in office.lives.at {
        let mut client = Client::new(at);
        poll("a node that is left behind is no longer ready", NOTICED_WITHIN, || {
            Ok((client.told(Ask::get("/readyz/"))?.status == 503).then_some(()))
        })?;
    }
    let said = office.refused(old)?;
    let sentence = "the database was written by a newer Houselights";
    let told = said.contains(sentence) && said.contains("start the newer version again");
    told.then_some(()).ok_or_else(|| format!("{old} is refused without a clear word: {said}"))?;
    println!("  {old} is not ready any more, and does not start: {}", last_line(&said));
    for words in [["migrate"], ["verify"]] {
        let done = office.command(old, &words);
        let refused = done.as_ref().is_err_and(|why| why.contains(sentence));
        refused.then_some(()).ok_or_else(|| format!("`{}` by {old} is not refused: {done:?}", words[0]))?;
    }
    for node in [0, 1] {
        office.becomes(node, next)?;
    }
    in_peace(office, "left-behind").attempting("after the last release has come")
}

fn last_line(said: &str) -> &str {
    said.trim().lines().last().unwrap_or_default()
}

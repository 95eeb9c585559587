//! No space left.

use std::{collections::BTreeSet, env, fs, process::Command, time::Duration};

use houselights_tests::harness::{
    Attempting as _, Result,
    client::{Ask, Client},
    disk::{Mounted, fill},
    house::{self, Customer, wanted},
    server::{Recipe, Server, poll},
};

use crate::Place;

/// Refusals that must be seen before space returns.
const REFUSALS: usize = 20;
/// Far more attempts than it takes to fill what little is left.
const ATTEMPTS: u32 = 20_000;
const SOON: Duration = Duration::from_secs(20);

/// Says that this runs in a namespace of its own already.
const INSIDE: &str = "HOUSELIGHTS_HARD_INSIDE";

/// A file system of its own that is really full. Mounting it needs root, or else a user namespace to be root in.
pub(crate) fn full_file_system(place: &Place) -> Result<String> {
    let mounted = match Mounted::new(&place.folder.join("disk"), 8) {
        Ok(mounted) => mounted,
        Err(why) if env::var_os(INSIDE).is_none() => return in_a_namespace(place, &why),
        Err(why) => return Err(why),
    };
    let recipe = house::anew(&place.binary, &mounted.at().join("data"))?;
    let ballast = mounted.at().join("ballast");
    let told = through_a_shortage(&recipe, |_| fill(&ballast), |_| fs::remove_file(&ballast).attempting("the ballast"));
    drop(mounted);
    told
}

/// This case once more, as root of a user namespace.
fn in_a_namespace(place: &Place, why: &str) -> Result<String> {
    let this = env::current_exe().attempting("cannot tell which program this is")?;
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount"]).arg(this).arg(&place.binary).arg(&place.folder);
    let done = command.arg("full-disk").env(INSIDE, "1").output().attempting("cannot run unshare (util-linux)")?;
    let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    if done.status.success() {
        Ok(said.trim().rsplit("s  ").next().unwrap_or_default().to_owned())
    } else {
        Err(format!("{why}; as root of a namespace: {said}"))
    }
}

/// Files may not grow beyond a limit: another error of the system, with the same promises.
pub(crate) fn file_size_limit(place: &Place) -> Result<String> {
    let mut recipe = place.house()?;
    // The signal that goes with the limit is ignored, as a full disk sends none.
    recipe.before = "trap '' XFSZ;".into();
    let limit = |server: &Server, bytes: String| -> Result {
        let mut command = Command::new("prlimit");
        command.arg("--pid").arg(server.id().to_string()).arg(format!("--fsize={bytes}:"));
        let done = command.status().attempting("cannot run prlimit (util-linux)")?;
        if done.success() { Ok(()) } else { Err(format!("prlimit: {done}")) }
    };
    let wal = recipe.data.join("houselights.sqlite3-wal");
    through_a_shortage(
        &recipe,
        |server| {
            let length = fs::metadata(&wal).attempting("the write-ahead log")?.len();
            limit(server, (length + 20_000).to_string())
        },
        // The limit ends with its process.
        |server| server.map_or(Ok(()), |server| limit(server, "unlimited".into())),
    )
}

/// Books until space runs out, is refused, crashes while there is none, and goes on when there is some again.
fn through_a_shortage(
    recipe: &Recipe,
    shortage: impl Fn(&Server) -> Result,
    relief: impl Fn(Option<&Server>) -> Result,
) -> Result<String> {
    let server = recipe.start()?;
    let customers = house::customers(&server, 1)?;
    let mut buyer = Buyer { customer: customers[0].clone(), live: BTreeSet::new(), acknowledged: 0, refused: 0 };
    let mut client = server.client();
    buyer.trade(&mut client, 50)?;
    shortage(&server)?;
    let before = buyer.acknowledged;
    let mut attempts = 0;
    while buyer.refused < REFUSALS {
        buyer.trade(&mut client, 1)?;
        attempts += 1;
        if attempts > ATTEMPTS {
            return Err("it never ran out of space".into());
        }
    }
    client.told(Ask::get("/api/movies/"))?.expect(200)?;
    buyer.sees_what_was_acknowledged(&mut client)?;
    let during = buyer.acknowledged - before;
    relief(Some(&server))?;
    let after = buyer.acknowledged;
    poll("it sells again", SOON, || {
        buyer.trade(&mut client, 1)?;
        Ok((buyer.acknowledged > after).then_some(()))
    })?;
    buyer.trade(&mut client, 50)?;
    recipe.verify()?;
    // Once more, and this time it is killed in the middle of it.
    shortage(&server)?;
    let refused = buyer.refused;
    poll("it refuses again", SOON, || {
        buyer.trade(&mut client, 1)?;
        Ok((buyer.refused > refused).then_some(()))
    })?;
    server.kill()?;
    relief(None)?;
    let server = recipe.start()?;
    buyer.sees_what_was_acknowledged(&mut server.client())?;
    server.stop(SOON)?;
    recipe.verify()?;
    Ok(format!(
        "{} acknowledged ({during} of them in the last free space), {} refused with 503, none of them half done; it went \
         on by itself when space returned",
        buyer.acknowledged, buyer.refused
    ))
}

/// Books and gives back, one seat at a time.
struct Buyer {
    customer: Customer,
    live: BTreeSet<i64>,
    acknowledged: usize,
    refused: usize,
}

impl Buyer {
    fn trade(&mut self, client: &mut Client, times: usize) -> Result {
        for _ in 0..times {
            let cancel = self.live.first().copied().filter(|_| self.live.len() > 5);
            let path = cancel.map_or("/api/shows/1/book/".into(), |id| format!("/api/bookings/{id}/cancel/"));
            let seat = 1 + u32::try_from(self.acknowledged).unwrap_or(0) % house::SEATS;
            let body = if cancel.is_some() { serde_json::json!({}) } else { wanted(&[seat]) };
            let answer = client.told(Ask::post(&path, &body).by(&self.customer.token))?;
            match (answer.status, answer.code().as_str(), cancel) {
                (201, _, None) => {
                    self.acknowledged += 1;
                    self.live.extend(answer.json()["id"].as_i64());
                }
                (200, _, Some(id)) => {
                    self.acknowledged += 1;
                    self.live.remove(&id);
                }
                (503, "database_away", _) if answer.header("retry-after").is_some() => self.refused += 1,
                (status, code, _) => return Err(format!("{path} was answered {status} {code}")),
            }
        }
        Ok(())
    }

    fn sees_what_was_acknowledged(&self, client: &mut Client) -> Result {
        let told = client.told(Ask::get("/api/my-bookings/").by(&self.customer.token))?.expect(200)?.json();
        let live = told.as_array().into_iter().flatten().filter(|one| one["status"] == "booked");
        let live: BTreeSet<i64> = live.filter_map(|one| one["id"].as_i64()).collect();
        if live == self.live { Ok(()) } else { Err(format!("{:?} were acknowledged, {live:?} are there", self.live)) }
    }
}

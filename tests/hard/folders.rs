//! Data folders that cannot be used: a clear sentence and an exit code.

use std::{
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use houselights_tests::harness::{
    Attempting as _, Result,
    client::Ask,
    server::{Recipe, poll},
};
use rusqlite::Connection;

use crate::Place;

const AT_ONCE: Duration = Duration::from_secs(10);

/// The server ends by itself with exit code 1 and one sentence that holds these words.
fn refuses(recipe: &Recipe, words: &[&str]) -> Result<String> {
    let began = Instant::now();
    let mut server = recipe.spawn()?;
    let status = poll("the server refuses to start", AT_ONCE, || server.ended())?;
    let said = server.logged();
    let said = said.trim();
    if status.code() != Some(1) {
        return Err(format!("it ended with {status}: {said}"));
    }
    let clear = said.lines().count() == 1 && said.starts_with("houselights: ");
    if !clear || words.iter().any(|word| !said.contains(word)) || said.contains("panicked") {
        return Err(format!("it does not say {words:?} in one line: {said}"));
    }
    let said = said.replace(&recipe.data.display().to_string(), "DIR");
    Ok(format!("exit code 1 after {:.0} ms: {said}", began.elapsed().as_secs_f64() * 1e3))
}

pub(crate) fn below_a_file(place: &Place) -> Result<String> {
    let file = place.folder.join("file");
    fs::write(&file, "").attempting("cannot write a file")?;
    let recipe = Recipe::new(&place.binary, &file.join("data"));
    // The log cannot stand beside such a folder.
    let said = recipe.run(&["serve", "--listen", "127.0.0.1:0"])?;
    let text = String::from_utf8_lossy(&said.stderr);
    let text = text.trim();
    if said.status.code() != Some(1) || text.lines().count() != 1 || !text.contains("--data-dir") {
        return Err(format!("{}: {text}", said.status));
    }
    Ok(format!("exit code 1: {}", text.replace(&recipe.data.display().to_string(), "DIR")))
}

/// Root may write wherever permissions forbid it, but not into an immutable folder.
pub(crate) fn immutable(place: &Place) -> Result<String> {
    let folder = place.folder.join("data");
    fs::create_dir_all(&folder).attempting("cannot make the folder")?;
    let _guard = Immutable::new(&folder)?;
    refuses(&Recipe::new(&place.binary, &folder), &["is not writable", "--data-dir"])
}

struct Immutable<'a>(&'a Path);

impl<'a> Immutable<'a> {
    fn new(folder: &'a Path) -> Result<Self> {
        let done = Command::new("chattr").arg("+i").arg(folder).output();
        if done.is_ok_and(|done| done.status.success()) {
            return Ok(Self(folder));
        }
        // Not root, or a file system without it: permissions do the same for everybody but root.
        let done = Command::new("chmod").arg("a-w").arg(folder).status().attempting("cannot run chmod")?;
        if done.success() { Ok(Self(folder)) } else { Err("the folder cannot be made read-only".into()) }
    }
}

impl Drop for Immutable<'_> {
    fn drop(&mut self) {
        // Both fail only where the other was used, or nothing was done.
        let _ = Command::new("chattr").arg("-i").arg(self.0).output();
        let _ = Command::new("chmod").arg("u+w").arg(self.0).output();
    }
}

pub(crate) fn newer_schema(place: &Place) -> Result<String> {
    let recipe = place.house()?;
    let file = recipe.data.join("houselights.sqlite3");
    let database = Connection::open(&file).attempting("cannot open the database")?;
    let newer = "INSERT INTO refinery_schema_history SELECT 999, name, applied_on, checksum
                 FROM refinery_schema_history ORDER BY version DESC LIMIT 1";
    database.execute(newer, []).attempting("cannot make the schema newer")?;
    let mark = "UPDATE meta SET value = '999' WHERE name = 'works_with'";
    database.execute(mark, []).attempting("cannot say whom it works with")?;
    drop(database);
    let before = fs::read(&file).attempting("cannot read the database")?;
    let told = refuses(&recipe, &["newer Houselights", "999"])?;
    if fs::read(&file).attempting("cannot read the database")? != before {
        return Err("the database was changed".into());
    }
    Ok(told)
}

pub(crate) fn second_server(place: &Place) -> Result<String> {
    let recipe = place.house()?;
    let first = recipe.start()?;
    let said = recipe.run(&["serve", "--listen", "127.0.0.1:0"])?;
    let text = String::from_utf8_lossy(&said.stderr);
    let text = text.trim();
    if said.status.code() != Some(1) || text.lines().count() != 1 || !text.contains("another Houselights") {
        return Err(format!("{}: {text}", said.status));
    }
    first.client().told(Ask::get("/readyz"))?.expect(200)?;
    first.stop(AT_ONCE)?;
    Ok(format!("exit code 1: {}", text.replace(&recipe.data.display().to_string(), "DIR")))
}

//! The process that drives browsers, and its end.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

use crate::Result;

/// Ends with the thread that starts it, however that ends: the kernel sees to it.
pub(crate) const DIES_WITH_US: &str = "setpriv --pdeathsig KILL --";

/// Debian's names of the browser and its driver, then those of other systems.
const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// A running chromedriver on a free port; killed when dropped.
#[derive(Debug)]
pub(crate) struct Chromedriver {
    child: Child,
    /// Where it listens.
    pub(crate) url: String,
    /// The program that it is to start as the browser.
    pub(crate) browser: PathBuf,
    /// Kept open, because a closed pipe would end it.
    _says: BufReader<ChildStdout>,
}

impl Chromedriver {
    /// Starts it. Everything that it and its browsers write goes below `folder`.
    pub(crate) fn start(folder: &Path) -> Result<Self> {
        let browser = browser(folder)?;
        let mut command = Command::new("sh");
        command.arg("-c").arg(format!("exec {DIES_WITH_US} chromedriver --port=0"));
        command.env("TMPDIR", folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn()?;
        let mut says = BufReader::new(child.stdout.take().ok_or("chromedriver has no output")?);
        let mut line = String::new();
        let port = loop {
            line.clear();
            if says.read_line(&mut line)? == 0 {
                return Err("chromedriver ended at once; are `chromedriver` and `setpriv` installed?".into());
            }
            if let Some((_, port)) = line.trim_end().trim_end_matches('.').split_once("successfully on port ") {
                break port.to_owned();
            }
        };
        Ok(Self { child, url: format!("http://127.0.0.1:{port}"), browser, _says: says })
    }
}

impl Drop for Chromedriver {
    fn drop(&mut self) {
        // Both fail only where it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A program that is the browser, but ends with the driver even if that is killed.
fn browser(folder: &Path) -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let installed = |name: &&str| folders.iter().any(|folder| folder.join(name).is_file());
    let name = BROWSERS.into_iter().find(installed).ok_or("no Chromium: install `chromium`")?;
    let wrapper = folder.join("browser");
    fs::write(&wrapper, format!("#!/bin/sh\nexec {DIES_WITH_US} {name} \"$@\"\n"))?;
    fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o700))?;
    Ok(wrapper)
}

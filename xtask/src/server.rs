//! A demo server for one step: started on a free port, stopped whatever happens.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::{env, http};

const READY_WITHIN: Duration = Duration::from_mins(1);

/// `houselights demo` with its own data folder; dropping it kills the process and removes the folder.
pub(crate) struct Demo {
    child: Child,
    at: SocketAddr,
    data: PathBuf,
    log: PathBuf,
}

impl Demo {
    /// Starts it without rate limits and waits, at most a minute, until `/readyz` says yes.
    pub(crate) fn start(name: &str) -> Result<Self, String> {
        let scratch = env::scratch();
        let data = scratch.join(format!("{name}-{}", std::process::id()));
        fs::create_dir_all(&data).map_err(|e| format!("cannot make a data folder: {e}"))?;
        let log = scratch.join(format!("{name}.log"));
        let out = File::create(&log).map_err(|e| format!("cannot write the server's log: {e}"))?;
        let err = out.try_clone().map_err(|e| format!("cannot write the server's log: {e}"))?;
        let at = free_port()?;
        let child = Command::new(env::houselights())
            .args(["demo", "--listen", &at.to_string(), "--data-dir"])
            .arg(&data)
            .env("HOUSELIGHTS_RATE_LIMITS", "off")
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err)
            .spawn()
            .map_err(|e| format!("cannot start `houselights demo`: {e}"))?;
        let mut demo = Self { child, at, data, log };
        demo.wait_until_ready()?;
        Ok(demo)
    }

    /// `http://127.0.0.1:PORT`, without a slash.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.at)
    }

    /// Makes the account unless the demo data already holds it, as the README's reader does.
    pub(crate) fn sign_up(&self, username: &str, password: &str) -> Result<(), String> {
        let answer = http::post(self.at, "/api/signup/", &json!({ "username": username, "password": password }))?;
        match answer.status {
            201 | 400 => Ok(()),
            status => Err(format!("signing up as `{username}` was answered {status}: {}", answer.body)),
        }
    }

    /// An access token from `/api/login/`.
    pub(crate) fn login(&self, username: &str, password: &str) -> Result<String, String> {
        let answer = http::post(self.at, "/api/login/", &json!({ "username": username, "password": password }))?;
        if answer.status != 200 {
            return Err(format!("logging in as `{username}` was answered {}: {}", answer.status, answer.body));
        }
        serde_json::from_str::<serde_json::Value>(&answer.body)
            .ok()
            .and_then(|body| body.get("access")?.as_str().map(str::to_owned))
            .ok_or_else(|| "the answer to the login holds no `access` token".to_owned())
    }

    /// Fails unless the server is still there, ready, and has not panicked.
    pub(crate) fn still_well(&mut self) -> Result<(), String> {
        if let Ok(Some(status)) = self.child.try_wait() {
            return Err(format!("the server ended with {status}\n{}", self.log_tail()));
        }
        let answer = http::get(self.at, "/readyz")?;
        if answer.status != 200 {
            return Err(format!("/readyz is answered {}: {}", answer.status, answer.body));
        }
        let log = fs::read_to_string(&self.log).map_err(|e| format!("cannot read the server's log: {e}"))?;
        match log.lines().find(|line| line.contains("panicked at")) {
            Some(line) => Err(format!("the server panicked: {line}")),
            None => Ok(()),
        }
    }

    fn wait_until_ready(&mut self) -> Result<(), String> {
        let start = Instant::now();
        while start.elapsed() < READY_WITHIN {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(format!("`houselights demo` ended with {status}\n{}", self.log_tail()));
            }
            if http::get(self.at, "/readyz").is_ok_and(|answer| answer.status == 200) {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(100));
        }
        Err(format!("/readyz did not answer 200 within {} s\n{}", READY_WITHIN.as_secs(), self.log_tail()))
    }

    fn log_tail(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // Both fail only where the process has already ended, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.data);
    }
}

fn free_port() -> Result<SocketAddr, String> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map_err(|e| format!("no free port: {e}"))
}

//! A ticket office for a walk: the real binary on a data folder of its own.

use std::{env, fs, net::SocketAddr, path::PathBuf};

use houselights_tests::harness::{
    client::{Ask, Client},
    server::{Recipe, Server},
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{Result, chromedriver::DIES_WITH_US};

/// Names the binary; `cargo xtask` sets it.
const BINARY: &str = "HOUSELIGHTS_BINARY";

/// Somebody who has signed up.
#[derive(Clone, Debug)]
pub struct Customer {
    /// Their name.
    pub username: String,
    /// Their password.
    pub password: String,
    /// An access token, which outlasts the walk.
    pub token: String,
}

/// A running server; it is killed, and its folder removed, when dropped.
#[derive(Debug)]
pub struct House {
    server: Server,
    folder: TempDir,
}

impl House {
    /// `houselights demo`, as a newcomer starts it.
    pub fn demo() -> Result<Self> {
        Self::open("demo", None, "off")
    }

    /// The same in the middle of the week: made-up customers have bought seats.
    pub fn demo_with_sales() -> Result<Self> {
        Self::open("demo", None, "on")
    }

    /// A server with this programme and nobody in it.
    pub fn with(programme: &Value) -> Result<Self> {
        Self::open("serve", Some(programme), "off")
    }

    fn open(command: &'static str, programme: Option<&Value>, sales: &str) -> Result<Self> {
        let binary = env::var_os(BINARY).map(PathBuf::from);
        let binary =
            binary.ok_or_else(|| format!("run this by `cargo xtask browser`, or name a binary in {BINARY}"))?;
        let folder = tempfile::tempdir()?;
        let recipe = Recipe::new(&binary, &folder.path().join("data"));
        let recipe = Recipe { command, wrapper: DIES_WITH_US.into(), ..recipe }.with("DEMO_SALES", &sales);
        if let Some(programme) = programme {
            let file = folder.path().join("programme.json");
            fs::write(&file, programme.to_string())?;
            recipe.done(&["import", "programme", &file.to_string_lossy()])?;
        }
        Ok(Self { server: recipe.start()?, folder })
    }

    /// A small cinema.
    pub fn small() -> Result<Self> {
        Self::with(&small())
    }

    /// Where it listens.
    pub const fn at(&self) -> SocketAddr {
        self.server.at
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.at)
    }

    /// A folder for what belongs to this walk only.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Asks the API, beside all browsers.
    pub fn ask(&self, ask: Ask<'_>, status: u16) -> Result<Value> {
        Ok(Client::new(self.server.at).told(ask)?.expect(status)?.json())
    }

    /// Signs somebody up and in by the API.
    pub fn customer(&self, username: &str) -> Result<Customer> {
        let password = "house-lights-down-7";
        let who = json!({"username": username, "password": password});
        self.ask(Ask::post("/api/signup/", &who), 201)?;
        let pair = self.ask(Ask::post("/api/login/", &who), 200)?;
        let token = pair["access"].as_str().ok_or("no access token")?.to_owned();
        Ok(Customer { username: username.into(), password: password.into(), token })
    }
}

/// One cinema, a hall of every kind of seat and one large hall, shows far in the future.
pub fn small() -> Value {
    let large: Vec<Value> = (0..20u8)
        .map(|row| json!({"row": char::from(b'A' + row).to_string(), "seats": "sssssss_sssssssssss_sssssss"}))
        .collect();
    let show = |key: &str, movie: &str, screen: &str, at: &str| {
        json!({"key": key, "movie": movie, "screen": screen, "starts_at": at, "format": "2D", "audio": "en",
               "prices": {"standard": 1200, "premium": 1500, "wheelchair": 1200, "companion": 0, "sofa": 1800}})
    };
    json!({
        "cinemas": [{"key": "rex", "name": "Rex", "timezone": "Europe/London", "currency": "GBP", "screens": [
            {"key": "1", "name": "Screen 1", "cleaning_minutes": 15, "layout": [
                {"row": "A", "seats": "__ssss_ssss__"}, {"row": "B", "seats": "_sssss_sssss_"},
                {"row": "C", "seats": "wc_pppp_pppp_"}, {"row": "D", "seats": "()()()_()()()"}]},
            {"key": "2", "name": "Screen 2", "cleaning_minutes": 15, "layout": large}]}],
        "movies": [{"key": "m", "title": "Metropolis", "duration_minutes": 153},
                   {"key": "n", "title": "Nosferatu", "duration_minutes": 94}],
        "shows": [show("1", "m", "rex/1", "2099-01-01T19:30:00"), show("2", "m", "rex/2", "2099-01-01T20:00:00"),
                  show("3", "n", "rex/1", "2099-01-02T19:30:00")],
    })
}

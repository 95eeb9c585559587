//! The configuration: from flags, environment, file and defaults to typed values.

mod layers;
mod reference;
mod settings;
#[cfg(test)]
mod tests;
mod values;

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

pub(crate) use layers::{Environment, Layers, Purpose};
pub(crate) use reference::markdown;
pub(crate) use settings::{Reach, Setting, groups};

use houselights_web::settings::{Colour, Language, Logo};
use values::{address, duration, list, number, number_or_auto, on_off, size, word};

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_hours(24);

/// All settings, each with a value that can be used.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) purpose: Purpose,
    pub(crate) listen: SocketAddr,
    pub(crate) data_dir: PathBuf,
    pub(crate) public_url: Option<String>,
    pub(crate) workers: usize,
    pub(crate) readers: usize,
    /// `None`: the embedded one in the data folder.
    pub(crate) database: Option<Database>,
    pub(crate) connections: Connections,
    pub(crate) pages: Pages,
    /// `None`: off.
    pub(crate) rate_limits: Option<RateLimits>,
    pub(crate) accounts: Accounts,
    pub(crate) booking: Booking,
    pub(crate) log: Log,
    pub(crate) metrics: Metrics,
}

/// A PostgreSQL and how it is used.
#[derive(Clone)]
pub(crate) struct Database {
    pub(crate) url: String,
    pub(crate) connections: usize,
    pub(crate) wait: Duration,
    pub(crate) limit: Duration,
    pub(crate) prepare: bool,
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database").field("connections", &self.connections).finish_non_exhaustive()
    }
}

/// How clients may connect.
#[derive(Clone, Debug)]
pub(crate) struct Connections {
    pub(crate) most: usize,
    pub(crate) watchers: usize,
    pub(crate) header_timeout: Duration,
    pub(crate) request_timeout: Duration,
    pub(crate) body_limit: usize,
    pub(crate) shutdown_deadline: Duration,
    pub(crate) trusted_proxies: Vec<String>,
    pub(crate) cors_origins: Vec<String>,
}

/// What makes the pages a cinema's own.
#[derive(Clone, Debug)]
pub(crate) struct Pages {
    pub(crate) name: String,
    pub(crate) colour: Option<Colour>,
    pub(crate) logo: Option<PathBuf>,
    pub(crate) posters: Posters,
    pub(crate) language: Option<Language>,
}

/// The films' posters as files.
#[derive(Clone, Debug)]
pub(crate) struct Posters {
    /// `None`: all are drawn.
    pub(crate) folder: Option<PathBuf>,
    pub(crate) memory: u64,
    pub(crate) at_once: usize,
}

/// How often a caller may ask in a minute; 0: without limit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RateLimits {
    pub(crate) sign_in: u32,
    pub(crate) logins_by_user: u32,
    pub(crate) logins_by_address: u32,
    pub(crate) bookings: u32,
    pub(crate) changes: u32,
}

/// Passwords and tokens.
#[derive(Clone)]
pub(crate) struct Accounts {
    pub(crate) signing_key: Option<String>,
    pub(crate) signing_key_before: Option<String>,
    pub(crate) access_lifetime: Duration,
    pub(crate) refresh_lifetime: Duration,
    pub(crate) password_min_length: usize,
    pub(crate) refuse_common_passwords: bool,
    pub(crate) hashes_at_once: usize,
    pub(crate) hash_waiters: usize,
}

impl std::fmt::Debug for Accounts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Accounts").finish_non_exhaustive()
    }
}

/// Orders and the queue in front of the database.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Booking {
    pub(crate) seats_per_order: usize,
    pub(crate) demo_sales: bool,
    pub(crate) queue: usize,
    pub(crate) longest_wait: Duration,
    pub(crate) batch: usize,
    pub(crate) lanes: usize,
}

/// What is logged, and how.
#[derive(Clone, Debug)]
pub(crate) struct Log {
    /// `auto`, `text` or `json`.
    pub(crate) format: &'static str,
    pub(crate) level: String,
}

/// Who may read the metrics.
#[derive(Clone)]
pub(crate) struct Metrics {
    pub(crate) listen: Option<SocketAddr>,
    pub(crate) token: Option<String>,
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Metrics").field("listen", &self.listen).finish_non_exhaustive()
    }
}

impl Config {
    /// Reads all sources. The error is every fault that was found, a line each.
    pub(crate) fn load(
        flags: &BTreeMap<&'static str, String>,
        file: Option<&Path>,
        env: Environment<'_>,
        purpose: Purpose,
    ) -> Result<Self, Vec<String>> {
        let mut layers = Layers::collect(flags, file, env, purpose);
        let config = Self::from_layers(&mut layers, purpose);
        layers.finish()?;
        Ok(config)
    }

    fn from_layers(from: &mut Layers, purpose: Purpose) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let listen = from.take_optional("listen", address).unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0)));
        if purpose == Purpose::Demo && !listen.ip().is_loopback() {
            from.refuse(format!(
                "the demo serves this machine only, because its passwords are public: listen on 127.0.0.1 instead of \
                 {} ({}), or run `houselights serve`",
                listen.ip(),
                from.origin("listen")
            ));
        }
        Self {
            purpose,
            listen,
            data_dir: from.take("data_dir", folder),
            public_url: from.take_optional("public_url", url),
            workers: from.take("workers", |text| whole_or_auto(text, 1..=1024, cores)),
            readers: from.take("readers", |text| whole_or_auto(text, 1..=1024, cores.max(2))),
            database: Database::from_layers(from),
            connections: Connections::from_layers(from),
            pages: Pages::from_layers(from),
            rate_limits: RateLimits::from_layers(from),
            accounts: Accounts::from_layers(from, cores),
            booking: Booking {
                seats_per_order: from.take("seats_per_order", |text| whole(text, 1..=1000)),
                demo_sales: from.take("demo_sales", on_off),
                queue: from.take("engine_queue", |text| whole(text, 1..=1_000_000)),
                longest_wait: from
                    .take("engine_longest_wait", |text| duration(text, Duration::from_millis(10)..=SECOND * 60)),
                batch: from.take("engine_batch", |text| whole(text, 1..=10_000)),
                lanes: from.take("engine_lanes", |text| whole(text, 1..=64)),
            },
            log: Log {
                format: from.take("log_format", |text| word(text, &["auto", "text", "json"])),
                level: from.take("log_level", crate::logging::check_level),
            },
            metrics: Metrics {
                listen: from.take_optional("metrics_listen", address),
                token: from.take_optional("metrics_token", |text| secret(text, 16)),
            },
        }
    }
}

impl Database {
    fn from_layers(from: &mut Layers) -> Option<Self> {
        let url = from.take_optional("database_url", database);
        let (connections, wait, limit, prepare) = (
            from.take("database_connections", |text| whole(text, 1..=1000)),
            from.take("database_wait", |text| duration(text, Duration::from_millis(10)..=SECOND * 60)),
            from.take("database_limit", |text| duration(text, Duration::from_millis(10)..=SECOND * 600)),
            from.take("database_prepare", on_off),
        );
        url.map(|url| Self { url, connections, wait, limit, prepare })
    }
}

impl Connections {
    fn from_layers(from: &mut Layers) -> Self {
        Self {
            most: from.take("max_connections", |text| whole(text, 1..=1_000_000)),
            watchers: from.take("live_watchers", |text| whole(text, 0..=1_000_000)),
            header_timeout: from.take("header_timeout", |text| duration(text, SECOND..=SECOND * 600)),
            request_timeout: from.take("request_timeout", |text| duration(text, SECOND..=SECOND * 3600)),
            body_limit: from.take("body_limit", |text| {
                size(text, 1024..=1 << 30).map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX))
            }),
            shutdown_deadline: from.take("shutdown_deadline", |text| duration(text, SECOND..=SECOND * 3600)),
            trusted_proxies: from.take("trusted_proxies", |text| Ok(list(text))),
            cors_origins: from.take("cors_origins", |text| Ok(list(text))),
        }
    }
}

impl Pages {
    fn from_layers(from: &mut Layers) -> Self {
        Self {
            name: from.take("brand_name", |text| Ok(text.to_owned())),
            colour: from.take_optional("brand_colour", str::parse),
            logo: from.take_optional("brand_logo", picture),
            posters: Posters {
                folder: from.take_optional("posters_dir", folder),
                memory: from.take("posters_memory", |text| size(text, 4 << 20..=1 << 40)),
                at_once: from.take("posters_at_once", |text| whole(text, 1..=64)),
            },
            language: from.take_optional("default_language", |text| {
                Language::from_code(text).ok_or_else(|| "must be one of en, de, es".into())
            }),
        }
    }
}

impl RateLimits {
    fn from_layers(from: &mut Layers) -> Option<Self> {
        let mut limit = |name| from.take(name, |text| number(text, 0..=1_000_000));
        let limits = Self {
            sign_in: limit("sign_in_per_minute"),
            logins_by_user: limit("logins_per_minute"),
            logins_by_address: limit("logins_per_minute_and_address"),
            bookings: limit("bookings_per_minute"),
            changes: limit("changes_per_minute"),
        };
        from.take("rate_limits", on_off).then_some(limits)
    }
}

impl Accounts {
    fn from_layers(from: &mut Layers, cores: usize) -> Self {
        Self {
            signing_key: from.take_optional("signing_key", |text| secret(text, 32)),
            signing_key_before: from.take_optional("signing_key_before", |text| secret(text, 32)),
            access_lifetime: from.take("access_lifetime", |text| duration(text, SECOND * 10..=DAY)),
            refresh_lifetime: from.take("refresh_lifetime", |text| duration(text, SECOND * 60..=DAY * 365)),
            password_min_length: from.take("password_min_length", |text| whole(text, 1..=128)),
            refuse_common_passwords: from.take("refuse_common_passwords", on_off),
            hashes_at_once: from.take("hashes_at_once", |text| whole_or_auto(text, 1..=256, (cores / 2).max(1))),
            hash_waiters: from.take("hash_waiters", |text| whole(text, 0..=10_000)),
        }
    }
}

fn whole(text: &str, range: std::ops::RangeInclusive<u32>) -> Result<usize, String> {
    number(text, range).map(|number| number as usize)
}

fn whole_or_auto(text: &str, range: std::ops::RangeInclusive<u32>, auto: usize) -> Result<usize, String> {
    number_or_auto(text, range).map(|number| number.map_or(auto, |number| number as usize))
}

fn folder(text: &str) -> Result<PathBuf, String> {
    if text.is_empty() { Err("must name a folder".into()) } else { Ok(PathBuf::from(text)) }
}

fn picture(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    if Logo::ENDINGS.contains(&ending) { Ok(path) } else { Err("must be an svg, png, webp, jpg or jpeg file".into()) }
}

fn url(text: &str) -> Result<String, String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match rest {
        Some(host) if !host.is_empty() && !host.contains(char::is_whitespace) => {
            Ok(text.trim_end_matches('/').to_owned())
        }
        _ => Err("must be an address such as https://tickets.example".into()),
    }
}

fn secret(text: &str, least: usize) -> Result<String, String> {
    if text.chars().count() < least {
        return Err(format!("must have at least {least} characters, made by a machine: `openssl rand -hex 32`"));
    }
    Ok(text.to_owned())
}

fn database(text: &str) -> Result<String, String> {
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        return Ok(text.to_owned());
    }
    Err("must be of the form postgres://USER:PASSWORD@HOST:PORT/DATABASE, or unset for the embedded database".into())
}

//! The one table of settings. Flags, environment variables, TOML keys, the help and the reference come from it.

/// What kind of value a setting has: how the help and the reference name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// `IP:PORT`.
    Address,
    /// A folder or a file.
    Path,
    /// `on` or `off`.
    OnOff,
    /// A whole number.
    Number,
    /// A whole number, or `auto`.
    NumberOrAuto,
    /// `500ms`, `30s`, `15min`, `8h`, `7d`.
    Duration,
    /// `512KiB`, `2MiB`, or bytes.
    Size,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Entries with commas between them; in TOML an array of texts.
    List,
    /// Any text.
    Text,
    /// `postgres://...`, which may hold a password: its value is never repeated.
    Database,
}

impl Unit {
    /// How the help writes the place of the value.
    pub(crate) fn placeholder(self) -> &'static str {
        match self {
            Self::Address => "IP:PORT",
            Self::Path => "PATH",
            Self::OnOff => "on|off",
            Self::Number => "N",
            Self::NumberOrAuto => "N|auto",
            Self::Duration => "DURATION",
            Self::Size => "SIZE",
            Self::Word(_) => "WORD",
            Self::List => "A,B,..",
            Self::Text => "TEXT",
            Self::Database => "URL",
        }
    }
}

/// Where a setting may be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// A flag of `serve` and `demo`.
    Server,
    /// A flag of every command that works on the data.
    Everywhere,
    /// Never a flag: other users of the machine could read it there.
    Secret,
}

/// One setting.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting {
    /// Its name, which is its TOML key too.
    pub(crate) name: &'static str,
    /// What it is in the notation of its unit if nobody says otherwise; empty: not set.
    pub(crate) default: &'static str,
    /// The default under `houselights demo`, where it differs.
    pub(crate) demo: Option<&'static str>,
    /// What kind of value it has.
    pub(crate) unit: Unit,
    /// Where it may be given.
    pub(crate) reach: Reach,
    /// What it does, in a sentence or two.
    pub(crate) help: &'static str,
}

impl Setting {
    /// The environment variable: `HOUSELIGHTS_LISTEN`.
    pub(crate) fn env(&self) -> String {
        format!("HOUSELIGHTS_{}", self.name.to_ascii_uppercase())
    }

    /// The flag without its dashes: `data-dir`.
    pub(crate) fn flag(&self) -> String {
        self.name.replace('_', "-")
    }

    /// Whether its value is for nobody to see.
    pub(crate) fn is_secret(&self) -> bool {
        self.reach == Reach::Secret || self.unit == Unit::Database
    }

    const fn demo(self, demo: &'static str) -> Self {
        Self { demo: Some(demo), ..self }
    }

    const fn reach(self, reach: Reach) -> Self {
        Self { reach, ..self }
    }
}

/// The setting of that name.
pub(crate) fn find(name: &str) -> Option<&'static Setting> {
    groups().flat_map(|(_, settings)| settings).find(|setting| setting.name == name)
}

/// All settings by group, in the order of the reference.
pub(crate) fn groups() -> impl Iterator<Item = (&'static str, &'static [Setting])> {
    TABLE.iter().copied()
}

const fn set(name: &'static str, default: &'static str, unit: Unit, help: &'static str) -> Setting {
    Setting { name, default, demo: None, unit, reach: Reach::Server, help }
}

const TABLE: &[(&str, &[Setting])] = &[
    ("Place", PLACE),
    ("Database", DATABASE),
    ("Connections", CONNECTIONS),
    ("Pages", PAGES),
    ("Requests", REQUESTS),
    ("Accounts and tokens", ACCOUNTS),
    ("Booking", BOOKING),
    ("Logs and metrics", WATCHING),
];

const PLACE: &[Setting] = &[
    set("listen", "127.0.0.1:8000", Unit::Address, "The address and port to serve HTTP on. Port 0 takes a free one."),
    set("data_dir", "data", Unit::Path, "The folder of the database and the signing key; made if it is missing. The demo takes this from its flag only, and never opens a folder it has not made.")
        .demo("houselights-demo")
        .reach(Reach::Everywhere),
    set("public_url", "", Unit::Text, "The address by which browsers reach the server, such as `https://tickets.example`. With https, cookies are sent over https only, and browsers are told to come back so. Not set: plain http on the address above."),
    set("workers", "auto", Unit::NumberOrAuto, "Threads that answer requests; auto: one a processor core."),
];

const DATABASE: &[Setting] = &[
    set("database_url", "", Unit::Database, "A PostgreSQL for any number of nodes: `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=MODE`. Not set: the embedded database in data_dir. MODE is `disable` (unencrypted), `prefer` (the default: encrypted if the server can), `require` (encrypted, but whoever stands in between can pretend to be the server) or `verify-full` (the server proves its name to an authority that this machine trusts, or to those in the file of `&sslrootcert=FILE`). Other users of a machine can read flags: give a URL with a password in the environment or the file. The demo takes it from its flag only.")
        .reach(Reach::Everywhere),
    set("database_connections", "16", Unit::Number, "The most connections of one node to PostgreSQL, besides those that book; the next query waits for one."),
    set("database_wait", "800ms", Unit::Duration, "The longest that a query waits for a connection, or for PostgreSQL to accept one, before it is answered 503."),
    set("database_limit", "1s", Unit::Duration, "The longest that one statement may run on PostgreSQL, or wait for a lock, before it is answered 503."),
    set("database_prepare", "on", Unit::OnOff, "Whether bookings use prepared statements. Off: for PgBouncer before 1.21 in transaction mode, which loses track of them."),
    set("readers", "auto", Unit::NumberOrAuto, "The most queries that read the embedded database at once; auto: one a processor core, and at least two."),
];

const CONNECTIONS: &[Setting] = &[
    set(
        "max_connections",
        "10000",
        Unit::Number,
        "The most connections at once; the next one waits until another closes.",
    ),
    set(
        "live_watchers",
        "8000",
        Unit::Number,
        "The most live seat feeds at once; the next one is answered 503. Keep it below max_connections: each feed keeps its connection.",
    ),
    set("header_timeout", "10s", Unit::Duration, "How long a client may take to send a request's head."),
    set("request_timeout", "30s", Unit::Duration, "How long a request may take as a whole, its body included."),
    set("body_limit", "1MiB", Unit::Size, "The largest body of a request; a larger one is answered 413."),
    set(
        "shutdown_deadline",
        "30s",
        Unit::Duration,
        "How long the server may take to answer everyone after SIGTERM, before it ends regardless.",
    ),
    set(
        "trusted_proxies",
        "",
        Unit::List,
        "Addresses or networks (`10.0.0.0/8`) of proxies whose forwarded headers are believed. Not set: none.",
    ),
    set(
        "cors_origins",
        "",
        Unit::List,
        "Origins whose pages may call the API from a browser, such as `https://app.example`; `*` for all. Not set: none.",
    ),
];

const PAGES: &[Setting] = &[
    set("brand_name", "Houselights", Unit::Text, "What the house is called, in the head of every page."),
    set(
        "brand_colour",
        "#a31c38",
        Unit::Text,
        "The colour of buttons and links. Pages use it as dark or as light as it needs to be to be read well.",
    ),
    set(
        "brand_logo",
        "",
        Unit::Path,
        "A picture file (svg, png, webp or jpg, up to 256 KiB) for the head of every page. Not set: that of Houselights.",
    ),
    set(
        "posters_dir",
        "",
        Unit::Path,
        "The folder of the films' posters: JPEG, PNG or WebP files, named in each film's `poster`. Two to three fits best; the middle is shown of others. Best are 700 pixels or more in width; more than 25 million in all, or 32 MiB, are refused. A film whose file is not there or is no picture has a drawn poster. Files may come, go and be replaced while the server runs. Not set: all posters are drawn.",
    ),
    set(
        "posters_memory",
        "32MiB",
        Unit::Size,
        "The most memory that posters take in the sizes that pages show, about 200 KiB a film; nothing before somebody looks at them.",
    ),
    set(
        "posters_at_once",
        "1",
        Unit::Number,
        "How many posters are unpacked at once. One of six million pixels takes up to 60 MiB meanwhile, the largest 262 MB (a progressive JPEG of 25 million pixels).",
    ),
    set(
        "default_language",
        "en",
        Unit::Word(&["en", "de", "es"]),
        "The language of pages for who has not chosen one and whose browser asks for none that is spoken here.",
    ),
];

const REQUESTS: &[Setting] = &[
    set("rate_limits", "on", Unit::OnOff, "Whether callers who ask too often are answered 429. Off is for load tests."),
    set("sign_in_per_minute", "60", Unit::Number, "Sign-ups, logins and token refreshes of one address; 0: no limit."),
    set(
        "logins_per_minute",
        "10",
        Unit::Number,
        "Attempts to log in with one user name, from wherever they come; 0: no limit.",
    ),
    set(
        "logins_per_minute_and_address",
        "30",
        Unit::Number,
        "Attempts to log in from one address (IPv6: one /64); 0: no limit.",
    ),
    set("bookings_per_minute", "120", Unit::Number, "Bookings and cancellations of one account; 0: no limit."),
    set(
        "changes_per_minute",
        "600",
        Unit::Number,
        "Everything else that changes something, of one account; 0: no limit.",
    ),
];

const ACCOUNTS: &[Setting] = &[
    set("signing_key", "", Unit::Text, "The secret that tokens are signed with, at least 32 characters. The same for all nodes on one PostgreSQL. Not set: the server makes one and keeps it in the data folder, which is good for one node; a second one with another key does not start.")
        .reach(Reach::Secret),
    set("signing_key_before", "", Unit::Text, "A second secret whose tokens are good too. To change the key of several nodes without signing anybody out, first give every node the new one here; then, node by node, the new one as `signing_key` and the old one here; and leave the old one out after `refresh_lifetime`. Not set: none.")
        .reach(Reach::Secret),
    set("access_lifetime", "15min", Unit::Duration, "How long an access token is good."),
    set("refresh_lifetime", "7d", Unit::Duration, "How long a refresh token is good; each use gives a new one."),
    set("password_min_length", "8", Unit::Number, "The least characters of a new password.").demo("4"),
    set("refuse_common_passwords", "on", Unit::OnOff, "Whether the most common passwords are refused for new accounts.").demo("off"),
    set("hashes_at_once", "auto", Unit::NumberOrAuto, "How many passwords are checked at once, 19 MiB of memory each; auto: one for every two processor cores."),
    set("hash_waiters", "64", Unit::Number, "How many logins may wait for their password to be checked; the next one is answered 503."),
];

const BOOKING: &[Setting] = &[
    set("seats_per_order", "10", Unit::Number, "The most seats in one order."),
    set(
        "demo_sales",
        "off",
        Unit::OnOff,
        "Whether made-up customers buy seats of the demo's shows, a few thousand orders. Off: the first booking is yours, number 1. Nothing but `houselights demo` looks at it.",
    ),
    set(
        "engine_queue",
        "4096",
        Unit::Number,
        "The most bookings that may wait for the database; the next one is answered 503.",
    ),
    set(
        "engine_longest_wait",
        "2s",
        Unit::Duration,
        "The longest a booking may have waited while others are still let in behind it.",
    ),
    set("engine_batch", "512", Unit::Number, "The most bookings in one database transaction."),
    set(
        "engine_lanes",
        "2",
        Unit::Number,
        "The most transactions with bookings at once on PostgreSQL. Another one begins only when a whole batch waits. \
         The embedded database has one.",
    ),
];

const WATCHING: &[Setting] = &[
    set("log_format", "auto", Unit::Word(&["auto", "text", "json"]), "auto: text on a terminal, JSON lines otherwise."),
    set("log_level", "info", Unit::Text, "error, warn, info, debug or trace; or a filter such as `info,houselights_web=debug`.")
        .reach(Reach::Everywhere),
    set("metrics_listen", "", Unit::Address, "An address of its own for `/metrics`, for a network that only Prometheus reaches. Not set: none."),
    set("metrics_token", "", Unit::Text, "A token that opens `/metrics` on the main address, sent as `Authorization: Bearer TOKEN`. Not set: closed there.")
        .reach(Reach::Secret),
];

//! Where a PostgreSQL is and how the way to it is protected: what the database's URL says.

use std::{path::PathBuf, time::Duration};

use tokio_postgres::{
    Config,
    config::{Host, SslMode},
};

use crate::error::{Error, Result};

/// How long a new connection may take.
const CONNECT: Duration = Duration::from_millis(900);
/// How long sent data may stay unacknowledged before a connection counts as dead.
const UNACKNOWLEDGED: Duration = Duration::from_secs(5);

/// What the way to the database is protected against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Protection {
    /// `disable`: nothing.
    None,
    /// `prefer`: listeners, if the server can; whoever stands in between can take that away.
    IfOffered,
    /// `require`: listeners. The certificate is not checked: whoever stands in between can pretend to be the server.
    Encrypted,
    /// `verify-full`: listeners and impostors. The certificate must be the host's, and be signed by an authority in
    /// this file, or by one that this machine trusts.
    Verified(Option<PathBuf>),
}

/// A URL, taken apart.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) config: Config,
    pub(super) protection: Protection,
}

/// Never the password, not even by accident.
impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Place").field("shown", &self.shown()).finish_non_exhaustive()
    }
}

impl Place {
    /// Takes a URL apart. The errors are sentences without its password.
    pub(super) fn parse(url: &str) -> Result<Self> {
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(setup("must be of the form postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full"));
        }
        let (place, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut mode, mut authorities, mut left) = (None, None, Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = form_urlencoded::parse(pair.as_bytes()).next().unwrap_or_default();
            match name.as_ref() {
                "sslmode" => mode = Some(value.into_owned()),
                "sslrootcert" => authorities = Some(value.into_owned()),
                _ => left.push(pair),
            }
        }
        let mut config: Config = format!("{place}?{}", left.join("&"))
            .parse()
            .map_err(|error: tokio_postgres::Error| setup(&chain(&error)))?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(setup("names no host"));
        }
        let local = config.get_hosts().iter().all(is_local) && config.get_hostaddrs().is_empty();
        let protection = protection(mode.as_deref(), authorities, local)?;
        config.ssl_mode(match protection {
            Protection::None => SslMode::Disable,
            Protection::IfOffered => SslMode::Prefer,
            Protection::Encrypted | Protection::Verified(_) => SslMode::Require,
        });
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(UNACKNOWLEDGED);
        }
        if config.get_application_name().is_none() {
            config.application_name("houselights");
        }
        Ok(Self { config, protection })
    }

    /// Place, database, user and protection, in words.
    pub(super) fn shown(&self) -> String {
        let ports = self.config.get_ports();
        let port = |index: usize| ports.get(index).or(ports.first()).copied().unwrap_or(5432);
        let hosts: Vec<String> = self
            .config
            .get_hosts()
            .iter()
            .enumerate()
            .map(|(index, host)| match host {
                Host::Tcp(name) => format!("{name}:{}", port(index)),
                Host::Unix(folder) => folder.display().to_string(),
            })
            .collect();
        let way = match &self.protection {
            Protection::None => "unencrypted",
            Protection::IfOffered => "encrypted if the server can",
            Protection::Encrypted => "encrypted, the server's certificate is not checked",
            Protection::Verified(_) => "encrypted, the server's certificate is checked",
        };
        let user = self.config.get_user().unwrap_or("(the system's user)");
        let database = self.config.get_dbname().unwrap_or(user);
        format!("at {}, database {database}, as {user}; {way}", hosts.join(", "))
    }
}

fn is_local(host: &Host) -> bool {
    matches!(host, Host::Unix(_))
}

fn protection(mode: Option<&str>, authorities: Option<String>, local: bool) -> Result<Protection> {
    if authorities.is_some() && mode != Some("verify-full") {
        return Err(setup("has sslrootcert, which counts with sslmode=verify-full only: say that too"));
    }
    match mode {
        // Nobody can listen on a Unix socket.
        None if local => Ok(Protection::None),
        Some("disable") => Ok(Protection::None),
        None | Some("prefer") => Ok(Protection::IfOffered),
        Some("require") => Ok(Protection::Encrypted),
        Some("verify-full") => Ok(Protection::Verified(authorities.filter(|file| file != "system").map(PathBuf::from))),
        Some(other) => Err(setup(&format!("has sslmode={other}; it may be disable, prefer, require or verify-full"))),
    }
}

fn setup(reason: &str) -> Error {
    Error::Setup(format!("the database's URL {reason}"))
}

/// An error with its causes: the driver keeps the reason of a failed handshake or connection to itself otherwise.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(query: &str) -> Result<Protection> {
        Place::parse(&format!("postgres://ann:s%20cret@db.example:5433/tickets{query}")).map(|place| place.protection)
    }

    #[test]
    fn each_mode_protects_as_it_says_and_others_are_refused() {
        assert_eq!(mode("").unwrap(), Protection::IfOffered);
        assert_eq!(mode("?sslmode=prefer").unwrap(), Protection::IfOffered);
        assert_eq!(mode("?sslmode=disable&connect_timeout=3").unwrap(), Protection::None);
        assert_eq!(mode("?sslmode=require").unwrap(), Protection::Encrypted);
        assert_eq!(mode("?sslmode=verify-full").unwrap(), Protection::Verified(None));
        assert_eq!(mode("?sslmode=verify-full&sslrootcert=system").unwrap(), Protection::Verified(None));
        let file = Protection::Verified(Some("/etc/my ca.pem".into()));
        assert_eq!(mode("?sslrootcert=/etc/my%20ca.pem&sslmode=verify-full").unwrap(), file);
        for bad in ["?sslmode=verify-ca", "?sslmode=allow", "?sslrootcert=x", "?sslmode=require&sslrootcert=x"] {
            assert!(matches!(mode(bad), Err(Error::Setup(_))), "{bad}");
        }
        assert_eq!(Place::parse("postgres://ann@%2Frun%2Fpg/tickets").unwrap().protection, Protection::None);
    }

    #[test]
    fn it_is_shown_without_the_password() {
        let place = Place::parse("postgres://ann:s%20cret@db.example,other:5433/tickets?sslmode=require").unwrap();
        let shown = "at db.example:5432, other:5433, database tickets, as ann; encrypted, the server's certificate is \
                     not checked";
        assert_eq!(place.shown(), shown);
        assert!(!format!("{place:?}").contains("cret"));
        for bad in
            ["postgres://a:secret@h:port/x", "mysql://a:secret@h/x", "postgres:///x", "postgres://a:secret@h/?x=1"]
        {
            let why = Place::parse(bad).unwrap_err().to_string();
            assert!(why.starts_with("the database's URL") && !why.contains("secret"), "{why}");
        }
    }
}

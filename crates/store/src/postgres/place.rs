//! Where a PostgreSQL is and how the way to it is protected: what the database's URL says.

use std::{path::PathBuf, time::Duration};

use tokio_postgres::{
    Config,
    config::{Host, SslMode, TargetSessionAttrs},
};

use crate::error::{Error, Result};

/// How long a new connection may take.
const CONNECT: Duration = Duration::from_millis(900);
/// How long sent data may stay unacknowledged before a connection counts as dead.
const UNACKNOWLEDGED: Duration = Duration::from_secs(5);
/// After so much silence the other end is asked whether it is there, so often, and so many times.
const SILENCE: (Duration, Duration, u32) = (Duration::from_secs(10), Duration::from_secs(3), 3);

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
    /// What the URL says as a whole.
    config: Config,
    /// The same for each of the hosts it names: any of them may be the one that takes writes.
    pub(super) ways: Vec<Config>,
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
        let query = left.join("&");
        let config = read(place, &query)?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(setup("names no host"));
        }
        let local = config.get_hosts().iter().all(is_local) && config.get_hostaddrs().is_empty();
        let protection = protection(mode.as_deref(), authorities, local)?;
        let alone = if config.get_hostaddrs().is_empty() { apart(place) } else { Vec::new() };
        let ways = if alone.len() > 1 {
            alone.iter().map(|place| read(place, &query)).collect::<Result<_>>()?
        } else {
            vec![config.clone()]
        };
        let several = ways.len() > 1;
        let ways = ways.into_iter().map(|way| completed(way, &protection, several)).collect();
        Ok(Self { config, ways, protection })
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

fn read(place: &str, query: &str) -> Result<Config> {
    format!("{place}?{query}").parse().map_err(|error: tokio_postgres::Error| setup(&chain(&error)))
}

/// A URL for each host of one that names several.
fn apart(place: &str) -> Vec<String> {
    let Some((scheme, rest)) = place.split_once("://") else { return Vec::new() };
    let (user, rest) = rest.split_once('@').map_or(("", rest), |(user, rest)| (user, rest));
    let (hosts, database) = rest.split_once('/').unwrap_or((rest, ""));
    let at = if user.is_empty() { "" } else { "@" };
    hosts.split(',').map(|host| format!("{scheme}://{user}{at}{host}/{database}")).collect()
}

/// With what the URL leaves open. Of several hosts only one that takes writes is of use; of one it may be wanted that
/// it does not, for `verify` on a standby.
fn completed(mut way: Config, protection: &Protection, several: bool) -> Config {
    way.ssl_mode(match protection {
        Protection::None => SslMode::Disable,
        Protection::IfOffered => SslMode::Prefer,
        Protection::Encrypted | Protection::Verified(_) => SslMode::Require,
    });
    if way.get_connect_timeout().is_none() {
        way.connect_timeout(CONNECT);
    }
    if way.get_tcp_user_timeout().is_none() {
        way.tcp_user_timeout(UNACKNOWLEDGED);
    }
    if way.get_keepalives_interval().is_none() {
        let (idle, interval, times) = SILENCE;
        way.keepalives_idle(idle).keepalives_interval(interval).keepalives_retries(times);
    }
    if way.get_application_name().is_none() {
        way.application_name("houselights");
    }
    if several && way.get_target_session_attrs() == TargetSessionAttrs::Any {
        way.target_session_attrs(TargetSessionAttrs::ReadWrite);
    }
    way
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
    fn each_of_several_hosts_is_a_way_to_whoever_takes_writes() {
        let place = Place::parse("postgres://ann:s%20cret@a,b:5433,%2Frun%2Fpg/tickets?sslmode=disable").unwrap();
        let of = |way: &Config| (way.get_hosts().to_vec(), way.get_ports().to_vec());
        let tcp = |name: &str| vec![Host::Tcp(name.into())];
        let ways: Vec<_> = place.ways.iter().map(of).collect();
        assert_eq!(
            ways,
            [(tcp("a"), vec![5432]), (tcp("b"), vec![5433]), (vec![Host::Unix("/run/pg".into())], vec![5432])]
        );
        for way in &place.ways {
            assert_eq!((way.get_user(), way.get_password()), (Some("ann"), Some(&b"s cret"[..])));
            assert_eq!((way.get_dbname(), way.get_ssl_mode()), (Some("tickets"), SslMode::Disable));
            assert_eq!(way.get_target_session_attrs(), TargetSessionAttrs::ReadWrite);
        }
        let one = Place::parse("postgres://ann@a/tickets?sslmode=disable").unwrap();
        assert_eq!(one.ways.len(), 1);
        assert_eq!(one.ways[0].get_target_session_attrs(), TargetSessionAttrs::Any);
        let named = Place::parse("postgres://ann@db/tickets?hostaddr=10.0.0.1&sslmode=disable").unwrap();
        assert_eq!((of(&named.ways[0]).0, named.ways[0].get_hostaddrs().len()), (tcp("db"), 1));
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

//! What an operator can change about the web side; every bound has a default.

use std::{fmt, net::IpAddr, str::FromStr, sync::Arc, time::Duration};

pub use crate::{
    pages::brand::{Brand, Colour, Logo},
    text::Language,
};

/// Writes the metrics page.
pub type MetricsPage = Arc<dyn Fn() -> String + Send + Sync>;

/// Bounds and addresses of the web side.
#[derive(Clone)]
pub struct WebSettings {
    /// The longest request body, in bytes.
    pub body_limit: usize,
    /// How long a request may take before its client is told to come again, and how long a client may leave what it is
    /// sent of a live feed.
    pub request_timeout: Duration,
    /// How long a client may take to send a request's head; also how long an idle connection is kept.
    pub header_read_timeout: Duration,
    /// How many connections are served at a time; further ones wait to be accepted.
    pub max_connections: usize,
    /// How long requests in flight may still take once the server has been told to stop.
    pub stop_deadline: Duration,
    /// Origins of pages on other sites that may call the API: none unless listed.
    pub cors_origins: Vec<String>,
    /// How often one caller may come.
    pub limits: LimitSettings,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// Writes the page at `/metrics`; without it there is no such page here.
    pub metrics: Option<MetricsPage>,
    /// Who asks for metrics must show this token; without it they are open.
    pub metrics_token: Option<String>,
    /// Where the server is reached from outside, such as `https://tickets.example`, without a slash at its end.
    pub public_url: String,
    /// The demonstration server: its pages say so.
    pub quick_start: bool,
    /// What makes the pages a cinema's own.
    pub brand: Brand,
    /// The language of those who have not chosen one and whose browser asks for none that is spoken here.
    pub language: Language,
}

impl WebSettings {
    /// Whether browsers come over https.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

/// How often one caller may come in a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitSettings {
    /// Switches all limits on or off.
    pub on: bool,
    /// Sign-ups, sign-ins and token refreshes of one address.
    pub sign_in_per_minute: u32,
    /// Bookings and cancellations of one account.
    pub booking_per_minute: u32,
    /// Everything else that changes something, of one account.
    pub change_per_minute: u32,
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self { on: true, sign_in_per_minute: 60, booking_per_minute: 120, change_per_minute: 600 }
    }
}

impl Default for WebSettings {
    fn default() -> Self {
        Self {
            body_limit: 1 << 20,
            request_timeout: Duration::from_secs(30),
            header_read_timeout: Duration::from_secs(10),
            max_connections: 20_000,
            stop_deadline: Duration::from_secs(20),
            cors_origins: Vec::new(),
            limits: LimitSettings::default(),
            trusted_proxies: Vec::new(),
            metrics: None,
            metrics_token: None,
            public_url: "http://127.0.0.1:8000".into(),
            quick_start: false,
            brand: Brand::default(),
            language: Language::default(),
        }
    }
}

impl fmt::Debug for WebSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebSettings")
            .field("public_url", &self.public_url)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// An address, or all addresses that begin like it: `10.0.0.7`, `10.0.0.0/8`, `fd00::/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    first: IpAddr,
    bits: u32,
}

impl Network {
    /// The address is one of these.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.first, address.to_canonical()) {
            (IpAddr::V4(first), IpAddr::V4(other)) => {
                (first.to_bits() ^ other.to_bits()).checked_shr(32 - self.bits).unwrap_or(0) == 0
            }
            (IpAddr::V6(first), IpAddr::V6(other)) => {
                (first.to_bits() ^ other.to_bits()).checked_shr(128 - self.bits).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || NotANetwork(text.to_owned());
        let (address, bits) = text.trim().split_once('/').map_or((text.trim(), None), |(a, b)| (a, Some(b)));
        let first: IpAddr = address.parse().map_err(|_| wrong())?;
        let all = if first.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(all), str::parse).map_err(|_| wrong())?;
        if bits > all {
            return Err(wrong());
        }
        Ok(Self { first, bits })
    }
}

/// The text is neither an address nor a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotANetwork(pub String);

impl fmt::Display for NotANetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is no address or network such as 10.0.0.7, 10.0.0.0/8 or fd00::/8", self.0)
    }
}

impl std::error::Error for NotANetwork {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_contains_what_begins_like_it() {
        let holds = |net: &str, ip: &str| net.parse::<Network>().unwrap().contains(ip.parse().unwrap());
        assert!(holds("10.0.0.0/8", "10.255.1.2"));
        assert!(!holds("10.0.0.0/8", "11.0.0.1"));
        assert!(holds("10.0.0.7", "10.0.0.7") && !holds("10.0.0.7", "10.0.0.6"));
        assert!(holds("0.0.0.0/0", "203.0.113.9") && !holds("0.0.0.0/0", "::1"));
        assert!(holds("fd00::/8", "fd12::1") && holds("::/0", "::1"));
        assert!(holds("127.0.0.1", "::ffff:127.0.0.1"));
        for wrong in ["", "10.0.0.0/33", "10.0.0/8", "x", "10.0.0.0/-1", "::/129"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }
}

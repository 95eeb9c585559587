//! Who makes a request: extractors that hand out the authorised thing, or answer 401 or 403.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use houselights_app::{Actor, Identity};
use houselights_domain::Role;

use crate::{
    problem::{Code, Problem, Result},
    settings::Network,
    site::Site,
};

/// Somebody who is signed in.
#[derive(Clone, Copy, Debug)]
pub struct Caller(pub Identity);

impl Caller {
    /// The caller as the one who acts on seats.
    pub fn actor(&self) -> Actor {
        Actor { user: self.0.user, staff: self.0.is_staff() }
    }
}

/// Somebody who may keep the programme.
#[derive(Clone, Copy, Debug)]
pub struct Staff(pub Identity);

/// Somebody who may do all.
#[derive(Clone, Copy, Debug)]
pub struct Superuser(pub Identity);

/// Somebody who may be signed in: a token that is there has to be good.
#[derive(Clone, Copy, Debug)]
pub struct MaybeCaller(pub Option<Identity>);

/// Where the request comes from, as far as that can be believed.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub IpAddr);

/// The other end of the connection; [`crate::serve`] notes it in every request's extensions.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

fn identity(parts: &Parts, site: &Site) -> Result<Option<Identity>> {
    let Some(given) = parts.headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let Some(token) = bearer(given.as_bytes()) else {
        return Err(Problem::new(
            Code::NotAuthenticated,
            "The Authorization header is not understood. Send it as `Authorization: Bearer <access token>`.",
        ));
    };
    Ok(Some(site.app.accounts.authenticate(token)?))
}

/// The token of `Bearer <token>`, in whatever case and with however many blanks.
fn bearer(given: &[u8]) -> Option<&str> {
    let (scheme, token) = std::str::from_utf8(given).ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

fn signed_in(parts: &Parts, site: &Site) -> Result<Identity> {
    identity(parts, site)?.ok_or_else(|| {
        Problem::new(
            Code::NotAuthenticated,
            "Please sign in: get a token at /api/login/ and send it as `Authorization: Bearer <access token>`.",
        )
    })
}

fn with_role(parts: &Parts, site: &Site, least: Role) -> Result<Identity> {
    let identity = signed_in(parts, site)?;
    if identity.role < least {
        return Err(Problem::new(Code::PermissionDenied, format!("This is for {least} accounts only.")));
    }
    Ok(identity)
}

impl FromRequestParts<Arc<Site>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self> {
        signed_in(parts, site).map(Self)
    }
}

impl FromRequestParts<Arc<Site>> for MaybeCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self> {
        identity(parts, site).map(Self)
    }
}

impl FromRequestParts<Arc<Site>> for Staff {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self> {
        with_role(parts, site, Role::Staff).map(Self)
    }
}

impl FromRequestParts<Arc<Site>> for Superuser {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self> {
        with_role(parts, site, Role::Superuser).map(Self)
    }
}

impl FromRequestParts<Arc<Site>> for ClientAddress {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> std::result::Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
        Ok(Self(client_address(&parts.headers, peer, &site.settings.trusted_proxies)))
    }
}

/// The rightmost address that no trusted proxy stands behind: what lies further left anyone can write.
fn client_address(headers: &HeaderMap, peer: IpAddr, trusted: &[Network]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut nearest = peer;
    for line in headers.get_all("x-forwarded-for").iter().rev() {
        for hop in line.to_str().unwrap_or_default().rsplit(',') {
            if !is_trusted(nearest) {
                return nearest;
            }
            let Some(address) = hop_address(hop.trim()) else { return nearest };
            nearest = address;
        }
    }
    nearest
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1` or `[2001:db8::1]:4711`.
fn hop_address(hop: &str) -> Option<IpAddr> {
    let address = hop.parse().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|socket| socket.ip()))?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_scheme_is_read_in_any_case() {
        for good in ["Bearer abc", "bearer abc", "BEARER  abc "] {
            assert_eq!(bearer(good.as_bytes()), Some("abc"), "{good}");
        }
        for bad in ["Bearer", "Bearer ", "Basic abc", "Bearerabc", "", "\u{e9} x"] {
            assert_eq!(bearer(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn forwarded_addresses_are_believed_from_trusted_proxies_only() {
        let of = |lines: &[&'static str], peer: &str, trusted: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append("x-forwarded-for", HeaderValue::from_static(line));
            }
            let trusted: Vec<Network> = trusted.iter().map(|text| text.parse().unwrap()).collect();
            client_address(&headers, peer.parse().unwrap(), &trusted).to_string()
        };
        assert_eq!(of(&["203.0.113.9"], "10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(of(&["203.0.113.9"], "10.0.0.1", &["10.0.0.0/8"]), "203.0.113.9");
        assert_eq!(of(&["6.6.6.6, 203.0.113.9"], "10.0.0.1", &["10.0.0.0/8"]), "203.0.113.9");
        assert_eq!(of(&["6.6.6.6", "203.0.113.9, 10.0.0.2"], "10.0.0.1", &["10.0.0.0/8"]), "203.0.113.9");
        assert_eq!(of(&["[2001:db8::1]:99"], "10.0.0.1", &["10.0.0.0/8"]), "2001:db8::1");
        assert_eq!(of(&["nonsense"], "10.0.0.1", &["10.0.0.0/8"]), "10.0.0.1");
        assert_eq!(of(&[], "10.0.0.1", &["10.0.0.0/8"]), "10.0.0.1");
    }
}

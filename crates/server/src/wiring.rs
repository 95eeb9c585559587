//! From the configuration to what the layers below want.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use houselights_app::{
    EngineLimits, Settings,
    accounts::{AccountSettings, Limit},
    posters::PosterSettings,
};
use houselights_domain::credentials::PasswordPolicy;
use houselights_web::{
    WebSettings,
    settings::{Brand, LimitSettings, Logo, Network},
};
use metrics_exporter_prometheus::PrometheusHandle;

use crate::{
    config::{Config, Purpose},
    failure::{Failure, Result},
};

/// The largest logo, in bytes: every visitor loads it.
const LARGEST_LOGO: usize = 256 << 10;

/// What `app` wants to know about accounts.
pub(crate) fn accounts(config: &Config) -> AccountSettings {
    let from = &config.accounts;
    let limit = |attempts: u32| Some(Limit { attempts, per: Duration::from_mins(1) }).filter(|_| attempts > 0);
    AccountSettings {
        access_lifetime: from.access_lifetime,
        refresh_lifetime: from.refresh_lifetime,
        passwords: PasswordPolicy { min_length: from.password_min_length, refuse_common: from.refuse_common_passwords },
        hashing_at_once: from.hashes_at_once,
        hashing_waiters: from.hash_waiters,
        logins_by_address: config.rate_limits.and_then(|limits| limit(limits.logins_by_address)),
        logins_by_user: config.rate_limits.and_then(|limits| limit(limits.logins_by_user)),
        ..AccountSettings::default()
    }
}

/// What `app` wants to know about booking and posters.
pub(crate) fn app(config: &Config) -> Settings {
    let (from, posters) = (config.booking, &config.pages.posters);
    Settings {
        engine: EngineLimits {
            queue: from.queue,
            longest_wait: from.longest_wait,
            batch: from.batch,
            lanes: from.lanes,
        },
        most_seats: from.seats_per_order,
        most_watchers: config.connections.watchers,
        posters: PosterSettings { folder: posters.folder.clone(), memory: posters.memory, at_once: posters.at_once },
    }
}

/// What `web` wants to know; `address` is where it is served.
pub(crate) fn web(config: &Config, address: SocketAddr, figures: PrometheusHandle) -> Result<WebSettings> {
    let from = &config.connections;
    let trusted_proxies: Result<Vec<Network>> = from
        .trusted_proxies
        .iter()
        .map(|text| text.parse().map_err(|error| Failure::Usage(format!("trusted_proxies: {error}"))))
        .collect();
    let limits = match config.rate_limits {
        Some(limits) => LimitSettings {
            on: true,
            sign_in_per_minute: limits.sign_in,
            booking_per_minute: limits.bookings,
            change_per_minute: limits.changes,
        },
        None => LimitSettings { on: false, ..LimitSettings::default() },
    };
    // Without a token the page would be open to all: then it is served on its own address, or not at all.
    let page: houselights_web::settings::MetricsPage = Arc::new(move || figures.render());
    Ok(WebSettings {
        body_limit: from.body_limit,
        request_timeout: from.request_timeout,
        header_read_timeout: from.header_timeout,
        max_connections: from.most,
        stop_deadline: from.shutdown_deadline,
        cors_origins: from.cors_origins.clone(),
        limits,
        trusted_proxies: trusted_proxies?,
        metrics: config.metrics.token.as_ref().map(|_| page),
        metrics_token: config.metrics.token.clone(),
        public_url: config.public_url.clone().unwrap_or_else(|| format!("http://{address}")),
        quick_start: config.purpose == Purpose::Demo,
        brand: brand(config)?,
        language: config.pages.language.unwrap_or_default(),
    })
}

/// The house's looks, with its logo read from its file.
fn brand(config: &Config) -> Result<Brand> {
    let from = &config.pages;
    let logo = from.logo.as_deref().map(|path| {
        let wrong = |reason: String| Failure::Usage(format!("brand_logo = {}: {reason}", path.display()));
        let bytes = std::fs::read(path).map_err(|error| wrong(format!("cannot be read: {error}")))?;
        if bytes.len() > LARGEST_LOGO {
            return Err(wrong(format!("has {} bytes and may have at most {LARGEST_LOGO}", bytes.len())));
        }
        let ending = path.extension().unwrap_or_default().to_string_lossy();
        Ok(Logo { name: format!("logo.{ending}"), bytes: bytes.into() })
    });
    let usual = Brand::default();
    Ok(Brand { name: from.name.clone(), colour: from.colour.unwrap_or(usual.colour), logo: logo.transpose()? })
}

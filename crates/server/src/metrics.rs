//! Figures for Prometheus: kept in the process, read at `/metrics`.

use std::{net::SocketAddr, time::Duration};

use axum::{Router, http::header, routing::get};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;

use crate::failure::{Failure, Result};

/// Seconds: from a read from memory to a request at its deadline.
const SECONDS: &[f64] = &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];
/// Bookings in one transaction.
const BATCH: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];
/// How often samples are folded into the histograms; without it they would pile up between two readings.
const UPKEEP: Duration = Duration::from_secs(5);

/// Starts keeping figures, for the whole process.
pub(crate) fn start() -> Result<PrometheusHandle> {
    let cannot = |error: &dyn std::fmt::Display| Failure::new(format!("metrics could not be started: {error}"));
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), SECONDS)
        .and_then(|builder| builder.set_buckets_for_metric(Matcher::Suffix("_batch_size".into()), BATCH))
        .map_err(|error| cannot(&error))?
        .install_recorder()
        .map_err(|error| cannot(&error))?;
    let kept = handle.clone();
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(UPKEEP);
        loop {
            ticks.tick().await;
            kept.run_upkeep();
        }
    });
    Ok(handle)
}

/// Serves `/metrics` on an address of its own until the process ends.
pub(crate) async fn serve(at: SocketAddr, handle: PrometheusHandle) -> Result {
    let listener = TcpListener::bind(at)
        .await
        .map_err(|error| Failure::new(format!("metrics_listen = {at} cannot be listened on: {error}")))?;
    let page = move || async move { ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], handle.render()) };
    let router = Router::new().route("/metrics", get(page));
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "metrics are no longer served");
        }
    });
    Ok(())
}

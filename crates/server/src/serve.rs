//! A server's life: open, serve until a signal, finish what was begun, close.

use std::{
    process,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use houselights_app::{
    App,
    accounts::{Accounts, SigningKeys},
    clock::SystemClock,
    entropy::SystemEntropy,
};
use houselights_store::{Access, Db};
use houselights_web::Site;
use tokio::{net::TcpListener, sync::watch};

use crate::{
    commands::data::open,
    config::{Config, Purpose},
    demo,
    failure::{Failure, Result},
    logging, metrics, print, wiring,
};

/// After the last request: time for the queue to be carried out.
const LAST_ORDERS: Duration = Duration::from_secs(10);
/// What a shell expects of a program that a signal ended.
const INTERRUPTED: i32 = 130;

/// Runs a server until it is told to stop.
pub(crate) async fn run(config: &Config) -> Result {
    let begun = Instant::now();
    logging::start(&config.log);
    let figures = metrics::start()?;
    demo::guard(config)?;
    let db = open(config, Access::Serve).await?;
    demo::guard_open(config, &db).await?;
    let house = House::open(config, db).await?;
    let seeded = match config.purpose {
        Purpose::Demo => Some(demo::seed(&house.db, &house.app, config.booking.demo_sales).await?),
        Purpose::Cinema => None,
    };
    if let Some(at) = config.metrics.listen {
        metrics::serve(at, figures.clone()).await?;
    }
    let listener = TcpListener::bind(config.listen).await.map_err(|error| {
        Failure::new(format!(
            "{} cannot be listened on ({error}): stop what runs there, or choose another with --listen",
            config.listen
        ))
    })?;
    let address = listener.local_addr()?;
    let site =
        Site::new(Arc::clone(&house.app), wiring::web(config, address, figures)?, Arc::clone(&house.entropy) as _);
    let front = Arc::new(houselights_web::front(site)?);
    if !front.settings().is_https() && !address.ip().is_loopback() {
        tracing::warn!("public_url is not https: whoever listens in can take over a browser that is signed in");
    }
    tracing::info!(%address, database = %house.db.describe(), millis = begun.elapsed().as_millis(), "open");
    if let Some(seeded) = seeded {
        print::out(&demo::banner(&address.to_string(), config, &seeded))?;
    }
    houselights_web::serve(listener, front, told_to_stop(config.connections.shutdown_deadline)).await;
    house.close().await
}

/// What lives as long as the server.
struct House {
    db: Db,
    app: Arc<App>,
    entropy: Arc<SystemEntropy>,
    closing: watch::Sender<bool>,
    upkeep: [tokio::task::JoinHandle<()>; 2],
}

impl House {
    async fn open(config: &Config, db: Db) -> Result<Self> {
        let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy::default()));
        let keys = if let Some(secret) = &config.accounts.signing_key {
            SigningKeys::from_secrets(secret, config.accounts.signing_key_before.as_slice())?
        } else {
            let now = houselights_app::Clock::now(&*clock);
            // With PostgreSQL nothing else has made the folder.
            std::fs::create_dir_all(&config.data_dir)?;
            SigningKeys::load_or_create(&config.data_dir, now, &*entropy)?
        };
        let entropy_of_accounts = Arc::clone(&entropy) as Arc<dyn houselights_app::Entropy>;
        let settings = wiring::accounts(config);
        let accounts = Accounts::open(db.clone(), Arc::clone(&clock) as _, entropy_of_accounts, keys, settings).await?;
        let (closing, stop) = watch::channel(false);
        let upkeep_of_accounts = accounts.spawn_upkeep(stop.clone());
        let app = App::start(db.clone(), accounts, wiring::app(config), clock).await?;
        let upkeep = [upkeep_of_accounts, app.spawn_upkeep(stop)];
        Ok(Self { db, app, entropy, closing, upkeep })
    }

    async fn close(self) -> Result {
        self.closing.send_replace(true);
        for upkeep in self.upkeep {
            if let Err(error) = upkeep.await {
                tracing::warn!(%error, "the house's upkeep ended badly");
            }
        }
        self.app.stop().await;
        tracing::info!("closed");
        Ok(())
    }
}

/// Done at the first SIGTERM or SIGINT. From then on the second one, or the deadline, ends the process at once.
async fn told_to_stop(deadline: Duration) {
    signal().await;
    tracing::info!(seconds = deadline.as_secs(), "told to stop: no new connections, answering those that are here");
    tokio::spawn(async {
        signal().await;
        tracing::warn!("told to stop twice: ending at once");
        process::exit(INTERRUPTED);
    });
    // A thread of its own: it must not depend on a runtime that hangs.
    let hard = thread::Builder::new().name("houselights-deadline".into()).spawn(move || {
        thread::sleep(deadline + LAST_ORDERS);
        tracing::error!("not closed by the deadline: ending at once; whoever was answered keeps their seats");
        process::exit(1);
    });
    if let Err(error) = hard {
        tracing::warn!(%error, "there is no hard deadline for stopping");
    }
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        (Ok(mut terminate), Ok(mut interrupt)) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        }
        (Err(error), _) | (_, Err(error)) => {
            tracing::error!(%error, "signals cannot be received: only a kill stops this server");
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(not(unix))]
async fn signal() {
    if let Err(error) = tokio::signal::ctrl_c().await {
        tracing::error!(%error, "signals cannot be received: only a kill stops this server");
        std::future::pending::<()>().await;
    }
}

//! New connections: for the pool, and of one's own outside of it.

use std::sync::Arc;

use deadpool_postgres::Connect;
use futures_util::future::{BoxFuture, select_ok};
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Config, Connection, Socket, tls::MakeTlsConnect};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::Result;

/// How a database is reached: by any of these ways.
#[derive(Clone)]
pub(crate) struct Dial {
    ways: Arc<[Config]>,
    tls: MakeRustlsConnect,
}

/// A client, and the connection that carries its messages: whoever has it must read them.
pub(super) type Listening = (Client, Connection<Socket, <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream>);

/// Leaves out the password.
impl std::fmt::Debug for Dial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dial").field("ways", &self.ways.len()).finish_non_exhaustive()
    }
}

impl Dial {
    pub(super) fn new(ways: Vec<Config>, tls: MakeRustlsConnect) -> Self {
        Self { ways: ways.into(), tls }
    }

    /// What is the same whichever way is taken.
    pub(super) fn config(&self) -> Config {
        self.ways.first().cloned().unwrap_or_default()
    }

    /// A new connection. It ends when the client is dropped.
    pub(crate) async fn connect(&self) -> Result<Client> {
        Ok(self.carried().await?.0)
    }

    /// A new connection whose messages the caller reads.
    pub(super) async fn listen(&self) -> Result<Listening> {
        Ok(self.first().await?)
    }

    /// All ways are tried at once and the first that leads somewhere is taken. One after the other, a machine that takes
    /// connections and then says nothing would hide all that are named behind it.
    async fn first(&self) -> std::result::Result<Listening, tokio_postgres::Error> {
        let attempts = self.ways.iter().map(|way| Box::pin(way.connect(self.tls.clone())));
        Ok(select_ok(attempts).await?.0)
    }

    async fn carried(&self) -> std::result::Result<(Client, JoinHandle<()>), tokio_postgres::Error> {
        let (client, connection) = self.first().await?;
        // What goes wrong on it the client is told.
        let carrier = tokio::spawn(async move { drop(connection.await) });
        Ok((client, carrier))
    }
}

/// For the pool.
impl Connect for Dial {
    fn connect(
        &self,
        _any: &Config,
    ) -> BoxFuture<'_, std::result::Result<(Client, JoinHandle<()>), tokio_postgres::Error>> {
        Box::pin(self.carried())
    }
}

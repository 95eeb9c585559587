//! Connections of one's own, outside the pool: a lane keeps one for as long as it lives.

use tokio_postgres::{Client, Config, Connection, Socket, tls::MakeTlsConnect};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::{error::Result, migrate};

/// How a database is reached.
pub(super) struct Dial {
    pub(super) config: Config,
    pub(super) tls: MakeRustlsConnect,
}

/// A client, and the connection that carries its messages: whoever has it must read them.
pub(super) type Listening = (Client, Connection<Socket, <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream>);

/// Leaves out the password.
impl std::fmt::Debug for Dial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dial").finish_non_exhaustive()
    }
}

impl Dial {
    /// A new connection. It ends when the client is dropped.
    pub(super) async fn connect(&self) -> Result<Client> {
        migrate::connected(&self.config, self.tls.clone()).await
    }

    /// A new connection whose messages the caller reads.
    pub(super) async fn listen(&self) -> Result<Listening> {
        Ok(self.config.connect(self.tls.clone()).await?)
    }
}

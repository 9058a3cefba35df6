//! One connection, or the reason why there is none, in words for the operator.

use std::{error::Error as StdError, io, sync::Arc, time::Duration};

use diesel::{ConnectionError, ConnectionResult};
use diesel_async::AsyncPgConnection;
use rustls::{CertificateError, ClientConfig};
use tokio::time::timeout;
use tokio_postgres::{
    NoTls, Socket,
    config::SslMode,
    error::SqlState,
    tls::{MakeTlsConnect, TlsStream},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{
    address::{Address, Encryption},
    certificates,
};

/// For everything until the server takes questions. One that starts after a crash says so at once.
const WITHIN: Duration = Duration::from_secs(10);

/// Opens a connection to the PostgreSQL at `url`. Whoever connects to a database that the operator names does it
/// here: nothing else knows about TLS.
///
/// # Errors
/// [`ConnectionError`] with a sentence that says what is wrong. It never holds the password.
pub async fn establish(url: &str) -> ConnectionResult<AsyncPgConnection> {
    Connector::of(url)?.connect().await
}

/// What is needed to connect, read once.
#[derive(Clone)]
pub(super) struct Connector {
    address: Address,
    tls: Arc<ClientConfig>,
}

impl Connector {
    pub(super) fn of(url: &str) -> ConnectionResult<Self> {
        let address = Address::parse(url)
            .map_err(|error| ConnectionError::InvalidConnectionUrl(format!("DATABASE_URL {error}")))?;
        let tls = certificates::client(&address.encryption).map_err(|why| {
            ConnectionError::InvalidConnectionUrl(format!("sslrootcert of DATABASE_URL: {why}"))
        })?;
        Ok(Self { address, tls: Arc::new(tls) })
    }

    pub(super) async fn connect(&self) -> ConnectionResult<AsyncPgConnection> {
        let connected = timeout(WITHIN, self.try_to_connect()).await;
        let shown = &self.address.shown;
        connected.unwrap_or_else(|_| {
            let seconds = WITHIN.as_secs();
            Err(ConnectionError::BadConnection(format!("{shown} says nothing within {seconds} seconds")))
        })
    }

    async fn try_to_connect(&self) -> ConnectionResult<AsyncPgConnection> {
        let tls = MakeRustlsConnect::new((*self.tls).clone());
        let connected = match &self.address.encryption {
            Encryption::None => open(&self.address.config, NoTls).await,
            Encryption::Always | Encryption::Checked { .. } => open(&self.address.config, tls).await,
            Encryption::IfOffered => match open(&self.address.config, tls).await {
                Err(Failed::Server(error)) if is_about_tls(&error) => {
                    open(self.address.config.clone().ssl_mode(SslMode::Disable), NoTls).await
                }
                connected => connected,
            },
        };
        connected.map_err(|failed| match failed {
            Failed::Server(error) => ConnectionError::BadConnection(self.reason(&error)),
            Failed::Setup(error) => error,
        })
    }

    fn reason(&self, error: &tokio_postgres::Error) -> String {
        let shown = &self.address.shown;
        if let Some(said) = error.as_db_error() {
            let hint = match self.address.encryption {
                Encryption::None if said.message().contains("no encryption") => {
                    "; it may want TLS: sslmode=require or better in DATABASE_URL"
                }
                _ => "",
            };
            return format!("{shown} says: {}{hint}", said.message());
        }
        if let Some(error) = cause::<rustls::Error>(error) {
            return format!("the certificate of {shown} is refused: {}", why_not_believed(error));
        }
        if speaks_no_tls(error) {
            return format!(
                "{shown} speaks no TLS: set it up there (ssl = on), or say sslmode=disable in DATABASE_URL for a \
                 network where nobody else reads along"
            );
        }
        if let Some(error) = cause::<io::Error>(error) {
            return format!("{shown}: {error}");
        }
        match error.source() {
            Some(source) => format!("{shown}: {error}: {source}"),
            None => format!("{shown}: {error}"),
        }
    }
}

enum Failed {
    Server(tokio_postgres::Error),
    Setup(ConnectionError),
}

async fn open<T>(config: &tokio_postgres::Config, tls: T) -> Result<AsyncPgConnection, Failed>
where
    T: MakeTlsConnect<Socket>,
    T::Stream: TlsStream + Unpin + Send + 'static,
{
    let (client, connection) = config.connect(tls).await.map_err(Failed::Server)?;
    AsyncPgConnection::try_from_client_and_connection(client, connection).await.map_err(Failed::Setup)
}

/// Whether the same server may take a connection without TLS: the handshake failed, or it wants none.
fn is_about_tls(error: &tokio_postgres::Error) -> bool {
    cause::<rustls::Error>(error).is_some()
        || error.code().is_some_and(|code| *code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION)
}

fn speaks_no_tls(error: &tokio_postgres::Error) -> bool {
    error.source().is_some_and(|source| source.to_string() == "server does not support TLS")
}

/// The error of a kind that is behind another one, if one is.
fn cause<T: StdError + 'static>(error: &tokio_postgres::Error) -> Option<&T> {
    let mut next = error.source();
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        // What an `io::Error` holds is not its source, but that one's source is.
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(found) = inner.and_then(|inner| inner.downcast_ref::<T>()) {
            return Some(found);
        }
        next = error.source();
    }
    None
}

fn why_not_believed(error: &rustls::Error) -> String {
    use CertificateError as Wrong;
    let rustls::Error::InvalidCertificate(wrong) = error else { return error.to_string() };
    match wrong {
        // Two authorities may have one name.
        Wrong::UnknownIssuer | Wrong::BadSignature => "no authority in sslrootcert vouches for it".to_owned(),
        Wrong::Expired | Wrong::ExpiredContext { .. } => "it has expired".to_owned(),
        Wrong::NotValidYet | Wrong::NotValidYetContext { .. } => "it is not valid yet".to_owned(),
        Wrong::NotValidForName | Wrong::NotValidForNameContext { .. } => {
            format!("it is for another name ({wrong})")
        }
        other => other.to_string(),
    }
}

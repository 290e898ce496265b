//! Connections whose handshake is done. Handshakes run beside each other, so that a slow one keeps nobody waiting.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// A peer that does not finish its handshake within this time is cut off.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Handshakes under way at a time; further connections wait in the system's queue.
const HANDSHAKES: usize = 512;
/// After an error that is the machine's (no file handles left), not one connection's.
const BREATH: Duration = Duration::from_millis(200);

pub struct TlsListener {
    ready: mpsc::Receiver<(TlsStream<TcpStream>, Wire)>,
    local: SocketAddr,
    accepting: JoinHandle<Infallible>,
}

/// Who is at the other end of a connection.
#[derive(Debug, Clone)]
pub struct Wire {
    pub address: SocketAddr,
    /// The first certificate that was shown, DER.
    pub kiosk: Option<Arc<[u8]>>,
}

impl TlsListener {
    pub fn new(listener: TcpListener, settings: Arc<rustls::ServerConfig>) -> io::Result<Self> {
        let local = listener.local_addr()?;
        let (done, ready) = mpsc::channel(64);
        let accepting = tokio::spawn(accept(listener, TlsAcceptor::from(settings), done));
        Ok(Self { ready, local, accepting })
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = Wire;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(connection) => connection,
            // The task that accepts never ends by itself.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Wire> {
        Ok(Wire { address: self.local, kiosk: None })
    }
}

impl Drop for TlsListener {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Connected<IncomingStream<'_, TlsListener>> for Wire {
    fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
        stream.remote_addr().clone()
    }
}

async fn accept(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    done: mpsc::Sender<(TlsStream<TcpStream>, Wire)>,
) -> Infallible {
    let slots = Arc::new(Semaphore::new(HANDSHAKES));
    loop {
        let slot = slots.clone().acquire_owned().await.expect("the semaphore is never closed");
        let (stream, address) = match listener.accept().await {
            Ok(connection) => connection,
            Err(error) => {
                if !is_of_one_connection(&error) {
                    tracing::error!("no connection can be accepted: {error}");
                    tokio::time::sleep(BREATH).await;
                }
                continue;
            }
        };
        let (acceptor, done) = (acceptor.clone(), done.clone());
        tokio::spawn(async move {
            let shaken = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await;
            drop(slot);
            match shaken {
                Ok(Ok(stream)) => {
                    let shown = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
                    let kiosk = shown.map(|certificate| Arc::from(certificate.as_ref()));
                    // Nobody takes it any more: the server ends.
                    let _ = done.send((stream, Wire { address, kiosk })).await;
                }
                Ok(Err(error)) => tracing::info!(peer = %address.ip(), "a TLS handshake failed: {error}"),
                Err(_) => tracing::info!(peer = %address.ip(), "a TLS handshake took too long"),
            }
        });
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

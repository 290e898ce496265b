//! The server as a running thing.

use std::net::SocketAddr;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::app::{App, Outside, StartError};
use crate::clock::SharedClock;
use crate::config::Config;
use crate::{dispatch, http, worker};

/// A server that answers on `addr` until it is shut down; dropped, it is cut off in the middle of whatever it does,
/// as a crash would.
pub struct RunningServer {
    pub addr: SocketAddr,
    pub app: App,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<std::io::Result<()>>,
    working: JoinHandle<()>,
    dispatching: JoinHandle<()>,
}

/// Opens the database, listens, serves, and runs the workers.
pub async fn start(config: Config, clock: SharedClock, outside: Outside) -> Result<RunningServer, StartError> {
    let listen = config.listen;
    let app = App::open(config, clock, outside).await?;
    let listener = TcpListener::bind(listen).await.map_err(StartError::Listen)?;
    let addr = listener.local_addr().map_err(StartError::Listen)?;
    let (stop, stopped) = oneshot::channel::<()>();
    let service = http::router(app.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let serving = tokio::spawn(async move {
        let stopped = async {
            // Dropped without a word means cut off, not asked to finish.
            if stopped.await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        axum::serve(listener, service).with_graceful_shutdown(stopped).await
    });
    let working = tokio::spawn(worker::run(app.clone()));
    let dispatching = tokio::spawn(dispatch::run(app.clone()));
    tracing::info!(%addr, "listening");
    Ok(RunningServer { addr, app, stop: Some(stop), serving, working, dispatching })
}

impl RunningServer {
    /// Finishes what was begun, then ends.
    pub async fn shutdown(mut self) {
        if let Some(stop) = self.stop.take() {
            // Nobody listens where serving ended by itself.
            let _ = stop.send(());
        }
        self.working.abort();
        self.dispatching.abort();
        if let Ok(Err(error)) = (&mut self.serving).await {
            tracing::error!("serving ended: {error}");
        }
        self.app.store.close().await;
    }
}

impl Drop for RunningServer {
    fn drop(&mut self) {
        self.serving.abort();
        self.working.abort();
        self.dispatching.abort();
    }
}

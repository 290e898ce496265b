//! The server as a running thing.

use std::net::SocketAddr;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::app::{App, Outside, StartError};
use crate::clock::SharedClock;
use crate::config::Config;
use crate::{audit, board, dispatch, http, queue, worker};

/// A server that answers on `addr` until it is shut down; dropped, it is cut off in the middle of whatever it does,
/// as a crash would.
pub struct RunningServer {
    pub addr: SocketAddr,
    /// Of the public page, where one is configured.
    pub public_addr: Option<SocketAddr>,
    pub app: App,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<std::io::Result<()>>,
    showing: Option<JoinHandle<std::io::Result<()>>>,
    /// What goes on beside: asking again, signing and sending, news of the queues, chaining the audit record,
    /// boards and phones.
    background: [JoinHandle<()>; 5],
}

/// Opens the database, listens, serves, and runs the workers.
pub async fn start(config: Config, clock: SharedClock, outside: Outside) -> Result<RunningServer, StartError> {
    let listen = config.listen;
    let app = App::open(config, clock, outside).await?;
    let listener = TcpListener::bind(listen).await.map_err(StartError::Listen)?;
    let addr = listener.local_addr().map_err(StartError::Listen)?;
    let public = match app.config.papers.public_listen {
        Some(address) => Some(TcpListener::bind(address).await.map_err(StartError::Listen)?),
        None => None,
    };
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
    let background = [
        tokio::spawn(worker::run(app.clone())),
        tokio::spawn(dispatch::run(app.clone())),
        tokio::spawn(queue::watch(app.clone())),
        tokio::spawn(audit::run(app.clone())),
        tokio::spawn(board::run(app.clone())),
    ];
    let (public_addr, showing) = match public {
        Some(listener) => {
            let addr = listener.local_addr().map_err(StartError::Listen)?;
            let service = http::public_router(app.clone()).into_make_service_with_connect_info::<SocketAddr>();
            let showing = tokio::spawn(async move { axum::serve(listener, service).await });
            tracing::info!(%addr, "verifying papers");
            (Some(addr), Some(showing))
        }
        None => (None, None),
    };
    tracing::info!(%addr, "listening");
    Ok(RunningServer { addr, public_addr, app, stop: Some(stop), serving, showing, background })
}

impl RunningServer {
    /// Finishes what was begun, then ends.
    pub async fn shutdown(mut self) {
        if let Some(stop) = self.stop.take() {
            // Nobody listens where serving ended by itself.
            let _ = stop.send(());
        }
        self.app.news.closing();
        self.end_background();
        if let Ok(Err(error)) = (&mut self.serving).await {
            tracing::error!("serving ended: {error}");
        }
        self.app.store.close().await;
    }

    fn end_background(&self) {
        for task in &self.background {
            task.abort();
        }
        if let Some(showing) = &self.showing {
            showing.abort();
        }
    }
}

impl Drop for RunningServer {
    fn drop(&mut self) {
        self.serving.abort();
        self.end_background();
    }
}

//! The server as a running thing.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::app::{App, Outside, StartError};
use crate::clock::SharedClock;
use crate::config::{Config, TlsConfig};
use crate::tls::{self, Clients, ServedCertificate, TlsListener, Wire};
use crate::{audit, board, dispatch, enrolment, hospital, http, queue, worker};

/// A server that answers on `addr` until it is shut down; dropped, it is cut off in the middle of whatever it does,
/// as a crash would.
pub struct RunningServer {
    pub addr: SocketAddr,
    /// Of the public page, where one is configured.
    pub public_addr: Option<SocketAddr>,
    /// Of HL7 over MLLP, where it is configured.
    pub hl7_addr: Option<SocketAddr>,
    pub app: App,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<std::io::Result<()>>,
    showing: Option<JoinHandle<std::io::Result<()>>>,
    /// What goes on beside: asking again, signing and sending, news of the queues, chaining the audit record,
    /// boards and phones, the hospital's own system.
    background: Vec<JoinHandle<()>>,
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
    let hl7 = match &app.config.hl7 {
        Some(hl7) => Some(TcpListener::bind(hl7.listen).await.map_err(StartError::Listen)?),
        None => None,
    };
    let hl7_addr = hl7.as_ref().map(TcpListener::local_addr).transpose().map_err(StartError::Listen)?;
    let (stop, stopped) = oneshot::channel::<()>();
    let tls = match &app.config.tls {
        Some(config) => Some(Tls::open(&app, config).await?),
        None => None,
    };
    let stopped = async {
        // Dropped without a word means cut off, not asked to finish.
        if stopped.await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let staff_and_kiosks = tls.as_ref().map(|tls| tls.staff_and_kiosks.clone());
    let serving = serve(listener, staff_and_kiosks, http::router(app.clone()), stopped)?;
    let mut background = vec![
        tokio::spawn(worker::run(app.clone())),
        tokio::spawn(dispatch::run(app.clone())),
        tokio::spawn(queue::watch(app.clone())),
        tokio::spawn(queue::watch_absent(app.clone())),
        tokio::spawn(audit::run(app.clone())),
        tokio::spawn(board::run(app.clone())),
        tokio::spawn(hospital::run(app.clone(), hl7)),
    ];
    let (public_addr, showing) = match public {
        Some(listener) => {
            let addr = listener.local_addr().map_err(StartError::Listen)?;
            let anyone = tls.as_ref().map(|tls| tls.anyone.clone());
            let showing = serve(listener, anyone, http::public_router(app.clone()), std::future::pending())?;
            tracing::info!(%addr, "verifying papers");
            (Some(addr), Some(showing))
        }
        None => (None, None),
    };
    if let Some(tls) = tls {
        background.push(tokio::spawn(tls.served.watch()));
    }
    tracing::info!(%addr, tls = app.config.tls.is_some(), "listening");
    Ok(RunningServer { addr, public_addr, hl7_addr, app, stop: Some(stop), serving, showing, background })
}

/// What the listeners show and ask for.
struct Tls {
    served: Arc<ServedCertificate>,
    staff_and_kiosks: Arc<rustls::ServerConfig>,
    anyone: Arc<rustls::ServerConfig>,
}

impl Tls {
    async fn open(app: &App, config: &TlsConfig) -> Result<Self, StartError> {
        let served = ServedCertificate::open(config)?;
        let authority = enrolment::authority(app).await?;
        let settings = |clients| tls::settings(served.clone(), clients, app.clock.clone());
        let staff_and_kiosks = settings(Clients::Kiosks(&authority))?;
        Ok(Self { staff_and_kiosks, anyone: settings(Clients::Anyone)?, served })
    }
}

fn serve(
    listener: TcpListener,
    tls: Option<Arc<rustls::ServerConfig>>,
    router: Router,
    stopped: impl Future<Output = ()> + Send + 'static,
) -> Result<JoinHandle<std::io::Result<()>>, StartError> {
    Ok(match tls {
        Some(settings) => {
            let listener = TlsListener::new(listener, settings).map_err(StartError::Listen)?;
            let service = tls::service(router).into_make_service_with_connect_info::<Wire>();
            tokio::spawn(async move { axum::serve(listener, service).with_graceful_shutdown(stopped).await })
        }
        None => {
            let service = router.into_make_service_with_connect_info::<SocketAddr>();
            tokio::spawn(async move { axum::serve(listener, service).with_graceful_shutdown(stopped).await })
        }
    })
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

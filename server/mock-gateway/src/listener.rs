//! The line to the clients: loopback only, and able to break in the ways that lines break.
//!
//! A handler that wants the line cut says so with [`cut`] or [`half`]; the connection then ends as a peer sees it whose
//! other side died. While the fault script has an outage of the refusing sort, nobody listens.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Response as HttpResponse, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hyper::body::{Frame, Incoming};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tower::ServiceExt;
use tracing::{debug, info, warn};

use crate::server::Gateway;

/// How often an outage is looked for; a virtual clock jumps without telling.
const OUTAGE_CHECK: Duration = Duration::from_millis(20);

/// Lets the half that was written leave before the connection ends.
const HALF_PAUSE: Duration = Duration::from_millis(20);

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the mock gateway listens on loopback only, not on {0}")]
    NotLoopback(SocketAddr),
    #[error("cannot listen on {address}: {source}")]
    Listen { address: SocketAddr, source: std::io::Error },
}

/// A gateway that answers until it is stopped or dropped.
pub struct RunningGateway {
    pub gateway: Gateway,
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: tokio::task::JoinHandle<()>,
}

/// Listens on `address` (port 0: any free one).
pub async fn start(gateway: Gateway, address: SocketAddr) -> Result<RunningGateway, StartError> {
    if !address.ip().is_loopback() {
        return Err(StartError::NotLoopback(address));
    }
    let listen = |source| StartError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(listen)?;
    let address = listener.local_addr().map_err(listen)?;
    let (stop, stopped) = oneshot::channel();
    let serving = serve(gateway.clone(), listener, address);
    let task = tokio::spawn(async move {
        tokio::select! {
            () = serving => {}
            _ = stopped => {}
        }
    });
    info!(%address, "mock gateway listening");
    Ok(RunningGateway { gateway, address, stop: Some(stop), task })
}

impl RunningGateway {
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Cuts the line at once; requests in flight lose their answer.
    pub async fn stop(mut self) -> Gateway {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        let _ = (&mut self.task).await;
        self.gateway.clone()
    }

    /// Runs until the process ends.
    pub async fn forever(mut self) {
        let _ = (&mut self.task).await;
    }
}

/// Connections live in the set and die with it.
async fn serve(gateway: Gateway, first: TcpListener, address: SocketAddr) {
    let router = gateway.router();
    let mut listener = Some(first);
    let mut connections = JoinSet::new();
    let mut check = tokio::time::interval(OUTAGE_CHECK);
    check.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let accept = async {
            match &listener {
                Some(listener) => listener.accept().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            accepted = accept => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, router.clone()));
                }
                Err(error) => warn!(%error, "a connection could not be taken"),
            },
            Some(_) = connections.join_next() => {}
            _ = check.tick() => match (gateway.refuses(), listener.is_some()) {
                (true, true) => {
                    listener = None;
                    connections.shutdown().await;
                    info!("outage: nobody listens");
                }
                (false, false) => match TcpListener::bind(address).await {
                    Ok(again) => {
                        listener = Some(again);
                        info!("outage over");
                    }
                    Err(error) => warn!(%error, "the port is not free yet"),
                },
                (true, false) | (false, true) => {}
            },
        }
    }
}

async fn connection(stream: TcpStream, router: Router) {
    let _ = stream.set_nodelay(true);
    let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        let router = router.clone();
        async move {
            let response =
                router.oneshot(request.map(Body::new)).await.unwrap_or_else(|never: Infallible| match never {});
            if response.extensions().get::<Cut>().is_some() { Err(LineCut) } else { Ok(response) }
        }
    });
    if let Err(error) = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await {
        debug!(%error, "a connection ended early");
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the line was cut on purpose")]
struct LineCut;

/// Marks a response that must not leave.
#[derive(Clone, Copy)]
struct Cut;

/// The connection ends without an answer.
pub(crate) fn cut() -> Response {
    let mut response = StatusCode::SERVICE_UNAVAILABLE.into_response();
    response.extensions_mut().insert(Cut);
    response
}

/// The head promises `whole`, the connection ends after half of it.
pub(crate) fn half(whole: &[u8]) -> Response {
    let body = HalfBody { half: Some(Bytes::copy_from_slice(&whole[..whole.len() / 2])), pause: None };
    let mut response = HttpResponse::new(Body::new(body));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json; charset=utf-8"));
    headers.insert(header::CONTENT_LENGTH, header::HeaderValue::from(whole.len()));
    response
}

struct HalfBody {
    half: Option<Bytes>,
    pause: Option<Pin<Box<tokio::time::Sleep>>>,
}

impl hyper::body::Body for HalfBody {
    type Data = Bytes;
    type Error = LineCut;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, LineCut>>> {
        if let Some(half) = self.half.take() {
            self.pause = Some(Box::pin(tokio::time::sleep(HALF_PAUSE)));
            return Poll::Ready(Some(Ok(Frame::data(half))));
        }
        match self.pause.as_mut().map(|pause| pause.as_mut().poll(context)) {
            Some(Poll::Pending) => Poll::Pending,
            Some(Poll::Ready(())) | None => Poll::Ready(Some(Err(LineCut))),
        }
    }
}

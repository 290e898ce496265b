//! Keys and passwords never travel in clear: plain HTTP is answered on loopback, or behind a proxy that
//! ended TLS; everything else comes over our own TLS ([`crate::tls`]).

use std::net::{IpAddr, SocketAddr};

use api::ProblemCode;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::Failure;
use crate::app::App;
use crate::tls::OverTls;

/// Who is at the other end, once it is known that nobody between could listen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer {
    pub address: IpAddr,
    /// Cookies are marked `Secure` only where the browser speaks TLS.
    pub transport: Transport,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    Loopback,
    /// Ended here.
    Tls,
    TlsProxy,
}

pub async fn refuse_plain_http(State(app): State<App>, mut request: Request, next: Next) -> Response {
    // The test transport has no socket: it says which address it stands for.
    let extensions = request.extensions();
    let socket = extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(socket)| *socket);
    let mocked = extensions.get::<axum::extract::connect_info::MockConnectInfo<SocketAddr>>().map(|mock| mock.0);
    let Some(socket) = socket.or(mocked) else { return refused() };
    let proxies = &app.config.behind_tls_proxy;
    let over_tls = extensions.get::<OverTls>().map(|_| Transport::Tls);
    match over_tls.or_else(|| transport(socket.ip(), request.headers(), proxies)) {
        Some(transport) => {
            request.extensions_mut().insert(Peer { address: socket.ip(), transport });
            next.run(request).await
        }
        None => refused(),
    }
}

fn transport(peer: IpAddr, headers: &HeaderMap, proxies: &[IpAddr]) -> Option<Transport> {
    let forwarded = headers.get("x-forwarded-proto").map(|value| value.as_bytes());
    match (proxies.contains(&peer), forwarded) {
        (true, Some(b"https")) => Some(Transport::TlsProxy),
        (true, _) => None,
        // A proxy that nobody configured must not make strangers look local.
        (false, None) if peer.is_loopback() => Some(Transport::Loopback),
        (false, _) => None,
    }
}

fn refused() -> Response {
    let detail = "plain HTTP is answered on loopback only: give the server [tls], or name the proxy before it in behind_tls_proxy";
    Failure::new(StatusCode::FORBIDDEN, ProblemCode::KioskNotAdmitted, detail).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(forwarded: Option<&'static str>) -> HeaderMap {
        let value = forwarded.map(axum::http::HeaderValue::from_static);
        value.map(|value| ("x-forwarded-proto".parse().expect("a header"), value)).into_iter().collect()
    }

    #[test]
    fn only_loopback_and_a_configured_proxy_that_ended_tls_are_heard() {
        let [local, proxy, other] = ["127.0.0.1", "10.0.0.2", "10.0.0.3"].map(|ip| ip.parse().expect("an address"));
        let heard = |peer: IpAddr, forwarded| transport(peer, &headers(forwarded), &[proxy]);
        assert_eq!(heard(local, None), Some(Transport::Loopback));
        assert_eq!(heard(local, Some("http")), None);
        assert_eq!(heard(proxy, Some("https")), Some(Transport::TlsProxy));
        assert_eq!(heard(proxy, Some("http")), None);
        assert_eq!(heard(proxy, None), None);
        assert_eq!(heard(other, Some("https")), None);
        assert_eq!(heard(other, None), None);
    }
}

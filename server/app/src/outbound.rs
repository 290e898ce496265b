//! Requests to the outside: no redirects, no automatic retries, no proxies, no URL in any error (gateway tokens sit
//! in URLs), bounded answers.

use reqwest::RequestBuilder;
use zeroize::Zeroizing;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    /// The only failure after which nothing was sent for certain.
    #[error("no connection")]
    NotConnected,
    #[error("the connection broke")]
    Broken,
    #[error("the answer is too large")]
    TooLarge,
}

pub fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .connect_timeout(std::time::Duration::from_secs(2))
        // A connection that the other side is about to close makes an outcome unknown for nothing.
        .pool_idle_timeout(std::time::Duration::from_secs(4))
        .build()
        .expect("the TLS back end starts")
}

/// Status and body, of at most `max_bytes`.
pub async fn send(request: RequestBuilder, max_bytes: usize) -> Result<(u16, Zeroizing<Vec<u8>>), OutboundError> {
    let mut response = request
        .send()
        .await
        .map_err(|error| if error.is_connect() { OutboundError::NotConnected } else { OutboundError::Broken })?;
    let status = response.status().as_u16();
    let mut body = Zeroizing::new(Vec::new());
    while let Some(chunk) = response.chunk().await.map_err(|_| OutboundError::Broken)? {
        if body.len() + chunk.len() > max_bytes {
            return Err(OutboundError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok((status, body))
}

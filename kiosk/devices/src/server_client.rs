//! The server's API as typed calls: one connection for each, so that a failure to connect always means that nothing was sent.
//!
//! Redirects, automatic retries and proxies are off; the key is a header that is never shown; addresses are taken out of
//! errors. Plain HTTP is for this machine only.

use std::fmt;
use std::io::Read;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use api::papers::{self, Call, PaperId, Reply};
use api::{
    AlertRequest, Block, BlockRequest, ChallengeReply, CheckInReply, CheckInRequest, DepartmentView, EidPerson,
    EidRequest, Heartbeat, IdentificationReply, IdentificationRequest, IssuedCertificate, KIOSK_HEADER, KioskId,
    MAX_BODY_BYTES, Problem, ReconcileReply, ReconcileRequest, RenewalRequest, StationConfiguration, VisitId, path,
};
use reqwest::blocking::{Client, RequestBuilder, Response};
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Certificate, Identity, Method, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use time::OffsetDateTime;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::enrolment::{IdentityError, KioskIdentity, NewKey};

/// An e-identity answer carries a portrait; everything else is far smaller.
const MAX_ANSWER_BYTES: u64 = 8 * MAX_BODY_BYTES as u64;

/// The 256-bit key given at enrolment.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct KioskKey(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a kiosk key is 64 hexadecimal digits")]
pub struct KioskKeyError;

/// How long a patient is made to wait for the server before the kiosk goes on without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    pub connect: Duration,
    /// From the first byte sent to the last received. The server's own deadline towards the insurance is shorter.
    pub answer: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { connect: Duration::from_secs(2), answer: Duration::from_secs(6) }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error("the server's address is no http or https URL")]
    Address,
    #[error("plain http is for this machine only: use https")]
    PlainHttp,
    #[error("the kiosk's id or key fits no header")]
    Header,
    #[error("the certificate of the server's authority cannot be read")]
    Authority(#[source] reqwest::Error),
    #[error("the kiosk's key and certificate cannot be used")]
    Identity(#[source] reqwest::Error),
    #[error("a certificate is shown over https only")]
    IdentityInClear,
    #[error("the HTTP client cannot be made")]
    Client(#[source] reqwest::Error),
}

/// Why a call did not give what was asked.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// No connection: nothing was sent.
    #[error("the server is away")]
    Away(#[source] reqwest::Error),
    /// Sent, and no whole answer came: it may have been done.
    #[error("the server gave no answer")]
    NoAnswer(#[source] reqwest::Error),
    #[error("the server's answer broke off")]
    BrokenOff(#[source] std::io::Error),
    /// The server said no, and why.
    #[error("the server refused: {code:?}", code = .0.code)]
    Problem(Problem),
    /// An answer that is not of this version of the API: something else listens there.
    #[error("the answer with status {status} is not of this API")]
    NotOfThisApi { status: u16 },
    #[error("the answer is larger than {MAX_ANSWER_BYTES} bytes")]
    TooLarge,
}

/// Why the kiosk goes on with the certificate it has.
#[derive(Debug, thiserror::Error)]
pub enum RenewalError {
    #[error("the key or its request cannot be made")]
    Key(#[from] rcgen::Error),
    #[error("no certificate was given")]
    Server(#[from] ServerError),
    #[error("the new certificate cannot be used")]
    Client(#[from] ClientError),
    #[error("the new certificate cannot be kept")]
    Disk(#[from] IdentityError),
}

/// Blocking. Clones share the connection settings, so that a renewed certificate is theirs too. For worker threads.
#[derive(Clone)]
pub struct ServerClient {
    http: Arc<RwLock<Client>>,
    base: Url,
    authority: Option<Arc<[u8]>>,
    patience: Patience,
    held: Option<Arc<Mutex<Held>>>,
}

/// The certificate in use and where it is kept.
struct Held {
    identity: KioskIdentity,
    file: PathBuf,
}

impl KioskKey {
    /// As the key file holds it; white space at the ends is dropped.
    pub fn parse(text: &str) -> Result<Self, KioskKeyError> {
        let text = text.trim();
        let fits = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if fits { Ok(Self(text.to_ascii_lowercase())) } else { Err(KioskKeyError) }
    }
}

impl ServerClient {
    /// `authority`: PEM certificates of the hospital's own authority, instead of those of the system.
    pub fn new(
        address: &str,
        kiosk: &KioskId,
        key: &KioskKey,
        authority: Option<&[u8]>,
        patience: Patience,
    ) -> Result<Self, ClientError> {
        let base = server_address(address)?;
        let bearer = Zeroizing::new(format!("Bearer {}", key.0));
        let mut bearer = HeaderValue::from_str(&bearer).map_err(|_| ClientError::Header)?;
        bearer.set_sensitive(true);
        let kiosk = HeaderValue::from_str(kiosk.as_str()).map_err(|_| ClientError::Header)?;
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, bearer);
        headers.insert(KIOSK_HEADER, kiosk);
        let http = http(&base, headers, None, authority, patience)?;
        Ok(Self::of(http, base, authority, patience, None))
    }

    /// With the kiosk's certificate instead of a key; `file` is where its successors are kept.
    pub fn certified(
        address: &str,
        identity: KioskIdentity,
        file: &Path,
        authority: Option<&[u8]>,
        patience: Patience,
    ) -> Result<Self, ClientError> {
        let base = server_address(address)?;
        if base.scheme() != "https" {
            return Err(ClientError::IdentityInClear);
        }
        let http = http(&base, HeaderMap::new(), Some(&identity), authority, patience)?;
        Ok(Self::of(http, base, authority, patience, Some(Held { identity, file: file.to_owned() })))
    }

    fn of(http: Client, base: Url, authority: Option<&[u8]>, patience: Patience, held: Option<Held>) -> Self {
        let (http, held) = (Arc::new(RwLock::new(http)), held.map(|held| Arc::new(Mutex::new(held))));
        Self { http, base, authority: authority.map(Arc::from), patience, held }
    }

    /// Asks for the next certificate where it is time, keeps it, and shows it from then on. `now` is the server's word.
    /// True where the certificate is a new one.
    pub fn renew_if_due(&self, now: OffsetDateTime) -> Result<bool, RenewalError> {
        let Some(held) = &self.held else { return Ok(false) };
        let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
        if now < held.identity.renew_at() {
            return Ok(false);
        }
        let key = NewKey::make()?;
        let request = RenewalRequest { request: key.request.clone() };
        let issued: IssuedCertificate = self.send(Method::POST, path::RENEWAL, &request)?;
        let identity = key.with(&issued);
        let http = http(&self.base, HeaderMap::new(), Some(&identity), self.authority.as_deref(), self.patience)?;
        // On the disk before it is shown: its first use ends the one before.
        identity.write(&held.file)?;
        held.identity = identity;
        *self.http.write().unwrap_or_else(PoisonError::into_inner) = http;
        Ok(true)
    }

    pub fn configuration(&self) -> Result<StationConfiguration, ServerError> {
        self.ask(Method::GET, path::CONFIGURATION)
    }

    pub fn departments(&self) -> Result<Vec<DepartmentView>, ServerError> {
        self.ask(Method::GET, path::DEPARTMENTS)
    }

    /// The card is in the reader and the block has challenges too: this one is waited for half as long.
    pub fn challenge(&self, visit: VisitId) -> Result<ChallengeReply, ServerError> {
        let request = self.request(Method::POST, &of_visit(path::CHALLENGE, visit));
        parsed(accepted(request.timeout(self.patience.answer / 2))?)
    }

    pub fn identify(
        &self,
        visit: VisitId,
        request: &IdentificationRequest,
    ) -> Result<IdentificationReply, ServerError> {
        self.send(Method::PUT, &of_visit(path::IDENTIFICATION, visit), request)
    }

    pub fn check_in(&self, visit: VisitId, request: &CheckInRequest) -> Result<CheckInReply, ServerError> {
        self.send(Method::PUT, &of_visit(path::CHECK_IN, visit), request)
    }

    pub fn eid(&self, visit: VisitId, request: &EidRequest) -> Result<EidPerson, ServerError> {
        self.send(Method::POST, &of_visit(path::EID, visit), request)
    }

    /// Anything about papers. Each call is safe to repeat with the same content.
    pub fn papers(&self, visit: VisitId, call: &Call) -> Result<Reply, ServerError> {
        use papers::path;
        let at = |path: &str| of_visit(path, visit);
        let of = |path: &str, paper: &PaperId| at(path).replace("{paper}", &paper.to_string());
        Ok(match call {
            Call::List => Reply::List(self.ask(Method::GET, &at(path::PAPERS))?),
            Call::Reading(paper) => Reply::Reading(self.ask(Method::GET, &of(path::READING, paper))?),
            Call::Correct(paper, request) => {
                Reply::Reading(self.send(Method::PUT, &of(path::CORRECTIONS, paper), request)?)
            }
            Call::Nonce(request) => Reply::Nonce(self.send(Method::POST, &at(path::NONCES), request)?),
            Call::Confirm(paper, confirmation) => {
                Reply::Confirmed(self.send(Method::PUT, &of(path::CONFIRMATION, paper), confirmation)?)
            }
            Call::Status(paper) => Reply::Status(self.ask(Method::GET, &of(path::STATUS, paper))?),
            Call::Print(paper) => Reply::Ticket(self.ask(Method::POST, &of(path::PRINTS, paper))?),
            Call::Questionnaire => Reply::Questionnaire(self.ask(Method::GET, &at(path::QUESTIONNAIRE))?),
            Call::Save(answers) => {
                accepted(self.request(Method::PUT, &at(path::ANSWERS)).json(answers))?;
                Reply::Saved
            }
            Call::Submit(submit) => Reply::Submitted(self.send(Method::PUT, &at(path::SUBMISSION), submit)?),
        })
    }

    pub fn block(&self, request: &BlockRequest) -> Result<Block, ServerError> {
        self.send(Method::POST, path::BLOCKS, request)
    }

    pub fn reconcile(&self, request: &ReconcileRequest) -> Result<ReconcileReply, ServerError> {
        self.send(Method::POST, path::RECONCILIATIONS, request)
    }

    pub fn alert(&self, request: &AlertRequest) -> Result<(), ServerError> {
        accepted(self.request(Method::POST, path::ALERTS).json(request)).map(drop)
    }

    /// How this kiosk is.
    pub fn heartbeat(&self, heartbeat: &Heartbeat) -> Result<(), ServerError> {
        accepted(self.request(Method::POST, path::HEARTBEATS).json(heartbeat)).map(drop)
    }

    fn ask<A: DeserializeOwned>(&self, method: Method, path: &str) -> Result<A, ServerError> {
        parsed(accepted(self.request(method, path))?)
    }

    fn send<A: DeserializeOwned>(&self, method: Method, path: &str, body: &impl Serialize) -> Result<A, ServerError> {
        parsed(accepted(self.request(method, path).json(body))?)
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let mut url = self.base.clone();
        url.set_path(path);
        self.http.read().unwrap_or_else(PoisonError::into_inner).request(method, url)
    }
}

fn http(
    base: &Url,
    mut headers: HeaderMap,
    identity: Option<&KioskIdentity>,
    authority: Option<&[u8]>,
    patience: Patience,
) -> Result<Client, ClientError> {
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    let http = Client::builder()
        .default_headers(headers)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        // A kept connection may be dead: then nobody knows whether a request on it was sent.
        .pool_max_idle_per_host(0)
        .connect_timeout(patience.connect)
        .timeout(patience.answer);
    let http = match identity {
        Some(identity) => http.identity(Identity::from_pem(identity.pem()).map_err(ClientError::Identity)?),
        None => http,
    };
    let http = match authority {
        Some(pem) => http.tls_certs_only(Certificate::from_pem_bundle(pem).map_err(ClientError::Authority)?),
        None if base.scheme() == "https" => http,
        // No certificate will be looked at; a machine without any can still build the client.
        None => http.tls_certs_only([]),
    };
    http.build().map_err(ClientError::Client)
}

/// A server and nothing else; plain HTTP for this machine only.
pub(crate) fn server_address(address: &str) -> Result<Url, ClientError> {
    let base = Url::parse(address).map_err(|_| ClientError::Address)?;
    let authority_part_only = base.path() == "/" && base.query().is_none() && base.fragment().is_none();
    if !authority_part_only || !base.username().is_empty() || base.password().is_some() {
        return Err(ClientError::Address);
    }
    match base.scheme() {
        "https" => Ok(base),
        "http" if is_loopback(&base) => Ok(base),
        "http" => Err(ClientError::PlainHttp),
        _ => Err(ClientError::Address),
    }
}

impl ServerError {
    /// Was it certainly not done?
    pub fn nothing_was_sent(&self) -> bool {
        matches!(self, Self::Away(_))
    }
}

/// A whole answer that says yes.
pub(crate) fn accepted(request: RequestBuilder) -> Result<Answer, ServerError> {
    let response = request.send().map_err(|error| {
        let error = error.without_url();
        if error.is_connect() { ServerError::Away(error) } else { ServerError::NoAnswer(error) }
    })?;
    let status = response.status();
    let answer = Answer { status: status.as_u16(), body: body(response)? };
    if status.is_success() {
        return Ok(answer);
    }
    match serde_json::from_slice(&answer.body) {
        Ok(problem) => Err(ServerError::Problem(problem)),
        Err(_) => Err(ServerError::NotOfThisApi { status: answer.status }),
    }
}

pub(crate) struct Answer {
    status: u16,
    body: Zeroizing<Vec<u8>>,
}

fn body(response: Response) -> Result<Zeroizing<Vec<u8>>, ServerError> {
    let mut body = Zeroizing::new(Vec::new());
    response.take(MAX_ANSWER_BYTES + 1).read_to_end(&mut body).map_err(ServerError::BrokenOff)?;
    if body.len() as u64 > MAX_ANSWER_BYTES { Err(ServerError::TooLarge) } else { Ok(body) }
}

pub(crate) fn parsed<A: DeserializeOwned>(answer: Answer) -> Result<A, ServerError> {
    serde_json::from_slice(&answer.body).map_err(|_| ServerError::NotOfThisApi { status: answer.status })
}

fn of_visit(path: &str, visit: VisitId) -> String {
    path.replace("{visit}", &visit.to_string())
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl fmt::Debug for KioskKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KioskKey(..)")
    }
}

impl fmt::Debug for ServerClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerClient")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(address: &str) -> Result<ServerClient, ClientError> {
        let kiosk = KioskId::parse("sanh-a-1").expect("valid");
        let key = KioskKey::parse(&"0f".repeat(32)).expect("valid");
        ServerClient::new(address, &kiosk, &key, None, Patience::default())
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for address in ["http://127.0.0.1:8080", "http://[::1]:8080/", "http://localhost"] {
            assert!(client(address).is_ok(), "{address}");
        }
        assert!(matches!(client("http://10.0.0.7:8080"), Err(ClientError::PlainHttp)));
        assert!(matches!(client("http://127.0.0.1.example.vn"), Err(ClientError::PlainHttp)));
    }

    #[test]
    fn an_address_is_a_server_and_nothing_else() {
        for address in
            ["", "server", "ftp://127.0.0.1", "http://127.0.0.1/api", "http://a:b@127.0.0.1", "http://127.0.0.1/?q"]
        {
            assert!(matches!(client(address), Err(ClientError::Address)), "{address}");
        }
    }

    #[test]
    fn a_key_is_64_digits_and_never_shown() {
        let key = KioskKey::parse(&format!("{}\n", "AB".repeat(32))).expect("valid");
        assert_eq!(format!("{key:?}"), "KioskKey(..)");
        for text in ["", "ab", &"g".repeat(64), &"a".repeat(65)] {
            assert!(KioskKey::parse(text).is_err());
        }
    }
}

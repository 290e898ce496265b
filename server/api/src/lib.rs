//! The JSON between kiosk and server, version 1: the only crate that knows it.
//!
//! A kiosk proves itself by its certificate (TLS client authentication, [`path::ENROLMENT`]); on loopback and behind a proxy
//! that ends TLS by `Authorization: Bearer <64 hex digits>` (a 256-bit key) and `Tiepdon-Kiosk: <kiosk id>`. Failures answer with [`Problem`]. The visit id is made by the kiosk and
//! stored before sending: it is the idempotency key of everything under `/api/v1/visits/{visit}`.

mod alert;
mod appointment;
mod block;
mod check_in;
mod department;
mod eid;
mod encoding;
mod enrolment;
mod heartbeat;
mod id;
mod identification;
pub mod papers;
mod problem;
mod station;

pub use alert::{AlertKind, AlertRequest};
pub use appointment::AppointmentView;
pub use block::{Block, BlockRequest, OfflineCheckIn, ReconcileReply, ReconcileRequest};
pub use check_in::{CheckInReply, CheckInRequest, CounterReason, DeclaredGround, Payer, TicketView};
pub use department::DepartmentView;
pub use eid::{EidPerson, EidRequest};
pub use encoding::{Base64, Hex8, Hex16, Hex32};
pub use enrolment::{
    EnrolmentCode, EnrolmentCodeError, EnrolmentRequest, EnrolmentSecret, IssuedCertificate, RenewalRequest,
};
pub use heartbeat::{DeviceHealth, Heartbeat, SoftwareVersion};
pub use id::{DepartmentCode, IdError, KioskId, TicketNumber, VisitId};
pub use identification::{
    AccessClaim, Assurance, ChallengeReply, ChipEvidence, ConsentAnswer, ConsentLanguage, ConsentPurpose,
    ConsentRecord, DocumentClaim, EntitlementView, FaceClaim, IdentificationReply, IdentificationRequest, NumberClaim,
    PersonView, PriorityGround,
};
pub use problem::{Problem, ProblemCode};
pub use station::StationConfiguration;

/// Paths, with `{visit}` for the visit id. One place for client and server.
pub mod path {
    pub const HEALTH: &str = "/api/v1/health";
    pub const CONFIGURATION: &str = "/api/v1/configuration";
    pub const DEPARTMENTS: &str = "/api/v1/departments";
    /// POST: a single-use challenge bound to kiosk and visit.
    pub const CHALLENGE: &str = "/api/v1/visits/{visit}/challenge";
    /// PUT: evidence of who stands before the kiosk.
    pub const IDENTIFICATION: &str = "/api/v1/visits/{visit}/identification";
    /// PUT: department and payer; answers with the ticket.
    pub const CHECK_IN: &str = "/api/v1/visits/{visit}/check-in";
    /// POST: an e-identity code for the configured verifier.
    pub const EID: &str = "/api/v1/visits/{visit}/eid";
    pub const BLOCKS: &str = "/api/v1/blocks";
    pub const RECONCILIATIONS: &str = "/api/v1/reconciliations";
    pub const ALERTS: &str = "/api/v1/alerts";
    /// POST, once a minute: how the kiosk and its devices are.
    pub const HEARTBEATS: &str = "/api/v1/heartbeats";
    /// POST, over TLS, without a certificate: a one-time code and a request for the first one.
    pub const ENROLMENT: &str = "/api/v1/enrolment";
    /// POST, with the certificate that is to be replaced.
    pub const RENEWAL: &str = "/api/v1/renewal";
    pub const OPENAPI: &str = "/api/v1/openapi.json";
}

/// The header that names the kiosk beside its bearer key.
pub const KIOSK_HEADER: &str = "tiepdon-kiosk";

/// The largest body either side takes.
pub const MAX_BODY_BYTES: usize = 512 * 1024;

//! The hospital's own system (HIS): what it tells us, and what it is told.
//!
//! ```text
//! CSV, FHIR --routes--> appointment::take <--notice-- HL7 v2 --mllp     appointments, by the hospital's own ids
//! HL7 ADT, JSON --> state::report                                       ticket states that the hospital's system knows
//! HL7 DFT ..., JSON --> first_cost::release                             the insurance's check-in message
//! events of the queues --event--> hospital_events --deliver--> signed webhook, FHIR server
//! ```
//! An appointment gives no other place in the queue: its department is proposed at the kiosk, and the ticket says its time.

mod appointment;
mod body;
mod deliver;
mod departments;
mod event;
mod mllp;
mod notice;
pub mod routes;
mod state;

use std::sync::Arc;

use interop::fhir::Systems;
use interop::hl7::Settings;
use interop::webhook::Secret;
use tokio::net::TcpListener;
use zeroize::Zeroizing;

use crate::app::App;
use crate::config::{Config, ConfigError};
use crate::outbound;
use crate::store::Destination;

pub use appointment::{BookedPatient, Import, ImportError, take};
pub(crate) use appointment::{claim, proposed};
pub use body::EventBody;
pub use deliver::{Step, deliver_once};
pub use event::EventKind;
pub(crate) use event::told;
pub use notice::apply;
pub use state::{ReportError, Reported, report};

/// Who writes in the audit record for the hospital's system.
pub(crate) const ACTOR: &str = "hospital system";

/// What the configuration says about the hospital's system.
pub struct Link {
    client: reqwest::Client,
    webhook: Option<Webhook>,
    fhir: Option<FhirServer>,
    pub systems: Option<Systems>,
    pub hl7: Option<Settings>,
    destinations: Vec<Destination>,
}

struct Webhook {
    url: String,
    secret: Secret,
    answer_ms: u64,
    give_up_hours: u32,
}

struct FhirServer {
    base_url: String,
    token: Option<Zeroizing<String>>,
    answer_ms: u64,
    give_up_hours: u32,
}

impl Link {
    pub fn from_config(config: &Config) -> Result<Self, ConfigError> {
        let webhook = config.webhook.as_ref().map(|webhook| {
            let secret =
                Secret::parse(&webhook.secret.read("webhook.secret")?).map_err(|_| ConfigError::WebhookSecret)?;
            let (answer_ms, give_up_hours) = (webhook.answer_ms, webhook.give_up_hours);
            Ok(Webhook { url: webhook.url.clone(), secret, answer_ms, give_up_hours })
        });
        let webhook = webhook.transpose()?;
        let server = config.fhir.as_ref().and_then(|fhir| fhir.server.as_ref()).map(|server| {
            let token = server.token.as_ref().map(|token| token.read("fhir.server.token")).transpose()?;
            let base_url = server.base_url.trim_end_matches('/').to_owned();
            Ok(FhirServer { base_url, token, answer_ms: server.answer_ms, give_up_hours: server.give_up_hours })
        });
        let fhir = server.transpose()?;
        let destinations =
            [webhook.is_some().then_some(Destination::Webhook), fhir.is_some().then_some(Destination::Fhir)];
        Ok(Self {
            client: outbound::client(),
            webhook,
            fhir,
            systems: config.fhir.as_ref().map(|fhir| fhir.systems.to_systems()),
            hl7: config.hl7.as_ref().map(|hl7| hl7.to_settings()).transpose()?,
            destinations: destinations.into_iter().flatten().collect(),
        })
    }

    /// Who is told of events.
    pub(crate) fn destinations(&self) -> &[Destination] {
        &self.destinations
    }
}

/// Delivers and listens until the task is dropped.
pub(crate) async fn run(app: App, hl7: Option<TcpListener>) {
    let listening = async {
        if let (Some(listener), Some(settings)) = (hl7, app.link.hl7.clone()) {
            mllp::serve(app.clone(), listener, Arc::new(settings)).await;
        }
    };
    tokio::join!(listening, deliver::run(&app, Destination::Webhook), deliver::run(&app, Destination::Fhir));
}

//! The identification of a visit: evidence and look-up first, outside any transaction; then one transaction.

use api::{
    Assurance, ChallengeReply, ChipEvidence, DocumentClaim, EntitlementView, FaceClaim, Hex8, IdentificationReply,
    IdentificationRequest, KioskId, VisitId,
};
use rand::RngCore;
use time::{Date, Duration};

use crate::app::App;
use crate::clock::unix_ms;
use crate::finding::{Finding, examine};
use crate::hospital;
use crate::insurance::{EntitlementQuery, EntitlementRecord, Silence};
use crate::keys::{Place, Sealed};
use crate::person::Masked;
use crate::refusal::Refusal;
use crate::store::{EntitlementState, IdentificationRow, NewVisit, OutboxKind, OutboxState, StoredReply, Tx};

/// A silent gateway is asked again after this long.
const FIRST_REPEAT: Duration = Duration::minutes(1);

/// A single-use challenge for active authentication, bound to kiosk and visit.
pub async fn give_challenge(app: &App, kiosk: &KioskId, visit: VisitId) -> Result<ChallengeReply, Refusal> {
    let mut challenge = [0; 8];
    rand::rngs::OsRng.fill_bytes(&mut challenge);
    let now = app.now();
    let expires_at = now + Duration::seconds(i64::from(app.config.policy.challenge_seconds));
    let mut tx = app.store.begin().await?;
    tx.give_challenge(challenge, kiosk, Some(visit), app.today(), (unix_ms(now), unix_ms(expires_at))).await?;
    tx.commit().await?;
    Ok(ChallengeReply { challenge: Hex8(challenge), expires_at })
}

/// Answers the same body with the same answer, however often it comes.
pub async fn identify(
    app: &App,
    kiosk: &KioskId,
    visit: VisitId,
    request: &IdentificationRequest,
) -> Result<IdentificationReply, Refusal> {
    let row = visit.to_string();
    let request_hash = app.keys.keyed_hash("identification", &canonical(request));
    if let Some(stored) = app.store.identification(visit).await? {
        return replay(app, &stored, kiosk, &request_hash, reply_place(&row));
    }
    let finding = match examine(app, kiosk, visit, request, app.today()).await {
        Ok(finding) => finding,
        Err(refusal) => {
            use_up_challenge(app, kiosk, visit, request).await?;
            return Err(refusal);
        }
    };
    let entitlement = Entitlement::of(app, &finding).await;
    let mut reply = reply_for(app, &finding, &entitlement, app.today());
    reply.appointment = hospital::proposed(app, &finding, entitlement.record()).await?;

    let now = app.now_ms();
    let mut tx = app.store.begin().await?;
    if let Some(evidence) = chip_of(request) {
        let used = tx.use_challenge(evidence.challenge.0, kiosk, visit, now).await?;
        if let Err(refusal) = used.accepted() {
            // Another request with the same body may have been faster.
            return match tx.identification(visit).await? {
                Some(stored) => replay(app, &stored, kiosk, &request_hash, reply_place(&row)),
                None => Err(refusal),
            };
        }
    }
    let asked = Asked { app, kiosk, visit, request, request_hash, at: now, day: app.today() };
    if !asked.open_visit(&mut tx, &finding, &entitlement).await? {
        return match tx.identification(visit).await? {
            Some(stored) => replay(app, &stored, kiosk, &request_hash, reply_place(&row)),
            None => Err(Refusal::VisitConflict),
        };
    }
    asked.record(&mut tx, &finding, &entitlement, &reply).await?;
    tx.commit().await?;
    tracing::info!(%kiosk, %visit, assurance = ?reply.assurance, facts = ?reply.facts, "identified");
    Ok(reply)
}

/// One identification on its way into the database.
pub(crate) struct Asked<'a> {
    pub app: &'a App,
    pub kiosk: &'a KioskId,
    pub visit: VisitId,
    pub request: &'a IdentificationRequest,
    pub request_hash: [u8; 32],
    pub at: i64,
    pub day: Date,
}

impl Asked<'_> {
    pub async fn open_visit(&self, tx: &mut Tx, finding: &Finding, entitlement: &Entitlement) -> Result<bool, Refusal> {
        let (keys, row) = (&self.app.keys, self.visit.to_string());
        let opened = tx
            .open_visit(NewVisit {
                visit: self.visit,
                kiosk: self.kiosk,
                service_day: self.day,
                opened_at: self.at,
                assurance: finding.assurance,
                facts: &finding.facts,
                person: finding.person.as_ref().map(|person| Sealed::seal(keys, visit_person_place(&row), person)),
                number_hash: finding.person.as_ref().map(|person| keys.keyed_hash("number", person.number.as_bytes())),
                entitlement_state: entitlement.state(),
                entitlement: entitlement.record().map(|record| Sealed::seal(keys, entitlement_place(&row), record)),
            })
            .await?;
        Ok(opened)
    }

    /// The identification itself, what the worker has to ask again, and the audit line.
    pub async fn record(
        &self,
        tx: &mut Tx,
        finding: &Finding,
        entitlement: &Entitlement,
        reply: &IdentificationReply,
    ) -> Result<(), Refusal> {
        let (keys, row) = (&self.app.keys, self.visit.to_string());
        let evidence =
            chip_of(self.request).map(|evidence| Sealed::<ChipEvidence>::seal(keys, evidence_place(&row), evidence));
        tx.record_identification(IdentificationRow {
            visit: self.visit,
            kiosk: self.kiosk,
            identified_at: self.at,
            request_hash: self.request_hash,
            reply: Sealed::seal(keys, reply_place(&row), reply),
            document: document_code(&self.request.document),
            signer_trust: finding.chip.map(|chip| chip.signer_trust),
            signer_hash: finding.chip.map(|chip| chip.signer),
            card_hash: finding.chip.map(|chip| chip.card),
            authenticity: finding.chip.map(|chip| chip.authenticity),
            face: face_code(&self.request.face),
            face_score: face_score(&self.request.face),
            portrait_hash: finding.portrait,
            evidence,
        })
        .await?;
        if let Some(consent) = &self.request.consent {
            let number = finding.person.as_ref().map(|person| keys.keyed_hash("number", person.number.as_bytes()));
            tx.record_purpose_consent(self.visit, consent, self.at, number).await?;
        }
        if let Entitlement::Open { query, due } = entitlement {
            let payload = Sealed::seal(keys, outbox_place(&row), query).into_stored();
            let due_at = self.at + i64::try_from(due.whole_milliseconds()).unwrap_or(0);
            tx.post(OutboxKind::Entitlement, self.visit, OutboxState::Ready, payload, (self.at, due_at)).await?;
        }
        let actor = format!("kiosk:{}", self.kiosk);
        tx.audit(&actor, "identified", Some(self.visit), &finding.facts.join(" "), self.at).await?;
        if entitlement.was_asked() {
            // The gateway knows a staff member as the one who asked; the record says that a kiosk did it in that name.
            let duty = tx.duty_id_at(self.at).await?.unwrap_or_else(|| "configured".to_owned());
            tx.audit(&actor, "entitlement_asked_for_duty_officer", Some(self.visit), &duty, self.at).await?;
        }
        Ok(())
    }
}

/// What is known about the entitlement when the kiosk is answered.
pub(crate) enum Entitlement {
    /// No gateway is configured, or nothing to ask with.
    NotAsked,
    Answered(EntitlementRecord),
    /// The worker asks, again or for the first time.
    Open {
        query: EntitlementQuery,
        due: Duration,
    },
}

impl Entitlement {
    /// Asks at levels A and B. Below, the worker asks for the counter's eyes: the kiosk's answer, and the time it
    /// takes, must say nothing about a number that anybody could have typed.
    pub async fn of(app: &App, finding: &Finding) -> Self {
        let Some(gateway) = &app.insurance else { return Self::NotAsked };
        let Some(query) = finding.person.as_ref().and_then(|person| {
            Some(EntitlementQuery {
                number: Some(person.number.clone()).filter(|number| !number.is_empty())?,
                name: person.name.clone()?,
                birth: person.birth.clone()?,
            })
        }) else {
            return Self::NotAsked;
        };
        match finding.assurance {
            Assurance::A | Assurance::B => match gateway.look_up(&query).await {
                Ok(record) => Self::Answered(record),
                Err(silence) => {
                    log_silence(silence);
                    Self::Open { query, due: FIRST_REPEAT }
                }
            },
            Assurance::C | Assurance::D => Self::Open { query, due: Duration::ZERO },
        }
    }

    fn state(&self) -> EntitlementState {
        match self {
            Self::NotAsked => EntitlementState::NotAsked,
            Self::Answered(_) => EntitlementState::Answered,
            Self::Open { .. } => EntitlementState::ToBeConfirmed,
        }
    }

    fn record(&self) -> Option<&EntitlementRecord> {
        match self {
            Self::Answered(record) => Some(record),
            Self::NotAsked | Self::Open { .. } => None,
        }
    }

    fn was_asked(&self) -> bool {
        match self {
            Self::Answered(_) => true,
            Self::Open { due, .. } => !due.is_zero(),
            Self::NotAsked => false,
        }
    }
}

pub(crate) fn log_silence(silence: Silence) {
    tracing::warn!(code = silence.code(), "no verdict of the insurance gateway: {silence}");
}

/// What this level of assurance may see of an entitlement.
pub(crate) fn entitlement_view(app: &App, assurance: Assurance, record: Option<&EntitlementRecord>) -> EntitlementView {
    let hospital = &app.config.hospital;
    match (assurance, record) {
        (Assurance::C | Assurance::D, _) => EntitlementView::NotShown,
        (Assurance::A | Assurance::B, None) => EntitlementView::ToBeConfirmed,
        (Assurance::A | Assurance::B, Some(record)) => {
            record.view(assurance, &hospital.facility_code, &hospital.accepted_facilities)
        }
    }
}

pub(crate) fn reply_for(app: &App, finding: &Finding, entitlement: &Entitlement, today: Date) -> IdentificationReply {
    let person = finding.person.as_ref();
    let (view, priority) = match finding.assurance {
        Assurance::A => (person.and_then(|person| person.view(Masked::No, today)), person),
        Assurance::B => (person.and_then(|person| person.view(Masked::Yes, today)), person),
        Assurance::C | Assurance::D => (None, None),
    };
    IdentificationReply {
        assurance: finding.assurance,
        person: view,
        entitlement: entitlement_view(app, finding.assurance, entitlement.record()),
        priority: priority.and_then(|person| person.priority_on(today)),
        facts: finding.facts.clone(),
        papers_waiting: 0,
        appointment: None,
    }
}

/// A challenge that came back with evidence that failed is gone too.
async fn use_up_challenge(
    app: &App,
    kiosk: &KioskId,
    visit: VisitId,
    request: &IdentificationRequest,
) -> Result<(), Refusal> {
    let Some(evidence) = chip_of(request) else { return Ok(()) };
    let now = app.now_ms();
    let mut tx = app.store.begin().await?;
    tx.use_challenge(evidence.challenge.0, kiosk, visit, now).await?;
    tx.audit(&format!("kiosk:{kiosk}"), "evidence_refused", Some(visit), "", now).await?;
    Ok(tx.commit().await?)
}

fn chip_of(request: &IdentificationRequest) -> Option<&ChipEvidence> {
    match &request.document {
        DocumentClaim::Chip(evidence) => Some(evidence),
        DocumentClaim::Eid
        | DocumentClaim::CardQr(_)
        | DocumentClaim::InsuranceQr(_)
        | DocumentClaim::Typed(_)
        | DocumentClaim::Nothing => None,
    }
}

fn document_code(document: &DocumentClaim) -> &'static str {
    match document {
        DocumentClaim::Chip(_) => "chip",
        DocumentClaim::Eid => "eid",
        DocumentClaim::CardQr(_) => "card_qr",
        DocumentClaim::InsuranceQr(_) => "insurance_qr",
        DocumentClaim::Typed(_) => "typed",
        DocumentClaim::Nothing => "nothing",
    }
}

fn face_code(face: &FaceClaim) -> &'static str {
    match face {
        FaceClaim::Matched { .. } => "matched",
        FaceClaim::NotMatched { .. } => "not_matched",
        FaceClaim::Declined => "declined",
        FaceClaim::NoPortrait => "no_portrait",
        FaceClaim::Unavailable => "unavailable",
        FaceClaim::NotAsked => "not_asked",
    }
}

fn face_score(face: &FaceClaim) -> Option<f64> {
    match face {
        FaceClaim::Matched { score, .. } | FaceClaim::NotMatched { score } => Some(f64::from(*score)),
        FaceClaim::Declined | FaceClaim::NoPortrait | FaceClaim::Unavailable | FaceClaim::NotAsked => None,
    }
}

/// The stored answer, if this is the kiosk and the body it answered.
pub(crate) fn replay<T: serde::Serialize + serde::de::DeserializeOwned>(
    app: &App,
    stored: &StoredReply<T>,
    kiosk: &KioskId,
    request_hash: &[u8; 32],
    place: Place<'_>,
) -> Result<T, Refusal> {
    if stored.kiosk != *kiosk || stored.request_hash != *request_hash {
        return Err(Refusal::VisitConflict);
    }
    Ok(stored.reply.open(&app.keys, place)?)
}

/// The body as this version writes it, so that spaces and the order of fields make no other request.
pub(crate) fn canonical<T: serde::Serialize>(request: &T) -> zeroize::Zeroizing<Vec<u8>> {
    zeroize::Zeroizing::new(serde_json::to_vec(request).expect("wire types have string keys only"))
}

pub(crate) fn visit_person_place(row: &str) -> Place<'_> {
    Place { column: "visits.person", row }
}

pub(crate) fn entitlement_place(row: &str) -> Place<'_> {
    Place { column: "visits.entitlement", row }
}

pub(crate) fn outbox_place(row: &str) -> Place<'_> {
    Place { column: "outbox.payload", row }
}

fn reply_place(row: &str) -> Place<'_> {
    Place { column: "identifications.reply", row }
}

pub(crate) fn evidence_place(row: &str) -> Place<'_> {
    Place { column: "identifications.evidence", row }
}

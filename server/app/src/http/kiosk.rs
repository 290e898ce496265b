//! What kiosks ask.

use api::{
    AlertRequest, Block, BlockRequest, ChallengeReply, CheckInReply, CheckInRequest, DepartmentView, EidPerson,
    EidRequest, EnrolmentRequest, Heartbeat, Hex32, IdentificationReply, IdentificationRequest, IssuedCertificate,
    ProblemCode, ReconcileReply, ReconcileRequest, RenewalRequest, StationConfiguration,
};
use axum::Json as Reply;
use axum::extract::{Extension, State};
use axum::http::StatusCode;

use super::extract::{Certified, Json, Kiosk, Visit};
use super::problem::Failure;
use super::transport::{Peer, Transport};
use crate::app::App;
use crate::refusal::Refusal;
use crate::{block, check_in as check_ins, eid as eids, enrolment as enrolments, identify, kiosk_health};

type Answer<T> = Result<Reply<T>, Failure>;

pub async fn health(State(app): State<App>) -> Answer<serde_json::Value> {
    app.store.ping().await.map_err(Refusal::Store)?;
    Ok(Reply(serde_json::json!({ "status": "ok" })))
}

pub async fn configuration(State(app): State<App>, _: Kiosk) -> Answer<StationConfiguration> {
    let pinned = app.store.pinned_signers().await.map_err(Refusal::Store)?;
    let hospital = &app.config.hospital;
    Ok(Reply(StationConfiguration {
        facility_code: hospital.facility_code.as_str().to_owned(),
        hospital_vi: hospital.name_vi.clone(),
        hospital_en: hospital.name_en.clone(),
        service_day: app.today(),
        server_time: app.now(),
        sealing_key: Hex32(app.keys.offline_public_key()),
        pinned_signers: pinned.into_iter().map(|pinned| Hex32(pinned.signer)).collect(),
        follow_base: crate::phone::follow_base(&app),
        eid: app.eid.is_some(),
    }))
}

pub async fn departments(State(app): State<App>, _: Kiosk) -> Answer<Vec<DepartmentView>> {
    Ok(Reply(check_ins::departments(&app).await?))
}

pub async fn challenge(State(app): State<App>, kiosk: Kiosk, visit: Visit) -> Answer<ChallengeReply> {
    Ok(Reply(identify::give_challenge(&app, &kiosk.0, visit.0).await?))
}

pub async fn identification(
    State(app): State<App>,
    kiosk: Kiosk,
    visit: Visit,
    Json(request): Json<IdentificationRequest>,
) -> Answer<IdentificationReply> {
    Ok(Reply(identify::identify(&app, &kiosk.0, visit.0, &request).await?))
}

pub async fn check_in(
    State(app): State<App>,
    kiosk: Kiosk,
    visit: Visit,
    Json(request): Json<CheckInRequest>,
) -> Answer<CheckInReply> {
    Ok(Reply(check_ins::check_in(&app, &kiosk.0, visit.0, &request).await?))
}

pub async fn eid(
    State(app): State<App>,
    kiosk: Kiosk,
    visit: Visit,
    Json(request): Json<EidRequest>,
) -> Answer<EidPerson> {
    Ok(Reply(eids::resolve(&app, &kiosk.0, visit.0, &request).await?))
}

pub async fn blocks(State(app): State<App>, kiosk: Kiosk, Json(request): Json<BlockRequest>) -> Answer<Block> {
    Ok(Reply(block::reserve(&app, &kiosk.0, &request).await?))
}

pub async fn reconciliations(
    State(app): State<App>,
    kiosk: Kiosk,
    Json(request): Json<ReconcileRequest>,
) -> Answer<ReconcileReply> {
    Ok(Reply(block::reconcile(&app, &kiosk.0, &request).await?))
}

/// A certificate of a listener that is not ours could not be shown to us: our own TLS only.
pub async fn enrolment(
    State(app): State<App>,
    Extension(peer): Extension<Peer>,
    Json(request): Json<EnrolmentRequest>,
) -> Answer<IssuedCertificate> {
    if peer.transport != Transport::Tls {
        let detail = "kiosks enrol over the server's own TLS ([tls] in its configuration)";
        return Err(Failure::new(StatusCode::FORBIDDEN, ProblemCode::EnrolmentRefused, detail));
    }
    if !app.enrolment_limit.admits(&peer.address.to_string(), app.now_ms()) {
        let detail = "too many attempts in a minute";
        return Err(Failure::new(StatusCode::TOO_MANY_REQUESTS, ProblemCode::TooManyRequests, detail));
    }
    Ok(Reply(enrolments::enrol(&app, &request).await?))
}

pub async fn renewal(
    State(app): State<App>,
    kiosk: Certified,
    Json(request): Json<RenewalRequest>,
) -> Answer<IssuedCertificate> {
    Ok(Reply(enrolments::renew(&app, &kiosk.0, &request.request).await?))
}

pub async fn alerts(
    State(app): State<App>,
    kiosk: Kiosk,
    Json(request): Json<AlertRequest>,
) -> Result<StatusCode, Failure> {
    crate::alert::raise(&app, &kiosk.0, &request).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub async fn heartbeats(
    State(app): State<App>,
    kiosk: Kiosk,
    Json(heartbeat): Json<Heartbeat>,
) -> Result<StatusCode, Failure> {
    kiosk_health::hear(&app, &kiosk.0, &heartbeat).await.map_err(Refusal::Store)?;
    Ok(StatusCode::NO_CONTENT)
}

//! What kiosks ask.

use api::{
    AlertRequest, Block, BlockRequest, ChallengeReply, CheckInReply, CheckInRequest, DepartmentView, EidPerson,
    EidRequest, Hex32, IdentificationReply, IdentificationRequest, ReconcileReply, ReconcileRequest,
    StationConfiguration,
};
use axum::Json as Reply;
use axum::extract::State;
use axum::http::StatusCode;

use super::extract::{Json, Kiosk, Visit};
use super::problem::Failure;
use crate::app::App;
use crate::refusal::Refusal;
use crate::{block, check_in as check_ins, eid as eids, identify};

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

pub async fn alerts(
    State(app): State<App>,
    kiosk: Kiosk,
    Json(request): Json<AlertRequest>,
) -> Result<StatusCode, Failure> {
    crate::alert::raise(&app, &kiosk.0, &request).await?;
    Ok(StatusCode::NO_CONTENT)
}

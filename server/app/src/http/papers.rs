//! What kiosks ask about certificates.

use api::papers::{
    Confirmation, ConfirmationNonce, ConfirmationReply, CorrectionRequest, NonceRequest, PaperId, PaperList,
    PaperStatus, PaperTicket, Questionnaire, Reading, SavedAnswers, SubmissionReply, SubmitAnswers, path,
};
use api::{ProblemCode, VisitId};
use axum::extract::{FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::routing::{get, post, put};
use axum::{Json as Reply, Router};
use uuid::Uuid;

use super::extract::{Json, Kiosk, Visit};
use super::problem::Failure;
use crate::app::App;
use crate::paper::citizen::{Citizen, admit};
use crate::paper::{self, citizen};

type Answer<T> = Result<Reply<T>, Failure>;

pub fn routes() -> Router<App> {
    Router::new()
        .route(path::PAPERS, get(list))
        .route(path::READING, get(reading))
        .route(path::CORRECTIONS, put(correct))
        .route(path::NONCES, post(nonce))
        .route(path::CONFIRMATION, put(confirm))
        .route(path::STATUS, get(status))
        .route(path::PRINTS, post(slip))
        .route(path::QUESTIONNAIRE, get(questionnaire))
        .route(path::ANSWERS, put(answers))
        .route(path::SUBMISSION, put(submit))
}

/// A citizen at a kiosk, and the paper of the path.
struct AtPaper {
    citizen: Citizen,
    paper: PaperId,
}

impl FromRequestParts<App> for AtPaper {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let Kiosk(kiosk) = Kiosk::from_request_parts(parts, app).await?;
        let ids = Path::<(Uuid, Uuid)>::from_request_parts(parts, app).await;
        let Path((visit, paper)) =
            ids.map_err(|_| Failure::new(StatusCode::NOT_FOUND, ProblemCode::NotFound, "ids are UUIDs"))?;
        let citizen = admit(app, &kiosk, VisitId(visit)).await?;
        Ok(Self { citizen, paper: PaperId(paper) })
    }
}

async fn at(app: &App, kiosk: &Kiosk, visit: &Visit) -> Result<Citizen, Failure> {
    Ok(admit(app, &kiosk.0, visit.0).await?)
}

async fn list(State(app): State<App>, kiosk: Kiosk, visit: Visit) -> Answer<PaperList> {
    let citizen = at(&app, &kiosk, &visit).await?;
    Ok(Reply(citizen::list(&app, &citizen).await?))
}

async fn reading(State(app): State<App>, at: AtPaper) -> Answer<Reading> {
    Ok(Reply(citizen::read(&app, &at.citizen, at.paper).await?))
}

async fn correct(State(app): State<App>, at: AtPaper, Json(request): Json<CorrectionRequest>) -> Answer<Reading> {
    Ok(Reply(citizen::correct(&app, &at.citizen, at.paper, &request).await?))
}

async fn nonce(
    State(app): State<App>,
    kiosk: Kiosk,
    visit: Visit,
    Json(request): Json<NonceRequest>,
) -> Answer<ConfirmationNonce> {
    let citizen = at(&app, &kiosk, &visit).await?;
    Ok(Reply(paper::give_nonce(&app, &citizen, &request).await?))
}

async fn confirm(State(app): State<App>, at: AtPaper, Json(request): Json<Confirmation>) -> Answer<ConfirmationReply> {
    Ok(Reply(paper::confirm(&app, &at.citizen, at.paper, &request).await?))
}

async fn status(State(app): State<App>, at: AtPaper) -> Answer<PaperStatus> {
    Ok(Reply(citizen::status_of(&app, &at.citizen, at.paper).await?))
}

async fn slip(State(app): State<App>, at: AtPaper) -> Answer<PaperTicket> {
    Ok(Reply(citizen::slip(&app, &at.citizen, at.paper).await?))
}

async fn questionnaire(State(app): State<App>, kiosk: Kiosk, visit: Visit) -> Answer<Questionnaire> {
    let citizen = at(&app, &kiosk, &visit).await?;
    Ok(Reply(paper::questionnaire(&app, &citizen).await?))
}

async fn answers(
    State(app): State<App>,
    kiosk: Kiosk,
    visit: Visit,
    Json(request): Json<SavedAnswers>,
) -> Result<StatusCode, Failure> {
    let citizen = at(&app, &kiosk, &visit).await?;
    paper::save_answers(&app, &citizen, &request).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn submit(
    State(app): State<App>,
    kiosk: Kiosk,
    visit: Visit,
    Json(request): Json<SubmitAnswers>,
) -> Answer<SubmissionReply> {
    let citizen = at(&app, &kiosk, &visit).await?;
    Ok(Reply(paper::submit(&app, &citizen, &request).await?))
}

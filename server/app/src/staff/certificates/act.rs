//! Steps with a paper: ask, pass on, sign, take back, give up, correct and re-issue, send again; and the switch.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use certificates::Level;
use uuid::Uuid;

use super::super::Task;
use super::super::page;
use super::super::sent::Sent;
use super::edit::{actor, back, find, refused};
use super::words::{GIVING_UP, WITHOUT_CITIZEN};
use crate::app::App;
use crate::certificate::{
    self, By, CertificateError, CertificateState, FreezeTo, NumberSource, PaperError, Why, freeze_paper,
};
use crate::dispatch::throw_switch;
use crate::http::{Failure, not_found};
use crate::paper::{self, Notes, OpenPaper, PractitionerError};
use crate::refusal::Refusal;
use crate::store::{CertificateKind, SwitchPosition};

const MAX_WORDS: usize = 500;

/// What the buttons of a paper do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Ask,
    Pass,
    Sign,
    Back,
    Sibling,
    Discard,
    Void,
    Reissue,
    Again,
}

impl Step {
    const ALL: [Self; 9] = [
        Self::Ask,
        Self::Pass,
        Self::Sign,
        Self::Back,
        Self::Sibling,
        Self::Discard,
        Self::Void,
        Self::Reissue,
        Self::Again,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::Pass => "pass",
            Self::Sign => "sign",
            Self::Back => "back",
            Self::Sibling => "sibling",
            Self::Discard => "discard",
            Self::Void => "void",
            Self::Reissue => "reissue",
            Self::Again => "again",
        }
    }

    pub fn task(self) -> Task {
        match self {
            Self::Ask | Self::Sibling | Self::Discard => Task::WriteCertificates,
            Self::Sign => Task::SignCertificates,
            Self::Pass | Self::Back | Self::Reissue | Self::Again => Task::PassCertificates,
            Self::Void => Task::VoidCertificates,
        }
    }

    /// The reasons it asks for.
    pub fn reasons(self) -> &'static [Why] {
        match self {
            Self::Pass => &WITHOUT_CITIZEN,
            Self::Discard | Self::Void => &GIVING_UP,
            Self::Ask | Self::Sign | Self::Back | Self::Sibling | Self::Reissue | Self::Again => &[],
        }
    }

    fn usual_reason(self) -> Why {
        match self {
            Self::Back | Self::Reissue => Why::Correction,
            Self::Again => Why::CauseRemoved,
            Self::Ask | Self::Pass | Self::Sign | Self::Sibling | Self::Discard | Self::Void => Why::AsPlanned,
        }
    }
}

pub async fn act(
    State(app): State<App>,
    Path((id, code)): Path<(Uuid, String)>,
    Sent { staff, form }: Sent,
) -> Result<Response, Failure> {
    let Some(step) = Step::ALL.into_iter().find(|step| step.code() == code) else { return Err(not_found().await) };
    page::allowed(&staff, step.task())?;
    let open = find(&app, id).await?;
    let chosen = form.get("why").and_then(|code| Why::from_stored(code).ok());
    let why = match step.reasons() {
        [] => step.usual_reason(),
        reasons => match chosen.filter(|why| reasons.contains(why)) {
            Some(why) => why,
            None => return Ok(back(id, "reason")),
        },
    };
    let words: String = form.text("words").trim().chars().take(MAX_WORDS).collect();
    if why == Why::Other && words.is_empty() {
        return Ok(back(id, "reason"));
    }
    let actor = actor(&staff);
    let by = By { actor: &actor, why, words: Some(words.as_str()).filter(|words| !words.is_empty()) };
    if step == Step::Sign {
        return match paper::sign(&app, open.row.id, &staff.login).await {
            Ok(()) => Ok(back(id, "signed")),
            Err(PractitionerError::NoKey) => Ok(back(id, "no_key")),
            Err(PractitionerError::Certificate(error)) => refused(id, error),
            Err(error) => {
                let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
                tracing::warn!(certificate = %id, "a practitioner could not sign: {error}: {cause}");
                Ok(back(id, "key_failed"))
            }
        };
    }
    match run(&app, &open, step, by).await {
        Ok(to) => Ok(back(to, "done")),
        Err(error) => refused(id, error),
    }
}

/// Where the page goes afterwards.
async fn run(app: &App, open: &OpenPaper, step: Step, by: By<'_>) -> Result<Uuid, CertificateError> {
    let (id, paper) = (open.row.id, open.row.paper);
    if matches!(step, Step::Ask | Step::Pass) && open.row.frozen.is_none() {
        let found = paper::findings(app, open).await?;
        if found.iter().any(|finding| finding.level() == Level::Block) {
            return Err(PaperError::Findings(found).into());
        }
    }
    match step {
        Step::Ask => match open.row.kind {
            CertificateKind::Birth | CertificateKind::Death => certificate::ask_citizen(app, paper, by).await?,
            // The driver reads the conclusion as the doctors sign it.
            CertificateKind::Driver => {
                freeze_paper(app, paper, (NumberSource::Drawn, FreezeTo::AskCitizen), by).await?;
            }
        },
        Step::Pass if open.row.frozen.is_some() => certificate::release(app, paper, by).await?,
        Step::Pass => {
            freeze_paper(app, paper, (NumberSource::Drawn, FreezeTo::Sign), by).await?;
        }
        Step::Back => certificate::take_back(app, paper, by).await?,
        Step::Discard => certificate::discard(app, paper, by).await?,
        Step::Void => certificate::void(app, paper, by).await?,
        Step::Again => certificate::send_again(app, id, by).await?,
        Step::Reissue => return reissue(app, open, by).await,
        Step::Sibling => return Ok(paper::begin_sibling(app, open, by).await?.0),
        Step::Sign => {}
    }
    Ok(id.0)
}

/// The same paper corrected: its first number stays.
async fn reissue(app: &App, open: &OpenPaper, by: By<'_>) -> Result<Uuid, CertificateError> {
    let numbered = open.numbered(app).ok_or(CertificateError::NotFrozen)?;
    // What the chip said then may be what must be corrected: nothing is locked.
    let notes = Notes::of(open.notes.confirmer.clone(), open.notes.confinement);
    Ok(paper::begin_reissue(app, open.row.id, &numbered.to_reissue(), &notes, by).await?.0)
}

/// The steps that this state allows; who may do them is asked beside.
pub fn steps(open: &OpenPaper) -> Vec<Step> {
    let numbered = open.row.natural_key.is_some();
    let birth = open.row.kind == CertificateKind::Birth;
    let mut steps = match open.row.state {
        CertificateState::Draft => vec![Step::Ask, Step::Pass],
        CertificateState::Blocked => Vec::new(),
        CertificateState::WaitingForCitizen => vec![Step::Pass, Step::Back],
        CertificateState::WaitingForSignature | CertificateState::SigningFailed => vec![Step::Back],
        CertificateState::Refused => vec![Step::Reissue, Step::Again],
        CertificateState::Accepted => vec![Step::Reissue],
        CertificateState::WaitingToSend
        | CertificateState::Sending
        | CertificateState::OutcomeUnknown
        | CertificateState::Replaced
        | CertificateState::Discarded
        | CertificateState::Void => Vec::new(),
    };
    if open.row.frozen.is_some() && !open.row.state.is_settled() {
        steps.push(Step::Sign);
    }
    let live = !open.row.state.is_settled() || open.row.state == CertificateState::Accepted;
    if birth && live && open.row.issue == 1 {
        steps.push(Step::Sibling);
    }
    match open.row.state {
        CertificateState::Draft | CertificateState::Blocked | CertificateState::WaitingForCitizen if !numbered => {
            steps.push(Step::Discard);
        }
        CertificateState::Sending
        | CertificateState::OutcomeUnknown
        | CertificateState::Replaced
        | CertificateState::Discarded
        | CertificateState::Void => {}
        CertificateState::Draft
        | CertificateState::Blocked
        | CertificateState::WaitingForCitizen
        | CertificateState::WaitingForSignature
        | CertificateState::SigningFailed
        | CertificateState::WaitingToSend
        | CertificateState::Refused
        | CertificateState::Accepted => steps.push(Step::Void),
    }
    steps
}

pub async fn switch(State(app): State<App>, Sent { staff, form }: Sent) -> Result<Response, Failure> {
    page::allowed(&staff, Task::ThrowSwitch)?;
    let position = match form.get("position") {
        Some("on") => SwitchPosition::On,
        Some("off") => SwitchPosition::Off,
        Some(_) | None => return Err(Failure::malformed("the switch stands on or off")),
    };
    let why: String = form.text("why").trim().chars().take(MAX_WORDS).collect();
    if why.is_empty() {
        return Ok(Redirect::to("/staff/certificates?note=reason").into_response());
    }
    throw_switch(&app, position, &actor(&staff), &why).await.map_err(Refusal::Store)?;
    Ok(Redirect::to("/staff/certificates?note=done").into_response())
}

//! A citizen's confirmation: evidence, never a gate. The text's hash, the moment, and the chip's answer to a challenge made
//! of both, verified under the key (DG15) that this visit's identification proved.

use api::papers::{
    ChipAnswer, Confirmation, ConfirmationNonce, ConfirmationReply, NoChipAnswer, NonceRequest, PaperId, Sharing,
    Subject, confirmation_challenge,
};
use api::{Base64, Hex8, Hex32};
use emrtd::ChipAuthenticity;
use rand::RngCore;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::citizen::{Citizen, status, text};
use super::{OpenPaper, declaration, notes_place};
use crate::app::App;
use crate::certificate::{
    By, CertificateState, FreezeTo, NumberSource, Why, answer_place, draft_place, freeze_paper, people_of_draft,
    person_hash, release, write_draft,
};
use crate::clock::unix_ms;
use crate::identify::evidence_place;
use crate::keys::Sealed;
use crate::refusal::Refusal;
use crate::store::{ConfirmationRow, ConsentRow, NonceRow};

/// From the touch of "confirm" to the chip's answer, the card put back on the reader in between.
const NONCE_LIFE: Duration = Duration::minutes(5);

pub(super) const QUESTIONNAIRE: &str = "questionnaire";

/// A single-use moment for this text.
pub async fn give_nonce(app: &App, citizen: &Citizen, request: &NonceRequest) -> Result<ConfirmationNonce, Refusal> {
    let subject = match request.subject {
        Subject::Paper { paper } => {
            let papers = citizen.papers(app).await?;
            let open = papers.iter().find(|open| open.row.id.0 == paper.0).ok_or(Refusal::PaperUnknown)?;
            if open.row.state != CertificateState::WaitingForCitizen || !citizen.is_of_age(app) {
                return Err(Refusal::PaperNotWaiting);
            }
            if text(app, citizen, open, &papers).await?.text_hash != request.text_hash {
                return Err(Refusal::PaperChanged);
            }
            paper.to_string()
        }
        Subject::Questionnaire => {
            declaration::department(app)?;
            QUESTIONNAIRE.to_owned()
        }
    };
    let mut nonce = [0; 32];
    rand::rngs::OsRng.fill_bytes(&mut nonce);
    let confirmed_at = whole_seconds(app.now());
    let expires_at = confirmed_at + NONCE_LIFE;
    let mut tx = app.store.begin().await?;
    tx.give_nonce(NonceRow {
        nonce,
        kiosk: &citizen.kiosk,
        visit: citizen.visit,
        subject: &subject,
        text_hash: request.text_hash.0,
        given_at: unix_ms(confirmed_at),
        expires_at: unix_ms(expires_at),
    })
    .await?;
    tx.commit().await?;
    Ok(ConfirmationNonce { nonce: Hex32(nonce), confirmed_at, expires_at })
}

/// Records the evidence and lets the paper go on. The same again answers with the state as it is now.
pub async fn confirm(
    app: &App,
    citizen: &Citizen,
    id: PaperId,
    request: &Confirmation,
) -> Result<ConfirmationReply, Refusal> {
    let papers = citizen.papers(app).await?;
    let paper = papers.iter().find(|paper| paper.row.id.0 == id.0).ok_or(Refusal::PaperUnknown)?;
    let subject = id.to_string();
    if let Some(said) = app.store.consent(citizen.visit, &subject, &request.text_hash.0).await? {
        if said.sharing != sharing_code(request.sharing) {
            return Err(Refusal::VisitConflict);
        }
        // The program may have ended between the evidence and what follows of it.
        go_on(app, citizen, paper).await?;
        return reply(app, citizen, id).await;
    }
    if paper.row.state != CertificateState::WaitingForCitizen || !citizen.is_of_age(app) {
        return Err(Refusal::PaperNotWaiting);
    }
    if text(app, citizen, paper, &papers).await?.text_hash != request.text_hash {
        return Err(Refusal::PaperChanged);
    }
    let proof = Proof {
        subject: &subject,
        text_hash: request.text_hash,
        nonce: request.nonce,
        confirmed_at: request.confirmed_at,
        challenge: request.challenge,
        chip: &request.chip,
    };
    proof.check_chip(app, citizen).await?;
    let confirmation = Uuid::now_v7();
    let mut tx = app.store.begin().await?;
    proof.use_nonce(app, citizen, &mut tx).await?;
    let answer = match &request.chip {
        ChipAnswer::Signed { signature } => {
            Some(Sealed::seal(&app.keys, answer_place(&confirmation.to_string()), signature))
        }
        ChipAnswer::Absent { .. } => None,
    };
    tx.record_confirmation(ConfirmationRow {
        id: confirmation,
        certificate: paper.row.id,
        kiosk: citizen.kiosk.clone(),
        visit: citizen.visit,
        person: citizen.hash,
        text_hash: request.text_hash.0,
        confirmed_at: unix_ms(request.confirmed_at),
        challenge: request.challenge.0,
        answer,
    })
    .await?;
    tx.record_consent(&proof.consent(citizen, paper.row.id, sharing_code(request.sharing), app.now_ms())).await?;
    let actor = format!("kiosk:{}", citizen.kiosk);
    let detail = format!("{} {}", paper.row.id, chip_code(&request.chip));
    tx.audit(&actor, "certificate_confirmed", Some(citizen.visit), &detail, app.now_ms()).await?;
    tx.commit().await?;
    go_on(app, citizen, paper).await?;
    reply(app, citizen, id).await
}

/// What was corrected becomes the draft; then it is frozen, or released where the doctors signed it already.
async fn go_on(app: &App, citizen: &Citizen, paper: &OpenPaper) -> Result<(), Refusal> {
    if paper.row.state != CertificateState::WaitingForCitizen {
        return Ok(());
    }
    let actor = format!("kiosk:{}", citizen.kiosk);
    let by = By { actor: &actor, why: Why::CitizenConfirmed, words: None };
    if paper.row.frozen.is_some() {
        return Ok(release(app, paper.row.paper, by).await?);
    }
    take_over(app, paper).await?;
    freeze_paper(app, paper.row.paper, (NumberSource::Drawn, FreezeTo::Sign), by).await?;
    Ok(())
}

/// The citizen's corrections go into the draft. What stood there is kept with the correction.
pub(crate) async fn take_over(app: &App, paper: &OpenPaper) -> Result<(), Refusal> {
    if paper.notes.corrected.is_empty() {
        return Ok(());
    }
    let draft = paper.corrected_draft();
    let id = paper.row.id;
    let mut notes = paper.notes.clone();
    notes.corrected.clear();
    let mut tx = app.store.begin().await?;
    let content = Sealed::seal(&app.keys, draft_place(&id.to_string()), &Base64(write_draft(&draft)));
    if !tx.redraft((id, paper.row.revision), content, paper.row.confirmer).await? {
        return Err(Refusal::PaperChanged);
    }
    let people: Vec<_> =
        people_of_draft(&draft).iter().map(|(number, part)| (person_hash(&app.keys, number), *part)).collect();
    tx.concern(id, &people).await?;
    tx.put_paper_notes(id, Sealed::seal(&app.keys, notes_place(&id.to_string()), &notes)).await?;
    Ok(tx.commit().await?)
}

async fn reply(app: &App, citizen: &Citizen, id: PaperId) -> Result<ConfirmationReply, Refusal> {
    let papers = citizen.papers(app).await?;
    let paper = papers.iter().find(|paper| paper.row.id.0 == id.0).ok_or(Refusal::PaperUnknown)?;
    let next = papers.iter().find(|other| {
        other.row.id != paper.row.id
            && other.row.state == CertificateState::WaitingForCitizen
            && other.notes.confinement.is_some()
            && other.notes.confinement == paper.notes.confinement
    });
    Ok(ConfirmationReply { status: status(app, paper).await?, next: next.map(|next| PaperId(next.row.id.0)) })
}

/// What is claimed about one confirmation.
pub(super) struct Proof<'a> {
    pub subject: &'a str,
    pub text_hash: Hex32,
    pub nonce: Hex32,
    pub confirmed_at: OffsetDateTime,
    pub challenge: Hex8,
    pub chip: &'a ChipAnswer,
}

impl Proof<'_> {
    /// The challenge is made of text, nonce and time, and the chip of this visit answered it, if any did.
    pub async fn check_chip(&self, app: &App, citizen: &Citizen) -> Result<(), Refusal> {
        if confirmation_challenge(self.text_hash, self.nonce, self.confirmed_at) != self.challenge {
            return Err(Refusal::EvidenceRefused("the challenge is not made of text, nonce and time".into()));
        }
        let ChipAnswer::Signed { signature } = self.chip else { return Ok(()) };
        let evidence = app.store.chip_evidence(citizen.visit).await?;
        let evidence = evidence.ok_or_else(|| Refusal::EvidenceRefused("this visit has no chip".into()))?;
        let sent = evidence.open(&app.keys, evidence_place(&citizen.visit.to_string()))?;
        let mut evidence = super::holder::evidence_of(&sent);
        evidence.active_authentication = Some(signature.0.clone());
        let challenge = emrtd::Challenge::new(self.challenge.0);
        let checked = emrtd::recheck(&evidence, &challenge, &app.trust().await?, app.today());
        match checked.map(|checked| checked.chip) {
            Ok(ChipAuthenticity::ActiveAuthentication) => Ok(()),
            Ok(ChipAuthenticity::KioskWordOnly | ChipAuthenticity::None) => {
                Err(Refusal::EvidenceRefused("the chip has no active authentication".into()))
            }
            Err(error) => Err(Refusal::EvidenceRefused(error.to_string())),
        }
    }

    pub async fn use_nonce(&self, app: &App, citizen: &Citizen, tx: &mut crate::store::Tx) -> Result<(), Refusal> {
        let row = NonceRow {
            nonce: self.nonce.0,
            kiosk: &citizen.kiosk,
            visit: citizen.visit,
            subject: self.subject,
            text_hash: self.text_hash.0,
            given_at: unix_ms(self.confirmed_at),
            expires_at: app.now_ms(),
        };
        tx.use_nonce(&row).await?.accepted()
    }

    pub fn consent(
        &self,
        citizen: &Citizen,
        certificate: crate::store::CertificateId,
        sharing: &str,
        at: i64,
    ) -> ConsentRow {
        ConsentRow {
            visit: citizen.visit,
            subject: self.subject.to_owned(),
            text_hash: self.text_hash.0,
            certificate,
            sharing: sharing.to_owned(),
            chip: chip_code(self.chip).to_owned(),
            at,
        }
    }
}

pub(super) fn sharing_code(sharing: Sharing) -> &'static str {
    match sharing {
        Sharing::NotAsked => "not_asked",
        Sharing::Agreed => "agreed",
        Sharing::Declined => "declined",
    }
}

fn chip_code(chip: &ChipAnswer) -> &'static str {
    match chip {
        ChipAnswer::Signed { .. } => "signed",
        ChipAnswer::Absent { reason: NoChipAnswer::NoActiveAuthentication } => "no_active_authentication",
        ChipAnswer::Absent { reason: NoChipAnswer::EIdentity } => "e_identity",
        ChipAnswer::Absent { reason: NoChipAnswer::CardRemoved } => "card_removed",
        ChipAnswer::Absent { reason: NoChipAnswer::ChipSilent } => "chip_silent",
    }
}

fn whole_seconds(moment: OffsetDateTime) -> OffsetDateTime {
    moment.replace_nanosecond(0).unwrap_or(moment)
}

//! The stories of certificates: from the ward's draft to the gateway's receipt, and every way it can go wrong between.
//!
//! The ward and the records office act through the server's own functions, the citizen at the kiosk, and the server's
//! workers sign and send as they do in a hospital. What came of it is read in the gateway's store.

use std::collections::BTreeMap;

use api::papers::PaperId;
use certificates::Draft;
use emrtd::sim::SimulatedCard;
use gateway::{Fault, Service};
use identity::CitizenId;
use serde::Serialize;
use server::certificate::{self, By, CertificateState, FreezeTo, NumberSource, Why};
use server::dispatch::{Finding, reconcile};
use server::store::{CertificateId, CertificateKind, CertificateRow};
use server::{App, paper};
use session::screen::{Action, Mood, Screen};
use time::{Date, OffsetDateTime, UtcOffset};

use crate::hospital::HospitalError;
use crate::papers::{self, Born};
use crate::patient::Patient;
use crate::people;
use crate::stage::{Stage, StoryError};

/// One certificate as the story left it.
#[derive(Debug, Clone, Serialize)]
pub struct CertificateReport {
    pub kind: &'static str,
    pub number: Option<String>,
    pub issue: u32,
    pub state: &'static str,
    /// The citizen's confirmation is on record; with the chip's answer, or without.
    pub confirmed: Option<&'static str>,
    pub receipt: Option<String>,
    /// Records of this number and issue that the gateway holds.
    pub at_gateway: usize,
}

/// The ward and the records office of a story.
pub struct Office<'a> {
    pub(crate) stage: &'a mut Stage,
    pub papers: Vec<CertificateId>,
    pub differences: Vec<String>,
}

fn ward() -> By<'static> {
    By { actor: "hospital system", why: Why::AsPlanned, words: None }
}

fn records_office(why: Why) -> By<'static> {
    By { actor: "staff:van.thu", why, words: None }
}

impl<'a> Office<'a> {
    pub fn of(stage: &'a mut Stage) -> Self {
        Self { stage, papers: Vec::new(), differences: Vec::new() }
    }

    pub(crate) fn today() -> Date {
        let vietnam = UtcOffset::from_hms(7, 0, 0).unwrap_or(UtcOffset::UTC);
        OffsetDateTime::now_utc().to_offset(vietnam).date()
    }

    pub(crate) fn app(&self) -> Result<App, StoryError> {
        Ok(self.stage.hospital.app()?)
    }

    /// The hospital's own system brings a draft that nothing blocks.
    fn write(&mut self, draft: &Draft, confirmer: Option<&str>) -> Result<CertificateId, StoryError> {
        let app = self.app()?;
        let confirmer = confirmer.and_then(|number| CitizenId::parse(number).ok());
        let imported = certificate::import(&app, draft, confirmer.as_ref(), ward());
        let (id, findings) = self.stage.hospital.block_on(imported).map_err(HospitalError::from)?;
        for finding in findings.iter().filter(|finding| finding.level() == certificates::Level::Block) {
            self.differences.push(format!("a draft is blocked: {} {}", finding.code(), finding.field()));
        }
        self.papers.push(id);
        Ok(id)
    }

    pub(crate) fn freeze(&mut self, id: CertificateId, to: FreezeTo) -> Result<(), StoryError> {
        let app = self.app()?;
        let by = records_office(Why::AsPlanned);
        let frozen = certificate::freeze_paper(&app, id, (NumberSource::Drawn, to), by);
        self.stage.hospital.block_on(frozen).map_err(HospitalError::from)?;
        Ok(())
    }

    pub(crate) fn row(&self, id: CertificateId) -> Result<CertificateRow, StoryError> {
        let app = self.app()?;
        let row = self.stage.hospital.block_on(app.store.certificate(id)).map_err(HospitalError::from)?;
        row.ok_or(StoryError::NotReached { what: "a certificate", screen: "-" })
    }

    pub(crate) fn until(
        &mut self,
        id: CertificateId,
        state: CertificateState,
        what: &'static str,
    ) -> Result<(), StoryError> {
        let app = self.app()?;
        self.stage.until(what, move |stage| {
            let row = stage.hospital.block_on(app.store.certificate(id));
            row.ok().flatten().is_some_and(|row| row.state == state)
        })
    }

    pub(crate) fn expect(&mut self, holds: bool, otherwise: &str) {
        if !holds {
            self.differences.push(otherwise.to_owned());
        }
    }

    /// Every certificate of the story, and that the gateway holds none of them twice.
    pub fn report(&mut self) -> Result<Vec<CertificateReport>, StoryError> {
        let app = self.app()?;
        let mut reports = Vec::new();
        for id in self.papers.clone() {
            let row = self.row(id)?;
            let facility = &app.config.hospital.facility_code;
            let number = row.number.map(|number| certificate::number_text(row.kind, facility, number));
            let records = self.stage.hospital.gateway().records();
            let at_gateway = row.natural_key.as_deref().map_or(0, |key| {
                let again = row.issue > 1;
                records
                    .iter()
                    .filter(|record| record.key == key && (record.issue == gateway::Issue::Again) == again)
                    .count()
            });
            let confirmations =
                self.stage.hospital.block_on(app.store.confirmations_of(id)).map_err(HospitalError::from)?;
            reports.push(CertificateReport {
                kind: kind(row.kind),
                number,
                issue: row.issue,
                state: row.state.code(),
                confirmed: confirmations.first().map(|confirmation| {
                    if confirmation.answer.is_some() { "with the chip's answer" } else { "without the chip" }
                }),
                receipt: row.receipt.clone(),
                at_gateway,
            });
        }
        let doubled = self.stage.hospital.gateway().doubled().len();
        self.expect(doubled == 0, "the gateway holds a certificate twice");
        Ok(reports)
    }
}

fn kind(kind: CertificateKind) -> &'static str {
    match kind {
        CertificateKind::Birth => "birth",
        CertificateKind::Death => "death",
        CertificateKind::Driver => "driver health",
    }
}

/// Twins: the father reads both papers at the kiosk and confirms each with his card's own signature.
pub fn twins(office: &mut Office<'_>, card: SimulatedCard) -> Result<(), StoryError> {
    let (mut twins, confinement) = (Vec::new(), uuid::Uuid::new_v4());
    for (child, hour) in [("Nguyễn Thử An", "21:05"), ("Nguyễn Thử Bình", "21:12")] {
        let born = Born { child, children: 2, hour };
        let app = office.app()?;
        let (draft, notes) = (
            papers::birth(born, Office::today())?,
            paper::Notes::of(Some(people::MAU.number.to_owned()), Some(confinement)),
        );
        let id =
            office.stage.hospital.block_on(paper::begin(&app, &draft, &notes, ward())).map_err(HospitalError::from)?;
        office.papers.push(id);
        office.freeze(id, FreezeTo::AskCitizen)?;
        twins.push(PaperId(id.0));
    }
    let stage = &mut *office.stage;
    come_for_papers(stage, card)?;
    let mut father = Patient::who_wants([
        Action::AgreeToFace,
        Action::RetryFace,
        Action::Confirm,
        Action::NextPage,
        Action::OpenPaper(twins[0]),
        Action::OpenPaper(twins[1]),
        Action::Done,
    ]);
    stage.play(&mut father, "both papers confirmed and the way back to Welcome", |stage| {
        stage.visits.len() == 1
            && stage.screen().name == "welcome"
            && stage.seen.iter().any(|seen| seen.name == "thanks")
    })?;
    for twin in twins {
        office.until(CertificateId(twin.0), CertificateState::Accepted, "the receipt of a twin's certificate")?;
    }
    let reports = office.report()?;
    let confirmed = reports.iter().all(|paper| paper.confirmed == Some("with the chip's answer"));
    office.expect(confirmed, "a twin's paper is not confirmed with the chip's answer");
    Ok(())
}

/// "My papers", the card in the hand, its code shown.
pub(crate) fn come_for_papers(stage: &mut Stage, card: SimulatedCard) -> Result<(), StoryError> {
    stage.touch(Action::OpenPapers);
    stage.hold(card);
    stage.show_code(&people::MAU.card_qr())
}

/// A son reads his father's notice in private and confirms it: quiet screens, no thanks, no flower.
pub fn read_apart(office: &mut Office<'_>, card: SimulatedCard) -> Result<(), StoryError> {
    let id = office.write(&papers::death(Office::today())?, Some(people::MAU.number))?;
    office.freeze(id, FreezeTo::AskCitizen)?;
    let stage = &mut *office.stage;
    come_for_papers(stage, card)?;
    let mut son = Patient::who_wants([
        Action::AgreeToFace,
        Action::RetryFace,
        Action::Confirm,
        Action::NextPage,
        Action::OpenPaper(PaperId(id.0)),
        Action::Done,
    ]);
    stage.play(&mut son, "the notice confirmed and the way back to Welcome", |stage| {
        stage.visits.len() == 1
            && stage.screen().name == "welcome"
            && stage.seen.iter().any(|seen| seen.name == "thanks")
    })?;
    let loud = |screen: &Screen| {
        let of_the_notice = ["papers", "paper", "paper_chip", "paper_status", "take_card", "thanks"];
        of_the_notice.contains(&screen.name) && screen.mood != Mood::Private
    };
    let loud = stage.seen.iter().filter(|screen| loud(screen)).map(|screen| screen.name).collect::<Vec<_>>();
    office.expect(loud.is_empty(), &format!("not in private: {loud:?}"));
    office.until(id, CertificateState::Accepted, "the receipt of the notice")?;
    let reports = office.report()?;
    let confirmed = reports.iter().all(|paper| paper.confirmed == Some("with the chip's answer"));
    office.expect(confirmed, "the notice is not confirmed with the chip's answer");
    Ok(())
}

/// A death notice that the relative never came to read: the records office passes it with a reason, in time.
pub fn nobody_came(office: &mut Office<'_>) -> Result<(), StoryError> {
    let id = office.write(&papers::death(Office::today())?, Some(people::NGHIEM.number))?;
    office.freeze(id, FreezeTo::AskCitizen)?;
    let waiting = office.row(id)?.state == CertificateState::WaitingForCitizen;
    office.expect(waiting, "the notice does not wait for the relative");
    let app = office.app()?;
    let passed = certificate::release(&app, id, records_office(Why::RelativeAbsent));
    office.stage.hospital.block_on(passed).map_err(HospitalError::from)?;
    office.until(id, CertificateState::Accepted, "the receipt of the death notice")
}

/// The gateway is away while three papers are signed; each arrives once when it is back.
pub fn gateway_outage(office: &mut Office<'_>) -> Result<(), StoryError> {
    office.stage.hospital.stop_gateway();
    let mut waiting = Vec::new();
    for child in ["Nguyễn Thử An", "Nguyễn Thử Bình", "Nguyễn Thử Chi"] {
        let born = Born { child, children: 1, hour: "21:05" };
        let id = office.write(&papers::birth(born, Office::today())?, None)?;
        office.freeze(id, FreezeTo::Sign)?;
        waiting.push(id);
    }
    for id in &waiting {
        office.until(*id, CertificateState::WaitingToSend, "a signed certificate that waits")?;
    }
    office.stage.hospital.start_gateway()?;
    office.stage.hospital.advance(std::time::Duration::from_secs(3600));
    for id in waiting {
        office.until(id, CertificateState::Accepted, "the receipt after the outage")?;
    }
    Ok(())
}

/// The gateway refuses a paper; it is corrected and issued again under its first number.
pub fn refused_and_reissued(office: &mut Office<'_>) -> Result<(), StoryError> {
    office.stage.hospital.gateway().set_fault(Service::Papers, Fault::BadContent, Some(1));
    let born = Born { child: "Nguyễn Thử Anh", children: 1, hour: "21:05" };
    let draft = papers::birth(born, Office::today())?;
    let first = office.write(&draft, None)?;
    office.freeze(first, FreezeTo::Sign)?;
    office.until(first, CertificateState::Refused, "the gateway's refusal")?;
    let row = office.row(first)?;
    let app = office.app()?;
    let facility = &app.config.hospital.facility_code;
    let number = row.number.map(|number| certificate::number_text(row.kind, facility, number)).unwrap_or_default();

    let corrected = draft.with("TEN_CON", "Nguyễn Thử Ánh")?.with("CAP_LAN_DAU", "0")?.with("MA_GCS", &number)?;
    let by = records_office(Why::Correction);
    let (content, people) = (certificate::write_draft(&corrected), certificate::people_of_draft(&corrected));
    let content = certificate::Draft { content: &content, confirmer: None, people: &people };
    let again = office.stage.hospital.block_on(certificate::reissue(&app, first, content, by));
    let again = again.map_err(HospitalError::from)?;
    office.papers.push(again);
    office.freeze(again, FreezeTo::Sign)?;
    office.until(again, CertificateState::Accepted, "the receipt of the second issue")?;
    let second = office.row(again)?;
    office.expect(second.number == row.number, "the second issue has another number");
    office.until(first, CertificateState::Replaced, "the first issue replaced")
}

/// The gateway took it and its answer was lost: nobody sends it again; a person finds the receipt on the portal.
pub fn outcome_unknown(office: &mut Office<'_>) -> Result<(), StoryError> {
    office.stage.hospital.gateway().set_fault(Service::Papers, Fault::CutAfter, Some(1));
    let id = office.write(&papers::death(Office::today())?, None)?;
    office.freeze(id, FreezeTo::Sign)?;
    office.until(id, CertificateState::OutcomeUnknown, "the lost answer")?;
    // Whatever time passes, no machine sends it again.
    office.stage.hospital.advance(std::time::Duration::from_secs(86_400));
    let records = office.stage.hospital.gateway().records();
    office.expect(records.len() == 1, "the gateway does not hold exactly one record");
    let receipt = records.first().map(|record| record.receipt.clone()).unwrap_or_default();
    let app = office.app()?;
    let findings = BTreeMap::from([(id.0, Finding::Accepted { receipt, received_at: None })]);
    let settled = reconcile(&app, &findings, records_office(Why::FoundOnPortal));
    office.stage.hospital.block_on(settled).map_err(HospitalError::from)?;
    office.until(id, CertificateState::Accepted, "the receipt that was found")
}

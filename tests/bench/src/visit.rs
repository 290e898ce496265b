//! One genuine visit through the session: every event that the station sends, with the time that deciding and drawing
//! up the screen take.

use std::time::Duration;

use api::{
    Assurance, CheckInReply, CheckInRequest, DepartmentCode, DepartmentView, EntitlementView, Hex8,
    IdentificationReply, IdentificationRequest, PersonView, TicketNumber, TicketView, VisitId,
};
use emrtd::Progress;
use emrtd::sim::{Options, Personalised, SimulatedCard};
use face::{FaceDecision, FaceMatch, QualityHint};
use session::screen::Action;
use session::{
    AssurancePolicy, Bilingual, ChallengeOrigin, Effect, EidRoute, Event, FaceId, Moment, ReadingId, Session, Settings,
    Timeouts,
};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::BenchError;
use crate::cardholder::{AccessProtocol, Cardholder};
use crate::sample::timed;

/// Between two events that nobody waits for: a quick patient.
const STEP_MS: u64 = 250;

/// What one visit cost, and what it asked of the server.
pub struct Walked {
    pub events: usize,
    /// Of each event: `handle`, and `view` after it.
    pub decide: Vec<Duration>,
    pub view: Vec<Duration>,
    pub identification: Box<IdentificationRequest>,
    pub check_in: CheckInRequest,
}

/// Who is in front of the kiosk: their card, and the face that was matched to its portrait.
pub struct Visitor<'a> {
    pub chip: &'a Personalised,
    pub face: &'a FaceMatch,
    /// What the card's code says.
    pub code: String,
}

struct Walk {
    session: Session,
    now: Moment,
    decide: Vec<Duration>,
    view: Vec<Duration>,
    reading: Option<ReadingId>,
    face: Option<FaceId>,
    identification: Option<Box<IdentificationRequest>>,
    check_in: Option<CheckInRequest>,
}

/// From the code under the scanner to the thanks, with the challenge the server gave.
pub fn walk(
    holder: &mut Cardholder,
    visitor: &Visitor<'_>,
    visit: VisitId,
    challenge: [u8; 8],
) -> Result<Walked, BenchError> {
    let mut walk = Walk::new(visit);
    walk.event(Event::Departments(departments()?));
    walk.event(Event::Scanned(Zeroizing::new(visitor.code.clone().into_bytes())));
    walk.event(Event::CardInserted);
    let reading = walk.reading.ok_or(BenchError::Unexpected("the session asked for no chip"))?;
    let origin = ChallengeOrigin::Server;
    walk.event(Event::ChallengeReady { reading, challenge: Hex8(challenge), origin });
    walk.event(Event::Touched(Action::AgreeToFace));
    let mut told = Vec::new();
    let card = SimulatedCard::new(visitor.chip.clone(), Options::default());
    let key = holder.key(AccessProtocol::PaceByCan)?;
    let document = holder.read(card, key, challenge, &mut |progress: Progress| told.push(progress))?;
    for progress in told {
        walk.event(Event::ChipProgress(reading, progress));
    }
    walk.event(Event::ChipRead(reading, Box::new(document)));
    let face = walk.face.ok_or(BenchError::Unexpected("the session asked for no face"))?;
    for hint in [QualityHint::ComeCloser, QualityHint::LookStraight] {
        walk.event(Event::FaceHint(face, hint));
    }
    for frames in 1..=3 {
        walk.event(Event::FaceCounted { face, frames, needed: 3 });
    }
    walk.event(Event::FaceDecided(face, FaceDecision::Match(visitor.face.clone())));
    walk.event(Event::Identified(Ok(identified())));
    walk.event(Event::Touched(Action::PayByInsurance));
    walk.event(Event::Touched(Action::ChooseDepartment(department_code()?)));
    walk.event(Event::Touched(Action::TakeNumber));
    walk.event(Event::CheckedIn(Ok(checked_in()?)));
    walk.event(Event::Printed);
    walk.event(Event::Touched(Action::Done));
    walk.event(Event::CardRemoved);
    if walk.session.view(walk.now).name != "thanks" {
        return Err(BenchError::Unexpected("a genuine visit did not end with thanks"));
    }
    let (Some(identification), Some(check_in)) = (walk.identification, walk.check_in) else {
        return Err(BenchError::Unexpected("the session asked nothing of the server"));
    };
    Ok(Walked { events: walk.decide.len(), decide: walk.decide, view: walk.view, identification, check_in })
}

impl Walk {
    fn new(visit: VisitId) -> Self {
        let settings = Settings {
            hospital: Bilingual::new("Bệnh viện Đa khoa Mẫu", "Sample General Hospital"),
            counter: Bilingual::new("quầy 1", "counter 1"),
            counter_place: Bilingual::new("ngay bên phải máy này", "right beside this machine"),
            eid: EidRoute::Configured,
            papers: session::PapersSettings::closed(Bilingual::new("", ""), Bilingual::new("", "")),
            timeouts: Timeouts::default(),
        };
        Self {
            session: Session::new(settings, AssurancePolicy::default(), move || visit),
            now: Moment::from_ms(1),
            decide: Vec::new(),
            view: Vec::new(),
            reading: None,
            face: None,
            identification: None,
            check_in: None,
        }
    }

    fn event(&mut self, event: Event) {
        self.now = self.now + STEP_MS;
        let (effects, decide) = timed(|| self.session.handle(event, self.now));
        let (screen, view) = timed(|| self.session.view(self.now));
        drop(screen);
        self.decide.push(decide.cpu);
        self.view.push(view.cpu);
        for effect in effects {
            match effect {
                Effect::FetchChallenge { reading, .. } => self.reading = Some(reading),
                Effect::StartFace { face, .. } => self.face = Some(face),
                Effect::Identify { request, .. } => self.identification = Some(request),
                Effect::CheckIn { request, .. } => self.check_in = Some(request),
                _ => {}
            }
        }
    }
}

pub fn department_code() -> Result<DepartmentCode, BenchError> {
    DepartmentCode::parse("K01").map_err(|_| BenchError::Unexpected("K01 is no code of a department"))
}

fn departments() -> Result<Vec<DepartmentView>, BenchError> {
    Ok(vec![DepartmentView {
        code: department_code()?,
        name_vi: "Nội tổng hợp".to_owned(),
        name_en: "General medicine".to_owned(),
        rooms: "101, 102".to_owned(),
        floor: "1".to_owned(),
        waiting: 6,
        wait_minutes: Some((24, 36)),
        open: true,
        full: false,
        reception: false,
    }])
}

fn identified() -> IdentificationReply {
    IdentificationReply {
        assurance: Assurance::A,
        person: Some(PersonView { name: "Nguyễn Văn Mẫu".to_owned(), age: 41 }),
        entitlement: entitlement(),
        priority: None,
        facts: Vec::new(),
        papers_waiting: 0,
        appointment: None,
    }
}

fn checked_in() -> Result<CheckInReply, BenchError> {
    let now = OffsetDateTime::now_utc();
    let ticket = TicketView {
        number: TicketNumber::new('A', 27).map_err(|_| BenchError::Unexpected("A027 is no number"))?,
        department: department_code()?,
        service_day: now.date(),
        issued_at: now,
        people_ahead: Some(6),
        wait_minutes: Some((25, 35)),
        priority: false,
        follow_url: None,
        appointment: None,
    };
    Ok(CheckInReply { ticket, entitlement: entitlement() })
}

fn entitlement() -> EntitlementView {
    EntitlementView::Valid {
        card: "GD4310000000017".to_owned(),
        valid_until: "31/12/2026".to_owned(),
        benefit_percent: Some(80),
        right_route: true,
        registered_at: Some("31999".to_owned()),
    }
}

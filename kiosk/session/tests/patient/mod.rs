//! A patient before a kiosk, for tests: real proofs from a simulated chip and simulated face models, virtual time, and
//! after every event the rules that hold on every screen.

#![expect(dead_code, reason = "each test file uses its own part")]

pub mod papers;

use std::sync::{Mutex, OnceLock};

use api::{
    AlertKind, AppointmentView, Assurance, CheckInReply, CheckInRequest, DepartmentCode, DepartmentView, EidPerson,
    EntitlementView, Hex8, IdentificationReply, IdentificationRequest, PersonView, TicketNumber, TicketView, VisitId,
};
use emrtd::sim::{Issuer, IssuerOptions, Options, Person, Personalisation, PortraitImage, SeededRng, SimulatedCard};
use emrtd::{AccessKey, BacPolicy, Challenge, DocumentRead, Progress, ReadRequest, TrustStore, read_document};
use face::{FaceDecision, FaceMatch, MatchPolicy, Matcher, Observation, PortraitHash};
use identity::{CitizenId, PersonName};
use session::screen::{Action, Screen};
use session::{
    AssurancePolicy, Bilingual, ChallengeOrigin, ChipFailure, DeathNotices, Device, DeviceStatus, Effect, EidRoute,
    Event, FaceId, Moment, OfflineNumber, PapersAskId, PapersDesk, PapersSettings, Portrait, ReadingId, Session,
    Settings, Timeouts,
};
use time::macros::{date, datetime};
use zeroize::Zeroizing;

pub const CARD_QR: &str = "085000000017|271234567|Nguyễn Văn Mẫu|15011985|Nam|Số 1 Phố Thử, Hải Phòng|01072021";
pub const OTHER_QR: &str = "031192000025||Trần Thị Thử Nghiệm|09031992|Nữ|Số 2 Phố Thử, Hải Phòng|01072021";
const CHALLENGE: [u8; 8] = [7; 8];

pub struct Patient {
    pub session: Session,
    pub now: Moment,
    /// Since the beginning.
    pub effects: Vec<Effect>,
    pub card_in: bool,
    reprints: usize,
    pub reading: Option<ReadingId>,
    pub face: Option<FaceId>,
    pub portrait: Option<Portrait>,
    /// The last call about papers that asks for something.
    pub ask: Option<PapersAskId>,
    slips_wanted: usize,
    pub papers_waiting: u16,
    pub appointment: Option<AppointmentView>,
    /// Screen names in order, each change once.
    pub seen: Vec<&'static str>,
}

/// Which chip lies in the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Chip {
    #[default]
    Genuine,
    SignedByAnyone,
    Child,
    /// The issuer gave it no key.
    WithoutKey,
}

pub fn settings() -> Settings {
    Settings {
        hospital: Bilingual::new("Bệnh viện Đa khoa Mẫu", "Model General Hospital"),
        counter: Bilingual::new("quầy 1", "counter 1"),
        counter_place: Bilingual::new("ngay bên phải máy này", "just to the right of this machine"),
        eid: EidRoute::Configured,
        papers: PapersSettings {
            desk: PapersDesk::Open,
            death: DeathNotices::AtTheOffice,
            office: Bilingual::new("phòng hồ sơ", "the records office"),
            office_place: Bilingual::new("tầng 1, phòng 105", "floor 1, room 105"),
        },
        timeouts: Timeouts::default(),
    }
}

pub fn department(code: &str, vi: &str, en: &str, rooms: &str, floor: &str) -> DepartmentView {
    DepartmentView {
        code: DepartmentCode::parse(code).expect("valid"),
        name_vi: vi.into(),
        name_en: en.into(),
        rooms: rooms.into(),
        floor: floor.into(),
        waiting: 6,
        wait_minutes: Some((24, 36)),
        open: true,
        full: false,
        reception: code == "QUAY",
    }
}

pub fn departments() -> Vec<DepartmentView> {
    vec![
        department("K01", "Nội tổng hợp", "General medicine", "101, 102", "1"),
        department("K02", "Tim mạch", "Cardiology", "204", "2"),
        department("QUAY", "Tiếp đón", "Reception", "1", "1"),
    ]
}

impl Patient {
    pub fn new() -> Self {
        Self::with(settings(), AssurancePolicy::default())
    }

    pub fn with(settings: Settings, policy: AssurancePolicy) -> Self {
        let mut next = 0_u128;
        let visit_ids = move || {
            next += 1;
            VisitId(uuid::Uuid::from_u128(next))
        };
        let mut patient = Self {
            session: Session::new(settings, policy, visit_ids),
            now: Moment::from_ms(1_000),
            effects: Vec::new(),
            card_in: false,
            reprints: 0,
            reading: None,
            face: None,
            portrait: None,
            ask: None,
            slips_wanted: 0,
            papers_waiting: 0,
            appointment: None,
            seen: vec!["welcome"],
        };
        patient.event(Event::Departments(departments()));
        patient
    }

    pub fn event(&mut self, event: Event) -> &mut Self {
        match &event {
            Event::CardInserted => self.card_in = true,
            Event::CardRemoved | Event::DeviceStatus(Device::Reader, DeviceStatus::Down) => self.card_in = false,
            Event::Touched(Action::RetryPrint) => {
                self.reprints += 1;
                self.slips_wanted += 1;
            }
            Event::Touched(Action::PrintPaper) => self.slips_wanted += 1,
            _ => {}
        }
        let effects = self.session.handle(event, self.now);
        for effect in &effects {
            match effect {
                Effect::FetchChallenge { reading, .. } => self.reading = Some(*reading),
                Effect::StartFace { face, portrait } => {
                    self.face = Some(*face);
                    self.portrait = Some(portrait.clone());
                }
                Effect::AskChip { reading, .. } => self.reading = Some(*reading),
                Effect::AskPapers { ask, call, .. } if !matches!(**call, api::papers::Call::Save(_)) => {
                    self.ask = Some(*ask);
                }
                _ => {}
            }
        }
        self.effects.extend(effects);
        let screen = self.screen();
        if self.seen.last() != Some(&screen.name) {
            self.seen.push(screen.name);
        }
        self.check(&screen);
        self
    }

    pub fn touch(&mut self, action: Action) -> &mut Self {
        self.event(Event::Touched(action))
    }

    pub fn digits(&mut self, digits: &str) -> &mut Self {
        for digit in digits.bytes() {
            self.touch(Action::Digit(digit - b'0'));
        }
        self
    }

    pub fn scan(&mut self, text: &str) -> &mut Self {
        self.event(Event::Scanned(Zeroizing::new(text.as_bytes().to_vec())))
    }

    pub fn wait(&mut self, ms: u64) -> &mut Self {
        self.now = self.now + ms;
        self.event(Event::Tick)
    }

    pub fn screen(&self) -> Screen {
        self.session.view(self.now)
    }

    pub fn name(&self) -> &'static str {
        self.screen().name
    }

    pub fn challenge(&mut self, origin: ChallengeOrigin) -> &mut Self {
        let reading = self.reading.expect("a reading began");
        self.event(Event::ChallengeReady { reading, challenge: Hex8(CHALLENGE), origin })
    }

    pub fn chip(&mut self, chip: Chip) -> &mut Self {
        let reading = self.reading.expect("a reading began");
        for progress in
            [Progress::Personal, Progress::Portrait { read_bytes: 1, total_bytes: 2 }, Progress::Authenticity]
        {
            self.event(Event::ChipProgress(reading, progress));
        }
        self.event(Event::ChipRead(reading, Box::new(read(chip))))
    }

    pub fn chip_failed(&mut self, failure: ChipFailure) -> &mut Self {
        let reading = self.reading.expect("a reading began");
        self.event(Event::ChipFailed(reading, failure))
    }

    pub fn decide(&mut self, decision: FaceDecision) -> &mut Self {
        let face = self.face.expect("the camera was opened");
        self.event(Event::FaceDecided(face, decision))
    }

    /// The right person stands before the camera.
    pub fn right_face(&mut self) -> &mut Self {
        let portrait = self.portrait.clone().expect("the camera was opened");
        self.decide(FaceDecision::Match(matched(portrait.hash)))
    }

    pub fn wrong_face(&mut self) -> &mut Self {
        self.decide(FaceDecision::NoMatch { score: 0.1 })
    }

    pub fn identified(&mut self, assurance: Assurance, entitlement: EntitlementView) -> &mut Self {
        let person = matches!(assurance, Assurance::A | Assurance::B)
            .then(|| PersonView { name: "Nguyễn Văn Mẫu".into(), age: 41 });
        let reply = IdentificationReply {
            assurance,
            person,
            entitlement,
            priority: None,
            facts: vec![],
            papers_waiting: self.papers_waiting,
            appointment: self.appointment.clone(),
        };
        self.event(Event::Identified(Ok(reply)))
    }

    /// A number for what was asked last.
    pub fn checked_in(&mut self) -> &mut Self {
        let department = self.last_check_in().department.clone();
        let prefix = if department.as_str() == "QUAY" { 'Q' } else { 'A' };
        let ticket = TicketView {
            number: TicketNumber::new(prefix, 27).expect("valid"),
            department,
            service_day: date!(2026 - 11 - 23),
            issued_at: datetime!(2026-11-23 01:30 UTC),
            people_ahead: Some(6),
            wait_minutes: Some((25, 35)),
            priority: false,
            follow_url: Some("https://kham.example/t/abc".into()),
            appointment: self.appointment.clone(),
        };
        self.event(Event::CheckedIn(Ok(CheckInReply { ticket, entitlement: valid() })))
    }

    /// What was printed last.
    pub fn last_paper(&self) -> &session::TicketPaper {
        let mut papers = self.effects.iter().rev().filter_map(|effect| match effect {
            Effect::Print(paper) => Some(&**paper),
            _ => None,
        });
        papers.next().expect("something was printed")
    }

    pub fn offline_number(&mut self) -> &mut Self {
        self.event(Event::OfflineNumber(Ok(OfflineNumber {
            follow_url: None,
            number: TicketNumber::new('A', 901).expect("valid"),
            service_day: date!(2026 - 11 - 23),
            issued_at: datetime!(2026-11-23 01:30 UTC),
        })))
    }

    pub fn last_check_in(&self) -> &CheckInRequest {
        let asked = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::CheckIn { request, .. } => Some(request),
            Effect::TakeOfflineNumber { check_in, .. } => Some(check_in),
            _ => None,
        });
        asked.expect("a number was asked for")
    }

    pub fn last_identification(&self) -> &IdentificationRequest {
        let sent = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::Identify { request, .. } => Some(&**request),
            Effect::TakeOfflineNumber { identification, .. } => identification.as_deref(),
            _ => None,
        });
        sent.expect("an identification was sent")
    }

    pub fn alerts(&self, wanted: AlertKind) -> usize {
        self.effects.iter().filter(|effect| matches!(effect, Effect::Alert { kind, .. } if *kind == wanted)).count()
    }

    pub fn prints(&self) -> usize {
        self.effects.iter().filter(|effect| matches!(effect, Effect::Print(_))).count()
    }

    pub fn count(&self, wanted: impl Fn(&Effect) -> bool) -> usize {
        self.effects.iter().filter(|effect| wanted(effect)).count()
    }

    /// A fresh patient, walked to the screen with this name.
    pub fn at(screen: &str) -> Self {
        let mut patient = Self::new();
        let walk: &[&str] = match screen {
            "welcome" => &[],
            "other_ways" => &["no card"],
            "scan_eid" => &["use eid"],
            "scan_insurance" => &["use insurance"],
            "access_number" => &["card in"],
            "whole_number" => &["type number"],
            "mrz_number" => &["card in", "can", "challenge", "no pace"],
            "mrz_birth" => &["card in", "can", "challenge", "no pace", "twelve"],
            "mrz_expiry" => &["scan", "card in", "challenge", "no pace"],
            "insert_card" => &["scan"],
            "chip" => &["scan", "card in", "challenge"],
            "insert_again" => &["scan", "card in", "challenge", "pull"],
            "eid_waiting" => &["scan eid"],
            "consent" => &["scan", "card in", "challenge", "read"],
            "face" => &["scan", "card in", "challenge", "agree", "read"],
            "face_not_matched" => &["scan", "card in", "challenge", "agree", "read", "wrong face"],
            "identifying" => &["scan", "card in", "challenge", "agree", "read", "right face"],
            "payer" => &["scan", "card in", "challenge", "agree", "read", "right face", "a"],
            "department" => &["scan", "card in", "challenge", "agree", "read", "right face", "a", "insurance"],
            "priority" => {
                &["scan", "card in", "challenge", "agree", "read", "right face", "a", "insurance", "priority"]
            }
            "checking_in" => &["scan", "card in", "challenge", "agree", "read", "right face", "a", "insurance", "take"],
            "ticket" => {
                &["scan", "card in", "challenge", "agree", "read", "right face", "a", "insurance", "take", "number"]
            }
            "counter" => &["scan", "card in", "challenge", "child", "d", "number"],
            "counter_without_number" => &["no departments", "no card", "to counter"],
            "take_card" => &[
                "scan",
                "card in",
                "challenge",
                "agree",
                "read",
                "right face",
                "a",
                "insurance",
                "take",
                "number",
                "done",
            ],
            "thanks" => &[
                "scan",
                "card in",
                "challenge",
                "agree",
                "read",
                "right face",
                "a",
                "insurance",
                "take",
                "number",
                "done",
                "pull",
            ],
            other => papers::walk(other).unwrap_or_else(|| panic!("no walk to {other}")),
        };
        for step in walk {
            patient.step(step);
        }
        assert_eq!(patient.name(), screen, "seen: {:?}", patient.seen);
        patient
    }

    pub fn step(&mut self, step: &str) -> &mut Self {
        match step {
            "no card" => self.touch(Action::NoCard),
            "use eid" => self.touch(Action::UseEid),
            "use insurance" => self.touch(Action::UseInsuranceCard),
            "type number" => self.touch(Action::TypeNumber),
            "card in" => self.event(Event::CardInserted),
            "pull" => self.event(Event::CardRemoved),
            "can" => self.digits("000017").touch(Action::Continue),
            "twelve" => self.digits("085000000017").touch(Action::Continue),
            "challenge" => self.challenge(ChallengeOrigin::Server),
            "no pace" => self.chip_failed(ChipFailure::NeedsMrzKey),
            "scan" => self.scan(CARD_QR),
            "scan eid" => self.scan("eyJhbGciOi.J9.abc"),
            "read" => self.chip(Chip::Genuine),
            "child" => self.chip(Chip::Child),
            "agree" => self.touch(Action::AgreeToFace),
            "wrong face" => self.wrong_face(),
            "right face" => self.right_face(),
            "a" => self.identified(Assurance::A, valid()),
            "d" => self.identified(Assurance::D, EntitlementView::NotShown),
            "insurance" => self.touch(Action::PayByInsurance),
            "priority" => self.touch(Action::OpenPriority),
            "take" => self
                .touch(Action::ChooseDepartment(DepartmentCode::parse("K01").expect("valid")))
                .touch(Action::TakeNumber),
            "number" => self.checked_in(),
            "done" => self.touch(Action::Done),
            "no departments" => self.event(Event::Departments(vec![])),
            "to counter" => self.touch(Action::GoToCounter),
            other => papers::step(self, other),
        }
    }

    /// What holds on every screen, whatever happened.
    fn check(&self, screen: &Screen) {
        assert!(lines(&screen.headline) <= 2, "{}: {}", screen.name, screen.headline);
        assert!(!screen.headline.is_empty() && !screen.spoken.is_empty(), "{}", screen.name);
        assert_eq!(screen.emergency.action, Action::Emergency);
        assert!(screen.focus.contains(&Action::Emergency), "{}", screen.name);
        assert!(screen.dialog.is_some() || screen.focus.contains(&Action::Help), "{}", screen.name);
        let unique: std::collections::HashSet<_> = screen.focus.iter().collect();
        assert_eq!(unique.len(), screen.focus.len(), "{}: {:?}", screen.name, screen.focus);
        let primaries = screen.keys.iter().filter(|key| key.weight == session::screen::KeyWeight::Primary).count();
        assert!(primaries <= 1, "{}", screen.name);
        assert!(screen.name != "thanks" || !self.card_in, "thanked before the card was out");
        assert!(self.prints() <= self.print_rights(), "printed twice");
        let slips = self.count(|effect| matches!(effect, Effect::PrintSlip(_)));
        assert!(slips <= self.slips_wanted, "a slip nobody asked for");
    }

    /// Once for each visit that got a number, and once for each time somebody asked again.
    fn print_rights(&self) -> usize {
        let mut visits: Vec<VisitId> = Vec::new();
        for effect in &self.effects {
            if let Effect::CheckIn { visit, .. } | Effect::TakeOfflineNumber { visit, .. } = effect
                && !visits.contains(visit)
            {
                visits.push(*visit);
            }
        }
        visits.len() + self.reprints
    }
}

pub const SCREENS: [&str; 41] = [
    "welcome",
    "other_ways",
    "scan_eid",
    "scan_insurance",
    "access_number",
    "whole_number",
    "mrz_number",
    "mrz_birth",
    "mrz_expiry",
    "insert_card",
    "chip",
    "insert_again",
    "eid_waiting",
    "consent",
    "face",
    "face_not_matched",
    "identifying",
    "payer",
    "department",
    "priority",
    "checking_in",
    "ticket",
    "counter",
    "counter_without_number",
    "papers_card",
    "papers_denied",
    "papers_loading",
    "papers",
    "papers_elsewhere",
    "papers_trouble",
    "paper_loading",
    "paper",
    "paper_correct",
    "paper_proposing",
    "paper_sharing",
    "paper_sending",
    "paper_chip",
    "paper_put_back",
    "paper_status",
    "question",
    "questions_review",
];

/// How many lines of 26 characters (68 px on 968 px) a headline takes; a no-break space holds.
pub fn lines(text: &str) -> usize {
    let wrapped = |line: &str| {
        let (mut lines, mut used) = (1, 0);
        for word in line.split(' ') {
            let length = word.chars().count();
            if used > 0 && used + 1 + length > 26 {
                lines += 1;
                used = length;
            } else {
                used += length + usize::from(used > 0);
            }
        }
        lines
    };
    text.lines().map(wrapped).sum()
}

pub fn valid() -> EntitlementView {
    EntitlementView::Valid {
        card: "GD4310000000017".into(),
        valid_until: "31/12/2026".into(),
        benefit_percent: Some(80),
        right_route: true,
        registered_at: Some("31999".into()),
    }
}

pub fn eid_person() -> EidPerson {
    EidPerson {
        number: "085000000017".into(),
        name: "Nguyễn Văn Mẫu".into(),
        birth: "15/01/1985".into(),
        portrait: api::Base64(portrait()),
        expires_at: datetime!(2026-11-23 02:00 UTC),
    }
}

fn issuer() -> &'static Issuer {
    static ISSUER: OnceLock<Issuer> = OnceLock::new();
    ISSUER.get_or_init(|| Issuer::new(IssuerOptions::default(), date!(2026 - 11 - 23), &mut SeededRng::new([1; 32])))
}

fn portrait() -> Vec<u8> {
    face::sim::portrait_jpeg(face::sim::Person(17))
}

/// Reads a simulated chip from beginning to end.
pub fn read(chip: Chip) -> DocumentRead {
    let mut rng = SeededRng::new([2; 32]);
    let image = PortraitImage { image: portrait(), width: 240, height: 320 };
    let mut personalisation = Personalisation { portrait: Some(image), ..Personalisation::default() };
    match chip {
        Chip::Genuine | Chip::SignedByAnyone => {}
        Chip::Child => personalisation.portrait = None,
        Chip::WithoutKey => {
            personalisation.active_authentication = None;
            personalisation.chip_authentication = None;
        }
    }
    let citizen = CitizenId::parse("085000000017").expect("twelve digits");
    let person = Person::nguyen_van_mau().with_number(citizen);
    let card = SimulatedCard::new(issuer().personalise(&person, &personalisation, &mut rng), Options::default());
    let mut trust = TrustStore::default();
    if chip != Chip::SignedByAnyone {
        trust.add_authorities(issuer().csca_der()).expect("the test authority");
    }
    let request = ReadRequest {
        key: AccessKey::can("000017").expect("six digits"),
        challenge: Challenge::new(CHALLENGE),
        trust: &trust,
        today: date!(2026 - 11 - 23),
        bac: BacPolicy::default(),
    };
    read_document(card, request, &mut rng, &mut |_| {}).expect("the simulated chip reads")
}

/// A real decision of the matcher, the right person before the camera; made once for each portrait.
pub fn matched(hash: PortraitHash) -> FaceMatch {
    static MADE: Mutex<Vec<FaceMatch>> = Mutex::new(Vec::new());
    let mut made = MADE.lock().expect("no test panicked in here");
    if let Some(found) = made.iter().find(|found| found.portrait_hash() == hash) {
        return found.clone();
    }
    made.push(match_now(hash));
    made.last().expect("just made").clone()
}

fn match_now(hash: PortraitHash) -> FaceMatch {
    let mut engine = face::sim::engine();
    let mut matcher = Matcher::enrol(&mut engine, &portrait(), hash, MatchPolicy::default()).expect("a face");
    for number in 0..50 {
        let frame = face::sim::frame(face::sim::Person(17), number);
        match matcher.observe(&mut engine, &frame).expect("the engine runs") {
            Observation::Decided(FaceDecision::Match(found)) => return found,
            Observation::Decided(FaceDecision::NoMatch { score }) => panic!("not the same person: {score}"),
            Observation::Hint(_) | Observation::Counted { .. } => {}
        }
    }
    panic!("no decision in fifty frames");
}

pub fn person_name(text: &str) -> PersonName {
    PersonName::parse(text).expect("a name")
}

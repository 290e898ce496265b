//! What the kiosk does for itself while nobody stands before it: asks its server what is new, fills its blocks of numbers,
//! and brings home the check-ins that were made without the server. Pure: answers in, errands out.

use std::collections::VecDeque;

use api::{Block, BlockRequest, DepartmentView, ReconcileReply, ReconcileRequest, StationConfiguration, VisitId};
use devices::offline::{KnownServer, Stock};
use devices::offline_desk::OfflineRequest;
use devices::server_client::ServerError;
use devices::server_lane::ServerRequest;
use session::Moment;
use time::Date;

use crate::failure::{Prospect, prospect};

/// Between two rounds while all is well.
const CALM_MS: u64 = 60_000;
/// After a round that failed: a server that is back should not be left waiting.
const AWAY_MS: u64 = 10_000;
/// A block is asked for when fewer numbers than this are left, ...
const LOW: usize = 10;
/// ... and has so many: an hour of one kiosk.
const BLOCK: u16 = 20;
/// After a block for another day than ours, which would be asked for again and again.
const WRONG_DAY_MS: u64 = 3_600_000;

/// Something to ask, or something learned.
#[derive(Debug)]
pub(crate) enum Errand {
    Server(ServerRequest),
    Offline(OfflineRequest),
    /// The server said something new about itself.
    Learned(Box<KnownServer>),
}

pub(crate) struct Upkeep {
    next_round: Moment,
    blocks_from: Moment,
    step: Step,
    stock: Option<Stock>,
    known: Option<KnownServer>,
    fresh: Option<StationConfiguration>,
    short: VecDeque<BlockRequest>,
}

/// Where the round is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Rest,
    Configuration,
    Departments,
    Blocks,
    Waiting,
    Reconciling,
}

impl Upkeep {
    /// `known`: what the server said before the kiosk was started.
    pub fn new(known: Option<KnownServer>, now: Moment) -> Self {
        let short = VecDeque::new();
        Self { next_round: now, blocks_from: now, step: Step::Rest, stock: None, known, fresh: None, short }
    }

    pub fn known(&self) -> Option<&KnownServer> {
        self.known.as_ref()
    }

    /// When the next round begins; `None` while one is under way.
    pub fn due(&self) -> Option<Moment> {
        (self.step == Step::Rest).then_some(self.next_round)
    }

    pub fn begin(&mut self) -> Errand {
        self.step = Step::Configuration;
        Errand::Server(ServerRequest::Configuration)
    }

    /// Somebody was served without the server: the check-in waits to come home.
    pub fn hurry(&mut self, now: Moment) {
        self.next_round = self.next_round.min(now + AWAY_MS);
    }

    /// The next round begins at once, unless one is under way.
    pub fn at_once(&mut self, now: Moment) {
        self.next_round = now;
    }

    /// The server was heard, and numbers of every department and challenges are on the disk.
    pub fn is_stocked(&self) -> bool {
        let (Some(known), Some(stock)) = (&self.known, &self.stock) else { return false };
        let has_numbers = |code| stock.numbers.get(code).is_some_and(|left| *left > 0);
        stock.challenges > 0
            && !known.departments.is_empty()
            && known.departments.iter().all(|department| has_numbers(&department.code))
    }

    pub fn stock(&mut self, stock: Stock) {
        self.stock = Some(stock);
    }

    pub fn configuration(&mut self, answer: Result<StationConfiguration, ServerError>, now: Moment) -> Vec<Errand> {
        if self.step != Step::Configuration {
            return vec![];
        }
        match answer {
            Ok(configuration) => {
                self.fresh = Some(configuration);
                self.step = Step::Departments;
                vec![Errand::Server(ServerRequest::Departments)]
            }
            Err(error) => self.failed(&error, now),
        }
    }

    /// Also hears the answers that a patient's choice asked for.
    pub fn departments(
        &mut self,
        answer: Result<&[DepartmentView], &ServerError>,
        today: Date,
        now: Moment,
    ) -> Vec<Errand> {
        let mut errands = vec![];
        if let Ok(departments) = answer
            && let Some(configuration) =
                self.fresh.clone().or(self.known.as_ref().map(|known| known.configuration.clone()))
        {
            let known = KnownServer { configuration, departments: departments.to_vec() };
            if self.known.as_ref() != Some(&known) {
                errands.push(Errand::Learned(Box::new(known.clone())));
                errands.push(Errand::Offline(OfflineRequest::Remember(Box::new(known.clone()))));
                self.known = Some(known);
            }
        }
        if self.step == Step::Departments {
            match answer {
                Ok(departments) => {
                    self.short =
                        if now < self.blocks_from { VecDeque::new() } else { self.short_of(departments, today) };
                    self.step = Step::Blocks;
                    errands.extend(self.next_block());
                }
                Err(error) => errands.extend(self.failed(error, now)),
            }
        }
        errands
    }

    pub fn block(&mut self, answer: Result<Block, ServerError>, today: Date, now: Moment) -> Vec<Errand> {
        let mut errands = vec![];
        match answer {
            // Kept whatever the round does: these numbers are ours now.
            Ok(block) => {
                if block.service_day != today {
                    tracing::error!(ours = %today, servers = %block.service_day, "the server's day is another one");
                    self.blocks_from = now + WRONG_DAY_MS;
                    self.short.clear();
                }
                errands.push(Errand::Offline(OfflineRequest::Keep { block, today }));
            }
            Err(ServerError::Problem(problem)) => tracing::warn!(code = ?problem.code, "no block of numbers"),
            Err(error) => return self.failed(&error, now),
        }
        if self.step == Step::Blocks {
            errands.extend(self.next_block());
        }
        errands
    }

    pub fn waiting(&mut self, request: Option<ReconcileRequest>, now: Moment) -> Vec<Errand> {
        match request {
            Some(request) => {
                self.step = Step::Reconciling;
                vec![Errand::Server(ServerRequest::Reconcile(request))]
            }
            None => {
                self.rest(now + CALM_MS);
                vec![]
            }
        }
    }

    pub fn reconciled(
        &mut self,
        visit: VisitId,
        answer: Result<ReconcileReply, ServerError>,
        now: Moment,
    ) -> Vec<Errand> {
        let done = match answer {
            Ok(reply) => {
                tracing::info!(%visit, number = %reply.number, voided = reply.voided.is_some(), "a check-in came home");
                OfflineRequest::Reconciled(visit)
            }
            Err(error) => match prospect(&error) {
                Prospect::Never => {
                    tracing::error!(%visit, %error, "the server will never take this check-in");
                    OfflineRequest::Refused(visit)
                }
                Prospect::Later => return self.failed(&error, now),
            },
        };
        self.step = Step::Waiting;
        vec![Errand::Offline(done), Errand::Offline(OfflineRequest::NextWaiting { after: Some(visit) })]
    }

    /// The errand could not even be asked.
    pub fn stuck(&mut self, now: Moment) {
        self.rest(now + AWAY_MS);
    }

    fn next_block(&mut self) -> Option<Errand> {
        Some(match self.short.pop_front() {
            Some(request) => Errand::Server(ServerRequest::Block(request)),
            None => {
                self.step = Step::Waiting;
                Errand::Offline(OfflineRequest::NextWaiting { after: None })
            }
        })
    }

    fn short_of(&self, departments: &[DepartmentView], today: Date) -> VecDeque<BlockRequest> {
        let left = |department: &DepartmentView| {
            let stock = self.stock.as_ref().filter(|stock| stock.day == today);
            stock.and_then(|stock| stock.numbers.get(&department.code)).copied().unwrap_or(0)
        };
        departments
            .iter()
            .filter(|department| (department.open || department.reception) && left(department) < LOW)
            .map(|department| BlockRequest { department: department.code.clone(), count: BLOCK })
            .collect()
    }

    fn failed(&mut self, error: &ServerError, now: Moment) -> Vec<Errand> {
        tracing::debug!(%error, "the round ends early");
        self.rest(now + AWAY_MS);
        vec![]
    }

    fn rest(&mut self, until: Moment) {
        self.step = Step::Rest;
        self.next_round = until;
        self.short.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{DepartmentCode, Hex32, Problem, ProblemCode, TicketNumber};
    use std::collections::BTreeMap;
    use time::macros::{date, datetime};

    const TODAY: Date = date!(2026 - 11 - 23);

    fn configuration() -> StationConfiguration {
        StationConfiguration {
            facility_code: "01001".into(),
            hospital_vi: "Bệnh viện Đa khoa Mẫu".into(),
            hospital_en: "Sample General Hospital".into(),
            service_day: TODAY,
            server_time: datetime!(2026-11-23 07:00 +7),
            sealing_key: Hex32([1; 32]),
            pinned_signers: vec![],
            eid: false,
            follow_base: None,
        }
    }

    fn department(code: &str) -> DepartmentView {
        DepartmentView {
            code: DepartmentCode::parse(code).expect("a code"),
            name_vi: "Khám Nội".into(),
            name_en: "Internal medicine".into(),
            rooms: "102".into(),
            floor: "1".into(),
            waiting: 3,
            wait_minutes: None,
            open: true,
            full: false,
            reception: false,
        }
    }

    fn refused(code: ProblemCode) -> ServerError {
        ServerError::Problem(Problem { status: 409, code, detail: String::new() })
    }

    /// Up to the first errand behind the departments.
    fn up_to_blocks(upkeep: &mut Upkeep, departments: &[DepartmentView]) -> Vec<Errand> {
        assert!(matches!(upkeep.begin(), Errand::Server(ServerRequest::Configuration)));
        let asked = upkeep.configuration(Ok(configuration()), Moment::default());
        assert!(matches!(asked[..], [Errand::Server(ServerRequest::Departments)]));
        upkeep.departments(Ok(departments), TODAY, Moment::default())
    }

    #[test]
    fn a_round_learns_fills_the_blocks_that_are_low_and_brings_check_ins_home() {
        let mut upkeep = Upkeep::new(None, Moment::default());
        let full = BTreeMap::from([(department("K02").code, LOW)]);
        upkeep.stock(Stock { day: TODAY, numbers: full, challenges: 10 });
        let errands = up_to_blocks(&mut upkeep, &[department("K01"), department("K02")]);
        let [
            Errand::Learned(_),
            Errand::Offline(OfflineRequest::Remember(_)),
            Errand::Server(ServerRequest::Block(request)),
        ] = &errands[..]
        else {
            panic!("{errands:?}")
        };
        assert_eq!(request.department.as_str(), "K01");
        let block =
            Block { department: request.department.clone(), service_day: TODAY, numbers: vec![], challenges: vec![] };
        let errands = upkeep.block(Ok(block), TODAY, Moment::default());
        assert!(matches!(
            errands[..],
            [
                Errand::Offline(OfflineRequest::Keep { .. }),
                Errand::Offline(OfflineRequest::NextWaiting { after: None })
            ]
        ));
        let visit = VisitId(uuid::Uuid::from_u128(1));
        let sealed = ReconcileRequest { visit, sealed_to: Hex32([1; 32]), sealed: api::Base64(vec![]) };
        assert!(matches!(
            upkeep.waiting(Some(sealed), Moment::default())[..],
            [Errand::Server(ServerRequest::Reconcile(_))]
        ));
        let number = TicketNumber::new('A', 1).expect("a number");
        let reply = ReconcileReply { number, voided: None, entitlement: api::EntitlementView::ToBeConfirmed };
        let errands = upkeep.reconciled(visit, Ok(reply), Moment::default());
        assert!(matches!(errands[0], Errand::Offline(OfflineRequest::Reconciled(_))));
        assert!(upkeep.waiting(None, Moment::default()).is_empty());
        assert_eq!(upkeep.due(), Some(Moment::from_ms(CALM_MS)));
    }

    #[test]
    fn yesterdays_stock_does_not_count_this_morning() {
        let mut upkeep = Upkeep::new(None, Moment::default());
        let full = BTreeMap::from([(department("K01").code, 50)]);
        upkeep.stock(Stock { day: date!(2026 - 11 - 22), numbers: full, challenges: 50 });
        let errands = up_to_blocks(&mut upkeep, &[department("K01")]);
        assert!(errands.iter().any(|errand| matches!(errand, Errand::Server(ServerRequest::Block(_)))));
    }

    #[test]
    fn a_check_in_that_can_never_be_taken_does_not_hold_up_the_others_and_one_that_can_waits() {
        let mut upkeep = Upkeep::new(None, Moment::default());
        let visit = VisitId(uuid::Uuid::from_u128(1));
        let errands = upkeep.reconciled(visit, Err(refused(ProblemCode::SealBroken)), Moment::default());
        assert!(matches!(
            errands[..],
            [Errand::Offline(OfflineRequest::Refused(_)), Errand::Offline(OfflineRequest::NextWaiting { .. })]
        ));
        assert!(upkeep.reconciled(visit, Err(refused(ProblemCode::Internal)), Moment::default()).is_empty());
        assert_eq!(upkeep.due(), Some(Moment::from_ms(AWAY_MS)));
    }

    #[test]
    fn a_block_of_another_day_is_not_asked_for_again_at_once() {
        let mut upkeep = Upkeep::new(None, Moment::default());
        let errands = up_to_blocks(&mut upkeep, &[department("K01"), department("K02")]);
        assert!(matches!(errands.last(), Some(Errand::Server(ServerRequest::Block(_)))));
        let department = department("K01").code;
        let block = Block { department, service_day: date!(2026 - 11 - 24), numbers: vec![], challenges: vec![] };
        let errands = upkeep.block(Ok(block), TODAY, Moment::default());
        assert!(matches!(errands.last(), Some(Errand::Offline(OfflineRequest::NextWaiting { .. }))));
    }
}

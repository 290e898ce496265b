//! The figures of one period. What the feed sends and every table and chart shows: computed once.

use std::collections::{BTreeMap, BTreeSet};

use api::{CounterReason, DepartmentCode};
use certificates::Kind;
use serde::Serialize;
use utoipa::ToSchema;

use crate::facts::{
    Admitted, CheckIn, ChipOutcome, Contact, DeadlineStanding, FaceOutcome, Facts, Group, NumberSource, Stage, Stay,
    StayEnd,
};
use crate::period::hour_of;

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Summary {
    pub check_ins: u64,
    /// Of them, numbers that kiosks gave while the server was away.
    pub from_blocks: u64,
    /// Of them, sent to a person.
    pub sent_to_a_person: u64,
    /// 24 counts; the first is from midnight to one in the morning.
    #[schema(min_items = 24, max_items = 24)]
    pub by_hour: Vec<u64>,
    pub waiting: Option<Spread>,
    pub service: Option<Spread>,
    pub departments: Vec<DepartmentFigures>,
    pub groups: Vec<GroupFigures>,
    /// A, B, C, D.
    pub assurance: Vec<Count>,
    pub chip: Vec<Count>,
    pub face: Vec<Count>,
    pub counter_reasons: Vec<Count>,
    pub certificates: Vec<StageCount>,
    pub deadlines: Vec<DeadlineCount>,
    pub kiosks: Vec<KioskFigures>,
    pub forecasts: Vec<ForecastFigures>,
}

/// Of a number of patients: half took no longer than the median, nine of ten no longer than p90. Nearest rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Spread {
    pub patients: u64,
    pub median_s: u32,
    pub p90_s: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DepartmentFigures {
    pub department: DepartmentCode,
    pub check_ins: u64,
    /// Patients who stood in its queue, by whatever way.
    pub patients: u64,
    pub served: u64,
    pub no_shows: u64,
    pub waiting: Option<Spread>,
    pub service: Option<Spread>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct GroupFigures {
    pub group: Group,
    pub patients: u64,
    pub waiting: Option<Spread>,
}

/// A stable code and how often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Count {
    pub code: String,
    pub count: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StageCount {
    #[schema(value_type = String)]
    pub kind: Kind,
    pub stage: Stage,
    pub count: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DeadlineCount {
    #[schema(value_type = String)]
    pub kind: Kind,
    pub standing: DeadlineStanding,
    pub count: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct KioskFigures {
    pub kiosk: String,
    pub admitted: Admitted,
    pub contact: Contact,
    pub check_ins: u64,
    pub from_blocks: u64,
    /// Check-ins with a chip whose files were read.
    pub chips_read: u64,
    /// Check-ins sent to a person because the chip could not be read.
    pub chips_unreadable: u64,
    /// Check-ins without camera or face model.
    pub face_unavailable: u64,
    pub printer_calls: u64,
    pub cards_left: u64,
    pub help_calls: u64,
    pub answered: Option<Spread>,
    pub unanswered: u64,
    /// Milliseconds since 1970 (UTC).
    pub last_sign_at: Option<i64>,
}

/// The promised wait on days held out. Milliseconds became seconds.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ForecastFigures {
    pub department: DepartmentCode,
    pub days: u64,
    pub patients: u64,
    /// Mean absolute error of the likely wait.
    pub mae_s: f64,
    /// Share of true waits inside the promised interval, 0 to 1; 0.8 is meant.
    pub coverage: f64,
    /// Mean width of that interval.
    pub width_s: f64,
    /// The error of mean service time × people ahead.
    pub position_mae_s: f64,
    /// The same, shared among the open counters.
    pub shared_position_mae_s: f64,
}

impl Spread {
    pub fn of(seconds: impl IntoIterator<Item = u32>) -> Option<Self> {
        let mut sorted: Vec<u32> = seconds.into_iter().collect();
        sorted.sort_unstable();
        let at = |share: usize| sorted.get((sorted.len() * share).div_ceil(100).max(1) - 1).copied();
        Some(Self { patients: sorted.len() as u64, median_s: at(50)?, p90_s: at(90)? })
    }
}

impl Summary {
    pub fn of(facts: &Facts) -> Self {
        let check_ins = &facts.check_ins;
        let mut by_hour = vec![0; 24];
        for check_in in check_ins {
            by_hour[usize::from(hour_of(check_in.at))] += 1;
        }
        Self {
            check_ins: check_ins.len() as u64,
            from_blocks: number_of(check_ins, from_block),
            sent_to_a_person: number_of(check_ins, |check_in| check_in.counter.is_some()),
            by_hour,
            waiting: Spread::of(facts.stays.iter().filter_map(|stay| stay.waited_s)),
            service: Spread::of(facts.stays.iter().filter_map(|stay| stay.served_s)),
            departments: departments(facts),
            groups: groups(&facts.stays),
            assurance: assurance(check_ins),
            chip: tally(ChipOutcome::ALL, |chip| chip.code(), check_ins, |check_in| check_in.chip),
            face: tally(FaceOutcome::ALL, |face| face.code(), check_ins, |check_in| check_in.face),
            counter_reasons: counter_reasons(check_ins),
            certificates: stages(facts),
            deadlines: deadlines(facts),
            kiosks: kiosks(facts),
            forecasts: forecasts(facts),
        }
    }

    pub fn count(counts: &[Count], code: &str) -> u64 {
        counts.iter().filter(|count| count.code == code).map(|count| count.count).sum()
    }

    /// Over all departments, each patient counting alike.
    pub fn forecast(&self) -> Option<ForecastFigures> {
        let patients: u64 = self.forecasts.iter().map(|forecast| forecast.patients).sum();
        let first = self.forecasts.first().filter(|_| patients > 0)?;
        let mean = |of: fn(&ForecastFigures) -> f64| {
            self.forecasts.iter().map(|forecast| of(forecast) * forecast.patients as f64).sum::<f64>() / patients as f64
        };
        Some(ForecastFigures {
            department: first.department.clone(),
            days: self.forecasts.iter().map(|forecast| forecast.days).max().unwrap_or(0),
            patients,
            mae_s: mean(|forecast| forecast.mae_s),
            coverage: mean(|forecast| forecast.coverage),
            width_s: mean(|forecast| forecast.width_s),
            position_mae_s: mean(|forecast| forecast.position_mae_s),
            shared_position_mae_s: mean(|forecast| forecast.shared_position_mae_s),
        })
    }

    /// Papers under the law's deadline, by where they stand.
    pub fn with_deadline(&self, standing: DeadlineStanding) -> u64 {
        self.deadlines.iter().filter(|count| count.standing == standing).map(|count| count.count).sum()
    }
}

/// The stable code of a reason, as it also stands in the database.
pub fn reason_code(reason: CounterReason) -> &'static str {
    match reason {
        CounterReason::NoCard => "no_card",
        CounterReason::NumberOnly => "number_only",
        CounterReason::ChildWithoutPortrait => "child_without_portrait",
        CounterReason::FaceDeclined => "face_declined",
        CounterReason::FaceNotMatched => "face_not_matched",
        CounterReason::FaceUnavailable => "face_unavailable",
        CounterReason::ChipNotGenuine => "chip_not_genuine",
        CounterReason::DocumentAltered => "document_altered",
        CounterReason::SignerExpired => "signer_expired",
        CounterReason::SignerUnknown => "signer_unknown",
        CounterReason::AccessDowngraded => "access_downgraded",
        CounterReason::ChipUnreadable => "chip_unreadable",
        CounterReason::NumberMismatch => "number_mismatch",
        CounterReason::EidNotConfirmed => "eid_not_confirmed",
        CounterReason::Insurance => "insurance",
        CounterReason::AskedForPerson => "asked_for_person",
    }
}

fn number_of(check_ins: &[CheckIn], holds: impl Fn(&CheckIn) -> bool) -> u64 {
    check_ins.iter().filter(|check_in| holds(check_in)).count() as u64
}

fn from_block(check_in: &CheckIn) -> bool {
    check_in.source == NumberSource::Block
}

/// Every value of an enum, also where it never came.
fn tally<T: Copy + PartialEq>(
    all: &[T],
    code: impl Fn(T) -> &'static str,
    check_ins: &[CheckIn],
    of: impl Fn(&CheckIn) -> T,
) -> Vec<Count> {
    all.iter()
        .map(|value| Count {
            code: code(*value).to_owned(),
            count: number_of(check_ins, |check_in| of(check_in) == *value),
        })
        .collect()
}

fn assurance(check_ins: &[CheckIn]) -> Vec<Count> {
    use api::Assurance::{A, B, C, D};
    let code = |level| match level {
        A => "A",
        B => "B",
        C => "C",
        D => "D",
    };
    tally(&[A, B, C, D], code, check_ins, |check_in| check_in.assurance)
}

/// Reasons that came, the most frequent first.
fn counter_reasons(check_ins: &[CheckIn]) -> Vec<Count> {
    let mut counts: BTreeMap<&'static str, u64> = BTreeMap::new();
    for reason in check_ins.iter().filter_map(|check_in| check_in.counter) {
        *counts.entry(reason_code(reason)).or_default() += 1;
    }
    let mut counts: Vec<Count> =
        counts.into_iter().map(|(code, count)| Count { code: code.to_owned(), count }).collect();
    counts.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.code.cmp(&b.code)));
    counts
}

fn departments(facts: &Facts) -> Vec<DepartmentFigures> {
    let check_ins = facts.check_ins.iter().map(|check_in| &check_in.department);
    let codes: BTreeSet<&DepartmentCode> = check_ins.chain(facts.stays.iter().map(|stay| &stay.department)).collect();
    codes
        .into_iter()
        .map(|code| {
            let stays: Vec<&Stay> = facts.stays.iter().filter(|stay| stay.department == *code).collect();
            let ended = |end| stays.iter().filter(|stay| stay.end == end).count() as u64;
            DepartmentFigures {
                department: code.clone(),
                check_ins: number_of(&facts.check_ins, |check_in| check_in.department == *code),
                patients: stays.len() as u64,
                served: ended(StayEnd::Served),
                no_shows: ended(StayEnd::NoShow),
                waiting: Spread::of(stays.iter().filter_map(|stay| stay.waited_s)),
                service: Spread::of(stays.iter().filter_map(|stay| stay.served_s)),
            }
        })
        .collect()
}

fn groups(stays: &[Stay]) -> Vec<GroupFigures> {
    let of = |group: Group| {
        let stays = || stays.iter().filter(move |stay| stay.group == group);
        let waiting = Spread::of(stays().filter_map(|stay| stay.waited_s));
        GroupFigures { group, patients: stays().count() as u64, waiting }
    };
    Group::ALL.iter().map(|group| of(*group)).collect()
}

fn stages(facts: &Facts) -> Vec<StageCount> {
    let mut counts = Vec::new();
    for kind in Kind::ALL {
        for stage in Stage::ALL {
            let papers = facts.certificates.iter().filter(|paper| paper.kind == kind && paper.stage == *stage);
            counts.push(StageCount { kind, stage: *stage, count: papers.count() as u64 });
        }
    }
    counts
}

fn deadlines(facts: &Facts) -> Vec<DeadlineCount> {
    let mut counts = Vec::new();
    for kind in Kind::ALL {
        for standing in DeadlineStanding::ALL {
            let papers = facts.certificates.iter().filter(|paper| paper.kind == kind && paper.deadline == *standing);
            counts.push(DeadlineCount { kind, standing: *standing, count: papers.count() as u64 });
        }
    }
    counts
}

fn kiosks(facts: &Facts) -> Vec<KioskFigures> {
    let figures = facts.kiosks.iter().map(|kiosk| {
        let here: Vec<CheckIn> =
            facts.check_ins.iter().filter(|check_in| check_in.kiosk == kiosk.kiosk).cloned().collect();
        let read = |check_in: &CheckIn| match check_in.chip {
            ChipOutcome::Trusted
            | ChipOutcome::Pinned
            | ChipOutcome::SignerUnknown
            | ChipOutcome::KioskWord
            | ChipOutcome::NotProven => true,
            ChipOutcome::Eid | ChipOutcome::NumberOnly | ChipOutcome::Nothing => false,
        };
        KioskFigures {
            kiosk: kiosk.kiosk.to_string(),
            admitted: kiosk.admitted,
            contact: kiosk.contact,
            check_ins: here.len() as u64,
            from_blocks: number_of(&here, from_block),
            chips_read: number_of(&here, read),
            chips_unreadable: number_of(&here, |check_in| check_in.counter == Some(CounterReason::ChipUnreadable)),
            face_unavailable: number_of(&here, |check_in| check_in.face == FaceOutcome::Unavailable),
            printer_calls: kiosk.printer_calls,
            cards_left: kiosk.cards_left,
            help_calls: kiosk.help_calls,
            answered: Spread::of(kiosk.answered_s.iter().copied()),
            unanswered: kiosk.unanswered,
            last_sign_at: kiosk.last_sign_at,
        }
    });
    // Revoked long ago and silent since: not part of this period.
    figures.filter(|kiosk| kiosk.admitted == Admitted::Yes || kiosk.last_sign_at.is_some()).collect()
}

fn forecasts(facts: &Facts) -> Vec<ForecastFigures> {
    let figures = facts.forecasts.iter().map(|fact| {
        let test = &fact.backtest;
        ForecastFigures {
            department: fact.department.clone(),
            days: test.days as u64,
            patients: test.patients as u64,
            mae_s: test.mae_ms / 1000.0,
            coverage: test.coverage,
            width_s: test.width_ms / 1000.0,
            position_mae_s: test.position_mae_ms / 1000.0,
            shared_position_mae_s: test.shared_position_mae_ms / 1000.0,
        }
    });
    figures.collect()
}

//! A month of a hospital that does not exist. Counts come from arithmetic, not from chance.

use std::collections::BTreeMap;

use api::{Assurance, CounterReason, DepartmentCode, KioskId};
use certificates::Kind;
use queue::Backtest;
use reports::{
    Admitted, CertificateFact, CheckIn, ChipOutcome, Contact, DeadlineStanding, FaceOutcome, Facts, ForecastFact,
    Group, Hospital, KioskFact, Name, NumberSource, Period, Report, Stage, Stay, StayEnd, Summary,
};
use time::OffsetDateTime;

pub fn department(code: &str) -> DepartmentCode {
    DepartmentCode::parse(code).expect("a department")
}

pub fn names() -> BTreeMap<DepartmentCode, Name> {
    [
        ("K01", "Khoa Khám bệnh", "Outpatient department"),
        ("K02", "Khoa Nội tim mạch", "Cardiology"),
        ("K03", "Khoa Nhi", "Paediatrics"),
        ("K04", "Khoa Chẩn đoán hình ảnh và thăm dò chức năng", "Imaging and functional examination"),
        ("K05", "Nhà thuốc", "Pharmacy"),
    ]
    .into_iter()
    .map(|(code, vi, en)| (department(code), Name { vi: vi.into(), en: en.into() }))
    .collect()
}

/// `size` tells how much came; the rest follows from it.
pub fn facts(period: Period, size: u32) -> Facts {
    let codes: Vec<DepartmentCode> = names().into_keys().collect();
    let kiosks = ["sanh-a-1", "sanh-a-2", "sanh-b-1"].map(|id| KioskId::parse(id).expect("a kiosk"));
    let (from, _) = period.bounds_ms();
    let mut facts = Facts::default();
    for number in 0..size {
        let pick = number.wrapping_mul(2_654_435_761) >> 7;
        // Mornings are busy, lunch is quiet.
        let hour = [6, 7, 7, 7, 8, 8, 8, 9, 9, 10, 10, 11, 13, 13, 14, 15, 16][(pick % 17) as usize];
        let minutes = i64::from(pick / 17 % 60);
        let at = from + (i64::from(hour) * 60 + minutes) * 60_000;
        let code = codes[(pick / 3 % 5) as usize].clone();
        let (chip, assurance, counter) = match pick / 5 % 20 {
            0..=11 => (ChipOutcome::Pinned, Assurance::A, None),
            12..=13 => (ChipOutcome::SignerUnknown, Assurance::B, None),
            14 => (ChipOutcome::KioskWord, Assurance::B, None),
            15 => (ChipOutcome::NotProven, Assurance::C, Some(CounterReason::ChipNotGenuine)),
            16..=17 => (ChipOutcome::NumberOnly, Assurance::C, Some(CounterReason::NumberOnly)),
            18 => (ChipOutcome::Nothing, Assurance::D, Some(CounterReason::ChipUnreadable)),
            _ => (ChipOutcome::Nothing, Assurance::D, Some(CounterReason::NoCard)),
        };
        let face = match (counter, pick / 7 % 12) {
            (Some(_), _) => FaceOutcome::NotAsked,
            (None, 0) => FaceOutcome::Declined,
            (None, _) => FaceOutcome::Matched,
        };
        let source = if pick / 11 % 25 == 0 { NumberSource::Block } else { NumberSource::Server };
        let kiosk = kiosks[(pick / 13 % 3) as usize].clone();
        facts.check_ins.push(CheckIn { at, department: code.clone(), kiosk, assurance, chip, face, counter, source });
        let slow = 1 + pick / 3 % 5;
        facts.stays.push(Stay {
            department: code,
            joined_at: at,
            group: match pick / 19 % 12 {
                0..=1 => Group::Priority,
                2 if pick % 9 == 0 => Group::Emergency,
                _ => Group::Ordinary,
            },
            waited_s: (pick % 29 != 0).then_some(90 + pick % 700 * slow),
            served_s: (pick % 31 != 0).then_some(100 + pick / 23 % 300 + 60 * slow),
            end: if pick % 29 == 0 { StayEnd::NoShow } else { StayEnd::Served },
        });
    }
    for number in 0..size / 12 {
        let kind = [Kind::Birth, Kind::Birth, Kind::Driver, Kind::Death][(number % 4) as usize];
        let (stage, deadline) = match number % 23 {
            0 => (Stage::ToSend, DeadlineStanding::Open),
            1 => (Stage::OutcomeUnknown, DeadlineStanding::Overdue),
            2 => (Stage::Accepted, DeadlineStanding::Late),
            3 => (Stage::Refused, DeadlineStanding::Open),
            _ => (Stage::Accepted, DeadlineStanding::InTime),
        };
        let deadline = if kind == Kind::Driver { DeadlineStanding::None } else { deadline };
        facts.certificates.push(CertificateFact { kind, stage, deadline });
    }
    for (index, kiosk) in kiosks.into_iter().enumerate() {
        facts.kiosks.push(KioskFact {
            kiosk,
            admitted: Admitted::Yes,
            contact: Contact::Heard,
            last_sign_at: Some(from + 16 * 3_600_000 + index as i64 * 600_000),
            printer_calls: index as u64 * 3,
            cards_left: 1,
            help_calls: 4,
            answered_s: vec![20, 35, 41, 90],
            unanswered: u64::from(index == 2),
        });
    }
    for (index, code) in codes.into_iter().enumerate() {
        let mae_ms = 240_000.0 + 60_000.0 * index as f64;
        let backtest = Backtest {
            days: 7,
            patients: 300 + 40 * index,
            mae_ms,
            coverage: 0.79 + 0.01 * index as f64,
            width_ms: mae_ms * 3.0,
            position_mae_ms: mae_ms * 4.2,
            shared_position_mae_ms: mae_ms * 1.7,
        };
        facts.forecasts.push(ForecastFact { department: code, backtest });
    }
    facts
}

pub fn report(period: &str, made_at: OffsetDateTime) -> Report {
    let period: Period = period.parse().expect("a period");
    Report {
        hospital: Hospital {
            code: "31999".into(),
            name: Name { vi: "Bệnh viện Đa khoa Mẫu".into(), en: "Sample General Hospital".into() },
        },
        departments: names(),
        period,
        made_at,
        now: Summary::of(&facts(period, 1_240)),
        before: Summary::of(&facts(period.previous(), 1_130)),
    }
}

/// The same hospital on a day on which nothing happened.
pub fn nothing(period: &str, made_at: OffsetDateTime) -> Report {
    let empty = Summary::of(&Facts::default());
    Report { now: empty.clone(), before: empty, ..report(period, made_at) }
}

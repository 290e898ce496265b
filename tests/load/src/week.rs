//! A week of a busy hospital in virtual time, through the server's library: does its memory come back to where it was?

use std::sync::Arc;
use std::time::Duration;

use api::{CheckInRequest, KioskId, Payer, VisitId};
use queue::{CounterId, Move};
use serde::Serialize;
use server::clock::ManualClock;
use server::config::Config;
use server::{App, Outside};
use time::macros::datetime;
use uuid::Uuid;

use crate::LoadError;
use crate::check_ins::department;
use crate::place::{Engine, Place};
use crate::watchers::resident_mib;

const PATIENTS_A_DAY: u32 = 500;
const QUEUES: usize = 3;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    pub days: usize,
    pub patients_a_day: u32,
    /// Of this process, at the end of each day.
    pub resident_mib: Vec<f64>,
    /// From the end of the second day to the end of the last.
    pub grown_mib: f64,
}

pub async fn measure(days: usize) -> Result<Report, LoadError> {
    let place = Place::new(Engine::Sqlite)?;
    let mut config: Config = place.config()?;
    config.listen = ([127, 0, 0, 1], 0).into();
    config.papers.public_listen = Some(([127, 0, 0, 1], 0).into());
    config.database.durability = server::config::Durability::Normal;
    let clock = Arc::new(ManualClock::at(datetime!(2026-11-23 06:30 +7)));
    let server = server::start(config, clock.clone(), Outside::default()).await?;
    let mut ends = Vec::new();
    for _ in 0..days {
        day(&server.app, &clock).await?;
        clock.advance(Duration::from_secs(24 * 3600 - u64::from(PATIENTS_A_DAY) * 60));
        ends.push(resident_mib(std::process::id())?);
    }
    server.shutdown().await;
    let grown_mib = ends.last().copied().unwrap_or_default() - ends.get(1).copied().unwrap_or_default();
    Ok(Report { days, patients_a_day: PATIENTS_A_DAY, resident_mib: ends, grown_mib })
}

/// One patient a minute, each called and done with while the next ones wait.
async fn day(app: &App, clock: &ManualClock) -> Result<(), LoadError> {
    let kiosk = KioskId::parse("bench-1").map_err(|_| LoadError::Unexpected("a kiosk's id"))?;
    let room = |number: usize| CounterId::parse(&format!("{number}01")).map_err(|_| LoadError::Unexpected("a room"));
    for number in 1..=QUEUES {
        let open = [Move::OpenCounter { counter: room(number)? }];
        server::queue::make(app, &department(number)?, &open, "staff:hoa").await?;
    }
    for patient in 0..PATIENTS_A_DAY {
        let number = patient as usize % QUEUES + 1;
        let (here, counter) = (department(number)?, room(number)?);
        let request =
            CheckInRequest { department: here.clone(), payer: Payer::SelfPay, counter: None, declared: Vec::new() };
        let visit = VisitId(Uuid::new_v4());
        let taken = server::check_in::check_in(app, &kiosk, visit, &request).await;
        taken.map_err(|_| LoadError::Unexpected("a check-in was refused"))?;
        if patient > 60 {
            let queue = server::queue::today(app, &here).await?;
            let served = queue.serving(&counter).map(|entry| Move::Finish { visit: entry.visit });
            let moves: Vec<Move> = served.into_iter().chain([Move::CallNext { counter }]).collect();
            server::queue::make(app, &here, &moves, "staff:hoa").await?;
        }
        clock.advance(Duration::from_secs(60));
    }
    Ok(())
}

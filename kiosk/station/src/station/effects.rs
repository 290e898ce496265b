//! Effects of the session out to the workers.

use api::{EidRequest, Hex8, Hex16};
use devices::WorkerGone;
use devices::face_camera::Matching;
use devices::offline_desk::{OfflineRequest, WithoutServer};
use devices::reader::{Asking, Reading};
use devices::server_lane::ServerRequest;
use devices::ticket_printer::PrintJob;
use emrtd::Challenge;
use printer::Ticket;
use rand::RngCore;
use rand::rngs::OsRng;
use session::{
    AlertOutcome, ChallengeOrigin, ChipFailure, Effect, Event, OfflineFailure, PrintFailure, ReadingId, ServerFailure,
};

use crate::paper;

use super::{Bell, Station};

impl Station {
    /// Some effects are answered at once: those that could not even be asked for.
    pub(super) fn run(&mut self, effect: Effect) -> Option<Event> {
        match effect {
            Effect::FetchChallenge { visit, reading } => {
                self.expected.visit = Some(visit);
                self.expected.challenge = Some((visit, reading));
                match self.workers.visits.ask(ServerRequest::Challenge { visit }) {
                    Ok(()) => None,
                    Err(WorkerGone) => self.challenge_without_server(),
                }
            }
            Effect::ReadChip { reading, key, challenge } => {
                let request = Reading {
                    id: reading.number(),
                    key,
                    challenge: Challenge::new(challenge.0),
                    trust: self.trust.current(),
                    today: self.today(),
                    bac: self.bac,
                };
                self.expected.reading = Some(reading);
                let gone = self.workers.reader.read(request).is_err();
                gone.then_some(Event::ChipFailed(reading, ChipFailure::ReaderGone))
            }
            Effect::StopReading => {
                self.stop_reading();
                None
            }
            Effect::StartFace { face, portrait } => {
                self.expected.face = Some(face);
                let matching = Matching { id: face.number(), portrait: portrait.image, hash: portrait.hash };
                let gone = self.workers.face.start_matching(matching).is_err();
                gone.then_some(Event::FaceUnavailable(face))
            }
            Effect::StopFace => {
                self.stop_face();
                None
            }
            Effect::VerifyEid { visit, code } => {
                self.expected.visit = Some(visit);
                self.expected.eid = Some(visit);
                let request = EidRequest { code: code.to_string() };
                let asked = self.workers.visits.ask(ServerRequest::Eid { visit, request });
                asked.is_err().then_some(Event::EidAnswer(Err(ServerFailure::Away)))
            }
            Effect::Identify { visit, request } => {
                self.expected.visit = Some(visit);
                self.expected.identified = Some(visit);
                let asked = self.workers.visits.ask(ServerRequest::Identify { visit, request });
                asked.is_err().then_some(Event::Identified(Err(ServerFailure::Away)))
            }
            Effect::CheckIn { visit, request } => {
                self.expected.visit = Some(visit);
                self.expected.checked_in = Some(visit);
                let asked = self.workers.visits.ask(ServerRequest::CheckIn { visit, request });
                asked.is_err().then_some(Event::CheckedIn(Err(ServerFailure::Away)))
            }
            Effect::TakeOfflineNumber { visit, check_in, identification } => {
                let (today, now) = (self.today(), self.now());
                self.expected.visit = Some(visit);
                // Its ticket, should it still come, is voided when the paper's number comes home.
                self.expected.checked_in = None;
                let configuration = self.upkeep.known().map(|known| &known.configuration);
                let sealed_to = configuration.map(|configuration| configuration.sealing_key);
                let base = configuration.and_then(|configuration| configuration.follow_base.clone());
                let follow = base.as_ref().map(|_| {
                    let mut word = [0; 16];
                    OsRng.fill_bytes(&mut word);
                    Hex16(word)
                });
                let follow_url = base.zip(follow).map(|(base, word)| format!("{base}{word}"));
                self.expected.offline = Some((visit, today, now, follow_url));
                let identification = identification.map(|identification| *identification);
                let patient = WithoutServer { visit, check_in, identification, sealed_to, today, now, follow };
                let asked = self.workers.offline.ask(OfflineRequest::TakeNumber(Box::new(patient)));
                asked.is_err().then_some(Event::OfflineNumber(Err(OfflineFailure::NotStored)))
            }
            Effect::AskPapers { visit, ask, call } => {
                self.expected.visit = Some(visit);
                self.expected.papers.push(ask);
                let request = ServerRequest::Papers { visit, ask: ask.number(), call };
                let asked = self.workers.visits.ask(request);
                asked.is_err().then_some(Event::PapersAnswer(ask, Err(ServerFailure::Away)))
            }
            Effect::AskChip { reading, key, challenge } => {
                let asking =
                    Asking { id: reading.number(), key, challenge: Challenge::new(challenge.0), bac: self.bac };
                self.expected.reading = Some(reading);
                let gone = self.workers.reader.ask(asking).is_err();
                gone.then_some(Event::ChipFailed(reading, ChipFailure::ReaderGone))
            }
            Effect::Print(paper) => self.print(paper::ticket(*paper)),
            Effect::PrintSlip(slip) => self.print(paper::slip(*slip)),
            Effect::Alert { kind, visit } => {
                let request = self.alerts.call(kind, visit, self.clock.moment());
                let asked = self.workers.alerts.ask(ServerRequest::Alert(request));
                asked.is_err().then_some(Event::AlertAnswered(AlertOutcome::NotHeard))
            }
            Effect::RefreshDepartments => {
                let asked = self.workers.background.ask(ServerRequest::Departments);
                asked.is_err().then(|| self.departments_as_known())
            }
            Effect::Ring => {
                self.bell = Bell::Ringing;
                None
            }
            Effect::StopRing => {
                self.bell = Bell::Silent;
                None
            }
            Effect::Forget => {
                self.forget();
                None
            }
        }
    }

    fn print(&mut self, ticket: Ticket) -> Option<Event> {
        self.jobs = self.jobs.wrapping_add(1);
        self.expected.print = Some(self.jobs);
        let gone = self.workers.printer.print(PrintJob { id: self.jobs, ticket }).is_err();
        gone.then_some(Event::PrintFailed(PrintFailure::PrinterGone))
    }

    fn forget(&mut self) {
        self.stop_reading();
        self.stop_face();
        if let Some(visit) = std::mem::take(&mut self.expected).visit {
            // The log of visits only tells what was broken off; a full lane leaves one line too many.
            let _ = self.workers.visits.ask(ServerRequest::Finish { visit });
        }
    }

    fn stop_reading(&mut self) {
        self.workers.reader.stop_reading();
        self.expected.reading = None;
        self.expected.challenge = None;
    }

    fn stop_face(&mut self) {
        self.workers.face.stop();
        self.expected.face = None;
    }

    pub(super) fn challenge_ready(
        &mut self,
        reading: ReadingId,
        challenge: Hex8,
        origin: ChallengeOrigin,
    ) -> Option<Event> {
        self.expected.challenge = None;
        Some(Event::ChallengeReady { reading, challenge, origin })
    }

    pub(super) fn challenge_without_server(&mut self) -> Option<Event> {
        let (visit, reading) = self.expected.challenge?;
        let today = self.today();
        match self.workers.offline.ask(OfflineRequest::TakeChallenge { visit, today }) {
            Ok(()) => None,
            Err(WorkerGone) => self.challenge_of_ours(reading),
        }
    }

    pub(super) fn challenge_of_ours(&mut self, reading: ReadingId) -> Option<Event> {
        let mut challenge = [0; 8];
        OsRng.fill_bytes(&mut challenge);
        self.challenge_ready(reading, Hex8(challenge), ChallengeOrigin::Kiosk)
    }

    pub(super) fn departments_as_known(&self) -> Event {
        Event::Departments(self.upkeep.known().map(|known| known.departments.clone()).unwrap_or_default())
    }
}

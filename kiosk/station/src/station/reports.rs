//! Reports of the workers in to the session. What is late is dropped.

use api::{Base64, DeviceHealth};
use devices::code_scanner::ScannerReport;
use devices::face_camera::FaceReport;
use devices::offline_desk::{Disk, OfflineReport, OfflineRequest};
use devices::reader::ReaderReport;
use devices::server_lane::{ServerReport, ServerRequest};
use devices::ticket_printer::PrinterReport;
use session::{ChallengeOrigin, ChipFailure, Device, DeviceStatus, Event, FaceId, OfflineNumber, ServerFailure};

use crate::failure;

use super::{Report, Station};

impl Station {
    pub(super) fn take(&mut self, report: Report) {
        self.note_health(&report);
        let event = match report {
            Report::Reader(report) => self.of_reader(report),
            Report::Scanner(report) => Some(match report {
                ScannerReport::Up => Event::DeviceStatus(Device::Scanner, DeviceStatus::Up),
                ScannerReport::Down => Event::DeviceStatus(Device::Scanner, DeviceStatus::Down),
                ScannerReport::Scanned(code) => Event::Scanned(code.0),
            }),
            Report::Printer(report) => self.of_printer(report),
            Report::Face(report) => self.of_face(report),
            Report::Server(report) => self.of_server(report),
            Report::Offline(report) => self.of_offline(report),
        };
        if let Some(event) = event {
            self.dispatch(event);
        }
    }

    /// How the device is that reports.
    fn note_health(&mut self, report: &Report) {
        match report {
            Report::Reader(report) => self.health.reader(report),
            Report::Scanner(report) => self.health.scanner(report),
            Report::Printer(report) => self.health.printer(report),
            Report::Face(report) => self.health.face(report),
            Report::Server(_) | Report::Offline(_) => {}
        }
    }

    fn of_reader(&mut self, report: ReaderReport) -> Option<Event> {
        match report {
            ReaderReport::Up => Some(Event::DeviceStatus(Device::Reader, DeviceStatus::Up)),
            ReaderReport::Down => {
                // A worker that fell over its driver has not answered.
                if let Some(reading) = self.expected.reading.take() {
                    self.dispatch(Event::ChipFailed(reading, ChipFailure::ReaderGone));
                }
                Some(Event::DeviceStatus(Device::Reader, DeviceStatus::Down))
            }
            ReaderReport::CardInserted => Some(Event::CardInserted),
            ReaderReport::CardRemoved => Some(Event::CardRemoved),
            ReaderReport::Progress { reading, progress } => {
                let reading = self.expected.reading.filter(|expected| expected.number() == reading)?;
                Some(Event::ChipProgress(reading, progress))
            }
            ReaderReport::Read { reading, result } => {
                let reading = self.expected.reading.take_if(|expected| expected.number() == reading)?;
                Some(match result {
                    Ok(document) => Event::ChipRead(reading, document),
                    Err(error) => {
                        tracing::info!(error = &error as &dyn std::error::Error, "a chip was not read");
                        Event::ChipFailed(reading, failure::of_chip(&error))
                    }
                })
            }
            ReaderReport::Answered { asking, result } => {
                let reading = self.expected.reading.take_if(|expected| expected.number() == asking)?;
                Some(match result {
                    Ok(signature) => Event::ChipAnswered(reading, Base64(signature)),
                    Err(error) => {
                        tracing::info!(error = &error as &dyn std::error::Error, "a chip did not sign");
                        Event::ChipFailed(reading, failure::of_chip(&error))
                    }
                })
            }
        }
    }

    fn of_printer(&mut self, report: PrinterReport) -> Option<Event> {
        match report {
            PrinterReport::Condition(condition) => {
                Some(Event::DeviceStatus(Device::Printer, failure::printer_status(condition)))
            }
            PrinterReport::Printed { job } => {
                self.expected.print.take_if(|expected| *expected == job)?;
                Some(Event::Printed)
            }
            PrinterReport::NotPrinted { job, error } => {
                self.expected.print.take_if(|expected| *expected == job)?;
                Some(Event::PrintFailed(failure::of_printer(error.condition())))
            }
        }
    }

    fn of_face(&mut self, report: FaceReport) -> Option<Event> {
        let expected = |matching: u32| move |face: &FaceId| face.number() == matching;
        match report {
            FaceReport::Hint { matching, hint } => {
                let face = self.expected.face.filter(expected(matching))?;
                Some(Event::FaceHint(face, hint))
            }
            FaceReport::Counted { matching, frames, needed } => {
                let face = self.expected.face.filter(expected(matching))?;
                Some(Event::FaceCounted { face, frames, needed })
            }
            FaceReport::Decided { matching, decision } => {
                let face = self.expected.face.filter(expected(matching))?;
                self.expected.face = None;
                Some(Event::FaceDecided(face, decision))
            }
            FaceReport::Unavailable { matching, fault: _ } => {
                let face = self.expected.face.filter(expected(matching))?;
                self.expected.face = None;
                Some(Event::FaceUnavailable(face))
            }
        }
    }

    fn of_server(&mut self, report: ServerReport) -> Option<Event> {
        let now = self.clock.moment();
        match report {
            ServerReport::Challenge { visit, answer } => {
                let (_, reading) = self.expected.challenge.filter(|(expected, _)| *expected == visit)?;
                match answer {
                    Ok(reply) => self.challenge_ready(reading, reply.challenge, ChallengeOrigin::Server),
                    Err(error) => {
                        tracing::info!(%error, "no challenge of the server");
                        self.challenge_without_server()
                    }
                }
            }
            ServerReport::Eid { visit, answer } => {
                self.expected.eid.take_if(|expected| *expected == visit)?;
                Some(Event::EidAnswer(answer.map_err(|error| told(&error))))
            }
            ServerReport::Identified { visit, answer } => {
                self.expected.identified.take_if(|expected| *expected == visit)?;
                Some(Event::Identified(answer.map_err(|error| told(&error))))
            }
            ServerReport::Papers { ask, answer } => {
                let at = self.expected.papers.iter().position(|expected| expected.number() == ask)?;
                let ask = self.expected.papers.swap_remove(at);
                Some(Event::PapersAnswer(ask, answer.map_err(|error| told(&error))))
            }
            ServerReport::CheckedIn { visit, answer } => {
                self.expected.checked_in.take_if(|expected| *expected == visit)?;
                Some(Event::CheckedIn(answer.map_err(|error| told(&error))))
            }
            ServerReport::Alerted { id, answer } => {
                self.alerts.answered(id, answer.is_ok(), now).map(Event::AlertAnswered)
            }
            ServerReport::Departments(answer) => {
                let errands = self.upkeep.departments(answer.as_deref(), self.today(), now);
                self.run_errands(errands);
                Some(answer.map_or_else(|_| self.departments_as_known(), Event::Departments))
            }
            ServerReport::Configuration(answer) => {
                if let Ok(configuration) = &answer {
                    self.set_clock(configuration);
                    // The server is there: it is told how this kiosk is, as soon as the disk has been looked at.
                    if self.workers.offline.ask(OfflineRequest::Look).is_err() {
                        self.tell_health(Disk { health: DeviceHealth::Faulty, unsent: 0 });
                    }
                }
                let errands = self.upkeep.configuration(answer, now);
                self.run_errands(errands);
                None
            }
            ServerReport::Heard(answer) => {
                if let Err(error) = answer {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "the server was not told how this kiosk is"
                    );
                }
                None
            }
            ServerReport::Block { request: _, answer } => {
                let errands = self.upkeep.block(answer, self.today(), now);
                self.run_errands(errands);
                None
            }
            ServerReport::Reconciled { visit, answer } => {
                let errands = self.upkeep.reconciled(visit, answer, now);
                self.run_errands(errands);
                None
            }
        }
    }

    fn of_offline(&mut self, report: OfflineReport) -> Option<Event> {
        let now = self.clock.moment();
        match report {
            OfflineReport::Stock(stock) => {
                self.upkeep.stock(stock);
                None
            }
            OfflineReport::Challenge { visit, challenge } => {
                let (_, reading) = self.expected.challenge.filter(|(expected, _)| *expected == visit)?;
                match challenge {
                    Ok(Some(challenge)) => self.challenge_ready(reading, challenge, ChallengeOrigin::Block),
                    Ok(None) => self.challenge_of_ours(reading),
                    Err(error) => {
                        tracing::error!(error = &error as &dyn std::error::Error, "no challenge of the block");
                        self.challenge_of_ours(reading)
                    }
                }
            }
            OfflineReport::Number { visit, number } => {
                let (_, service_day, issued_at, follow_url) =
                    self.expected.offline.take_if(|(expected, ..)| *expected == visit)?;
                Some(Event::OfflineNumber(match number {
                    Ok(number) => {
                        self.upkeep.hurry(now);
                        Ok(OfflineNumber { number, service_day, issued_at, follow_url })
                    }
                    Err(error) => {
                        tracing::error!(error = &error as &dyn std::error::Error, "no number of the block");
                        Err(failure::of_offline(&error))
                    }
                }))
            }
            OfflineReport::Disk(disk) => {
                self.tell_health(disk);
                None
            }
            OfflineReport::Waiting(request) => {
                let errands = self.upkeep.waiting(request.map(|request| *request), now);
                self.run_errands(errands);
                None
            }
        }
    }

    /// A lane that is full is told in the next round.
    fn tell_health(&mut self, disk: Disk) {
        let heartbeat = Box::new(self.health.heartbeat(disk));
        let _ = self.workers.background.ask(ServerRequest::Heartbeat(heartbeat));
    }
}

fn told(error: &devices::server_client::ServerError) -> ServerFailure {
    tracing::warn!(error = error as &dyn std::error::Error, "the server did not do what it was asked");
    failure::of_server(error)
}

//! The worker that owns what the kiosk keeps on disk for the time without its server: an fsync may take a tenth of a second,
//! and nothing that draws waits for it.

use std::convert::Infallible;
use std::io;
use std::path::PathBuf;

use api::{
    Block, CheckInRequest, DeviceHealth, Hex8, Hex16, Hex32, IdentificationRequest, OfflineCheckIn, ReconcileRequest,
    TicketNumber, VisitId,
};
use crossbeam_channel::{Receiver, Sender, bounded};
use time::{Date, OffsetDateTime};

use crate::offline::{KnownServer, NumberStore, OfflineError, SealedQueue, Stock, seal};
use crate::outbox::{Closed, Outbox};
use crate::worker::{self, REQUESTS_WAITING, WorkerGone};

#[derive(Debug)]
pub enum OfflineRequest {
    /// Answered by `Stock`.
    Keep {
        block: Block,
        today: Date,
    },
    TakeChallenge {
        visit: VisitId,
        today: Date,
    },
    TakeNumber(Box<WithoutServer>),
    /// Answered by `Waiting`, with the first that waits behind `after`.
    NextWaiting {
        after: Option<VisitId>,
    },
    /// The server has it.
    Reconciled(VisitId),
    /// The server will never take it.
    Refused(VisitId),
    /// Answered by `Disk`.
    Look,
    /// What the server said last, for a start without it.
    Remember(Box<KnownServer>),
}

/// A patient who gets a number while the server is away.
#[derive(Debug)]
pub struct WithoutServer {
    pub visit: VisitId,
    pub check_in: CheckInRequest,
    pub identification: Option<IdentificationRequest>,
    /// Absent when this kiosk never saw its server.
    pub sealed_to: Option<Hex32>,
    pub today: Date,
    pub now: OffsetDateTime,
    /// The word in the QR code of the paper.
    pub follow: Option<Hex16>,
}

#[derive(Debug)]
pub enum OfflineReport {
    /// After everything that changed it.
    Stock(Stock),
    Challenge {
        visit: VisitId,
        challenge: Result<Option<Hex8>, OfflineError>,
    },
    /// The number is marked used, and the check-in sealed and on the disk.
    Number {
        visit: VisitId,
        number: Result<TicketNumber, OfflineError>,
    },
    Waiting(Option<Box<ReconcileRequest>>),
    Disk(Disk),
}

/// The disk that keeps what the server does not have yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disk {
    /// Faulty from a failure to read or write until something was written again.
    pub health: DeviceHealth,
    /// Check-ins that wait for the server.
    pub unsent: u32,
}

/// The worker's handle. Dropping it ends the worker.
#[derive(Debug)]
pub struct OfflineDesk {
    requests: Sender<OfflineRequest>,
}

impl OfflineDesk {
    /// `known`: the file in which the server's last words are kept.
    pub fn start(
        numbers: NumberStore,
        queue: SealedQueue,
        known: PathBuf,
        outbox: Outbox<OfflineReport>,
    ) -> io::Result<Self> {
        let (requests, inbox) = bounded(REQUESTS_WAITING);
        worker::spawn(
            "offline",
            Desk { numbers, queue, known, health: DeviceHealth::Working, outbox, inbox },
            Desk::run,
            |_| Ok(()),
        )?;
        Ok(Self { requests })
    }

    pub fn ask(&self, request: OfflineRequest) -> Result<(), WorkerGone> {
        self.requests.try_send(request).map_err(|_| WorkerGone)
    }
}

struct Desk {
    numbers: NumberStore,
    queue: SealedQueue,
    known: PathBuf,
    health: DeviceHealth,
    outbox: Outbox<OfflineReport>,
    inbox: Receiver<OfflineRequest>,
}

impl Desk {
    fn run(&mut self) -> Result<Infallible, Closed> {
        self.outbox.send(OfflineReport::Stock(self.numbers.stock()))?;
        loop {
            let request = self.inbox.recv().map_err(|_| Closed)?;
            self.serve(request)?;
        }
    }

    fn serve(&mut self, request: OfflineRequest) -> Result<(), Closed> {
        match request {
            OfflineRequest::Keep { block, today } => {
                let kept = self.numbers.turn_to(today).and_then(|()| self.numbers.add(&block));
                self.written("a block of numbers was not kept", kept);
                self.outbox.send(OfflineReport::Stock(self.numbers.stock()))
            }
            OfflineRequest::TakeChallenge { visit, today } => {
                let challenge = self.numbers.turn_to(today).and_then(|()| self.numbers.take_challenge());
                self.outbox.send(OfflineReport::Challenge { visit, challenge })?;
                self.outbox.send(OfflineReport::Stock(self.numbers.stock()))
            }
            OfflineRequest::TakeNumber(patient) => {
                let number = self.take_number(&patient);
                self.health =
                    if number.as_ref().is_err_and(is_of_the_disk) { DeviceHealth::Faulty } else { self.health };
                self.outbox.send(OfflineReport::Number { visit: patient.visit, number })?;
                self.outbox.send(OfflineReport::Stock(self.numbers.stock()))
            }
            OfflineRequest::NextWaiting { after } => {
                let next = self.next_waiting(after);
                self.outbox.send(OfflineReport::Waiting(next.map(Box::new)))
            }
            OfflineRequest::Reconciled(visit) => {
                let removed = self.queue.remove(visit);
                self.written("a reconciled check-in was not removed", removed);
                Ok(())
            }
            OfflineRequest::Remember(known) => {
                let kept = known.write(&self.known);
                self.written("what the server said was not kept", kept);
                Ok(())
            }
            OfflineRequest::Refused(visit) => {
                tracing::error!(%visit, "an offline check-in was refused and is set aside");
                let aside = self.queue.set_aside(visit);
                self.written("a refused check-in was not set aside", aside);
                Ok(())
            }
            OfflineRequest::Look => {
                let disk = self.look();
                self.outbox.send(OfflineReport::Disk(disk))
            }
        }
    }

    fn look(&self) -> Disk {
        match self.queue.waiting() {
            Ok(waiting) => Disk { health: self.health, unsent: u32::try_from(waiting.len()).unwrap_or(u32::MAX) },
            Err(_) => Disk { health: DeviceHealth::Faulty, unsent: 0 },
        }
    }

    fn written(&mut self, what: &str, outcome: Result<(), OfflineError>) {
        self.health = match &outcome {
            Ok(()) => DeviceHealth::Working,
            Err(error) if is_of_the_disk(error) => DeviceHealth::Faulty,
            Err(_) => self.health,
        };
        logged(what, outcome);
    }

    fn take_number(&mut self, patient: &WithoutServer) -> Result<TicketNumber, OfflineError> {
        let sealed_to = patient.sealed_to.ok_or(OfflineError::NoSealingKey)?;
        self.numbers.turn_to(patient.today)?;
        let number = self.numbers.take_number(patient.visit, &patient.check_in.department)?;
        let check_in = OfflineCheckIn {
            visit: patient.visit,
            number,
            service_day: patient.today,
            taken_at: patient.now,
            identification: patient.identification.clone(),
            check_in: patient.check_in.clone(),
            follow: patient.follow,
        };
        self.queue.store(&seal(&check_in, sealed_to)?)?;
        Ok(number)
    }

    /// One that cannot be read is set aside, so that those behind it come home.
    fn next_waiting(&self, after: Option<VisitId>) -> Option<ReconcileRequest> {
        let waiting = self.queue.waiting().inspect_err(|error| tracing::error!(%error, "the sealed check-ins")).ok()?;
        waiting.into_iter().filter(|visit| Some(*visit) > after).find_map(|visit| match self.queue.load(visit) {
            Ok(request) => Some(request),
            Err(error) => {
                tracing::error!(%error, %visit, "a sealed check-in is set aside");
                logged("a damaged check-in was not set aside", self.queue.set_aside(visit));
                None
            }
        })
    }
}

fn is_of_the_disk(error: &OfflineError) -> bool {
    matches!(error, OfflineError::Journal(_) | OfflineError::Disk { .. } | OfflineError::QueueFull { .. })
}

fn logged(what: &str, outcome: Result<(), OfflineError>) {
    if let Err(error) = outcome {
        tracing::error!(%error, "{what}");
    }
}

//! The printer worker: sets a ticket, prints it, and calls it printed only when the printer said so.

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use printer::{LayoutError, PaperStatus, Printer, PrinterError, Ticket, Typefaces};

use crate::backoff::Backoff;
use crate::outbox::{Closed, Outbox};
use crate::worker::{self, REQUESTS_WAITING, WorkerGone};

/// How often an idle printer is asked about its paper: staff should know before a patient does.
const ASK_EVERY: Duration = Duration::from_secs(5);

/// Opens the printer; called again whenever it is gone.
pub type OpenPrinter = Box<dyn FnMut() -> Result<Box<dyn Printer>, PrinterError> + Send>;

#[derive(Debug)]
pub struct PrintJob {
    /// Comes back with the report.
    pub id: u32,
    pub ticket: Ticket,
}

/// What is the matter with the printer, as somebody beside it would say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    Ready,
    PaperOut,
    CoverOpen,
    /// Jam, cutter, temperature.
    Fault,
    /// Unplugged, switched off, or silent.
    Gone,
}

#[derive(Debug)]
pub enum PrinterReport {
    /// Told when it changes.
    Condition(Condition),
    /// The printer confirmed the cut.
    Printed {
        job: u32,
    },
    NotPrinted {
        job: u32,
        error: TicketError,
    },
}

#[derive(Debug, thiserror::Error)]
pub enum TicketError {
    #[error("the ticket cannot be set")]
    Layout(#[from] LayoutError),
    #[error("the ticket was not printed")]
    Printer(#[from] PrinterError),
}

/// The worker's handle. Dropping it ends the worker.
#[derive(Debug)]
pub struct TicketPrinter {
    requests: Sender<PrintJob>,
}

impl TicketPrinter {
    pub fn start(open: OpenPrinter, typefaces: Typefaces, outbox: Outbox<PrinterReport>) -> io::Result<Self> {
        let (requests, inbox) = bounded(REQUESTS_WAITING);
        let desk = Desk { open, typefaces, outbox, inbox, told: None };
        worker::spawn("printer", desk, Desk::run, Desk::fell)?;
        Ok(Self { requests })
    }

    pub fn print(&self, job: PrintJob) -> Result<(), WorkerGone> {
        self.requests.try_send(job).map_err(|_| WorkerGone)
    }
}

impl TicketError {
    pub fn condition(&self) -> Condition {
        match self {
            Self::Layout(_) => Condition::Fault,
            Self::Printer(error) => condition(error),
        }
    }
}

struct Desk {
    open: OpenPrinter,
    typefaces: Typefaces,
    outbox: Outbox<PrinterReport>,
    inbox: Receiver<PrintJob>,
    told: Option<Condition>,
}

impl Desk {
    fn run(&mut self) -> Result<Infallible, Closed> {
        let mut printer = None;
        let mut backoff = Backoff::new();
        loop {
            self.look(&mut printer)?;
            let pause = if printer.is_some() {
                backoff = Backoff::new();
                ASK_EVERY
            } else {
                backoff.next()
            };
            match self.inbox.recv_timeout(pause) {
                Ok(job) => self.serve(&mut printer, &job)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(Closed),
            }
        }
    }

    fn fell(&mut self) -> Result<(), Closed> {
        self.tell(Condition::Gone)
    }

    fn look(&mut self, printer: &mut Option<Box<dyn Printer>>) -> Result<(), Closed> {
        let status = self.with(printer, Printer::status);
        let condition = match &status {
            Ok(PaperStatus::Enough | PaperStatus::NearEnd) => Condition::Ready,
            Ok(PaperStatus::Out) => Condition::PaperOut,
            Ok(PaperStatus::CoverOpen) => Condition::CoverOpen,
            Ok(PaperStatus::Stopped(_)) => Condition::Fault,
            Err(error) => condition(error),
        };
        if let (Err(error), true) = (&status, self.told != Some(condition)) {
            tracing::warn!(%error, ?condition, "the printer does not tell how it is");
        }
        self.tell(condition)
    }

    fn serve(&mut self, printer: &mut Option<Box<dyn Printer>>, job: &PrintJob) -> Result<(), Closed> {
        let outcome = match job.ticket.layout(&self.typefaces) {
            Ok(page) => self.with(printer, |printer| printer.print(&page)).map_err(TicketError::from),
            Err(error) => Err(error.into()),
        };
        match outcome {
            Ok(()) => {
                self.tell(Condition::Ready)?;
                self.outbox.send(PrinterReport::Printed { job: job.id })
            }
            Err(error) => {
                tracing::warn!(%error, condition = ?error.condition(), "no paper ticket");
                self.tell(error.condition())?;
                self.outbox.send(PrinterReport::NotPrinted { job: job.id, error })
            }
        }
    }

    /// With the printer, opened if it is not; let go of after a failure that an open printer does not survive.
    fn with<T>(
        &mut self,
        printer: &mut Option<Box<dyn Printer>>,
        ask: impl FnOnce(&mut Box<dyn Printer>) -> Result<T, PrinterError>,
    ) -> Result<T, PrinterError> {
        let open = match printer.take() {
            Some(open) => open,
            None => (self.open)()?,
        };
        let open = printer.insert(open);
        let answer = ask(open);
        if answer.as_ref().is_err_and(|error| condition(error) == Condition::Gone) {
            *printer = None;
        }
        answer
    }

    fn tell(&mut self, condition: Condition) -> Result<(), Closed> {
        if self.told.replace(condition) == Some(condition) {
            return Ok(());
        }
        self.outbox.send(PrinterReport::Condition(condition))
    }
}

fn condition(error: &PrinterError) -> Condition {
    match error {
        PrinterError::PaperOut => Condition::PaperOut,
        PrinterError::CoverOpen => Condition::CoverOpen,
        PrinterError::Stopped(_) | PrinterError::TooWide { .. } => Condition::Fault,
        PrinterError::Gone
        | PrinterError::TimedOut { .. }
        | PrinterError::NotEscPos { .. }
        | PrinterError::NotOpened { .. }
        | PrinterError::OneWay { .. }
        | PrinterError::Io(_) => Condition::Gone,
    }
}

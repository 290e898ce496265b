//! The scanner worker: codes as they are shown, nothing asked.

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError, bounded};
use scanner::{Scanner, ScannerError};
use zeroize::Zeroizing;

use crate::backoff::Backoff;
use crate::outbox::{Closed, Outbox};
use crate::worker;

/// How long one wait for a code may hold the worker's end.
const LISTEN: Duration = Duration::from_millis(500);

/// Opens the scanner; called again whenever it is gone.
pub type OpenScanner = Box<dyn FnMut() -> Result<Box<dyn Scanner>, ScannerError> + Send>;

#[derive(Debug)]
pub enum ScannerReport {
    Up,
    Down,
    /// One code's bytes, wiped when dropped.
    Scanned(Code),
}

/// What a code said: a name and a number of a person, most of the time. Never shown.
pub struct Code(pub Zeroizing<Vec<u8>>);

/// The worker's handle. Dropping it ends the worker.
#[derive(Debug)]
pub struct CodeScanner {
    _alive: Sender<Infallible>,
}

impl CodeScanner {
    pub fn start(open: OpenScanner, outbox: Outbox<ScannerReport>) -> io::Result<Self> {
        let (alive, inbox) = bounded(0);
        worker::spawn("scanner", Listening { open, outbox, inbox, told_up: None }, Listening::run, Listening::fell)?;
        Ok(Self { _alive: alive })
    }
}

struct Listening {
    open: OpenScanner,
    outbox: Outbox<ScannerReport>,
    inbox: Receiver<Infallible>,
    told_up: Option<bool>,
}

impl Listening {
    fn run(&mut self) -> Result<Infallible, Closed> {
        loop {
            let mut scanner = self.opened()?;
            self.tell(true)?;
            loop {
                match scanner.next_payload(LISTEN) {
                    Ok(None) => {}
                    Ok(Some(payload)) => {
                        let code = Code(Zeroizing::new(payload.as_bytes().to_vec()));
                        self.outbox.send(ScannerReport::Scanned(code))?;
                    }
                    Err(ScannerError::Oversize) => tracing::warn!("the scanner sent a line longer than any code"),
                    Err(error) => {
                        tracing::warn!(%error, "the scanner is lost");
                        break;
                    }
                }
                if self.inbox.try_recv() == Err(TryRecvError::Disconnected) {
                    return Err(Closed);
                }
            }
            self.tell(false)?;
        }
    }

    fn fell(&mut self) -> Result<(), Closed> {
        self.tell(false)
    }

    fn opened(&mut self) -> Result<Box<dyn Scanner>, Closed> {
        let mut backoff = Backoff::new();
        loop {
            match (self.open)() {
                Ok(scanner) => return Ok(scanner),
                Err(error) if self.told_up != Some(false) => {
                    tracing::warn!(%error, "the scanner cannot be opened");
                    self.tell(false)?;
                }
                Err(_) => {}
            }
            match self.inbox.recv_timeout(backoff.next()) {
                Ok(never) => match never {},
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(Closed),
            }
        }
    }

    fn tell(&mut self, up: bool) -> Result<(), Closed> {
        if self.told_up.replace(up) == Some(up) {
            return Ok(());
        }
        self.outbox.send(if up { ScannerReport::Up } else { ScannerReport::Down })
    }
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Code({} bytes)", self.0.len())
    }
}

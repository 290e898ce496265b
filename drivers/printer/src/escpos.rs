//! The one conversation with an ESC/POS printer, over any [`Link`]. It counts waiting in time-outs given to the link, so it
//! needs no clock.
//!
//! The page goes out in bands, and behind each band stands a [`Fence`]. At most two bands are on their way: so the
//! receive buffer of even an old printer never fills, a question in real time always gets through, and when paper or
//! power fails we know how far we came.

use std::time::Duration;

use crate::{
    PrinterError,
    command::{self, Command},
    link::Link,
    raster::{PAPER_WIDTH_DOTS, Raster},
    status::{AnswerByte, ErrorCause, Fence, OfflineCause, PaperSensor, PaperStatus, Query},
};

/// How long to wait for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For the answer to a question in real time.
    pub status: Duration,
    /// For a piece to be taken, or a band to be printed, before the printer is asked what is wrong.
    pub step: Duration,
    /// For a piece or a band, all in all.
    pub stall: Duration,
}

impl Default for Patience {
    /// A band is 3 mm of paper, 30 ms of printing; a head that cools down may pause for seconds.
    fn default() -> Self {
        Self { status: Duration::from_millis(500), step: Duration::from_secs(1), stall: Duration::from_secs(8) }
    }
}

/// Small enough that a stalled port takes it or leaves it as a whole, mostly.
const PIECE_BYTES: usize = 512;

/// Bands on their way.
const FENCES_AHEAD: usize = 2;

/// Answers that nobody asked for, before we say that this is no ESC/POS printer.
const MAX_STRAY_BYTES: usize = 64;

/// An ESC/POS printer at the end of a link.
#[derive(Debug)]
pub struct EscPos<L> {
    link: L,
    patience: Patience,
    /// Bytes that the last command, broken off in the middle, still owes the printer.
    owed_bytes: usize,
}

impl<L: Link> EscPos<L> {
    #[must_use]
    pub fn new(link: L, patience: Patience) -> Self {
        Self { link, patience, owed_bytes: 0 }
    }

    fn page(&mut self, page: &Raster, progress: &mut Progress) -> Result<(), PrinterError> {
        // A printer that does not know ClearBuffers still waits for the rest of a band. White dots end it; a printer
        // that has forgotten the band ignores NUL.
        let owed = vec![0; self.owed_bytes];
        self.send(&owed, progress)?;
        for command in command::job(page) {
            let bytes = command.encode();
            self.send(&bytes, progress)?;
            match command {
                Command::RasterBand(_) | Command::Cut { .. } => {
                    self.send(Fence::REQUEST, progress)?;
                    progress.fences_open += 1;
                    self.await_fences(FENCES_AHEAD - 1, progress)?;
                }
                Command::Initialize
                | Command::DisableAutomaticStatusBack
                | Command::Feed { .. }
                | Command::ClearBuffers => {}
            }
        }
        self.await_fences(0, progress)
    }

    /// Writes all, however small the pieces are that the link takes.
    fn send(&mut self, bytes: &[u8], progress: &mut Progress) -> Result<(), PrinterError> {
        self.owed_bytes = bytes.len();
        let mut waited = Duration::ZERO;
        while self.owed_bytes > 0 {
            let rest = &bytes[bytes.len() - self.owed_bytes..];
            let piece = &rest[..rest.len().min(PIECE_BYTES)];
            let taken = self.link.write(piece, self.patience.step)?;
            if taken > 0 {
                self.owed_bytes = self.owed_bytes.saturating_sub(taken);
                progress.written_bytes += taken;
                waited = Duration::ZERO;
            } else {
                waited += self.patience.step;
                self.explain_silence(waited, progress)?;
            }
        }
        Ok(())
    }

    fn await_fences(&mut self, allowed: usize, progress: &mut Progress) -> Result<(), PrinterError> {
        let mut waited = Duration::ZERO;
        while progress.fences_open > allowed {
            match self.next_answer(self.patience.step, progress)? {
                Some(_) => waited = Duration::ZERO,
                None => {
                    waited += self.patience.step;
                    self.explain_silence(waited, progress)?;
                }
            }
        }
        Ok(())
    }

    /// `Ok` while waiting on is sensible.
    fn explain_silence(&mut self, waited: Duration, progress: &mut Progress) -> Result<(), PrinterError> {
        let fences_open = progress.fences_open;
        match self.ask_status(progress)? {
            Some(status) => refuse(status)?,
            // A printer whose byte stream stands still may yet answer at its port.
            None => {
                let port = self.link.port_status(self.patience.status)?;
                if port.is_some_and(|port| port.paper_empty) {
                    return Err(PrinterError::PaperOut);
                }
            }
        }
        // While it was asked, the printer may have moved on.
        if progress.fences_open == fences_open && waited >= self.patience.stall {
            return Err(PrinterError::TimedOut { written_bytes: progress.written_bytes });
        }
        Ok(())
    }

    fn ask_status(&mut self, progress: &mut Progress) -> Result<Option<PaperStatus>, PrinterError> {
        let Some(offline) = self.ask::<OfflineCause>(progress)? else {
            return Ok(None);
        };
        let Some(error) = self.ask::<ErrorCause>(progress)? else {
            return Ok(None);
        };
        let Some(paper) = self.ask::<PaperSensor>(progress)? else {
            return Ok(None);
        };
        Ok(Some(PaperStatus::from_answers(offline, error, paper)))
    }

    /// One question in real time. `None`: no answer.
    fn ask<Q: Query>(&mut self, progress: &mut Progress) -> Result<Option<Q::Answer>, PrinterError> {
        if !self.send_at_once(Q::REQUEST)? {
            return Ok(None);
        }
        loop {
            match self.next_answer(self.patience.status, progress)? {
                Some(AnswerByte::RealTime(bits)) => return Ok(Some(Q::read(bits))),
                Some(AnswerByte::Fence) => {}
                None => return Ok(None),
            }
        }
    }

    /// Writes a command in real time. `false`: the link would not take all of it.
    fn send_at_once(&mut self, bytes: &[u8]) -> Result<bool, PrinterError> {
        let mut sent = 0;
        while sent < bytes.len() {
            match self.link.write(&bytes[sent..], self.patience.status)? {
                0 => return Ok(false),
                taken => sent += taken,
            }
        }
        Ok(true)
    }

    fn next_answer(&mut self, timeout: Duration, progress: &mut Progress) -> Result<Option<AnswerByte>, PrinterError> {
        let mut byte = [0];
        loop {
            if self.link.read(&mut byte, timeout)? == 0 {
                return Ok(None);
            }
            let answer = AnswerByte::parse(byte[0]);
            let wanted = match answer {
                Some(AnswerByte::RealTime(_)) => true,
                Some(AnswerByte::Fence) => progress.fences_open > 0,
                None => false,
            };
            if wanted {
                if answer == Some(AnswerByte::Fence) {
                    progress.fences_open -= 1;
                }
                return Ok(answer);
            }
            progress.stray_bytes += 1;
            if progress.stray_bytes > MAX_STRAY_BYTES {
                return Err(PrinterError::NotEscPos { bytes: progress.stray_bytes });
            }
        }
    }

    /// Late answers to earlier questions are thrown away, so that they answer none of the new ones.
    fn drain(&mut self) -> Result<(), PrinterError> {
        let mut stale = [0; 64];
        for _ in 0..MAX_STRAY_BYTES {
            if self.link.read(&mut stale, Duration::from_millis(1))? == 0 {
                break;
            }
        }
        Ok(())
    }

    /// A page that was broken off must not come out when somebody puts paper in.
    fn abandon(&mut self) {
        // Best effort: the page has failed already, and its own error is the one to report.
        let _ = self.send_at_once(&Command::ClearBuffers.encode());
        // Answers come in order: this one says that the buffers are clear, so nobody can put paper in too early.
        let _ = self.ask::<OfflineCause>(&mut Progress::default());
    }
}

impl<L: Link> crate::Printer for EscPos<L> {
    fn print(&mut self, page: &Raster) -> Result<(), PrinterError> {
        if page.width_dots() > PAPER_WIDTH_DOTS {
            return Err(PrinterError::TooWide { width_dots: page.width_dots() });
        }
        refuse(self.status()?)?;
        let page = command::disarmed(page);
        let mut progress = Progress::default();
        let outcome = self.page(&page, &mut progress);
        // A printer that is gone, or says nothing, cannot be told either.
        if let Err(PrinterError::PaperOut | PrinterError::CoverOpen | PrinterError::Stopped(_)) = outcome {
            self.abandon();
        }
        outcome
    }

    fn status(&mut self) -> Result<PaperStatus, PrinterError> {
        self.drain()?;
        let answer = self.ask_status(&mut Progress::default())?;
        answer.ok_or(PrinterError::TimedOut { written_bytes: 0 })
    }
}

#[derive(Debug, Default)]
struct Progress {
    written_bytes: usize,
    fences_open: usize,
    stray_bytes: usize,
}

fn refuse(status: PaperStatus) -> Result<(), PrinterError> {
    match status {
        PaperStatus::Enough | PaperStatus::NearEnd => Ok(()),
        PaperStatus::Out => Err(PrinterError::PaperOut),
        PaperStatus::CoverOpen => Err(PrinterError::CoverOpen),
        PaperStatus::Stopped(fault) => Err(PrinterError::Stopped(fault)),
    }
}

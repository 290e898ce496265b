//! A printer on a serial port: RS-232, a USB bridge, CDC-ACM.
//!
//! A `write` to such a port can block past its time-out, and a `flush` on CDC-ACM may never return. So a thread of its own
//! writes small pieces and reports when the port took one, and nothing is ever flushed: the printer's answer says
//! that the bytes arrived.

use std::{
    io::{self, Read},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread,
    time::Duration,
};

use serialport::{FlowControl, SerialPort};

use crate::{
    EscPos, Patience, PrinterError,
    link::{Link, LinkError},
};

/// A port write in the writer thread gives up after this and tries again, so that the thread ends soon after its link.
const WRITE_SLICE: Duration = Duration::from_millis(100);

/// Opens the printer on a serial port.
pub fn open(
    path: &str,
    baud_rate: u32,
    flow_control: FlowControl,
    patience: Patience,
) -> Result<EscPos<SerialLink>, PrinterError> {
    let port = serialport::new(path, baud_rate)
        .flow_control(flow_control)
        .timeout(WRITE_SLICE)
        .open()
        .map_err(|error| not_opened(path, error.into()))?;
    let link = SerialLink::new(port).map_err(|error| not_opened(path, error))?;
    Ok(EscPos::new(link, patience))
}

fn not_opened(path: &str, source: io::Error) -> PrinterError {
    PrinterError::NotOpened { place: path.to_owned(), source }
}

/// A serial port as a [`Link`]. One piece at a time is with the writer thread: a piece counts as taken when the thread has
/// it, and no other is taken before the port swallowed it.
pub struct SerialLink {
    port: Box<dyn SerialPort>,
    to_writer: Sender<Vec<u8>>,
    from_writer: Receiver<io::Result<()>>,
    writer_is_busy: bool,
    closed: Arc<AtomicBool>,
}

impl SerialLink {
    fn new(port: Box<dyn SerialPort>) -> io::Result<Self> {
        // What a printer said before we came answers nothing. A pty may refuse this; then there is nothing to clear.
        let _ = port.clear(serialport::ClearBuffer::Input);
        let writing_half = port.try_clone()?;
        let closed = Arc::new(AtomicBool::new(false));
        let (to_writer, pieces) = channel();
        let (report, from_writer) = channel();
        let link_closed = Arc::clone(&closed);
        thread::Builder::new()
            .name("printer-writer".to_owned())
            .spawn(move || write_pieces(writing_half, &pieces, &report, &link_closed))?;
        Ok(Self { port, to_writer, from_writer, writer_is_busy: false, closed })
    }
}

impl Link for SerialLink {
    fn write(&mut self, bytes: &[u8], timeout: Duration) -> Result<usize, LinkError> {
        if self.writer_is_busy {
            match self.from_writer.recv_timeout(timeout) {
                Ok(Ok(())) => self.writer_is_busy = false,
                Ok(Err(error)) => return Err(link_error(error)),
                Err(RecvTimeoutError::Timeout) => return Ok(0),
                Err(RecvTimeoutError::Disconnected) => return Err(LinkError::Gone),
            }
        }
        let Ok(()) = self.to_writer.send(bytes.to_vec()) else {
            return Err(LinkError::Gone);
        };
        self.writer_is_busy = true;
        Ok(bytes.len())
    }

    fn read(&mut self, buffer: &mut [u8], timeout: Duration) -> Result<usize, LinkError> {
        self.port.set_timeout(timeout).map_err(|error| link_error(error.into()))?;
        match self.port.read(buffer) {
            // A port that says "readable" and gives nothing has hung up.
            Ok(0) => Err(LinkError::Gone),
            Ok(count) => Ok(count),
            Err(error) if asks_for_patience(&error) => Ok(0),
            Err(error) => Err(link_error(error)),
        }
    }
}

impl Drop for SerialLink {
    fn drop(&mut self) {
        self.closed.store(true, Ordering::Relaxed);
    }
}

fn write_pieces(
    mut port: Box<dyn SerialPort>,
    pieces: &Receiver<Vec<u8>>,
    report: &Sender<io::Result<()>>,
    link_closed: &AtomicBool,
) {
    for piece in pieces {
        let written = write_piece(port.as_mut(), &piece, link_closed);
        let failed = written.is_err();
        if report.send(written).is_err() || failed {
            return;
        }
    }
}

fn write_piece(port: &mut dyn SerialPort, piece: &[u8], link_closed: &AtomicBool) -> io::Result<()> {
    let mut rest = piece;
    while !rest.is_empty() {
        match port.write(rest) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(taken) => rest = &rest[taken..],
            Err(error) if asks_for_patience(&error) && !link_closed.load(Ordering::Relaxed) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn asks_for_patience(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

fn link_error(error: io::Error) -> LinkError {
    // EIO, ENXIO, ENODEV: how Linux says that a USB bridge was pulled
    let pulled = matches!(error.raw_os_error(), Some(5 | 6 | 19));
    match error.kind() {
        io::ErrorKind::BrokenPipe
        | io::ErrorKind::NotFound
        | io::ErrorKind::WriteZero
        | io::ErrorKind::UnexpectedEof => LinkError::Gone,
        _ if pulled => LinkError::Gone,
        _ => LinkError::Io(error),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]
    use super::*;

    #[test]
    fn a_port_that_is_not_there_is_named() {
        let missing = open("/dev/tty-no-such-printer", 115_200, FlowControl::None, Patience::default());
        let Err(PrinterError::NotOpened { place, .. }) = missing else {
            panic!("opened a port that does not exist");
        };
        assert_eq!(place, "/dev/tty-no-such-printer");
    }

    #[test]
    fn a_stalled_printer_takes_what_the_port_swallows_and_no_more() {
        let (silent_printer, port) = serialport::TTYPort::pair().unwrap();
        let mut link = SerialLink::new(Box::new(port)).unwrap();
        let timeout = Duration::from_millis(50);
        let mut taken = 0;
        loop {
            match link.write(&[0; 512], timeout).unwrap() {
                0 => break,
                count => taken += count,
            }
            assert!(taken < 1 << 20, "a pty holds some kilobytes only");
        }
        drop(silent_printer);
        // the writer learns of the hang-up and reports it
        let mut outcome = link.write(&[1], timeout);
        while matches!(outcome, Ok(0)) {
            outcome = link.write(&[1], timeout);
        }
        assert!(matches!(outcome, Err(LinkError::Gone)), "{outcome:?}");
    }
}

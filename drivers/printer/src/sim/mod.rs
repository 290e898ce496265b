//! A simulated receipt printer. It gets ESC/POS bytes, as a real one does, and makes a picture of each cut paper; the host
//! side that talks to it is the one that talks to real printers.
//!
//! What real printers taught: real-time commands are obeyed wherever they stand; a queue stands still while the paper is
//! out; the receive buffer is 4 kB; a band that was broken off waits for its rest.

mod mechanism;

use std::{
    fmt,
    io::{self, Read, Write},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use image::{ExtendedColorType, ImageEncoder, ImageError, codecs::png::PngEncoder};

use self::mechanism::{Life, Mechanism};
use crate::{
    EscPos, Patience,
    link::{Link, LinkError},
    raster::Raster,
};

/// A simulated printer and the hands that change its paper.
#[must_use]
pub fn printer() -> (EscPos<SimLink>, SimHandle) {
    let handle = SimHandle::new();
    (EscPos::new(handle.link(), Patience::default()), handle)
}

/// The room around the printer: its paper, its cover, its plug, and what came out. Clones are the same printer.
#[derive(Clone)]
pub struct SimHandle {
    mechanism: Arc<Mutex<Mechanism>>,
}

impl SimHandle {
    /// A printer with a new roll.
    #[expect(clippy::new_without_default, reason = "a printer is a thing, not a value with a default")]
    #[must_use]
    pub fn new() -> Self {
        Self { mechanism: Arc::new(Mutex::new(Mechanism::new())) }
    }

    /// A wire to it.
    #[must_use]
    pub fn link(&self) -> SimLink {
        SimLink { handle: self.clone() }
    }

    /// Takes the paper out.
    pub fn empty_paper(&self) {
        self.paper_left(0);
    }

    /// So much paper is left, in dots (8 a millimetre).
    pub fn paper_left(&self, dots: u32) {
        self.lock().paper_left_dots = dots;
    }

    /// A new roll; a ticket that was half printed is torn off.
    pub fn refill(&self) {
        self.lock().refill();
    }

    pub fn open_cover(&self) {
        self.lock().cover_is_open = true;
    }

    pub fn close_cover(&self) {
        let mut mechanism = self.lock();
        mechanism.cover_is_open = false;
        mechanism.work();
    }

    /// A scrap of paper in the cutter.
    pub fn block_cutter(&self) {
        self.lock().cutter_is_blocked = true;
    }

    pub fn clear_cutter(&self) {
        let mut mechanism = self.lock();
        mechanism.cutter_is_blocked = false;
        mechanism.work();
    }

    /// Pulls the plug: every link to it is dead until it is plugged in.
    pub fn unplug(&self) {
        self.lock().plugged_in = false;
    }

    /// Plugs it in again; what it had in its memory is forgotten.
    pub fn plug_in(&self) {
        let mut mechanism = self.lock();
        mechanism.restart();
        mechanism.plugged_in = true;
    }

    /// The firmware stops for ever when so many more bytes have come: no printing, no answers.
    pub fn hang_after(&self, bytes: u64) {
        let mut mechanism = self.lock();
        mechanism.life = Life::HangsAfter { bytes: mechanism.received_bytes + bytes };
    }

    /// An old model that has no command to clear its buffers.
    pub fn forget_clear_command(&self) {
        self.lock().knows_clear = false;
    }

    /// Bytes received so far.
    #[must_use]
    pub fn received_bytes(&self) -> u64 {
        self.lock().received_bytes
    }

    /// Bytes that were no command it knows. A host that speaks well leaves this at 0.
    #[must_use]
    pub fn unknown_bytes(&self) -> u64 {
        self.lock().unknown_bytes
    }

    /// Each cut paper as a picture, oldest first.
    #[must_use]
    pub fn tapes(&self) -> Vec<Raster> {
        self.lock().tapes.clone()
    }

    /// Plays the printer at the far end of a real port, until `stop`. The port's reads must time out.
    pub fn serve(&self, port: &mut (impl Read + Write), stop: &AtomicBool) -> io::Result<()> {
        let mut buffer = [0; 256];
        while !stop.load(Ordering::Relaxed) {
            let count = match port.read(&mut buffer) {
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::TimedOut => 0,
                Err(error) => return Err(error),
            };
            let mut answers = [0; 64];
            let answer_count = {
                let mut mechanism = self.lock();
                if !mechanism.plugged_in {
                    return Ok(());
                }
                // What does not fit is lost, as on a line without flow control.
                mechanism.receive(&buffer[..count]);
                mechanism.answer(&mut answers)
            };
            port.write_all(&answers[..answer_count])?;
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Mechanism> {
        self.mechanism.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for SimHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mechanism = self.lock();
        f.debug_struct("SimHandle")
            .field("paper_left_dots", &mechanism.paper_left_dots)
            .field("tapes", &mechanism.tapes.len())
            .finish_non_exhaustive()
    }
}

/// A wire to the simulated printer. Time-outs do not pass: what does not happen at once never will.
#[derive(Debug)]
pub struct SimLink {
    handle: SimHandle,
}

impl Link for SimLink {
    fn write(&mut self, bytes: &[u8], _timeout: Duration) -> Result<usize, LinkError> {
        let mut mechanism = self.handle.lock();
        if !mechanism.plugged_in {
            return Err(LinkError::Gone);
        }
        Ok(mechanism.receive(bytes))
    }

    fn read(&mut self, buffer: &mut [u8], _timeout: Duration) -> Result<usize, LinkError> {
        let mut mechanism = self.handle.lock();
        if !mechanism.plugged_in {
            return Err(LinkError::Gone);
        }
        Ok(mechanism.answer(buffer))
    }
}

/// A page as a PNG, black on white.
pub fn png(page: &Raster) -> Result<Vec<u8>, ImageError> {
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes).write_image(
        &page.to_luma(),
        page.width_dots(),
        page.height_dots(),
        ExtendedColorType::L8,
    )?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn feed_all(bytes: &[u8]) -> SimHandle {
        let handle = SimHandle::new();
        handle.lock().receive(bytes);
        handle
    }

    #[test]
    fn a_picture_longer_than_the_buffer_is_printed_as_it_comes() {
        let mut bytes = vec![0x1D, b'v', b'0', 0, 72, 0, 100, 0];
        bytes.extend(vec![0xFF; 7200]);
        bytes.extend([0x1D, b'V', 66, 0]);
        let handle = feed_all(&bytes);
        let tapes = handle.tapes();
        assert_eq!(tapes.len(), 1);
        assert_eq!(tapes[0].black_dots(), 57_600);
        assert_eq!(handle.unknown_bytes(), 0);
    }

    #[test]
    fn letters_are_counted_as_unknown_not_printed() {
        let handle = feed_all(b"Hello");
        assert_eq!(handle.unknown_bytes(), 5);
    }

    proptest! {
        #[test]
        fn no_bytes_panic_the_decoder(
            pieces in proptest::collection::vec(
                prop_oneof![
                    proptest::collection::vec(any::<u8>(), 0..40),
                    Just(vec![0x1D, b'v', b'0', 0]),
                    Just(vec![0x10, 0x04, 0x02]),
                    Just(vec![0x1D, b'V', 66]),
                ],
                0..60,
            )
        ) {
            let handle = feed_all(&pieces.concat());
            handle.refill();
            prop_assert!(handle.received_bytes() <= pieces.concat().len() as u64);
        }
    }
}

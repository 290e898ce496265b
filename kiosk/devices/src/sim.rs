//! The simulated chip as a card in the simulated reader's slot.

use std::sync::{Arc, Mutex, PoisonError};

use ccid::sim::CardInSlot;
use emrtd::sim::SimulatedCard;

/// Clones are the same card: one lies in the reader, the other stays in the hand that pulls it.
#[derive(Clone)]
pub struct CardInHand(Arc<Mutex<SimulatedCard>>);

impl CardInHand {
    pub fn new(card: SimulatedCard) -> Self {
        Self(Arc::new(Mutex::new(card)))
    }

    /// Looks at the card, or does something to it, between two APDUs.
    pub fn with<T>(&self, look: impl FnOnce(&mut SimulatedCard) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl CardInSlot for CardInHand {
    fn atr(&self) -> Vec<u8> {
        self.with(|card| card.atr())
    }

    fn reset(&mut self) {
        self.with(SimulatedCard::reset);
    }

    fn apdu(&mut self, command: &[u8]) -> Option<Vec<u8>> {
        self.with(|card| card.exchange(command).ok())
    }
}

impl std::fmt::Debug for CardInHand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CardInHand")
    }
}

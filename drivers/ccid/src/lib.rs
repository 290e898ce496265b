//! USB smart-card reader host (USB-IF *Device Class: Smart Card, CCID*, revision 1.1).
//!
//! The pure part knows the class descriptor, the messages, the ATR and how an APDU becomes TPDUs at T=0. One loop sends
//! all messages over a [`Transport`]: libusb ([`usb`]) or, with the feature `sim`, a reader in memory that answers the
//! same bytes. [`Reader`] is what a program uses:
//!
//! ```no_run
//! # fn main() -> Result<(), ccid::CcidError> {
//! use ccid::usb::{KernelDriver, Selector};
//! let mut reader = ccid::usb::open(Selector::Any, KernelDriver::Detach)?;
//! reader.wait_for_change(std::time::Duration::from_secs(30))?;
//! let atr = reader.power_on()?;
//! let answer = reader.transmit(&[0x00, 0xA4, 0x02, 0x0C, 0x02, 0x01, 0x1C])?;
//! # let _ = (atr, answer);
//! # Ok(())
//! # }
//! ```
//!
//! Left out on purpose: T=1 at TPDU level and character level (named errors), PIN pads, mechanical slots, card clocks,
//! rates above the default at TPDU level (no PPS is made). The crate logs nothing, and no Debug of it shows an APDU.

mod apdu;
mod atr;
mod descriptor;
mod error;
mod link;
mod message;
mod quirks;
mod reader;
#[cfg(feature = "sim")]
pub mod sim;
mod t0;
mod transport;
pub mod usb;

pub use apdu::{CommandApdu, Form};
pub use atr::{Atr, AtrError, Protocol};
pub use descriptor::{ClassDescriptor, DescriptorError, ExchangeLevel, Features};
pub use error::CcidError;
pub use message::{
    Abort, Chain, Command, CommandName, CommandStatus, Convention, DataBlock, ErrorCode, GetParameters, GetSlotStatus,
    IccPowerOff, IccPowerOn, IccStatus, Message, MessageError, Notification, Parameters, Reply, SetParametersT0,
    SlotNotice, Voltage, XfrBlock,
};
pub use quirks::{Quirk, quirks_of};
pub use reader::{ApduLevel, Limits, Reader, SlotChange};
pub use transport::{Traffic, Transport, TransportError, UsbId};

//! A printer of the USB printer class (Universal Serial Bus Device Class Definition for Printing Devices 1.1), over libusb.
//!
//! Only a bidirectional interface will do (protocol 2, or 3: IEEE 1284.4): a page counts as printed when the printer says so.

use std::{collections::BTreeMap, io, time::Duration};

use rusb::{Context, Device, DeviceHandle, Direction, TransferType, UsbContext};

use crate::{
    EscPos, Patience, PrinterError,
    link::{Link, LinkError, PortStatus},
};

/// bInterfaceClass and bInterfaceSubClass of a printer (4.1).
const PRINTER_CLASS: (u8, u8) = (7, 1);

/// bmRequestType of the class requests that answer: device to host, class, interface (4.2).
const CLASS_IN: u8 = 0xA1;
const GET_DEVICE_ID: u8 = 0;
const GET_PORT_STATUS: u8 = 1;

/// A device ID is some hundred letters.
const MAX_DEVICE_ID_BYTES: usize = 1024;

const CONTROL_TIMEOUT: Duration = Duration::from_millis(500);

/// Which printer to take; `None` matches every one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Selector {
    #[doc(alias = "idVendor")]
    pub vendor_id: Option<u16>,
    #[doc(alias = "idProduct")]
    pub product_id: Option<u16>,
}

/// What to do with a kernel driver (usblp) that holds the printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KernelDriver {
    /// Take the printer from it, and give it back when the link is dropped.
    Detach,
    /// Leave it; the printer cannot be opened while it is there.
    Leave,
}

/// Opens the first printer that fits.
pub fn open(
    selector: Selector,
    kernel_driver: KernelDriver,
    patience: Patience,
) -> Result<EscPos<UsbLink>, PrinterError> {
    let not_opened =
        |source: rusb::Error| PrinterError::NotOpened { place: "USB".to_owned(), source: io::Error::other(source) };
    // A context of our own: the global one panics where there is no usbfs.
    let context = Context::new().map_err(not_opened)?;
    let mut one_way = None;
    for device in context.devices().map_err(not_opened)?.iter() {
        match find_interface(&device, selector) {
            Some(Found::TwoWay(interface)) => {
                return UsbLink::claim(&device, interface, kernel_driver)
                    .map(|link| EscPos::new(link, patience))
                    .map_err(not_opened);
            }
            Some(Found::OneWay) => one_way = Some(place(&device)),
            None => {}
        }
    }
    match one_way {
        Some(place) => Err(PrinterError::OneWay { place }),
        None => Err(not_opened(rusb::Error::NotFound)),
    }
}

/// A claimed printer interface as a [`Link`].
#[derive(Debug)]
pub struct UsbLink {
    handle: DeviceHandle<Context>,
    interface: Interface,
    device_id: DeviceId,
    /// A bulk-in packet that the reader has not asked for yet, last byte first.
    unread: Vec<u8>,
    driver_detached: bool,
}

impl UsbLink {
    fn claim(device: &Device<Context>, interface: Interface, kernel_driver: KernelDriver) -> Result<Self, rusb::Error> {
        let handle = device.open()?;
        let number = interface.number;
        let mut driver_detached = false;
        // Claim first: asking for the driver is refused by some systems where the claim itself works.
        match (handle.claim_interface(number), kernel_driver) {
            (Ok(()), _) => {}
            (Err(rusb::Error::Busy), KernelDriver::Detach) => {
                handle.detach_kernel_driver(number)?;
                driver_detached = true;
                handle.claim_interface(number)?;
            }
            (Err(error), KernelDriver::Detach | KernelDriver::Leave) => return Err(error),
        }
        if interface.alternate_setting != 0 {
            handle.set_alternate_setting(number, interface.alternate_setting)?;
        }
        let mut id = vec![0; MAX_DEVICE_ID_BYTES];
        let index = u16::from(number) << 8 | u16::from(interface.alternate_setting);
        // Some printers stall this request; they print all the same.
        let count = handle.read_control(CLASS_IN, GET_DEVICE_ID, 0, index, &mut id, CONTROL_TIMEOUT).unwrap_or(0);
        Ok(Self { handle, interface, device_id: DeviceId::parse(&id[..count]), unread: Vec::new(), driver_detached })
    }

    /// What the printer calls itself.
    #[must_use]
    pub fn device_id(&self) -> &DeviceId {
        &self.device_id
    }
}

impl Link for UsbLink {
    fn write(&mut self, bytes: &[u8], timeout: Duration) -> Result<usize, LinkError> {
        match self.handle.write_bulk(self.interface.bulk_out, bytes, timeout) {
            // On a time-out with part of the bytes gone, rusb says how many.
            Ok(taken) => Ok(taken),
            Err(error) => waited_or_failed(error),
        }
    }

    fn read(&mut self, buffer: &mut [u8], timeout: Duration) -> Result<usize, LinkError> {
        if self.unread.is_empty() {
            // A whole packet is asked for, or a longer one would overflow.
            let mut packet = vec![0; usize::from(self.interface.bulk_in_packet_bytes)];
            match self.handle.read_bulk(self.interface.bulk_in, &mut packet, timeout) {
                Ok(count) => {
                    packet.truncate(count);
                    packet.reverse();
                    self.unread = packet;
                }
                Err(error) => return waited_or_failed(error),
            }
        }
        let count = buffer.len().min(self.unread.len());
        for slot in &mut buffer[..count] {
            *slot = self.unread.pop().unwrap_or_default();
        }
        Ok(count)
    }

    fn port_status(&mut self, timeout: Duration) -> Result<Option<PortStatus>, LinkError> {
        let mut status = [0];
        let index = u16::from(self.interface.number);
        match self.handle.read_control(CLASS_IN, GET_PORT_STATUS, 0, index, &mut status, timeout) {
            Ok(1) => Ok(Some(PortStatus::from_byte(status[0]))),
            Err(rusb::Error::NoDevice) => Err(LinkError::Gone),
            // Not every printer answers this one; the byte stream is what counts.
            Ok(_) | Err(_) => Ok(None),
        }
    }
}

impl Drop for UsbLink {
    fn drop(&mut self) {
        // The printer may be gone; then both fail, and nothing is left to do about it.
        let _ = self.handle.release_interface(self.interface.number);
        if self.driver_detached {
            let _ = self.handle.attach_kernel_driver(self.interface.number);
        }
    }
}

fn waited_or_failed(error: rusb::Error) -> Result<usize, LinkError> {
    match error {
        rusb::Error::Timeout | rusb::Error::Interrupted => Ok(0),
        rusb::Error::NoDevice | rusb::Error::NotFound => Err(LinkError::Gone),
        other => Err(LinkError::Io(io::Error::other(other))),
    }
}

/// The IEEE 1284 device ID (`MFG:…;MDL:…;CMD:ESC/POS;`), from the answer to GET_DEVICE_ID (4.2.1).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeviceId {
    fields: BTreeMap<String, String>,
}

impl DeviceId {
    /// Reads what is there. The length in front counts itself, big endian; makers get it wrong (little endian, or without
    /// itself), so the bytes that came are what counts.
    #[must_use]
    pub fn parse(answer: &[u8]) -> Self {
        let text = String::from_utf8_lossy(answer.get(2..).unwrap_or_default());
        let fields = text
            .split(';')
            .filter_map(|field| field.split_once(':'))
            .map(|(key, value)| (key.trim().to_ascii_uppercase(), value.trim().to_owned()))
            .take(32)
            .collect();
        Self { fields }
    }

    #[doc(alias = "MFG")]
    #[must_use]
    pub fn manufacturer(&self) -> Option<&str> {
        self.field("MFG", "MANUFACTURER")
    }

    #[doc(alias = "MDL")]
    #[must_use]
    pub fn model(&self) -> Option<&str> {
        self.field("MDL", "MODEL")
    }

    /// The languages that it says it speaks.
    #[doc(alias = "CMD")]
    #[must_use]
    pub fn command_set(&self) -> Option<&str> {
        self.field("CMD", "COMMAND SET")
    }

    fn field(&self, short: &str, long: &str) -> Option<&str> {
        let value = self.fields.get(short).or_else(|| self.fields.get(long));
        value.map(String::as_str)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Interface {
    number: u8,
    alternate_setting: u8,
    bulk_out: u8,
    bulk_in: u8,
    bulk_in_packet_bytes: u16,
}

enum Found {
    TwoWay(Interface),
    OneWay,
}

fn find_interface(device: &Device<Context>, selector: Selector) -> Option<Found> {
    let descriptor = device.device_descriptor().ok()?;
    let fits = |wanted: Option<u16>, is: u16| wanted.is_none_or(|wanted| wanted == is);
    if !fits(selector.vendor_id, descriptor.vendor_id()) || !fits(selector.product_id, descriptor.product_id()) {
        return None;
    }
    let config = device.active_config_descriptor().ok()?;
    let mut found = None;
    for setting in config.interfaces().flat_map(|interface| interface.descriptors()) {
        if (setting.class_code(), setting.sub_class_code()) != PRINTER_CLASS {
            continue;
        }
        let bulk = |direction| {
            setting
                .endpoint_descriptors()
                .find(|end| end.transfer_type() == TransferType::Bulk && end.direction() == direction)
        };
        match (bulk(Direction::Out), bulk(Direction::In)) {
            (Some(bulk_out), Some(bulk_in)) => {
                return Some(Found::TwoWay(Interface {
                    number: setting.interface_number(),
                    alternate_setting: setting.setting_number(),
                    bulk_out: bulk_out.address(),
                    bulk_in: bulk_in.address(),
                    bulk_in_packet_bytes: bulk_in.max_packet_size().max(1),
                }));
            }
            (Some(_), None) => found = Some(Found::OneWay),
            (None, _) => {}
        }
    }
    found
}

fn place(device: &Device<Context>) -> String {
    format!("USB {:03}:{:03}", device.bus_number(), device.address())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_device_id_names_maker_model_and_language() {
        let id = DeviceId::parse(b"\x00\x33MFG:EPSON;CMD:ESC/POS;MDL:TM-T82III;CLS:PRINTER;");
        assert_eq!(id.manufacturer(), Some("EPSON"));
        assert_eq!(id.model(), Some("TM-T82III"));
        assert_eq!(id.command_set(), Some("ESC/POS"));
        let long = DeviceId::parse(b"\x00\x00MANUFACTURER:Star ;MODEL: TSP100");
        assert_eq!((long.manufacturer(), long.model()), (Some("Star"), Some("TSP100")));
    }

    #[test]
    fn a_printer_that_is_not_there_is_not_opened() {
        let nobody = Selector { vendor_id: Some(0xFFFF), product_id: Some(0xFFFF) };
        let error = open(nobody, KernelDriver::Leave, Patience::default()).err();
        assert!(matches!(error, Some(PrinterError::NotOpened { .. })), "{error:?}");
    }

    proptest! {
        #[test]
        fn no_device_id_panics(answer in proptest::collection::vec(any::<u8>(), 0..600)) {
            let id = DeviceId::parse(&answer);
            prop_assert!(id.fields.len() <= 32);
        }
    }
}

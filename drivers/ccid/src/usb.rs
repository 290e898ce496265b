//! Readers on USB, through libusb.
//!
//! Each call makes its own libusb context: the global one panics on a machine without usbfs. Needs no hotplug events; a
//! program that lost its reader ([`CcidError::ReaderGone`]) calls [`open`] again until the reader is back.

use std::time::Duration;

use rusb::{Context, Device, DeviceHandle, Direction, Recipient, RequestType, TransferType, UsbContext};

use crate::descriptor::ClassDescriptor;
use crate::error::CcidError;
use crate::reader::Reader;
use crate::transport::{Transport, TransportError, UsbId};

/// bInterfaceClass of CCID.
const SMART_CARD: u8 = 0x0B;
/// A multiple of every packet size, and what every usbfs takes in one transfer.
const LARGEST_READ: usize = 16 * 1024;
/// libusb takes zero for "for ever".
const SHORTEST_WAIT: Duration = Duration::from_millis(1);

/// A reader that is plugged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReaderInfo {
    pub id: UsbId,
    pub bus: u8,
    pub address: u8,
    #[doc(alias = "bInterfaceNumber")]
    pub interface: u8,
    class_descriptor: Vec<u8>,
    bulk_out: u8,
    bulk_in: u8,
    interrupt_in: Option<u8>,
}

/// Which reader to open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selector {
    /// The first that can be opened.
    Any,
    Id(UsbId),
    At {
        bus: u8,
        address: u8,
    },
}

/// What to do if a kernel driver holds the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KernelDriver {
    Leave,
    Detach,
}

/// All interfaces of class smart card, in the order of the bus.
pub fn list_readers() -> Result<Vec<ReaderInfo>, CcidError> {
    let context = Context::new().map_err(CcidError::Usb)?;
    Ok(find(&context)?.into_iter().map(|(_, info)| info).collect())
}

/// Opens slot 0 of a reader.
pub fn open(selector: Selector, kernel_driver: KernelDriver) -> Result<Reader, CcidError> {
    let context = Context::new().map_err(CcidError::Usb)?;
    let mut last = CcidError::NoReader;
    for (device, info) in find(&context)? {
        let chosen = match selector {
            Selector::Any => true,
            Selector::Id(id) => info.id == id,
            Selector::At { bus, address } => (info.bus, info.address) == (bus, address),
        };
        if !chosen {
            continue;
        }
        match UsbTransport::claim(&device, info, kernel_driver).and_then(Reader::open) {
            Ok(reader) => return Ok(reader),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn find(context: &Context) -> Result<Vec<(Device<Context>, ReaderInfo)>, CcidError> {
    let mut readers = Vec::new();
    for device in context.devices().map_err(CcidError::Usb)?.iter() {
        // A device that vanishes while being looked at is not there.
        let Ok(descriptor) = device.device_descriptor() else { continue };
        let Ok(config) = device.active_config_descriptor().or_else(|_| device.config_descriptor(0)) else { continue };
        for interface in config.interfaces().flat_map(|interface| interface.descriptors()) {
            if interface.class_code() != SMART_CARD {
                continue;
            }
            // It belongs after the interface descriptor; some readers put it after the last endpoint.
            let mut class_descriptor = ClassDescriptor::find(interface.extra()).map(<[u8]>::to_vec);
            let (mut bulk_out, mut bulk_in, mut interrupt_in) = (None, None, None);
            for endpoint in interface.endpoint_descriptors() {
                if let (None, Some(extra)) = (&class_descriptor, endpoint.extra()) {
                    class_descriptor = ClassDescriptor::find(extra).map(<[u8]>::to_vec);
                }
                match (endpoint.transfer_type(), endpoint.direction()) {
                    (TransferType::Bulk, Direction::Out) => bulk_out = Some(endpoint.address()),
                    (TransferType::Bulk, Direction::In) => bulk_in = Some(endpoint.address()),
                    (TransferType::Interrupt, Direction::In) => interrupt_in = Some(endpoint.address()),
                    _ => {}
                }
            }
            if let (Some(class_descriptor), Some(bulk_out), Some(bulk_in)) = (class_descriptor, bulk_out, bulk_in) {
                let info = ReaderInfo {
                    id: UsbId { vendor: descriptor.vendor_id(), product: descriptor.product_id() },
                    bus: device.bus_number(),
                    address: device.address(),
                    interface: interface.interface_number(),
                    class_descriptor,
                    bulk_out,
                    bulk_in,
                    interrupt_in,
                };
                readers.push((device.clone(), info));
            }
        }
    }
    Ok(readers)
}

/// A claimed interface.
struct UsbTransport {
    handle: DeviceHandle<Context>,
    info: ReaderInfo,
    /// Give the interface back to the kernel at the end.
    detached: bool,
}

impl UsbTransport {
    fn claim(device: &Device<Context>, info: ReaderInfo, kernel_driver: KernelDriver) -> Result<Self, CcidError> {
        let handle = device.open().map_err(opening)?;
        let mut detached = false;
        // Claim first: asking for the driver is refused by some systems where the claim itself works.
        match (handle.claim_interface(info.interface), kernel_driver) {
            (Ok(()), _) => {}
            (Err(rusb::Error::Busy), KernelDriver::Detach) => {
                handle.detach_kernel_driver(info.interface).map_err(opening)?;
                detached = true;
                handle.claim_interface(info.interface).map_err(opening)?;
            }
            (Err(error), KernelDriver::Detach | KernelDriver::Leave) => return Err(opening(error)),
        }
        Ok(Self { handle, info, detached })
    }

    fn failure(&self, error: rusb::Error, endpoint: Option<u8>) -> TransportError {
        match error {
            rusb::Error::Timeout => TransportError::TimedOut,
            rusb::Error::NoDevice | rusb::Error::NotFound => TransportError::Gone,
            rusb::Error::Pipe => {
                if let Some(endpoint) = endpoint
                    && self.handle.clear_halt(endpoint) == Err(rusb::Error::NoDevice)
                {
                    return TransportError::Gone;
                }
                TransportError::Usb(error)
            }
            // A pulled cable may show as a protocol error first.
            error if !self.is_on_the_bus() => {
                let _ = error;
                TransportError::Gone
            }
            error => TransportError::Usb(error),
        }
    }

    fn is_on_the_bus(&self) -> bool {
        let place = (self.info.bus, self.info.address);
        self.handle
            .context()
            .devices()
            .is_ok_and(|devices| devices.iter().any(|device| (device.bus_number(), device.address()) == place))
    }
}

impl Drop for UsbTransport {
    fn drop(&mut self) {
        // After an unplug both fail, and nothing is left to do about it.
        let _ = self.handle.release_interface(self.info.interface);
        if self.detached {
            let _ = self.handle.attach_kernel_driver(self.info.interface);
        }
    }
}

impl Transport for UsbTransport {
    fn id(&self) -> UsbId {
        self.info.id
    }

    fn class_descriptor(&self) -> &[u8] {
        &self.info.class_descriptor
    }

    fn write(&mut self, bytes: &[u8], timeout: Duration) -> Result<(), TransportError> {
        let endpoint = self.info.bulk_out;
        let mut rest = bytes;
        while !rest.is_empty() {
            match self.handle.write_bulk(endpoint, rest, timeout.max(SHORTEST_WAIT)) {
                Ok(0) => return Err(TransportError::TimedOut),
                Ok(written) => rest = rest.get(written..).unwrap_or_default(),
                Err(error) => return Err(self.failure(error, Some(endpoint))),
            }
        }
        Ok(())
    }

    fn read(&mut self, timeout: Duration) -> Result<Vec<u8>, TransportError> {
        let endpoint = self.info.bulk_in;
        let mut bytes = vec![0; LARGEST_READ];
        match self.handle.read_bulk(endpoint, &mut bytes, timeout.max(SHORTEST_WAIT)) {
            Ok(length) => {
                bytes.truncate(length);
                Ok(bytes)
            }
            Err(error) => Err(self.failure(error, Some(endpoint))),
        }
    }

    fn has_interrupt(&self) -> bool {
        self.info.interrupt_in.is_some()
    }

    fn read_interrupt(&mut self, timeout: Duration) -> Result<Vec<u8>, TransportError> {
        let Some(endpoint) = self.info.interrupt_in else { return Err(TransportError::TimedOut) };
        let mut bytes = vec![0; 64];
        match self.handle.read_interrupt(endpoint, &mut bytes, timeout.max(SHORTEST_WAIT)) {
            Ok(length) => {
                bytes.truncate(length);
                Ok(bytes)
            }
            Err(error) => Err(self.failure(error, Some(endpoint))),
        }
    }

    fn pause(&mut self, pause: Duration) {
        std::thread::sleep(pause);
    }

    fn abort(&mut self, slot: u8, seq: u8, timeout: Duration) -> Result<(), TransportError> {
        const ABORT: u8 = 0x01;
        let kind = rusb::request_type(Direction::Out, RequestType::Class, Recipient::Interface);
        let value = u16::from_be_bytes([seq, slot]);
        match self.handle.write_control(kind, ABORT, value, self.info.interface.into(), &[], timeout.max(SHORTEST_WAIT))
        {
            Ok(_) => Ok(()),
            Err(error) => Err(self.failure(error, None)),
        }
    }

    fn reset(&mut self) -> Result<(), TransportError> {
        self.handle.reset().map_err(|error| self.failure(error, None))
    }
}

fn opening(error: rusb::Error) -> CcidError {
    match error {
        rusb::Error::Access => CcidError::ReaderForbidden,
        rusb::Error::Busy => CcidError::ReaderBusy,
        rusb::Error::NoDevice | rusb::Error::NotFound => CcidError::ReaderGone,
        other => CcidError::Usb(other),
    }
}

//! A real scanner behind the operating system's serial port.
//!
//! After [`ScannerError::Unplugged`] drop the scanner and call [`open`] again until the device is back; with
//! [`Port::Usb`] it may come back under another path.

use std::io::{self, ErrorKind, Read};
use std::path::PathBuf;
use std::time::Duration;

use serialport::{ClearBuffer, SerialPort, SerialPortType};

use crate::ScannerError;
use crate::framing::IdleGap;
use crate::line::{LineScanner, Wire};

/// Which port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Port {
    Path(PathBuf),
    /// The first USB serial port with this idVendor and idProduct.
    Usb {
        vendor: u16,
        product: u16,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    pub port: Port,
    /// 8N1 at this rate; means nothing on USB CDC-ACM.
    pub baud_rate: u32,
    pub idle_gap: IdleGap,
}

impl Settings {
    /// 115,200 baud, codes ended by CR or LF.
    pub fn new(port: Port) -> Self {
        Self { port, baud_rate: 115_200, idle_gap: IdleGap::Ignored }
    }
}

/// Opens the port and drops what was scanned before: that was another patient's.
pub fn open(settings: &Settings) -> Result<LineScanner, ScannerError> {
    let path = match &settings.port {
        Port::Path(path) => path.to_string_lossy().into_owned(),
        Port::Usb { vendor, product } => path_of(*vendor, *product)?,
    };
    let port = serialport::new(&path, settings.baud_rate).open().map_err(|error| opening(&path, error))?;
    port.clear(ClearBuffer::Input).map_err(|error| opening(&path, error))?;
    Ok(LineScanner::new(SerialWire { port }, settings.idle_gap))
}

fn path_of(vendor: u16, product: u16) -> Result<String, ScannerError> {
    let ports = serialport::available_ports().map_err(|error| ScannerError::Port(error.into()))?;
    ports
        .into_iter()
        .find(|port| match &port.port_type {
            SerialPortType::UsbPort(usb) => (usb.vid, usb.pid) == (vendor, product),
            SerialPortType::PciPort | SerialPortType::BluetoothPort | SerialPortType::Unknown => false,
        })
        .map(|port| port.port_name)
        .ok_or(ScannerError::NotPluggedIn)
}

struct SerialWire {
    port: Box<dyn SerialPort>,
}

impl Wire for SerialWire {
    fn read(&mut self, buffer: &mut [u8], timeout: Duration) -> Result<usize, ScannerError> {
        self.port.set_timeout(timeout).map_err(|error| reading(error.into()))?;
        match self.port.read(buffer) {
            // End of file on a terminal: the other side hung up.
            Ok(0) => Err(ScannerError::Unplugged),
            Ok(length) => Ok(length),
            Err(error)
                if matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::Interrupted | ErrorKind::WouldBlock) =>
            {
                Ok(0)
            }
            Err(error) => Err(reading(error)),
        }
    }
}

fn reading(error: io::Error) -> ScannerError {
    match error.kind() {
        ErrorKind::BrokenPipe | ErrorKind::UnexpectedEof | ErrorKind::NotConnected | ErrorKind::NotFound => {
            ScannerError::Unplugged
        }
        // EIO, ENXIO and ENODEV have no kind of their own; `serialport` makes EIO of a poll error into Other.
        ErrorKind::Other if error.raw_os_error().is_none() => ScannerError::Unplugged,
        _ if matches!(error.raw_os_error(), Some(5 | 6 | 19)) => ScannerError::Unplugged,
        _ => ScannerError::Port(error),
    }
}

fn opening(path: &str, error: serialport::Error) -> ScannerError {
    let missing = !std::path::Path::new(path).exists();
    match error.kind() {
        _ if missing => ScannerError::NotPluggedIn,
        serialport::ErrorKind::Io(ErrorKind::PermissionDenied) => ScannerError::Forbidden,
        // EBUSY and a lock held by another program.
        serialport::ErrorKind::NoDevice => ScannerError::Busy,
        serialport::ErrorKind::Io(_) | serialport::ErrorKind::InvalidInput | serialport::ErrorKind::Unknown => {
            ScannerError::Port(error.into())
        }
    }
}

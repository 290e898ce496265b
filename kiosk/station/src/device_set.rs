//! The devices of one kiosk, each as something that opens it: real ones by their places, simulated ones by `sim::Bench`.

use devices::code_scanner::OpenScanner;
use devices::face_camera::OpenCamera;
use devices::reader::OpenReader;
use devices::ticket_printer::OpenPrinter;
use printer::usb::KernelDriver;
use serialport::FlowControl;

use crate::config::{CameraPlace, DevicesConfig, PrinterPlace, ReaderPlace, ScannerPlace};

/// Called again whenever a device was lost.
pub struct DeviceSet {
    pub reader: OpenReader,
    pub scanner: OpenScanner,
    pub printer: OpenPrinter,
    pub camera: OpenCamera,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DeviceSetError {
    #[error("the configuration asks for a simulated {0}, and this kiosk has no simulators")]
    Simulated(&'static str),
}

impl DeviceSet {
    /// All real, or an error.
    pub fn real(config: &DevicesConfig) -> Result<Self, DeviceSetError> {
        Ok(Self {
            reader: real_reader(config).ok_or(DeviceSetError::Simulated("card reader"))?,
            scanner: real_scanner(config).ok_or(DeviceSetError::Simulated("scanner"))?,
            printer: real_printer(config).ok_or(DeviceSetError::Simulated("printer"))?,
            camera: real_camera(config).ok_or(DeviceSetError::Simulated("camera"))?,
        })
    }

    /// Each device real where it has a place, simulated where the configuration says so.
    #[cfg(feature = "sim")]
    pub fn with_simulated(config: &DevicesConfig, simulated: Self) -> Self {
        Self {
            reader: real_reader(config).unwrap_or(simulated.reader),
            scanner: real_scanner(config).unwrap_or(simulated.scanner),
            printer: real_printer(config).unwrap_or(simulated.printer),
            camera: real_camera(config).unwrap_or(simulated.camera),
        }
    }
}

fn real_reader(config: &DevicesConfig) -> Option<OpenReader> {
    match config.reader {
        ReaderPlace::Usb(selector) => {
            Some(Box::new(move || ccid::usb::open(selector, ccid::usb::KernelDriver::Detach)))
        }
        ReaderPlace::Sim => None,
    }
}

fn real_scanner(config: &DevicesConfig) -> Option<OpenScanner> {
    match &config.scanner {
        ScannerPlace::Serial(port) => {
            let settings = scanner::serial::Settings {
                port: port.clone(),
                baud_rate: config.scanner_baud,
                idle_gap: config.idle_gap(),
            };
            Some(Box::new(move || Ok(Box::new(scanner::serial::open(&settings)?))))
        }
        ScannerPlace::Sim => None,
    }
}

fn real_printer(config: &DevicesConfig) -> Option<OpenPrinter> {
    let patience = printer::Patience::default();
    match &config.printer {
        PrinterPlace::Usb { vendor, product } => {
            let selector = printer::usb::Selector { vendor_id: *vendor, product_id: *product };
            Some(Box::new(move || Ok(Box::new(printer::usb::open(selector, KernelDriver::Detach, patience)?))))
        }
        PrinterPlace::Serial(path) => {
            let (path, baud_rate) = (path.to_string_lossy().into_owned(), config.printer_baud);
            // The driver never has more under way than a printer's buffer holds.
            let open = move || printer::serial::open(&path, baud_rate, FlowControl::None, patience);
            Some(Box::new(move || Ok(Box::new(open()?))))
        }
        PrinterPlace::Sim => None,
    }
}

fn real_camera(config: &DevicesConfig) -> Option<OpenCamera> {
    match config.camera {
        CameraPlace::Video(index) => {
            Some(Box::new(move || Ok(Box::new(camera::v4l::V4lCamera::open(camera::v4l::Request::new(index))?))))
        }
        CameraPlace::Sim => None,
    }
}

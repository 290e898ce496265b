//! How the devices are, as their workers last reported: what the kiosk tells its server once a minute.

use api::{DeviceHealth, Heartbeat, SoftwareVersion};
use devices::code_scanner::ScannerReport;
use devices::face_camera::{FaceFault, FaceReport};
use devices::offline_desk::Disk;
use devices::reader::ReaderReport;
use devices::ticket_printer::{Condition, PrinterReport};
use session::DeviceStatus;

pub(crate) struct Health {
    reader: DeviceHealth,
    scanner: DeviceHealth,
    printer: DeviceHealth,
    camera: DeviceHealth,
}

impl Health {
    /// `camera`: as far as is known before anybody stood before it.
    pub fn new(camera: DeviceStatus) -> Self {
        let unknown = DeviceHealth::Unknown;
        let camera = match camera {
            DeviceStatus::Up => unknown,
            DeviceStatus::Down => DeviceHealth::Faulty,
        };
        Self { reader: unknown, scanner: unknown, printer: unknown, camera }
    }

    pub fn reader(&mut self, report: &ReaderReport) {
        self.reader = match report {
            ReaderReport::Down => DeviceHealth::Missing,
            ReaderReport::Up
            | ReaderReport::CardInserted
            | ReaderReport::CardRemoved
            | ReaderReport::Progress { .. } => DeviceHealth::Working,
            // The chip's or the card's trouble, most of the time.
            ReaderReport::Read { .. } | ReaderReport::Answered { .. } => return,
        };
    }

    pub fn scanner(&mut self, report: &ScannerReport) {
        self.scanner = match report {
            ScannerReport::Down => DeviceHealth::Missing,
            ScannerReport::Up | ScannerReport::Scanned(_) => DeviceHealth::Working,
        };
    }

    pub fn printer(&mut self, report: &PrinterReport) {
        self.printer = match report {
            PrinterReport::Condition(condition) => match condition {
                Condition::Ready => DeviceHealth::Working,
                Condition::PaperOut => DeviceHealth::PaperOut,
                Condition::CoverOpen => DeviceHealth::CoverOpen,
                Condition::Fault => DeviceHealth::Faulty,
                Condition::Gone => DeviceHealth::Missing,
            },
            PrinterReport::Printed { .. } => DeviceHealth::Working,
            // The condition is told besides.
            PrinterReport::NotPrinted { .. } => return,
        };
    }

    pub fn face(&mut self, report: &FaceReport) {
        self.camera = match report {
            FaceReport::Hint { .. } | FaceReport::Counted { .. } | FaceReport::Decided { .. } => DeviceHealth::Working,
            FaceReport::Unavailable { fault, .. } => match fault {
                FaceFault::Camera(_) => DeviceHealth::Missing,
                FaceFault::NoModels | FaceFault::Models(_) | FaceFault::Frame(_) | FaceFault::Worker => {
                    DeviceHealth::Faulty
                }
                FaceFault::Portrait(_) => return,
            },
        };
    }

    pub fn heartbeat(&self, disk: Disk) -> Heartbeat {
        Heartbeat {
            version: SoftwareVersion::of_this_build(),
            reader: self.reader,
            scanner: self.scanner,
            printer: self.printer,
            camera: self.camera,
            disk: disk.health,
            unsent: disk.unsent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heartbeat_says_what_each_device_said_last() {
        let mut health = Health::new(DeviceStatus::Up);
        let disk = Disk { health: DeviceHealth::Working, unsent: 2 };
        assert_eq!(health.heartbeat(disk).printer, DeviceHealth::Unknown);
        health.reader(&ReaderReport::Up);
        health.scanner(&ScannerReport::Up);
        health.printer(&PrinterReport::Condition(Condition::Ready));
        health.printer(&PrinterReport::Condition(Condition::PaperOut));
        health.face(&FaceReport::Unavailable { matching: 1, fault: FaceFault::NoModels });
        health.scanner(&ScannerReport::Down);
        let told = health.heartbeat(disk);
        assert_eq!(
            [told.reader, told.scanner, told.printer, told.camera, told.disk],
            [
                DeviceHealth::Working,
                DeviceHealth::Missing,
                DeviceHealth::PaperOut,
                DeviceHealth::Faulty,
                DeviceHealth::Working
            ]
        );
        assert_eq!(told.unsent, 2);
    }
}

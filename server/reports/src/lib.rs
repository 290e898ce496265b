//! What the hospital's management and the city read about the work of a period, and what the public may.
//!
//! ```text
//! Facts --Summary::of--> Summary          counted once: medians, p90, tallies
//! Report { now, before } --sections-->    a finding, a chart and a table each, in Vietnamese and English
//! sections --> svg | pdf | xlsx | csv     pages and files: the same figures everywhere
//! Report --> Feed                         JSON, version 1
//! counts by department, day and hour --Publication::of--> open data, small cells suppressed
//! [QueueEvent] --stays()--> [Stay]        waiting and service times are a fold of the queue's events
//! ```
//!
//! No I/O, no clock, no database. Nothing here knows a person: facts are codes, counts and moments.
//!
//! CSV after RFC 4180 with a byte order mark (spreadsheets take it for UTF-8) and guarded against formulas; XLSX is Office
//! Open XML; PDF is PDF/A-2u on the sheets of `print`; metadata of the open data are DCAT-AP 3 as JSON-LD.
//!
//! Left out on purpose: figures of single members of staff, and anything by which a patient could be told from others.

mod chart;
mod csv_file;
mod dcat;
mod facts;
mod feed;
mod open_data;
mod pdf;
mod period;
mod report;
mod section;
mod stays;
mod summary;
mod suppression;
mod svg;
mod words;
mod xlsx;

pub use csv_file::csv;
pub use dcat::{Catalogue, ColumnMeaning, Publisher, dcat, dictionary, dictionary_csv};
pub use facts::{
    Admitted, CertificateFact, CheckIn, ChipOutcome, Contact, DeadlineStanding, FaceOutcome, Facts, ForecastFact,
    Group, KioskFact, NumberSource, Stage, Stay, StayEnd,
};
pub use feed::{FEED_VERSION, Feed, FeedDepartment, FeedFacility, FeedPeriod, feed};
pub use open_data::{CellCount, OpenRow, Publication, open_data_csv};
pub use pdf::pdf;
pub use period::{Period, PeriodError, Span, VIETNAM, day, hour_of};
pub use report::{Hospital, Name, Report};
pub use section::{Cell, Section, Table};
pub use stays::stays;
pub use summary::{
    Count, DeadlineCount, DepartmentFigures, ForecastFigures, GroupFigures, KioskFigures, Spread, StageCount, Summary,
    reason_code,
};
pub use suppression::{Published, Threshold, ThresholdError};
pub use svg::svg;
pub use xlsx::xlsx;

/// What can keep a report from becoming a file.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    #[error("the PDF cannot be made")]
    Print(#[from] print::PrintError),
    #[error("the XLSX file cannot be made")]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
    #[error("the CSV file cannot be made")]
    Csv(#[from] ::csv::Error),
    #[error("the JSON cannot be made")]
    Json(#[from] serde_json::Error),
}

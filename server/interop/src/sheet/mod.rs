//! Tables as hospitals export them (RFC 4180, and what Excel makes of it): appointments, and departments with rooms, hours
//! and capacity. UTF-8 with or without a mark; `,`, `;` or a tab between cells; headers in Vietnamese or English, in any
//! order, columns nobody knows left aside. Everything that is wrong is said at once, each with its line and column.

mod appointments;
mod departments;
mod finding;
mod table;

pub use appointments::read_appointments;
pub use departments::{read_department_lines, read_departments, write_departments};
pub use finding::{Expected, Finding, Findings, Wrong};
pub use table::{MAX_BYTES, MAX_ROWS};

//! Signing and sending.

use crate::keys::Place;

/// The bytes that a signing job signs.
pub(crate) fn sign_body_place(row: &str) -> Place<'_> {
    Place { column: "dispatch_jobs.sign", row }
}

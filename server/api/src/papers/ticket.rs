//! What is printed of one's own paper: a slip that says where it stands, never the certificate itself.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{PaperKind, PaperStatus, Private};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PaperTicket {
    pub kind: PaperKind,
    /// As printed, from the moment it is drawn.
    pub number: Option<String>,
    /// Whom it concerns, with stars in it.
    pub holder: Option<Private>,
    pub status: PaperStatus,
    /// Content of the QR: the public page that verifies this paper, by its random token. Absent before it is signed.
    pub verification: Option<String>,
}

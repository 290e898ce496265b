//! Numbers a kiosk may give while the server is away, and how they come home.

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};
use utoipa::ToSchema;

use crate::{
    Base64, CheckInRequest, DepartmentCode, EntitlementView, Hex8, Hex16, Hex32, IdentificationRequest, TicketNumber,
    VisitId,
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BlockRequest {
    pub department: DepartmentCode,
    /// 1 to 50.
    pub count: u16,
}

/// Reserved for one kiosk, one department and one service day (Asia/Ho_Chi_Minh): the server never gives these
/// numbers itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Block {
    pub department: DepartmentCode,
    #[serde(with = "crate::encoding::day")]
    #[schema(value_type = String, format = Date)]
    pub service_day: Date,
    pub numbers: Vec<TicketNumber>,
    /// One active-authentication challenge for each number, valid that day, single use.
    pub challenges: Vec<Hex8>,
}

/// A check-in made without the server, sealed to its public key until it is back
/// (`crypto_box` sealed box over the JSON of this).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfflineCheckIn {
    pub visit: VisitId,
    pub number: TicketNumber,
    #[serde(with = "crate::encoding::day")]
    #[schema(value_type = String, format = Date)]
    pub service_day: Date,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub taken_at: OffsetDateTime,
    /// Absent when the patient showed nothing.
    pub identification: Option<IdentificationRequest>,
    pub check_in: CheckInRequest,
    /// The word in the QR code that the kiosk printed: 128 random bits. Absent where the hospital has no public page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow: Option<Hex16>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReconcileRequest {
    pub visit: VisitId,
    /// The server key it was sealed to.
    pub sealed_to: Hex32,
    pub sealed: Base64,
}

/// The number on paper wins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReconcileReply {
    pub number: TicketNumber,
    /// A number the server had given the same visit before the line broke: void, with the reason recorded.
    pub voided: Option<TicketNumber>,
    pub entitlement: EntitlementView,
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn a_service_day_is_written_as_the_openapi_document_says() {
        let block = Block {
            department: DepartmentCode::parse("K01").expect("a code"),
            service_day: date!(2026 - 11 - 23),
            numbers: Vec::new(),
            challenges: Vec::new(),
        };
        let json = serde_json::to_value(&block).expect("serialises");
        assert_eq!(json["service_day"], "2026-11-23");
        assert_eq!(serde_json::from_value::<Block>(json).expect("parses"), block);
    }
}

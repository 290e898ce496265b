//! Where a patient can go.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::DepartmentCode;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DepartmentView {
    pub code: DepartmentCode,
    pub name_vi: String,
    pub name_en: String,
    /// "102" or "101, 102".
    pub rooms: String,
    pub floor: String,
    pub waiting: u16,
    /// Minutes, low and high; absent while too little is known.
    #[schema(value_type = Option<[u16; 2]>)]
    pub wait_minutes: Option<(u16, u16)>,
    /// Takes patients now.
    pub open: bool,
    /// Would be open, but gave as many numbers today as it may: it takes who has priority or an appointment.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub full: bool,
    /// The reception counter: where the counter route and "I don't know which department" lead.
    pub reception: bool,
}

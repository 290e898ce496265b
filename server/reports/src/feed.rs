//! The report for machines: the city's operations centre and the hospital's own systems.

use api::DepartmentCode;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::period::{Period, Span, iso_day, local};
use crate::report::Report;
use crate::summary::Summary;

/// Grows when a field changes its meaning or goes; new fields come without it.
pub const FEED_VERSION: u16 = 1;

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Feed {
    pub version: u16,
    pub facility: FeedFacility,
    pub period: FeedPeriod,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub made_at: OffsetDateTime,
    pub departments: Vec<FeedDepartment>,
    /// Times are in seconds, shares from 0 to 1.
    pub figures: Summary,
    pub previous_period: FeedPeriod,
    pub previous_figures: Summary,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FeedFacility {
    pub code: String,
    pub name_vi: String,
    pub name_en: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FeedPeriod {
    /// `2026-11-23`, `2026-W48`, `2026-11`, `2026-Q4`.
    pub id: String,
    pub span: Span,
    /// First and last day, both inside; days of Asia/Ho_Chi_Minh.
    pub first_day: String,
    pub last_day: String,
    /// Over when the report was made?
    pub complete: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FeedDepartment {
    pub code: DepartmentCode,
    pub name_vi: String,
    pub name_en: String,
}

pub fn feed(report: &Report) -> Feed {
    let today = local(report.made_at).date();
    let period = |period: Period| FeedPeriod {
        id: period.to_string(),
        span: period.span(),
        first_day: iso_day(period.first()),
        last_day: iso_day(period.last()),
        complete: today > period.last(),
    };
    Feed {
        version: FEED_VERSION,
        facility: FeedFacility {
            code: report.hospital.code.clone(),
            name_vi: report.hospital.name.vi.clone(),
            name_en: report.hospital.name.en.clone(),
        },
        period: period(report.period),
        made_at: local(report.made_at),
        departments: report
            .departments
            .iter()
            .map(|(code, name)| FeedDepartment {
                code: code.clone(),
                name_vi: name.vi.clone(),
                name_en: name.en.clone(),
            })
            .collect(),
        figures: report.now.clone(),
        previous_period: period(report.period.previous()),
        previous_figures: report.before.clone(),
    }
}

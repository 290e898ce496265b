//! The report on A4.

use certificates::Lang;
use print::{Fonts, PageWords, ReportPart, ReportTable, report_pdf};

use crate::ReportError;
use crate::period::local;
use crate::report::Report;

/// PDF/A-2u.
pub fn pdf(report: &Report, lang: Lang, fonts: &Fonts) -> Result<Vec<u8>, ReportError> {
    let parts = report.sections(lang).into_iter().map(|section| ReportPart {
        topic: section.topic,
        found: section.finding,
        figure: section.figure,
        table: Some(ReportTable {
            headers: section.table.headers,
            rows: section.table.rows.iter().map(|row| row.iter().map(|cell| cell.text(lang)).collect()).collect(),
        }),
        note: section.note,
    });
    let (pages, language) = match lang {
        Lang::Vi => (PageWords { page: "Trang", of: "/" }, "vi"),
        Lang::En => (PageWords { page: "Page", of: " of " }, "en"),
    };
    let sheet = print::Report {
        issuer: report.hospital.name.say(lang).to_owned(),
        title: report.title(lang),
        subtitle: report.made(lang),
        parts: parts.collect(),
        foot: format!("{} · {}", report.hospital.name.say(lang), report.title(lang)),
        pages,
        language,
        id: format!("{} {language} {}", report.file_stem(), report.made_at.unix_timestamp()),
        made_at: local(report.made_at),
    };
    Ok(report_pdf(&sheet, fonts)?)
}

//! The page that shows what was received. Names are initials, numbers of persons their last digits.

use maud::{DOCTYPE, Markup, html};
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

use crate::control::{Counts, SeenRefusal, Summary};
use crate::fault::{Fault, Service};
use crate::record::{Issue, Record};
use crate::store::KeyCount;

/// A look-up as the page shows it.
#[derive(Debug, Clone)]
pub(crate) struct SeenLookup {
    pub at: String,
    pub masked_key: String,
    pub officer: String,
    pub result: String,
}

/// Everything the page shows.
pub(crate) struct Shown<'a> {
    pub counts: &'a Counts,
    pub summary: &'a Summary,
    pub latest: &'a [Record],
    pub refusals: &'a [SeenRefusal],
    pub lookups: &'a [SeenLookup],
    pub faults: &'a [(Service, Fault)],
}

/// More doubled keys than this are counted only.
const SHOWN_DOUBLED: usize = 100;

pub(crate) fn render(shown: &Shown<'_>) -> Markup {
    let Shown { counts, summary, latest, refusals, lookups, faults } = shown;
    html! {
        (DOCTYPE)
        html lang="vi" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { "Cổng giám định thử nghiệm" }
                style { (maud::PreEscaped(STYLE)) }
            }
            body {
                h1 { "Cổng giám định thử nghiệm" }
                p { "Mock of the insurance gateway. Invented people only; nothing leaves this machine." }
                @if faults.is_empty() { p.ok { "✓ Không có lỗi giả lập bằng tay · no faults set by hand" } }
                @for (service, fault) in *faults { p.warn { "! " (format!("{service:?}: {fault:?}")) } }
                dl {
                    div { dt { "Token" } dd { (counts.tokens_given) } }
                    div { dt { "Tra cứu thẻ" } dd { (counts.lookups) } }
                    div { dt { "XML0" } dd { (counts.check_ins) } }
                    div { dt { "Giấy tờ" } dd { (counts.papers) } }
                    div { dt { "Lái xe" } dd { (counts.drivers) } }
                    div { dt { "VNeID" } dd { (counts.eid_resolved) } }
                }
                (received(summary))
                (doubled(&summary.doubled))
                (records(latest, &summary.doubled))
                h2 { "Bị từ chối · refused" }
                table {
                    tr { th { "Lúc" } th { "Dịch vụ" } th { "Mã" } th { "Lý do (người gửi không được biết)" } }
                    @for seen in refusals.iter().rev() {
                        tr { td { (seen.at) } td { (format!("{:?}", seen.service)) } td { (seen.code) } td { (seen.reason) } }
                    }
                }
                h2 { "Tra cứu gần nhất · look-ups" }
                table {
                    tr { th { "Lúc" } th { "Mã" } th { "Cán bộ" } th { "maKetQua" } }
                    @for seen in lookups.iter().rev() {
                        tr { td { (seen.at) } td { (seen.masked_key) } td { (seen.officer) } td { (seen.result) } }
                    }
                }
            }
        }
    }
}

fn received(summary: &Summary) -> Markup {
    html! {
        h2 { "Đã nhận · received" }
        table {
            tr { th { "Cơ sở" } th { "Loại" } th { "Số bản ghi" } th { "Trùng" } }
            @for total in &summary.totals {
                @let twice = summary.doubled.iter()
                    .filter(|key| key.kind == total.kind && key.facility == total.facility).count();
                tr {
                    td { (total.facility) } td { (total.kind.title()) } td { (total.records) }
                    td { @if twice > 0 { span.bad { "✗ " (twice) } } @else { "0" } }
                }
            }
        }
        @if summary.misattributed > 0 { p.warn { "! " (summary.misattributed) " bản ghi ghi nhầm cơ sở (token của cơ sở khác)" } }
        @if summary.misfiled > 0 { p.warn { "! " (summary.misfiled) " bản ghi sai loaiHs" } }
    }
}

fn doubled(doubled: &[KeyCount]) -> Markup {
    html! {
        h2 { "Trùng · duplicates" }
        @if doubled.is_empty() { p.ok { "✓ Không có giấy nào được ghi nhận hai lần · nothing was received twice" } }
        @else {
            p.bad { "✗ " (doubled.len()) " giấy được ghi nhận hơn một lần" }
            table {
                tr { th { "Loại" } th { "Số" } th { "Cơ sở" } th { "Số lần" } th { "Nội dung khác nhau" } th { "Cấp lần đầu" } }
                @for key in doubled.iter().take(SHOWN_DOUBLED) {
                    tr.bad {
                        td { (key.kind.title()) } td { (key.key) } td { (key.facility) }
                        td { (key.records) } td { (key.contents) } td { (key.first_issues) }
                    }
                }
            }
        }
    }
}

fn records(latest: &[Record], doubled: &[KeyCount]) -> Markup {
    let twice = |record: &Record| doubled.iter().any(|key| key.kind == record.kind && key.key == record.key);
    html! {
        h2 { "Bản ghi gần nhất · latest records" }
        table {
            tr { th { "Lúc" } th { "Loại" } th { "Số" } th { "Người" } th { "Cơ sở" } th { "Mã giao dịch" } th { "Ghi chú" } }
            @for record in latest {
                tr.bad[twice(record)] {
                    td { (local(record.at)) }
                    td { (record.kind.title()) } td { (record.key) } td { (record.initials) } td { (record.facility) }
                    td.code { (record.receipt) }
                    td {
                        @if record.misattributed() { span.warn { "! token của " (record.account_facility) } }
                        @if record.misfiled() { span.warn { "! loaiHs: " (record.filed_as.title()) } }
                        @if record.issue == Issue::Again { span { "cấp lại" } }
                    }
                }
            }
        }
    }
}

/// As a clock in Vietnam shows it.
fn local(at: OffsetDateTime) -> String {
    let at = UtcOffset::from_hms(7, 0, 0).map_or(at, |offset| at.to_offset(offset));
    at.format(format_description!("[day]/[month] [hour]:[minute]:[second]")).unwrap_or_default()
}

const STYLE: &str = "body{font:18px/1.4 'Be Vietnam Pro',sans-serif;background:#FBFAF7;color:#10233B;margin:32px auto;\
max-width:1400px;padding:0 24px}h1{font-size:32px}table{width:100%;border-collapse:collapse;background:#fff}\
th,td{text-align:left;padding:8px 12px;border-bottom:1px solid #D9DEE6}dl{display:flex;gap:24px;flex-wrap:wrap}\
dd{margin:0;font-size:32px;font-weight:700;color:#0B4A8F}.code{font:14px monospace;word-break:break-all}\
.ok{color:#0A5834;background:#E3F3EA;padding:8px 16px;border-radius:12px}\
.warn{color:#6E4300;background:#FFF2D9;padding:8px 16px;border-radius:12px}\
p.bad,span.bad,tr.bad td{color:#8A1C1C;background:#FBE4E4}p.bad,span.bad{padding:8px 16px;border-radius:12px}\
span.warn,span.bad{display:inline-block;padding:4px 12px;margin:2px 0}td{vertical-align:top}\
tr.bad td{font-weight:600}";

//! The page that shows what was received.

use maud::{DOCTYPE, Markup, html};
use time::format_description::well_known::Rfc3339;

use crate::check_in::ReceivedCheckIn;
use crate::control::Counts;
use crate::fault::{Fault, Service};

/// A look-up as the page shows it.
#[derive(Debug, Clone)]
pub(crate) struct SeenLookup {
    pub at: String,
    pub masked_key: String,
    pub officer: String,
    pub result: String,
}

pub(crate) fn render(
    counts: &Counts,
    lookups: &[SeenLookup],
    check_ins: &[ReceivedCheckIn],
    faults: &[(Service, Fault)],
) -> Markup {
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
                @if faults.is_empty() { p.ok { "✓ Không có lỗi giả lập · no faults set" } }
                @for (service, fault) in faults { p.warn { "! " (format!("{service:?}: {fault:?}")) } }
                dl {
                    dt { "Token" } dd { (counts.tokens_given) }
                    dt { "Tra cứu thẻ" } dd { (counts.lookups) }
                    dt { "XML0" } dd { (counts.check_ins) }
                    dt { "VNeID" } dd { (counts.eid_resolved) }
                }
                h2 { "Tra cứu gần nhất" }
                table {
                    tr { th { "Lúc" } th { "Mã" } th { "Cán bộ" } th { "maKetQua" } }
                    @for seen in lookups.iter().rev() {
                        tr { td { (seen.at) } td { (seen.masked_key) } td { (seen.officer) } td { (seen.result) } }
                    }
                }
                h2 { "XML0 đã nhận" }
                table {
                    tr { th { "Lúc" } th { "MA_LK" } th { "Cơ sở" } th { "Mã giao dịch" } th { "Ghi chú" } }
                    @for received in check_ins.iter().rev() {
                        tr {
                            td { (received.received_at.format(&Rfc3339).unwrap_or_default()) } td { (received.visit) } td { (received.facility) } td { (received.transaction) }
                            td { @if received.misattributed { span.warn { "! token của cơ sở khác" } } }
                        }
                    }
                }
            }
        }
    }
}

const STYLE: &str = "body{font:18px/1.4 'Be Vietnam Pro',sans-serif;background:#FBFAF7;color:#10233B;margin:32px auto;\
max-width:1000px;padding:0 24px}h1{font-size:32px}table{width:100%;border-collapse:collapse;background:#fff}\
th,td{text-align:left;padding:8px 12px;border-bottom:1px solid #D9DEE6}dl{display:flex;gap:32px}dd{margin:0;font-size:32px;\
font-weight:700;color:#0B4A8F}.ok{color:#0A5834;background:#E3F3EA;padding:8px 16px;border-radius:12px}\
.warn{color:#6E4300;background:#FFF2D9;padding:8px 16px;border-radius:12px}";

//! After an outage: every unknown outcome with the evidence beside it, settled in bulk by a person who looked at the
//! portal. No machine sends such a row again.

use std::collections::BTreeMap;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::super::Task;
use super::super::page;
use super::super::sent::Sent;
use super::super::session::Staff;
use super::super::text::Language;
use super::edit::actor;
use super::list::{dispatch_failed, since};
use super::words;
use crate::app::App;
use crate::certificate::{By, Why};
use crate::dispatch::{Evidence, Finding, Settled, reconcile, unknown_outcomes};
use crate::http::Failure;
use crate::store::DispatchKind;

/// Rows of one kind on one page.
const ROWS: u32 = 200;

#[derive(Deserialize)]
pub struct Outcome {
    done: Option<u32>,
    left: Option<u32>,
}

pub async fn page(
    State(app): State<App>,
    language: Language,
    staff: Staff,
    Query(outcome): Query<Outcome>,
) -> Result<Response, Failure> {
    page::allowed(&staff, Task::SeeCertificates)?;
    let rows = unknown(&app).await?;
    let settles = staff.may(Task::Reconcile);
    let body = html! {
        main {
            p.back { a href="/staff/certificates" { "← " (language.pick("Tất cả giấy tờ", "All certificates")) } }
            h1 { (language.pick("Đối soát kết quả chưa rõ", "Reconcile unknown outcomes")) }
            p.lead { (language.pick(
                "Đã bắt đầu gửi nhưng không rõ cổng có nhận hay không. Tra từng số trên cổng rồi ghi kết quả: có (kèm mã giao dịch) hoặc không có. Máy không tự gửi lại.",
                "Sending began, and nobody knows whether the gateway has it. Look each number up at the portal and say: it has it (with its receipt), or it does not. No machine sends it again.",
            )) }
            @if let Some(done) = outcome.done {
                p.note.ok role="status" { (done) " " (language.pick("dòng đã ghi nhận", "settled")) @if let Some(left) = outcome.left.filter(|left| *left > 0) { ", " (left) " " (language.pick("dòng chưa ghi được", "not settled")) } }
            }
            @if rows.is_empty() {
                p.card.empty { (language.pick("Không còn kết quả nào chưa rõ.", "No outcome is unknown.")) }
            } @else {
                form method="post" action="/staff/certificates/unknown" {
                    (page::token(&staff))
                    @if settles {
                        section.card.part {
                            h2 { (language.pick("Dán danh sách từ cổng", "Paste the portal's list")) }
                            p.lead { (language.pick("Mỗi dòng: số giấy, mã giao dịch (cách nhau bằng tab, dấu chấm phẩy hoặc khoảng trắng).", "A line each: number, receipt (with a tab, semicolon or space between).")) }
                            textarea name="pasted" rows="5" aria-label=(language.pick("Danh sách", "List")) {}
                        }
                    }
                    div.card.wide {
                        table.unknown {
                            thead { tr {
                                th { (language.pick("Giấy", "Paper")) }
                                th { (language.pick("Các lần gửi", "Requests")) }
                                th { (language.pick("Kết quả tra cứu", "What the portal says")) }
                            } }
                            tbody { @for row in &rows { (line(row, settles, language)) } }
                        }
                    }
                    @if settles {
                        div.save {
                            label { (language.pick("Ghi chú", "Note")) " " input name="words" maxlength="300"; }
                            button.primary { (language.pick("Ghi nhận", "Settle")) }
                        }
                    }
                }
            }
        }
    };
    Ok(page::framed(&app, language, Some(&staff), page::Freshness::Still, body))
}

pub async fn settle(State(app): State<App>, Sent { staff, form }: Sent) -> Result<Response, Failure> {
    page::allowed(&staff, Task::Reconcile)?;
    let pasted = pasted(form.text("pasted"));
    let mut findings = BTreeMap::new();
    for row in unknown(&app).await? {
        let subject = row.job.subject;
        let receipt = form.text(&format!("receipt:{subject}")).trim();
        let found = match (form.get(&format!("found:{subject}")), pasted.get(&row.job.natural_key)) {
            (Some("not_received"), None) => Some(Finding::NotReceived),
            (Some("accepted"), _) if !receipt.is_empty() => {
                Some(Finding::Accepted { receipt: receipt.to_owned(), received_at: None })
            }
            // The portal's own list counts more than a tick that says the opposite.
            (_, Some(receipt)) => Some(Finding::Accepted { receipt: receipt.clone(), received_at: None }),
            (Some(_) | None, None) => None,
        };
        if let Some(found) = found {
            findings.insert(subject, found);
        }
    }
    let words: String = form.text("words").trim().chars().take(300).collect();
    let actor = actor(&staff);
    let by = By { actor: &actor, why: Why::AsPlanned, words: Some(words.as_str()).filter(|words| !words.is_empty()) };
    let settled: BTreeMap<Uuid, Settled> = reconcile(&app, &findings, by).await.map_err(dispatch_failed)?;
    let done = settled.values().filter(|settled| **settled == Settled::Done).count();
    let left = settled.len() - done;
    Ok(Redirect::to(&format!("/staff/certificates/unknown?done={done}&left={left}")).into_response())
}

async fn unknown(app: &App) -> Result<Vec<Evidence>, Failure> {
    let mut rows = Vec::new();
    for kind in DispatchKind::ALL {
        rows.extend(unknown_outcomes(app, *kind, None, ROWS).await.map_err(dispatch_failed)?);
    }
    Ok(rows)
}

/// Natural key -> receipt. A driver's key has a space in it (number, class): the receipt is what stands last.
fn pasted(text: &str) -> BTreeMap<String, String> {
    let line = |line: &str| {
        let line = line.trim().replace(['\t', ';', ','], " ");
        let (number, receipt) = line.trim().rsplit_once(' ')?;
        Some((number.split_whitespace().collect::<Vec<_>>().join(" "), receipt.to_owned()))
    };
    text.lines().take(10_000).filter_map(line).collect()
}

fn line(row: &Evidence, settles: bool, language: Language) -> Markup {
    let subject = row.job.subject;
    html! {
        tr {
            td {
                @match row.certificate {
                    Some(id) => { a href={ "/staff/certificates/" (id) } { (row.job.natural_key) } }
                    None => { (row.job.natural_key) }
                }
                small { (words::dispatch_kind(row.job.kind, language)) }
            }
            td {
                @for attempt in &row.attempts {
                    div.attempt {
                        (since(attempt.started_at))
                        @match attempt.ended_at { Some(ended) => { " – " (since(ended)) } None => { " – " (language.pick("không có trả lời", "no answer")) } }
                        @if let Some(code) = &attempt.code { " · " (words::outcome(code, language)) }
                        small.hash { (hex::encode(attempt.content_hash).get(..16).unwrap_or_default()) "… " (attempt.destination) }
                    }
                }
            }
            td {
                @if settles {
                    select name={ "found:" (subject) } aria-label=(row.job.natural_key) {
                        option value="" { (language.pick("chưa tra", "not looked up")) }
                        option value="accepted" { (language.pick("cổng có", "the portal has it")) }
                        option value="not_received" { (language.pick("cổng không có", "it does not")) }
                    }
                    input name={ "receipt:" (subject) } maxlength="200" placeholder=(language.pick("mã giao dịch", "receipt")) aria-label=(language.pick("Mã giao dịch", "Receipt"));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_list_is_read_whatever_stands_between() {
        let read = pasted("00001.GCS.31999.26\tHS_1\n 00002/GKSKLX/31999/26 B2; u-2 \n\nrubbish\n");
        assert_eq!(read.get("00001.GCS.31999.26").map(String::as_str), Some("HS_1"));
        assert_eq!(read.get("00002/GKSKLX/31999/26 B2").map(String::as_str), Some("u-2"));
        assert_eq!(read.len(), 2);
    }
}

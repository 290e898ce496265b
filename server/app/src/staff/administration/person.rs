//! One person's data: shown whole, as a file, and erased. Numbers travel in forms only, never in an address.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use super::back;
use crate::app::App;
use crate::http::Failure;
use crate::privacy::dossier::{self, Asking, Dossier, DossierError, Erased, Reason};
use crate::refusal::Refusal;
use crate::staff::page::{self, Freshness};
use crate::staff::sent::{FormFields, Sent};
use crate::staff::session::Staff;
use crate::staff::{Language, Task};

pub const PAGE: &str = "/staff/person";

pub async fn form(State(app): State<App>, language: Language, staff: Staff) -> Result<Response, Failure> {
    page::allowed(&staff, Task::AnswerPersons)?;
    Ok(shown(&app, language, &staff, html! {}))
}

/// On the page.
pub async fn show(State(app): State<App>, language: Language, Sent { staff, form }: Sent) -> Result<Response, Failure> {
    let asked = Asked::of(&staff, &form)?;
    let actor = format!("staff:{}", staff.login);
    let body = match dossier::export(&app, &asked.number, asked.asking(&actor)).await {
        Ok(found) => held(&found, &asked, &staff, language),
        Err(DossierError::Number) => wrong_number(language),
        Err(error) => return Err(failed(error)),
    };
    Ok(shown(&app, language, &staff, body))
}

/// As a file for machines.
pub async fn file(State(app): State<App>, language: Language, Sent { staff, form }: Sent) -> Result<Response, Failure> {
    let asked = Asked::of(&staff, &form)?;
    let actor = format!("staff:{}", staff.login);
    let found = match dossier::export(&app, &asked.number, asked.asking(&actor)).await {
        Ok(found) => found,
        Err(DossierError::Number) => return Ok(shown(&app, language, &staff, wrong_number(language))),
        Err(error) => return Err(failed(error)),
    };
    let name = format!("attachment; filename=\"{}.json\"", found.id);
    let mut response = axum::Json(found.json()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

pub async fn erase(
    State(app): State<App>,
    language: Language,
    Sent { staff, form }: Sent,
) -> Result<Response, Failure> {
    let asked = Asked::of(&staff, &form)?;
    let actor = format!("staff:{}", staff.login);
    let body = match dossier::erase(&app, &asked.number, asked.asking(&actor)).await {
        Ok(erased) => gone(&erased, language),
        Err(DossierError::Number) => wrong_number(language),
        Err(error) => return Err(failed(error)),
    };
    Ok(shown(&app, language, &staff, body))
}

/// Takes a consent back.
pub async fn withdraw(
    State(app): State<App>,
    language: Language,
    Sent { staff, form }: Sent,
) -> Result<Response, Failure> {
    let asked = Asked::of(&staff, &form)?;
    let actor = format!("staff:{}", staff.login);
    let body = match dossier::withdraw(&app, &asked.number, &asked.purpose, asked.asking(&actor)).await {
        Ok(rows) => {
            html! { p.note.ok role="status" { (rows) " " (language.pick("lần đồng ý đã được rút lại", "consents taken back")) } }
        }
        Err(DossierError::Number) => wrong_number(language),
        Err(error) => return Err(failed(error)),
    };
    Ok(shown(&app, language, &staff, body))
}

struct Asked {
    number: String,
    reason: Reason,
    purpose: String,
}

impl Asked {
    fn of(staff: &Staff, form: &FormFields) -> Result<Self, Failure> {
        page::allowed(staff, Task::AnswerPersons)?;
        let reason = form.get("reason").and_then(|code| Reason::from_stored(code).ok());
        Ok(Self {
            number: form.text("number").to_owned(),
            reason: reason.ok_or_else(|| Failure::malformed("the form has the fields number and reason"))?,
            purpose: form.text("purpose").to_owned(),
        })
    }

    fn asking<'a>(&self, actor: &'a str) -> Asking<'a> {
        Asking { actor, reason: self.reason }
    }

    /// What the forms below the dossier repeat.
    fn repeated(&self, staff: &Staff) -> Markup {
        html! {
            (page::token(staff))
            input type="hidden" name="number" value=(self.number);
            input type="hidden" name="reason" value=(self.reason.code());
        }
    }
}

fn shown(app: &App, language: Language, staff: &Staff, below: Markup) -> Response {
    let body = html! {
        main.administration {
            (back(language))
            h1 { (language.pick("Dữ liệu cá nhân", "Personal data")) }
            p.lead { (language.pick(
                "Tra theo đúng số (CCCD hoặc số thẻ BHYT). Mỗi lần xem, xuất hay xoá đều ghi vào nhật ký.",
                "By the exact number (citizen card or insurance card). Each look, file and erasure is in the audit record.",
            )) }
            form.card.begin.search method="post" action="/staff/person/show" autocomplete="off" {
                (page::token(staff))
                label { (language.pick("Số", "Number")) input name="number" required maxlength="24" autocomplete="off"; }
                label { (language.pick("Lý do", "Reason"))
                    select name="reason" {
                        @for reason in Reason::ALL { option value=(reason.code()) { (reason_words(*reason, language)) } }
                    }
                }
                button.primary { (language.pick("Xem dữ liệu", "Show what is held")) }
            }
            (below)
        }
    };
    page::framed(app, language, Some(staff), Freshness::Still, body)
}

fn held(found: &Dossier, asked: &Asked, staff: &Staff, language: Language) -> Markup {
    let purposes = found.given_purposes();
    html! {
        section.card.part {
            h2 { (language.pick("Dữ liệu đang lưu", "What is held")) }
            @if found.rows() == 0 {
                p.empty role="status" { (language.pick("Không lưu gì về số này.", "Nothing is held about this number.")) }
            } @else {
                table {
                    thead { tr { th { (language.pick("Loại", "Kind")) } th { (language.pick("Số dòng", "Rows")) } } }
                    tbody { @for (table, rows) in &found.tables {
                        tr { td { (table_words(table, language)) } td { (rows.len()) } }
                    } }
                }
                @if !found.other_numbers.is_empty() {
                    p.note { (language.pick("Trong đó có số khác, cần tra riêng:", "Other numbers stand in it; ask for them too:"))
                        @for number in &found.other_numbers { " " (number) }
                    }
                }
                details {
                    summary { (language.pick("Toàn bộ nội dung", "Everything, line by line")) }
                    pre.dossier tabindex="0" { (found.lines(|table| table_words(table, language).to_owned())) }
                }
                form method="post" action="/staff/person/file" {
                    (asked.repeated(staff))
                    button { (language.pick("Tải tệp JSON", "Download as JSON")) }
                }
            }
        }
        @if !purposes.is_empty() {
            section.card.part {
                h2 { (language.pick("Rút lại sự đồng ý", "Take a consent back")) }
                @for purpose in &purposes {
                    form.begin method="post" action="/staff/person/withdraw" {
                        (asked.repeated(staff))
                        input type="hidden" name="purpose" value=(purpose);
                        button { (purpose_words(purpose, language)) }
                    }
                }
            }
        }
        @if found.rows() > 0 {
            section.card.part {
                h2 { (language.pick("Xoá", "Erase")) }
                p { (language.pick(
                    "Xoá những gì được phép xoá. Giấy tờ đã lập, nhật ký và lượt khám hôm nay được giữ lại, kèm lý do. Không thể hoàn tác.",
                    "Erases what may be erased. Papers, the audit record and visits of today are kept, and it says why. It cannot be undone.",
                )) }
                form.begin method="post" action="/staff/person/erase" {
                    (asked.repeated(staff))
                    label.check { input type="checkbox" required; " " (language.pick("Tôi đã kiểm tra người yêu cầu", "I made sure who asks")) }
                    button.refuse { (language.pick("Xoá dữ liệu của người này", "Erase this person's data")) }
                }
            }
        }
    }
}

fn gone(erased: &Erased, language: Language) -> Markup {
    html! {
        section.card.part {
            @let nothing = erased.erased.is_empty();
            h2 { @if nothing { (language.pick("Không có gì được xoá", "Nothing was erased")) } @else { (language.pick("Đã xoá", "Erased")) } }
            p role="status" { (language.pick("Mã biên bản", "Record")) " " span.hash { (erased.id) } }
            @if !nothing {
                table {
                    thead { tr { th { (language.pick("Loại", "Kind")) } th { (language.pick("Số dòng", "Rows")) } } }
                    tbody { @for (table, rows) in &erased.erased {
                        tr { td { (table_words(table, language)) } td { (rows) } }
                    } }
                }
            }
        }
        @if !erased.kept.is_empty() {
            section.card.part {
                h2 { (language.pick("Được giữ lại", "Kept")) }
                table {
                    thead { tr { th { (language.pick("Loại", "Kind")) } th { (language.pick("Số dòng", "Rows")) } th { (language.pick("Vì sao", "Why")) } } }
                    tbody { @for kept in &erased.kept {
                        tr { td { (table_words(kept.table, language)) } td { (kept.rows) } td { (language.pick(kept.ground.why_vi(), kept.ground.why())) } }
                    } }
                }
            }
        }
    }
}

fn wrong_number(language: Language) -> Markup {
    html! { p.complaint role="alert" { (language.pick("Số gồm 5 đến 20 chữ số hoặc chữ cái.", "A number has 5 to 20 letters and digits.")) } }
}

fn failed(error: DossierError) -> Failure {
    match error {
        DossierError::Store(error) => Failure::from(Refusal::Store(error)),
        DossierError::Sealed { source, .. } => Failure::from(Refusal::Seal(source)),
        DossierError::Number => Failure::malformed("a number has 5 to 20 letters and digits"),
    }
}

fn reason_words(reason: Reason, language: Language) -> &'static str {
    match reason {
        Reason::Asked => language.pick("Người đó yêu cầu", "The person asks"),
        Reason::Guardian => {
            language.pick("Cha mẹ, người giám hộ hoặc thừa kế yêu cầu", "Parent, guardian or heir asks")
        }
        Reason::Authority => language.pick("Cơ quan có thẩm quyền yêu cầu", "An authority asks"),
        Reason::Mistake => language.pick("Thu thập nhầm", "Taken by mistake"),
    }
}

fn purpose_words(purpose: &str, language: Language) -> &str {
    match purpose {
        "face_comparison" => {
            language.pick("So khuôn mặt với ảnh trong thẻ", "Comparing the face with the card's portrait")
        }
        other => other,
    }
}

/// What a table is called for people.
fn table_words(table: &str, language: Language) -> &str {
    match table {
        "visits" => language.pick("Lượt đến", "Visits"),
        "identifications" => language.pick("Kết quả nhận diện", "Identifications"),
        "reconciliations" => language.pick("Lượt lấy số khi mất mạng", "Visits taken offline"),
        "outbox" => language.pick("Hỏi thẻ BHYT, tin đăng ký khám", "Insurance questions, check-in messages"),
        "eid_answers" => language.pick("Trả lời VNeID", "VNeID answers"),
        "challenges" => language.pick("Thử thách cho chip", "Challenges for the chip"),
        "alerts" => language.pick("Gọi nhân viên", "Calls for a person"),
        "signer_observations" => language.pick("Thẻ đã đối chiếu", "Cards compared"),
        "follow_tokens" => language.pick("Mã theo dõi trên điện thoại", "Codes for phones"),
        "hospital_visits" => language.pick("Số lượt khám của bệnh viện", "The hospital system's visit numbers"),
        "hospital_events" => language.pick("Tin gửi hệ thống bệnh viện", "Told to the hospital's system"),
        "paper_nonces" => language.pick("Lần chạm xác nhận", "Touches of confirm"),
        "appointments" => language.pick("Lịch hẹn", "Appointments"),
        "saved_answers" => language.pick("Trả lời khai bệnh đang dở", "Answers not submitted yet"),
        "consents" => language.pick("Sự đồng ý", "Consents"),
        "tickets" => language.pick("Số thứ tự", "Tickets"),
        "queue_places" => language.pick("Chỗ trong hàng đợi", "Places in queues"),
        "queue_events" => language.pick("Diễn biến hàng đợi", "What happened in queues"),
        "certificates" => language.pick("Giấy tờ", "Papers"),
        "certificate_people" => language.pick("Người có tên trong giấy", "Who a paper concerns"),
        "certificate_events" => language.pick("Lịch sử giấy tờ", "History of papers"),
        "confirmations" => language.pick("Xác nhận của người dân", "Confirmations"),
        "practitioner_signatures" => language.pick("Chữ ký của bác sĩ, hộ sinh", "Signatures of practitioners"),
        "paper_notes" => language.pick("Ghi chú của giấy", "Notes of papers"),
        "paper_consents" => language.pick("Đồng ý kèm xác nhận giấy", "Consents beside a paper"),
        "paper_corrections" => language.pick("Đề nghị sửa", "Corrections proposed"),
        "declarations" => language.pick("Khai tiền sử bệnh", "Declarations"),
        "given_drafts" => language.pick("Bản thảo do hệ thống bệnh viện gửi", "Drafts from the hospital's system"),
        "confinement_papers" => language.pick("Giấy của cùng một lần sinh", "Papers of one birth"),
        "dispatch_bodies" => language.pick("Nội dung đã ký, đã gửi", "What was signed and sent"),
        "dispatch_attempts" => language.pick("Các lần gửi", "Requests sent"),
        "dispatch_jobs" => language.pick("Việc ký, gửi", "Signing and sending"),
        "audit" => language.pick("Nhật ký", "Audit record"),
        other => other,
    }
}

//! One paper: what it says, what is wrong with it, who stands for it, what happened to it.

use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use certificates::{Field, Finding, Kind, Level, Section, field, fields, reading};
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::super::Task;
use super::super::page;
use super::super::session::Staff;
use super::super::text::Language;
use super::act::{Step, steps};
use super::edit::{back, find, is_editable};
use super::field::Fields;
use super::list::{countdown, since};
use super::words;
use crate::app::App;
use crate::certificate::{Why, words_of};
use crate::http::Failure;
use crate::paper::{self, Candidate, Declared, OpenPaper, SheetError};
use crate::refusal::Refusal;
use crate::store::{CertificateKind, CertificateRow};

#[derive(Deserialize)]
pub struct Shown {
    note: Option<String>,
}

pub async fn page(
    State(app): State<App>,
    language: Language,
    staff: Staff,
    Path(id): Path<Uuid>,
    Query(shown): Query<Shown>,
) -> Result<Response, Failure> {
    page::allowed(&staff, Task::SeeCertificates)?;
    let open = find(&app, id).await?;
    let editable = is_editable(open.row.state) && staff.may(Task::WriteCertificates);
    let findings = if is_editable(open.row.state) {
        paper::findings(&app, &open).await.map_err(Refusal::from)?
    } else {
        Vec::new()
    };
    let candidates = if editable { paper::candidates(&app).await? } else { Vec::new() };
    let declared = paper::declared(&app, &open.row).await.map_err(Refusal::from)?;
    let classes = app.store.paper(open.row.paper).await.map_err(Refusal::Store)?;
    let history = history(&app, &open, language).await?;
    let evidence = evidence(&app, &open, language).await?;
    let view = View { app: &app, staff: &staff, language, open: &open, findings: &findings };
    let body = html! {
        main {
            p.back { a href="/staff/certificates" { "← " (language.pick("Tất cả giấy tờ", "All certificates")) } }
            @if let Some((look, words)) = shown.note.as_deref().and_then(|code| words::note(code, language)) {
                p class={ "note " (look) } role="status" { (words) }
            }
            (view.head())
            (view.classes(&classes))
            @if let Some(declared) = &declared { (view.declared(declared)) }
            @if editable { (view.people(&candidates)) (view.form()) } @else { (view.read()) }
            (view.steps())
            (evidence)
            (history)
        }
    };
    Ok(page::framed(&app, language, Some(&staff), page::Freshness::Still, body))
}

pub async fn pdf(State(app): State<App>, staff: Staff, Path(id): Path<Uuid>) -> Result<Response, Failure> {
    page::allowed(&staff, Task::SeeCertificates)?;
    let open = find(&app, id).await?;
    let file = match paper::pdf(&app, &open).await {
        Ok(file) => file,
        Err(SheetError::NoFonts) => return Ok(back(id, "no_fonts")),
        Err(SheetError::Certificate(error)) => return Err(Refusal::from(error).into()),
        Err(error) => {
            tracing::error!(certificate = %id, "a paper could not be printed: {error}");
            let detail = "the paper could not be printed";
            let status = axum::http::StatusCode::INTERNAL_SERVER_ERROR;
            return Err(Failure::new(status, api::ProblemCode::Internal, detail));
        }
    };
    let mut tx = app.store.begin().await.map_err(Refusal::Store)?;
    let actor = format!("staff:{}", staff.login);
    tx.audit(&actor, "certificate_printed", None, &id.to_string(), app.now_ms()).await.map_err(Refusal::Store)?;
    tx.commit().await.map_err(Refusal::Store)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/pdf")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("inline; filename=\"giay.pdf\"")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    Ok((headers, file).into_response())
}

struct View<'a> {
    app: &'a App,
    staff: &'a Staff,
    language: Language,
    open: &'a OpenPaper,
    findings: &'a [Finding],
}

impl View<'_> {
    fn action(&self, way: &str) -> String {
        format!("/staff/certificates/{}/{way}", self.open.row.id)
    }

    fn head(&self) -> Markup {
        let row = &self.open.row;
        let language = self.language;
        let title = self.open.draft.kind().title().say(words::lang(language));
        html! {
            div.paperhead {
                div {
                    h1 { (title) }
                    p.lead {
                        (row.natural_key.as_deref().unwrap_or(language.pick("chưa có số", "no number yet")))
                        @if row.issue > 1 { " · " (language.pick("cấp lại lần", "re-issue")) " " (row.issue - 1) }
                        @if let Some(first) = row.replaces { " · " a href={ "/staff/certificates/" (first) } { (language.pick("bản trước", "earlier issue")) } }
                        @if let Some(later) = row.replaced_by { " · " a href={ "/staff/certificates/" (later) } { (language.pick("bản cấp lại", "later issue")) } }
                    }
                    div.tags {
                        span class={ "tag " (words::look(row.state)) } { (words::state(row.state, language)) }
                        @if let Some(code) = &row.outcome_code { span.tag.danger { (words::outcome(code, language)) } }
                        (countdown(row.deadline_at.filter(|_| !row.state.is_settled()), self.app.now_ms(), language))
                        @if let (Some(receipt), Some(at)) = (&row.receipt, row.received_at) { span.tag.ok { (receipt) " · " (since(at)) } }
                    }
                    p.next { (words::next(row.state.next_step(), language)) }
                }
                @if self.app.fonts.is_some() {
                    a.button href=(self.action("pdf")) { (language.pick("In (PDF)", "Print (PDF)")) }
                }
            }
        }
    }

    /// The certificates of a paper with several licence classes.
    fn classes(&self, rows: &[CertificateRow]) -> Markup {
        if rows.len() < 2 {
            return html! {};
        }
        html! {
            nav.card.variants aria-label=(self.language.pick("Các hạng của giấy này", "Classes of this paper")) {
                @for row in rows {
                    a.on[row.id == self.open.row.id] href={ "/staff/certificates/" (row.id) } {
                        strong { (row.variant) } " "
                        span class={ "tag " (words::look(row.state)) } { (words::state(row.state, self.language)) }
                    }
                }
            }
        }
    }

    /// What the examining doctors look at first: questions answered yes, and what was written.
    fn declared(&self, declared: &[Declared]) -> Markup {
        let notable: Vec<&Declared> = declared.iter().filter(|said| said.notable).collect();
        html! {
            section.card.declared {
                h2 { (self.language.pick("Người khám đã khai tại kiosk", "Declared at the kiosk")) }
                @if notable.is_empty() { p { (self.language.pick("Tất cả đều trả lời \"không\".", "Everything was answered \"no\".")) } }
                ul {
                    @for said in notable {
                        li { (self.language.pick_of(&said.question)) " " strong { (self.language.pick(&said.answer.vi, &said.answer.en)) } }
                    }
                }
            }
        }
    }

    /// People who checked in today: their fields are never typed again.
    fn people(&self, candidates: &[Candidate]) -> Markup {
        let language = self.language;
        html! {
            form.card.people.inline method="post" action=(self.action("person")) {
                (page::token(self.staff))
                label {
                    (language.pick("Điền từ thẻ của người đã quét chip hôm nay:", "Fill from the chip of a person seen today:")) " "
                    select name="visit" required {
                        option value="" {
                            @if candidates.is_empty() { (language.pick("chưa có ai", "nobody yet")) } @else { (language.pick("chọn người…", "choose…")) }
                        }
                        @for candidate in candidates {
                            option value=(candidate.visit) {
                                (candidate.person.name.as_deref().unwrap_or_default()) " · " (candidate.person.birth.as_deref().unwrap_or_default())
                                " · " (candidate.person.masked_number()) " · " (since(candidate.opened_at))
                                @if candidate.assurance != api::Assurance::A { " · " (language.pick("cần đối chiếu", "to be compared")) }
                            }
                        }
                    }
                }
                label {
                    (language.pick("là", "is the")) " "
                    select name="role" {
                        @for role in words::roles(self.open.draft.kind()) { option value=(words::role_code(*role)) { (words::role(*role, language)) } }
                    }
                }
                button { (language.pick("Điền", "Fill")) }
            }
        }
    }

    fn form(&self) -> Markup {
        let (language, lang) = (self.language, words::lang(self.language));
        // A form that nobody saved yet is not scolded.
        let findings = if self.open.row.revision > 1 { self.findings } else { &[] };
        let day = self.app.today();
        let controls = Fields { paper: self.open, findings, day, language, settings: &self.app.certificates.codes };
        let all = fields(self.open.draft.kind());
        let mut sections: Vec<Section> = all.iter().map(|field| field.section).collect();
        sections.dedup();
        let blocking = findings.iter().filter(|finding| finding.level() == Level::Block).count();
        let warnings = findings.len() - blocking;
        html! {
            form.draft method="post" action={ "/staff/certificates/" (self.open.row.id) } {
                (page::token(self.staff))
                input type="hidden" name="revision" value=(self.open.row.revision);
                @if !findings.is_empty() {
                    div.note.danger[blocking > 0].warn[blocking == 0] role="status" {
                        @if blocking > 0 { strong { (blocking) " " (language.pick("mục phải sửa", "to correct")) } }
                        @if blocking > 0 && warnings > 0 { ", " }
                        @if warnings > 0 { (warnings) " " (language.pick("mục nên xem lại", "to look at")) }
                        ": "
                        @for (index, field) in found_in(self.open.draft.kind(), findings).into_iter().enumerate() {
                            @if index > 0 { " · " }
                            a href={ "#" (field.code) } { (field.label.say(lang)) }
                        }
                    }
                }
                section.card {
                    div.field.wide {
                        label for="confirmer" { (language.pick("Người đọc và xác nhận tại kiosk (12 số định danh)", "Who reads and confirms at the kiosk (12 digits)")) }
                        input id="confirmer" name="confirmer" inputmode="numeric" maxlength="12" value=(self.open.notes.confirmer.as_deref().unwrap_or_default());
                    }
                }
                @for section in sections {
                    @let empty = all.iter().filter(|field| field.section == section).all(|field| self.open.draft.get(field.code).is_empty());
                    @let rare = matches!(section, Section::SurrogateMother | Section::SurrogateFather);
                    @if rare {
                        details.card.part open[!empty] {
                            summary { h2 { (section.title().say(lang)) } }
                            div.fields { @for field in all.iter().filter(|field| field.section == section) { (controls.row(field)) } }
                        }
                    } @else {
                        section.card.part {
                            h2 { (section.title().say(lang)) }
                            div.fields { @for field in all.iter().filter(|field| field.section == section) { (controls.row(field)) } }
                        }
                    }
                }
                div.save { button.primary { (language.pick("Lưu và kiểm tra", "Save and check")) } }
            }
        }
    }

    /// In plain words, as the citizen reads it.
    fn read(&self) -> Markup {
        let lang = words::lang(self.language);
        let Some(certificate) = self.open.certificate(self.app) else {
            return html! {
                section.card.part { dl {
                    @for (field, text) in self.open.draft.entries().filter(|(_, text)| !text.is_empty()) {
                        div { dt { (field.label.say(lang)) } dd { (text) } }
                    }
                } }
            };
        };
        let text = reading(&certificate, lang, &self.app.certificates.codes);
        let mut sections: Vec<Section> = text.lines().iter().map(|line| line.section).collect();
        sections.dedup();
        html! {
            @for section in sections {
                section.card.part {
                    h2 { (section.title().say(lang)) }
                    dl {
                        @for line in text.lines().iter().filter(|line| line.section == section) {
                            div { dt { (line.label) } dd { (line.value.as_str()) } }
                        }
                    }
                }
            }
        }
    }

    fn steps(&self) -> Markup {
        let steps = steps(self.open);
        let mine = steps.into_iter().filter(|step| self.staff.may(step.task()));
        let mine = mine.filter(|step| *step != Step::Sign || self.app.keyring.holds(&self.staff.login));
        html! { div.steps { @for step in mine { (self.step(step)) } } }
    }

    fn step(&self, step: Step) -> Markup {
        let language = self.language;
        let frozen = self.open.row.frozen.is_some();
        let (look, words) = match step {
            Step::Ask => ("primary", language.pick("Mời người dân xác nhận", "Ask the citizen")),
            Step::Pass => ("", language.pick("Chuyển ký không chờ xác nhận", "Pass on without the citizen")),
            Step::Sign => ("primary", language.pick("Ký số bằng khóa của tôi", "Sign with my key")),
            Step::Back => ("", language.pick("Lấy về sửa", "Take back to the desk")),
            Step::Sibling => ("", language.pick("Lập giấy cho trẻ sinh cùng lần", "Another child of this birth")),
            Step::Discard => ("refuse", language.pick("Bỏ bản nháp", "Discard")),
            Step::Void => (
                "refuse",
                if frozen {
                    language.pick("Hủy giấy và số", "Make void")
                } else {
                    language.pick("Hủy số", "Make the number void")
                },
            ),
            Step::Reissue => ("primary", language.pick("Sửa và cấp lại", "Correct and re-issue")),
            Step::Again => ("", language.pick("Gửi lại nguyên bản", "Send the same again")),
        };
        let reasons: &[Why] = step.reasons();
        html! {
            form.card.step method="post" action=(self.action(step.code())) {
                (page::token(self.staff))
                @if !reasons.is_empty() {
                    select name="why" required aria-label=(language.pick("Lý do", "Reason")) {
                        option value="" { (language.pick("Lý do…", "Reason…")) }
                        @for why in reasons { option value=(why.code()) { (words::why(*why, language)) } }
                    }
                    input name="words" maxlength="500" placeholder=(language.pick("ghi thêm", "in words")) aria-label=(language.pick("Ghi thêm", "In words"));
                }
                button class=(look) { (words) }
            }
        }
    }
}

/// Fields with a finding, each once.
fn found_in(kind: Kind, findings: &[Finding]) -> Vec<&'static Field> {
    let mut found: Vec<&Field> = Vec::new();
    for finding in findings {
        if !found.iter().any(|field| field.code == finding.field()) {
            found.extend(field(kind, finding.field()));
        }
    }
    found
}

async fn evidence(app: &App, open: &OpenPaper, language: Language) -> Result<Markup, Failure> {
    let confirmations = app.store.confirmations_of(open.row.id).await.map_err(Refusal::Store)?;
    let consent = app.store.last_consent(open.row.id).await.map_err(Refusal::Store)?;
    let signed = paper::practitioner_seals(app, &open.row).await.map_err(Refusal::from)?;
    let mut seals = Vec::new();
    for (login, seal) in signed {
        let name = super::super::name_of(app, &login).await.map_err(Refusal::Store)?.unwrap_or(login);
        seals.push((name, seal));
    }
    if confirmations.is_empty() && seals.is_empty() {
        return Ok(html! {});
    }
    Ok(html! {
        section.card.part {
            h2 { (language.pick("Ai xác nhận, ai ký", "Who confirmed, who signed")) }
            dl {
                @for confirmed in &confirmations {
                    div {
                        dt { (language.pick("Người dân xác nhận tại", "Citizen confirmed at")) " " (confirmed.kiosk) }
                        dd {
                            (since(confirmed.confirmed_at)) " · "
                            @if confirmed.answer.is_some() { (language.pick("chip đã ký", "the chip answered")) } @else { (language.pick("không có trả lời của chip", "without the chip's answer")) }
                            @if open.row.kind == CertificateKind::Driver {
                                @match consent.as_ref().map(|(sharing, _, _)| sharing.as_str()) {
                                    Some("agreed") => { " · " (language.pick("đồng ý chia sẻ", "agreed to share")) }
                                    Some("declined") => { " · " (language.pick("không đồng ý chia sẻ", "declined to share")) }
                                    Some(_) | None => {}
                                }
                            }
                            small.hash { (hex::encode(confirmed.text_hash)) }
                        }
                    }
                }
                @for (name, seal) in &seals {
                    div { dt { (name) } dd { (seal.when) @if let Some(fingerprint) = &seal.fingerprint { small.hash { (fingerprint) } } } }
                }
            }
        }
    })
}

async fn history(app: &App, open: &OpenPaper, language: Language) -> Result<Markup, Failure> {
    let events = app.store.events_of(open.row.id).await.map_err(Refusal::Store)?;
    let mut lines = Vec::new();
    for event in &events {
        let said = words_of(&app.keys, open.row.id, event).map_err(Refusal::Seal)?;
        let why = match Why::from_stored(&event.why) {
            Ok(why) => words::why(why, language).to_owned(),
            Err(_) => words::outcome(&event.why, language),
        };
        lines.push((event, why, said));
    }
    Ok(html! {
        section.card.part {
            h2 { (language.pick("Lịch sử", "History")) }
            ol.history {
                li { span { (since(open.row.created_at)) } " " (words::actor(&open.row.created_by, language)) " · " (language.pick("Lập", "Written")) }
                @for (event, why, said) in &lines {
                    li {
                        span { (since(event.at)) } " " (words::actor(&event.actor, language)) " · " strong { (words::way(event.way, language)) }
                        " → " (words::state(event.to, language)) " · " (why)
                        @if let Some(said) = said { " · “" (said) "”" }
                    }
                }
            }
        }
    })
}

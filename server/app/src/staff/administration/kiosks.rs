//! Kiosks: how each is, a code to enrol one, and the end of what one was admitted with.

use api::{DeviceHealth, Heartbeat, KioskId};
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::long_ago;
use crate::app::App;
use crate::clock::{HO_CHI_MINH, from_unix_ms};
use crate::enrolment::{self, Revocation};
use crate::http::{Failure, not_found};
use crate::kiosk_health::{self, Contact, KioskView, needs_a_person};
use crate::refusal::Refusal;
use crate::staff::page::{self, Freshness};
use crate::staff::sent::Sent;
use crate::staff::session::Staff;
use crate::staff::{Language, Task};
use crate::tls::ServedCertificate;

pub const PAGE: &str = "/staff/kiosks";
/// A certificate is renewed a month before it ends; one that ends within this was not.
const ENDS_SOON_MS: i64 = 21 * 86_400_000;

#[derive(Deserialize)]
pub struct Shown {
    note: Option<String>,
}

/// Shown once: it is nowhere afterwards.
enum Secret {
    Code { kiosk: KioskId, text: String },
    Key { kiosk: KioskId, text: String },
}

pub async fn list(
    State(app): State<App>,
    language: Language,
    staff: Staff,
    Query(shown): Query<Shown>,
) -> Result<Response, Failure> {
    page::allowed(&staff, Task::AdministerKiosks)?;
    let note = shown.note.as_deref().and_then(|code| note(code, language));
    kiosks_page(&app, language, &staff, note, None).await
}

/// A code over our own TLS; a key where a proxy ends it, because no certificate could be shown to us there.
pub async fn admit(
    State(app): State<App>,
    language: Language,
    Sent { staff, form }: Sent,
) -> Result<Response, Failure> {
    page::allowed(&staff, Task::AdministerKiosks)?;
    let Ok(kiosk) = KioskId::parse(form.text("kiosk").trim()) else {
        let complaint = language.pick(
            "Mã kiosk gồm 1 đến 32 ký tự a-z, 0-9 và gạch nối.",
            "A kiosk's id has 1 to 32 characters a-z, 0-9 and -.",
        );
        return kiosks_page(&app, language, &staff, Some(("danger", complaint)), None).await;
    };
    let by = format!("staff:{}", staff.login);
    let secret = match app.config.tls.clone() {
        Some(tls) => {
            let served = tokio::task::spawn_blocking(move || ServedCertificate::open(&tls).map(|it| it.fingerprint()));
            let served = served.await.map_err(|_| no_certificate())?.map_err(|error| {
                tracing::error!("no enrolment code: {error}");
                no_certificate()
            })?;
            let code = enrolment::make_code(&app, &kiosk, served, &by).await.map_err(Refusal::Authority)?;
            Secret::Code { kiosk, text: code.text().to_string() }
        }
        None => {
            let text = enrolment::make_key(&app, &kiosk, &by).await.map_err(Refusal::Store)?;
            Secret::Key { kiosk, text: text.to_string() }
        }
    };
    kiosks_page(&app, language, &staff, None, Some(&secret)).await
}

pub async fn revoke(
    State(app): State<App>,
    Path(kiosk): Path<String>,
    Sent { staff, form }: Sent,
) -> Result<Response, Failure> {
    page::allowed(&staff, Task::AdministerKiosks)?;
    let Ok(kiosk) = KioskId::parse(&kiosk) else { return Err(not_found().await) };
    let why = Revocation::ALL.into_iter().find(|why| why.code() == form.text("why"));
    let why = why.ok_or_else(|| Failure::malformed("the form has the field why"))?;
    enrolment::revoke(&app, &kiosk, why, &format!("staff:{}", staff.login)).await.map_err(Refusal::Store)?;
    Ok(Redirect::to(&format!("{PAGE}?note=revoked")).into_response())
}

fn no_certificate() -> Failure {
    let detail = "the server's own certificate cannot be read: look into the log";
    Failure::new(axum::http::StatusCode::INTERNAL_SERVER_ERROR, api::ProblemCode::Internal, detail)
}

fn note(code: &str, language: Language) -> Option<(&'static str, &'static str)> {
    match code {
        "revoked" => {
            Some(("ok", language.pick("Đã thu hồi: kiosk này không còn được nhận.", "Revoked: nothing of it counts.")))
        }
        _ => None,
    }
}

async fn kiosks_page(
    app: &App,
    language: Language,
    staff: &Staff,
    note: Option<(&str, &str)>,
    secret: Option<&Secret>,
) -> Result<Response, Failure> {
    let kiosks = kiosk_health::overview(app).await.map_err(Refusal::Store)?;
    let view = View { app, staff, language, now: app.now_ms() };
    let title = "Kiosk";
    let body = html! {
        main.administration {
            (super::back(language))
            h1 { (title) }
            p.lead { (view.finding(&kiosks)) }
            @if let Some((look, words)) = note { p class={ "note " (look) } role="status" { (words) } }
            @if let Some(secret) = secret { (view.secret(secret)) }
            (view.admission())
            @if kiosks.is_empty() {
                p.card.empty { (language.pick("Chưa có kiosk nào. Nhập mã kiosk ở trên để lấy mã đăng ký.", "No kiosk yet. Name one above to get a code for it.")) }
            }
            ul.entries {
                @for kiosk in kiosks.iter().filter(|kiosk| kiosk.contact != Contact::Revoked) { (view.kiosk(kiosk)) }
                @for kiosk in kiosks.iter().filter(|kiosk| kiosk.contact == Contact::Revoked) { (view.kiosk(kiosk)) }
            }
        }
    };
    Ok(page::framed(app, language, Some(staff), Freshness::Still, body))
}

struct View<'a> {
    app: &'a App,
    staff: &'a Staff,
    language: Language,
    now: i64,
}

impl View<'_> {
    fn say(&self, vi: &'static str, en: &'static str) -> &'static str {
        match self.language {
            Language::Vietnamese => vi,
            Language::English => en,
        }
    }

    fn finding(&self, kiosks: &[KioskView]) -> String {
        let counting: Vec<_> = kiosks.iter().filter(|kiosk| kiosk.contact != Contact::Revoked).collect();
        let names = |wanted: &dyn Fn(&KioskView) -> bool| {
            let names: Vec<&str> =
                counting.iter().filter(|kiosk| wanted(kiosk)).map(|kiosk| kiosk.kiosk.as_str()).collect();
            (!names.is_empty()).then(|| names.join(", "))
        };
        let minutes = self.app.config.operations.kiosk_silent_minutes;
        let mut said = Vec::new();
        if let Some(names) = names(&|kiosk| kiosk.contact == Contact::Silent) {
            said.push(match self.language {
                Language::Vietnamese => format!("Im lặng quá {minutes} phút: {names}."),
                Language::English => format!("Silent for more than {minutes} minutes: {names}."),
            });
        }
        if let Some(names) = names(&|kiosk| kiosk.contact == Contact::Never) {
            said.push(format!("{} {names}.", self.say("Chưa báo lần nào:", "Never heard of:")));
        }
        if let Some(names) = names(&|kiosk| kiosk.contact == Contact::Heard && kiosk.is_troubled()) {
            said.push(format!("{} {names}.", self.say("Có thiết bị cần xem:", "A device needs a person:")));
        }
        match (counting.len(), said.is_empty()) {
            (0, _) => self.say("Chưa có kiosk nào được nhận.", "No kiosk is admitted.").to_owned(),
            (_, false) => said.join(" "),
            (number, true) => match self.language {
                Language::Vietnamese => format!("{number} kiosk đang hoạt động, thiết bị đều tốt."),
                Language::English => format!("{number} kiosks at work, every device well."),
            },
        }
    }

    fn secret(&self, secret: &Secret) -> Markup {
        let (kiosk, text, lead) = match secret {
            Secret::Code { kiosk, text } => (
                kiosk,
                text,
                self.say(
                    "Nhập mã này vào tiepdon-kiosk-enrol trên kiosk trong 15 phút. Mã chỉ hiện một lần.",
                    "Type this into tiepdon-kiosk-enrol on the kiosk within 15 minutes. It is shown once.",
                ),
            ),
            Secret::Key { kiosk, text } => (
                kiosk,
                text,
                self.say(
                    "Ghi khoá này vào tệp khoá của kiosk. Khoá chỉ hiện một lần; khoá cũ hết giá trị.",
                    "Write this into the kiosk's key file. It is shown once; an earlier key has ended.",
                ),
            ),
        };
        html! { div.note.ok role="status" { p { strong { (kiosk) } " · " (lead) } p.hash { (text) } } }
    }

    fn admission(&self) -> Markup {
        html! {
            form.card.begin method="post" action=(PAGE) {
                (page::token(self.staff))
                label.inline { strong { (self.say("Mã kiosk", "Kiosk id")) }
                    input name="kiosk" required maxlength="32" pattern="[a-z0-9-]{1,32}" placeholder="sanh-1" autocomplete="off";
                }
                @if self.app.config.tls.is_some() {
                    button.primary { (self.say("Lấy mã đăng ký", "Make an enrolment code")) }
                } @else {
                    button.primary { (self.say("Cấp khoá mới", "Give it a new key")) }
                }
            }
        }
    }

    fn kiosk(&self, kiosk: &KioskView) -> Markup {
        let say = |vi, en| self.say(vi, en);
        let (look, state) = match (kiosk.contact, kiosk.is_troubled()) {
            (Contact::Heard, false) => ("ok", say("Hoạt động", "At work")),
            (Contact::Heard, true) => ("warn", say("Cần xem", "Needs a look")),
            (Contact::Silent, _) => ("danger", say("Im lặng", "Silent")),
            (Contact::Never, _) => ("warn", say("Chưa báo lần nào", "Never heard of")),
            (Contact::Revoked, _) => ("still", say("Đã thu hồi", "Revoked")),
        };
        html! {
            li.card.entry {
                div.entryhead { h2 { (kiosk.kiosk) } span class={ "tag " (look) } { (state) } }
                dl {
                    @if let Some(last) = &kiosk.last {
                        div { dt { (say("Tín hiệu cuối", "Last sign of life")) } dd { (long_ago(last.heard_at, self.now, self.language)) } }
                        div { dt { (say("Phiên bản", "Version")) } dd { (last.heartbeat.version) } }
                        div { dt { (say("Lượt chưa gửi", "Unsent check-ins")) } dd {
                            @if last.heartbeat.unsent == 0 { "0" } @else { span.tag.warn { (last.heartbeat.unsent) } }
                        } }
                    }
                    @match kiosk.revoked_at {
                        Some(at) => div { dt { (say("Thu hồi", "Revoked")) } dd { (super::moment(at)) } },
                        None => div { dt { (say("Chứng thư", "Certificate")) } dd { (self.certificate(kiosk)) } },
                    }
                    @if let Some(last) = &kiosk.last {
                        div.full { dt { (say("Thiết bị", "Devices")) } dd { (self.devices(&last.heartbeat)) } }
                    }
                }
                @if kiosk.contact != Contact::Revoked { (self.revocation(&kiosk.kiosk)) }
            }
        }
    }

    fn devices(&self, heartbeat: &Heartbeat) -> Markup {
        let say = |vi, en| self.say(vi, en);
        let names = [
            say("Đầu đọc thẻ", "Card reader"),
            say("Máy quét", "Scanner"),
            say("Máy in", "Printer"),
            say("Camera", "Camera"),
            say("Bộ nhớ", "Disk"),
        ];
        html! {
            span.tags {
                @for (name, health) in names.into_iter().zip(kiosk_health::devices(heartbeat)) {
                    span.tag.ok[health == DeviceHealth::Working].still[health == DeviceHealth::Unknown].danger[needs_a_person(health)] {
                        (name) ": " (self.health(health))
                    }
                }
            }
        }
    }

    fn health(&self, health: DeviceHealth) -> &'static str {
        match health {
            DeviceHealth::Unknown => self.say("chưa dùng", "not used yet"),
            DeviceHealth::Working => self.say("tốt", "well"),
            DeviceHealth::PaperOut => self.say("hết giấy", "no paper"),
            DeviceHealth::CoverOpen => self.say("nắp mở", "cover open"),
            DeviceHealth::Faulty => self.say("lỗi", "faulty"),
            DeviceHealth::Missing => self.say("không thấy", "missing"),
        }
    }

    fn certificate(&self, kiosk: &KioskView) -> Markup {
        let Some(until) = kiosk.certificate_until else {
            return html! { (self.say("không có (dùng khoá)", "none (it has a key)")) };
        };
        let day = from_unix_ms(until).to_offset(HO_CHI_MINH).date();
        let look = if until <= self.now { "danger" } else { "warn" };
        let words = match (until <= self.now, until - self.now < ENDS_SOON_MS) {
            (true, _) => Some(self.say("đã hết hạn", "has ended")),
            (false, true) => Some(self.say("sắp hết hạn, chưa gia hạn", "ends soon, not renewed")),
            (false, false) => None,
        };
        html! {
            (self.say("đến", "until")) " " (super::day(day))
            @if let Some(words) = words { " " span class={ "tag " (look) } { (words) } }
        }
    }

    fn revocation(&self, kiosk: &KioskId) -> Markup {
        html! {
            details {
                summary { (self.say("Thu hồi…", "Revoke…")) }
                form.inline method="post" action={ (PAGE) "/" (kiosk) "/revoke" } {
                    (page::token(self.staff))
                    label.inline { (self.say("Lý do", "Reason"))
                        select name="why" required {
                            option value="" { "" }
                            @for why in Revocation::ALL { option value=(why.code()) { (self.why(why)) } }
                        }
                    }
                    button.refuse { (self.say("Thu hồi ngay", "Revoke now")) }
                }
            }
        }
    }

    fn why(&self, why: Revocation) -> &'static str {
        match why {
            Revocation::Lost => self.say("Mất hoặc bị lấy cắp", "Lost or stolen"),
            Revocation::Opened => self.say("Có người đã mở máy", "Somebody opened it"),
            Revocation::Replaced => self.say("Thay máy khác", "Replaced by another"),
            Revocation::Retired => self.say("Không dùng nữa", "No longer used"),
        }
    }
}

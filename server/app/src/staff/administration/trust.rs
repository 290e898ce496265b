//! The trust store: the authorities of the configuration, and the document signers that this hospital came to know.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use emrtd::{Certificate, Fingerprint};
use maud::{Markup, html};
use serde::Deserialize;
use time::{Date, Duration};

use super::{back, day, moment};
use crate::app::App;
use crate::http::{Failure, not_found};
use crate::refusal::Refusal;
use crate::staff::page::{self, Freshness};
use crate::staff::sent::Sent;
use crate::staff::session::Staff;
use crate::staff::{Language, Task};
use crate::trust::{self, PinError, PinReason, SignerView, UnpinReason};

pub const PAGE: &str = "/staff/trust";
/// A CSCA that ends within this needs its successor.
const ENDS_SOON: Duration = Duration::days(90);

#[derive(Deserialize)]
pub struct Shown {
    note: Option<String>,
}

pub async fn list(
    State(app): State<App>,
    language: Language,
    staff: Staff,
    Query(shown): Query<Shown>,
) -> Result<Response, Failure> {
    page::allowed(&staff, Task::SeeSigners)?;
    let note = match shown.note.as_deref() {
        Some("pinned") => Some(("ok", language.pick("Đã ghim.", "Pinned."))),
        Some("unpinned") => Some(("ok", language.pick("Đã bỏ ghim.", "Unpinned."))),
        Some("too-little") => {
            Some(("danger", language.pick("Chưa đủ số thẻ hoặc số ngày để ghim.", "Too few cards or days to pin it.")))
        }
        Some(_) | None => None,
    };
    let signers = trust::signers(&app).await.map_err(Refusal::Store)?;
    let view = View { app: &app, staff: &staff, language, today: app.today() };
    let title = view.say("Kho tin cậy", "Trust store");
    let body = html! {
        main.administration {
            (back(language))
            h1 { (title) }
            p.lead { (view.finding(&signers)) }
            @if let Some((look, words)) = note { p class={ "note " (look) } role="status" { (words) } }
            h2 { (view.say("Cơ quan cấp (CSCA)", "Issuing authorities (CSCA)")) }
            (view.authorities())
            h2 { (view.say("Chứng thư ký thẻ đã gặp", "Document signers met here")) }
            p.lead { (view.say(
                "Mỗi thẻ mà nhân viên đã đối chiếu với người thật được tính một lần. Đủ số thẻ và số ngày thì có thể ghim.",
                "Each card whose holder staff compared in person counts once. With enough cards and days a signer can be pinned.",
            )) }
            @if signers.is_empty() { p.card.empty { (view.say("Chưa có thẻ nào được đối chiếu.", "No card was compared yet.")) } }
            ul.entries { @for signer in &signers { (view.signer(signer)) } }
        }
    };
    Ok(page::framed(&app, language, Some(&staff), Freshness::Still, body))
}

pub async fn act(
    State(app): State<App>,
    Path((signer, way)): Path<(String, String)>,
    Sent { staff, form }: Sent,
) -> Result<Response, Failure> {
    page::allowed(&staff, Task::PinSigners)?;
    let Ok(signer) = Fingerprint::parse(&signer) else { return Err(not_found().await) };
    let (why, by) = (form.text("why"), format!("staff:{}", staff.login));
    let no_reason = || Failure::malformed("the form has the field why");
    let note = match way.as_str() {
        "pin" => {
            let why = PinReason::ALL.into_iter().find(|known| known.code() == why).ok_or_else(no_reason)?;
            match trust::pin(&app, &signer, why, &by).await {
                Ok(_) => "pinned",
                Err(PinError::NeverObserved) => return Err(not_found().await),
                Err(PinError::TooLittleKnown { .. }) => "too-little",
                Err(PinError::Store(error)) => return Err(Refusal::Store(error).into()),
            }
        }
        "unpin" => {
            let why = UnpinReason::ALL.into_iter().find(|known| known.code() == why).ok_or_else(no_reason)?;
            if !trust::unpin(&app, &signer, why, &by).await.map_err(Refusal::Store)? {
                return Err(not_found().await);
            }
            "unpinned"
        }
        _ => return Err(not_found().await),
    };
    Ok(Redirect::to(&format!("{PAGE}?note={note}")).into_response())
}

struct View<'a> {
    app: &'a App,
    staff: &'a Staff,
    language: Language,
    today: Date,
}

impl View<'_> {
    fn say(&self, vi: &'static str, en: &'static str) -> &'static str {
        match self.language {
            Language::Vietnamese => vi,
            Language::English => en,
        }
    }

    fn finding(&self, signers: &[SignerView]) -> String {
        let authorities = self.app.authorities().count();
        let ending = self.app.authorities().filter(|csca| self.ends_soon(csca)).count();
        let pinned = signers.iter().filter(|signer| signer.pinned.is_some()).count();
        let ready = signers.iter().filter(|signer| signer.pinned.is_none() && self.may_be_pinned(signer)).count();
        let mut said = match self.language {
            Language::Vietnamese => vec![format!("{authorities} cơ quan cấp, {pinned} chứng thư đã ghim.")],
            Language::English => vec![format!("Authorities: {authorities}. Pinned signers: {pinned}.")],
        };
        if ending > 0 {
            said.push(match self.language {
                Language::Vietnamese => format!("{ending} chứng thư CSCA hết hạn trong 90 ngày."),
                Language::English => format!("CSCA certificates that end within 90 days: {ending}."),
            });
        }
        if ready > 0 {
            said.push(match self.language {
                Language::Vietnamese => format!("{ready} chứng thư đủ điều kiện ghim."),
                Language::English => format!("Signers that may be pinned: {ready}."),
            });
        }
        said.join(" ")
    }

    fn ends_soon(&self, certificate: &Certificate) -> bool {
        certificate.not_after() < self.today.saturating_add(ENDS_SOON)
    }

    fn may_be_pinned(&self, signer: &SignerView) -> bool {
        let needed = self.app.config.trust.pinning;
        signer.cards >= needed.cards && signer.days >= needed.days
    }

    fn authorities(&self) -> Markup {
        html! {
            @if self.app.authorities().next().is_none() {
                p.card.empty { (self.say(
                    "Chưa có chứng thư CSCA nào ([trust] csca_files). Thẻ thật vẫn đọc được, ở mức B.",
                    "No CSCA certificate ([trust] csca_files). Genuine cards are read all the same, at level B.",
                )) }
            }
            ul.entries {
                @for csca in self.app.authorities() {
                    li.card.entry {
                        div.entryhead {
                            h3 { (csca.subject()) }
                            @if csca.not_after() < self.today { span.tag.danger { (self.say("Đã hết hạn", "Has ended")) } }
                            @else if self.ends_soon(csca) { span.tag.warn { (self.say("Hết hạn trong 90 ngày", "Ends within 90 days")) } }
                        }
                        dl {
                            div { dt { (self.say("Hiệu lực", "Valid")) } dd { (day(csca.not_before())) " – " (day(csca.not_after())) } }
                            div.full { dt { "SHA-256" } dd.hash { (csca.fingerprint()) } }
                        }
                    }
                }
            }
        }
    }

    fn signer(&self, signer: &SignerView) -> Markup {
        let needed = self.app.config.trust.pinning;
        let unnamed = self.say("Chứng thư chưa được lưu", "Certificate not kept yet");
        html! {
            li.card.entry {
                div.entryhead {
                    h3 { @match &signer.certificate { Some(certificate) => { (certificate.subject()) }, None => { (unnamed) } } }
                    @if signer.pinned.is_some() { span.tag.ok { (self.say("Đã ghim", "Pinned")) } }
                    @else if self.may_be_pinned(signer) { span.tag { (self.say("Đủ điều kiện ghim", "May be pinned")) } }
                    @else { span.tag.warn { (self.say("Đang theo dõi", "Being observed")) } }
                    @if signer.certificate.as_ref().is_some_and(|certificate| certificate.not_after() < self.today) {
                        span.tag.danger { (self.say("Đã hết hạn", "Has ended")) }
                    }
                }
                dl {
                    @if let Some(certificate) = &signer.certificate {
                        div { dt { (self.say("Cơ quan cấp", "Issuer")) } dd { (certificate.issuer()) } }
                        div { dt { (self.say("Hiệu lực", "Valid")) } dd { (day(certificate.not_before())) " – " (day(certificate.not_after())) } }
                    }
                    div { dt { (self.say("Thẻ đã đối chiếu", "Cards compared")) } dd { (signer.cards) " / " (needed.cards) } }
                    div { dt { (self.say("Số ngày", "Days")) } dd { (signer.days) " / " (needed.days) } }
                    div { dt { (self.say("Số nhân viên", "Members of staff")) } dd { (signer.observers) } }
                    @if let Some(pinned) = &signer.pinned {
                        div { dt { (self.say("Người ghim", "Pinned by")) } dd { (pinned.pinned_by.trim_start_matches("staff:")) ", " (moment(pinned.pinned_at)) } }
                    }
                    div.full { dt { "SHA-256" } dd.hash { (signer.signer) } }
                }
                @if self.staff.may(Task::PinSigners) { (self.key(signer)) }
            }
        }
    }

    fn key(&self, signer: &SignerView) -> Markup {
        let pins = PinReason::ALL.map(|why| (why.code(), self.why_pin(why)));
        let unpins = UnpinReason::ALL.map(|why| (why.code(), self.why_unpin(why)));
        match (&signer.pinned, self.may_be_pinned(signer)) {
            (Some(_), _) => self.reasons(signer, "unpin", self.say("Bỏ ghim", "Unpin"), &unpins),
            (None, true) => self.reasons(signer, "pin", self.say("Ghim", "Pin"), &pins),
            (None, false) => html! {},
        }
    }

    fn reasons(&self, signer: &SignerView, way: &str, name: &str, reasons: &[(&str, &str)]) -> Markup {
        html! {
            details {
                summary { (name) "…" }
                form.inline method="post" action={ (PAGE) "/" (signer.signer) "/" (way) } {
                    (page::token(self.staff))
                    label.inline { (self.say("Lý do", "Reason"))
                        select name="why" required {
                            option value="" { "" }
                            @for (code, words) in reasons { option value=(code) { (words) } }
                        }
                    }
                    button.primary[way == "pin"].refuse[way == "unpin"] { (name) }
                }
            }
        }
    }

    fn why_pin(&self, why: PinReason) -> &'static str {
        match why {
            PinReason::Compared => self.say("Đã đối chiếu đủ thẻ với người thật", "Enough cards compared in person"),
            PinReason::Confirmed => self.say("Cơ quan cấp đã xác nhận", "Confirmed by the issuing authority"),
        }
    }

    fn why_unpin(&self, why: UnpinReason) -> &'static str {
        match why {
            UnpinReason::ForgedCard => self.say("Gặp thẻ giả do chứng thư này ký", "A forged card was signed by it"),
            UnpinReason::Withdrawn => self.say("Cơ quan cấp đã thu hồi", "Withdrawn by the issuing authority"),
            UnpinReason::Mistake => self.say("Ghim nhầm", "Pinned by mistake"),
        }
    }
}

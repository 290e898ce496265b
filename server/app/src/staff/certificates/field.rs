//! One field of a draft: its control, where its text came from, and what is wrong with it.

use certificates::catalogue::{CommuneCode, ProvinceCode};
use certificates::{Field, Finding, Form, Lang, Level, Need, Settings};
use maud::{Markup, html};
use time::Date;

use super::super::text::Language;
use super::words;
use crate::paper::OpenPaper;

pub struct Fields<'a> {
    pub paper: &'a OpenPaper,
    pub findings: &'a [Finding],
    pub day: Date,
    pub language: Language,
    pub settings: &'a Settings,
}

impl Fields<'_> {
    pub fn row(&self, field: &Field) -> Markup {
        let lang = words::lang(self.language);
        let found: Vec<&Finding> = self.findings.iter().filter(|finding| finding.field() == field.code).collect();
        let blocked = found.iter().any(|finding| finding.level() == Level::Block);
        let locked = self.paper.notes.locked.contains(field.code);
        let wide = matches!(field.form, Form::Text { max } if max > 255);
        let said = format!("said-{}", field.code);
        html! {
            div.field.wide[wide].wrong[blocked] {
                label for=(field.code) {
                    (field.label.say(lang))
                    @if field.need == Need::Required { span.must aria-hidden="true" { " *" } }
                    @if locked { " " span.tag.ok { (self.language.pick("từ chip", "from the chip")) } }
                }
                @if locked || field.need == Need::Drawn { (self.fixed(field, lang)) } @else { (self.control(field, lang, &said)) }
                (self.proposals(field))
                (self.corrected(field))
                @if !found.is_empty() {
                    ul.said id=(said) {
                        @for finding in &found {
                            li.block[finding.level() == Level::Block] { (finding.rule.sentence().say(lang)) " " small { (finding.code()) } }
                        }
                    }
                }
            }
        }
    }

    fn text(&self, field: &Field) -> &str {
        self.paper.draft.get(field.code)
    }

    fn fixed(&self, field: &Field, lang: Lang) -> Markup {
        let text = self.text(field);
        let offers = field.offers(self.settings, self.day, lang);
        let shown = offers.into_iter().find(|offer| offer.value == text).map(|offer| offer.label);
        let empty = match field.need {
            Need::Drawn => self.language.pick("cấp khi chốt nội dung", "drawn when it is frozen"),
            Need::Required | Need::Optional | Need::ByRule => "",
        };
        html! { output.fixed.drawn[field.need == Need::Drawn] id=(field.code) { @match shown { Some(label) => { (label) } None => { @if text.is_empty() { (empty) } @else { (text) } } } } }
    }

    fn control(&self, field: &Field, lang: Lang, said: &str) -> Markup {
        let text = self.text(field);
        let code = field.code;
        if let Form::Commune { province } = field.form {
            return self.commune(field, province, said);
        }
        let offers = field.offers(self.settings, self.day, lang);
        if field.form == Form::LicenceClasses {
            let chosen: Vec<&str> = text.split([',', ';']).map(str::trim).collect();
            return html! {
                // Says that none was chosen, where none is.
                input type="hidden" name=(code) value="";
                span.classes id=(code) role="group" aria-label=(field.label.say(lang)) aria-describedby=(said) {
                    @for offer in &offers {
                        label.choice {
                            input type="checkbox" name=(code) value=(offer.value) checked[chosen.contains(&offer.value.as_str())];
                            (offer.label)
                        }
                    }
                }
            };
        }
        if !offers.is_empty() {
            let known = text.is_empty() || offers.iter().any(|offer| offer.value == text);
            return html! {
                select id=(code) name=(code) aria-describedby=(said) {
                    option value="" {}
                    @if !known { option value=(text) selected { (text) } }
                    @for offer in &offers { option value=(offer.value) selected[offer.value == text] { (offer.label) } }
                }
            };
        }
        let (hint, mode) = hint(field, self.language);
        match field.form {
            Form::Text { max } if max > 255 => html! {
                textarea id=(code) name=(code) rows="2" maxlength=(max) aria-describedby=(said) { (text) }
            },
            Form::Text { max } => html! {
                input id=(code) name=(code) value=(text) maxlength=(max) aria-describedby=(said);
            },
            _ => html! {
                input id=(code) name=(code) value=(text) placeholder=(hint) inputmode=(mode) maxlength="255" autocomplete="off" aria-describedby=(said);
            },
        }
    }

    /// The communes of the province, once one is chosen; else its five digits.
    fn commune(&self, field: &Field, province: &str, said: &str) -> Markup {
        let (text, code) = (self.text(field), field.code);
        match ProvinceCode::parse(self.paper.draft.get(province), self.day) {
            Ok(province) => html! {
                select id=(code) name=(code) aria-describedby=(said) {
                    option value="" {}
                    @if !text.is_empty() && CommuneCode::parse(text, self.day).map(CommuneCode::province) != Ok(province) {
                        option value=(text) selected { (text) }
                    }
                    @for commune in province.communes(self.day) {
                        option value=(commune.as_str()) selected[commune.as_str() == text] { (commune.name()) }
                    }
                }
            },
            Err(_) => {
                let hint = self
                    .language
                    .pick("chọn tỉnh rồi lưu, hoặc gõ mã 5 số", "choose the province and save, or type 5 digits");
                html! { input id=(code) name=(code) value=(text) placeholder=(hint) inputmode="numeric" maxlength="5" aria-describedby=(said); }
            }
        }
    }

    /// The chip names no commune code: what its address may mean is proposed, and a person confirms one.
    fn proposals(&self, field: &Field) -> Markup {
        let Some(codes) = self.paper.notes.proposed.get(field.code) else { return html! {} };
        let communes = codes.iter().filter_map(|code| CommuneCode::parse(code, self.day).ok());
        html! {
            fieldset.proposed {
                legend { (self.language.pick("Theo địa chỉ trên chip, có phải là:", "By the chip's address, is it:")) }
                @for commune in communes {
                    label.choice {
                        input type="radio" name={ "accept:" (field.code) } value=(commune.as_str());
                        (commune.name()) ", " (commune.province().name())
                    }
                }
            }
        }
    }

    fn corrected(&self, field: &Field) -> Markup {
        let Some(value) = self.paper.notes.corrected.get(field.code) else { return html! {} };
        html! {
            p.corrected {
                (self.language.pick("Người dân đề nghị ghi:", "The citizen wants:")) " " strong { (value) }
            }
        }
    }
}

/// How it is typed, and which keys a touch keyboard shows.
fn hint(field: &Field, language: Language) -> (&'static str, &'static str) {
    match field.form {
        Form::Date => ("dd/mm/yyyy", "numeric"),
        Form::BirthDate => (language.pick("dd/mm/yyyy, mm/yyyy hoặc yyyy", "dd/mm/yyyy, mm/yyyy or yyyy"), "numeric"),
        Form::Minute => ("dd/mm/yyyy hh:mm", "text"),
        Form::Second => ("dd/mm/yyyy hh:mm:ss", "text"),
        Form::Weight => (language.pick("gam, hoặc \"Không cân\"", "grams, or \"Không cân\""), "text"),
        Form::Count { .. } | Form::BhxhCode => ("", "numeric"),
        Form::Icd10 => ("I21, J18.9", "text"),
        Form::Phone => ("", "tel"),
        Form::Email => ("", "email"),
        Form::Decimal => ("", "decimal"),
        Form::Text { .. }
        | Form::Name
        | Form::Choice(_)
        | Form::Ethnicity
        | Form::Nationality
        | Form::Province
        | Form::Commune { .. }
        | Form::InsuranceCard
        | Form::ChildCard
        | Form::PaperNumber { .. }
        | Form::Facility
        | Form::CertificateNumber
        | Form::LicenceClasses => ("", "text"),
    }
}

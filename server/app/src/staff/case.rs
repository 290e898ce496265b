//! One visit as staff see it: who, why a person looks, and what is known.

use maud::{Markup, html};

use super::text::{self, Language, Text};
use crate::app::App;
use crate::identify::{entitlement_place, visit_person_place};
use crate::insurance::{Route, Verdict};
use crate::person::KnownPerson;
use crate::refusal::Refusal;
use crate::store::{DeskState, VisitRow};

pub struct Case {
    pub row: VisitRow,
    person: Option<KnownPerson>,
    insurance: (&'static str, String),
}

impl Case {
    pub fn open(app: &App, row: VisitRow, language: Language) -> Result<Self, Refusal> {
        let key = row.visit.to_string();
        let person = row.person.as_ref().map(|person| person.open(&app.keys, visit_person_place(&key))).transpose()?;
        let record = row.entitlement.as_ref().map(|record| record.open(&app.keys, entitlement_place(&key)));
        let hospital = &app.config.hospital;
        let insurance = match record.transpose()? {
            None => ("warn", text::entitlement(row.entitlement_state, language).to_owned()),
            Some(record) => match record.verdict(&hospital.facility_code, &hospital.accepted_facilities) {
                Verdict::Accepted { route, .. } => {
                    let right = route == Route::Right;
                    (if right { "ok" } else { "warn" }, text::valid_insurance(right, language).to_owned())
                }
                Verdict::Refused(code) => ("danger", format!("{} {code}", text::refused_insurance(language))),
            },
        };
        Ok(Self { row, person, insurance })
    }

    /// Waits for somebody to compare person and document.
    pub fn is_to_be_checked(&self) -> bool {
        match self.row.desk {
            DeskState::Waiting => true,
            DeskState::None | DeskState::Checked | DeskState::NotThisPerson | DeskState::Finished => false,
        }
    }

    /// Name, reason, and tags.
    pub fn markup(&self, language: Language) -> Markup {
        let t = |text: Text| text.in_language(language);
        let row = &self.row;
        let proven = match row.assurance {
            api::Assurance::A | api::Assurance::B => true,
            api::Assurance::C => false,
            api::Assurance::D => row.desk == DeskState::Checked,
        };
        html! {
            div.name {
                @match &self.person {
                    Some(person) => {
                        (person.name.as_deref().unwrap_or(t(Text::NameUnknown)))
                        " "
                        small {
                            @if let Some(birth) = &person.birth { (t(Text::Born)) " " (birth) " · " }
                            (person.masked_number())
                            @if !proven { " · " (t(Text::Unproven)) }
                        }
                    }
                    None => { (t(Text::NameUnknown)) }
                }
            }
            @if let Some(reason) = row.counter_reason { p.why { (text::reason(reason, language)) } }
            div.tags {
                @let desk = text::desk(row.desk, language);
                @if !desk.is_empty() { span.tag { (desk) } }
                span.tag { (text::assurance(row.assurance, language)) }
                span class={ "tag " (self.insurance.0) } { (self.insurance.1) }
                @for fact in row.facts.iter().filter_map(|code| text::fact(code, language)) {
                    span.tag.warn { (fact) }
                }
            }
        }
    }
}

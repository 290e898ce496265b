//! One department as a form: what was typed stays there, with what is wrong beside it.

use api::DepartmentCode;
use interop::Hours;
use maud::{Markup, html};
use time::Time;
use time::macros::format_description;

use super::LIST;
use super::words::{self, Word};
use crate::department::rule::{Field, Finding, Findings, Wrong};
use crate::department::{Department, Wanted};
use crate::staff::page;
use crate::staff::sent::FormFields;
use crate::staff::session::Staff;
use crate::staff::text::Language;

/// What was typed.
#[derive(Default)]
pub struct Draft {
    pub revision: u64,
    code: String,
    prefix: String,
    name_vi: String,
    name_en: String,
    rooms: String,
    floor: String,
    reception: String,
    opens: String,
    closes: String,
    minutes_low: String,
    minutes_high: String,
    capacity: String,
}

impl Draft {
    pub fn empty(revision: u64) -> Self {
        Self { revision, ..Self::default() }
    }

    pub fn of(known: &Department, revision: u64) -> Self {
        let clock = |time: Time| format!("{:02}:{:02}", time.hour(), time.minute());
        let number = |number: Option<u16>| number.map(|number| number.to_string()).unwrap_or_default();
        Self {
            revision,
            code: known.code.to_string(),
            prefix: known.prefix.to_string(),
            name_vi: known.name_vi.clone(),
            name_en: known.name_en.clone(),
            rooms: known.doors(),
            floor: known.floor.clone(),
            reception: if known.reception { "yes" } else { "" }.to_owned(),
            opens: known.hours.map(|hours| clock(hours.from)).unwrap_or_default(),
            closes: known.hours.map(|hours| clock(hours.to)).unwrap_or_default(),
            minutes_low: number(known.minutes_per_patient.map(|(low, _)| low)),
            minutes_high: number(known.minutes_per_patient.map(|(_, high)| high)),
            capacity: number(known.capacity),
        }
    }

    /// The code of a known department is not the form's to say.
    pub fn read(form: &FormFields, code: Option<&DepartmentCode>) -> Self {
        let text = |name: &str| form.text(name).trim().to_owned();
        Self {
            revision: super::revision(form),
            code: code.map_or_else(|| text("code").to_uppercase(), ToString::to_string),
            prefix: text("prefix").to_uppercase(),
            name_vi: text("name_vi"),
            name_en: text("name_en"),
            rooms: text("rooms"),
            floor: text("floor"),
            reception: text("reception"),
            opens: text("opens"),
            closes: text("closes"),
            minutes_low: text("minutes_low"),
            minutes_high: text("minutes_high"),
            capacity: text("capacity"),
        }
    }

    pub fn code(&self) -> Option<DepartmentCode> {
        DepartmentCode::parse(&self.code).ok()
    }

    /// What cannot even be read is said here; the rules say the rest.
    pub fn wanted(&self) -> Result<Wanted, Findings> {
        let mut findings = Findings::default();
        let mut wrong = |field, wrong| findings.0.push(Finding { department: None, field, wrong });
        let code = self.code();
        if code.is_none() {
            wrong(Field::Code, Wrong::CodeForm);
        }
        let hours = both(&self.opens, &self.closes, clock);
        if hours.is_none() {
            wrong(Field::Hours, Wrong::Hours);
        }
        let minutes = both(&self.minutes_low, &self.minutes_high, |text| text.parse::<u16>().ok());
        if minutes.is_none() {
            wrong(Field::Minutes, Wrong::Minutes);
        }
        let capacity = match self.capacity.as_str() {
            "" => Some(None),
            text => text.parse::<u32>().ok().map(Some),
        };
        if capacity.is_none() {
            wrong(Field::Capacity, Wrong::Capacity);
        }
        let mut letters = self.prefix.chars();
        let prefix = letters.next().filter(|_| letters.next().is_none());
        match (code, hours, minutes, capacity) {
            (Some(code), Some(hours), Some(minutes_per_patient), Some(capacity)) => Ok(Wanted {
                code,
                prefix,
                name_vi: self.name_vi.clone(),
                name_en: if self.name_en.is_empty() { self.name_vi.clone() } else { self.name_en.clone() },
                rooms: self.rooms.split([',', ';']).map(|room| room.trim().to_owned()).collect(),
                floor: Some(self.floor.clone()).filter(|floor| !floor.is_empty()),
                reception: !self.reception.is_empty(),
                hours: hours.map(|(from, to)| Hours { from, to }),
                minutes_per_patient,
                capacity,
            }),
            _ => Err(findings),
        }
    }
}

/// Both or neither, else None.
fn both<T>(low: &str, high: &str, parse: impl Fn(&str) -> Option<T>) -> Option<Option<(T, T)>> {
    match (low, high) {
        ("", "") => Some(None),
        (low, high) => Some(Some((parse(low)?, parse(high)?))),
    }
}

fn clock(text: &str) -> Option<Time> {
    Time::parse(text, format_description!("[hour]:[minute]")).ok()
}

pub fn markup(
    draft: &Draft,
    code: Option<&DepartmentCode>,
    findings: &[Finding],
    staff: &Staff,
    language: Language,
) -> Markup {
    let note = (!findings.is_empty()).then(|| Word::NotSaved.of(language));
    Form { draft, code, findings, staff, language }.markup(note)
}

/// Others changed the list while this was typed.
pub fn markup_of_old(draft: &Draft, code: Option<&DepartmentCode>, staff: &Staff, language: Language) -> Markup {
    Form { draft, code, findings: &[], staff, language }.markup(words::said("stale", language))
}

struct Form<'a> {
    draft: &'a Draft,
    code: Option<&'a DepartmentCode>,
    findings: &'a [Finding],
    staff: &'a Staff,
    language: Language,
}

impl Form<'_> {
    fn markup(&self, note: Option<&str>) -> Markup {
        let (draft, w) = (self.draft, |word: Word| word.of(self.language));
        let action = self.code.map_or_else(|| format!("{LIST}/new"), |code| format!("{LIST}/{code}"));
        html! {
            main.draft {
                p.back { a href=(LIST) { "← " (w(Word::Departments)) } }
                h1 { @match self.code { Some(code) => { (draft.name_vi) " · " (code) } None => { (w(Word::Add)) } } }
                @if let Some(note) = note { p.complaint role="alert" { (note) } }
                @for finding in self.findings.iter().filter(|finding| !self.is_ours(finding)) {
                    p.note.warn {
                        @if let Some(code) = &finding.department { (code) " · " }
                        (words::field(finding.field, self.language)) ": " (words::wrong(&finding.wrong, self.language))
                    }
                }
                form method="post" action=(action) {
                    (page::token(self.staff))
                    input type="hidden" name="revision" value=(draft.revision);
                    div.card {
                        div.fields {
                            @if self.code.is_none() {
                                (self.field(Field::Code, Word::Code, Some(Word::CodeHint), &html! {
                                    input id="code" name="code" value=(draft.code) maxlength="16" autocomplete="off" required aria-describedby="said-code";
                                }))
                            }
                            (self.field(Field::Prefix, Word::Prefix, Some(Word::PrefixHint), &html! {
                                input id="prefix" name="prefix" value=(draft.prefix) maxlength="1" autocomplete="off" required aria-describedby="said-prefix";
                            }))
                            (self.field(Field::NameVi, Word::NameVi, None, &html! {
                                input id="name_vi" name="name_vi" value=(draft.name_vi) maxlength="100" required aria-describedby="said-name_vi";
                            }))
                            (self.field(Field::NameEn, Word::NameEn, Some(Word::NameEnHint), &html! {
                                input id="name_en" name="name_en" value=(draft.name_en) maxlength="100" aria-describedby="said-name_en";
                            }))
                            (self.field(Field::Rooms, Word::Rooms, Some(Word::RoomsHint), &html! {
                                input id="rooms" name="rooms" value=(draft.rooms) maxlength="1500" required aria-describedby="said-rooms";
                            }))
                            (self.field(Field::Floor, Word::Floor, None, &html! {
                                input id="floor" name="floor" value=(draft.floor) maxlength="20" aria-describedby="said-floor";
                            }))
                            (self.field(Field::Hours, Word::Hours, Some(Word::HoursHint), &html! {
                                span.pair {
                                    input id="closes" type="time" name="opens" value=(draft.opens) aria-label=(w(Word::Opens)) aria-describedby="said-closes";
                                    " – "
                                    input type="time" name="closes" value=(draft.closes) aria-label=(w(Word::Closes)) aria-describedby="said-closes";
                                }
                            }))
                            (self.field(Field::Minutes, Word::Minutes, Some(Word::MinutesHint), &html! {
                                span.pair {
                                    input id="minutes_high" inputmode="numeric" name="minutes_low" value=(draft.minutes_low) maxlength="3" aria-label=(w(Word::MinutesLow)) aria-describedby="said-minutes_high";
                                    " – "
                                    input inputmode="numeric" name="minutes_high" value=(draft.minutes_high) maxlength="3" aria-label=(w(Word::MinutesHigh)) aria-describedby="said-minutes_high";
                                }
                            }))
                            (self.field(Field::Capacity, Word::Capacity, Some(Word::CapacityHint), &html! {
                                input id="capacity" inputmode="numeric" name="capacity" value=(draft.capacity) maxlength="4" aria-describedby="said-capacity";
                            }))
                            (self.field(Field::Reception, Word::Reception, None, &html! {
                                span.choice {
                                    input id="reception" type="checkbox" name="reception" value="yes" checked[!draft.reception.is_empty()] aria-describedby="said-reception";
                                    span { (w(Word::ReceptionHint)) }
                                }
                            }))
                        }
                    }
                    div.save {
                        a href=(LIST) { (w(Word::Back)) }
                        button.primary { (w(Word::Save)) }
                    }
                }
            }
        }
    }

    /// Of this department or of the whole list. What concerns another department is said above the form.
    fn is_ours(&self, finding: &Finding) -> bool {
        finding.department.as_ref().is_none_or(|code| code.as_str() == self.draft.code)
    }

    fn field(&self, field: Field, label: Word, hint: Option<Word>, control: &Markup) -> Markup {
        let here = |finding: &&Finding| finding.field == field && self.is_ours(finding);
        let found: Vec<&Finding> = self.findings.iter().filter(here).collect();
        html! {
            div.field.wrong[!found.is_empty()] {
                label for=(field.column().replace("department", "code")) { (label.of(self.language)) }
                (control)
                @if let Some(hint) = hint { small { (hint.of(self.language)) } }
                ul.said id={ "said-" (field.column().replace("department", "code")) } {
                    @for finding in &found { li.block { (words::wrong(&finding.wrong, self.language)) } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_form_makes_the_page_fall_over(
            fields in proptest::collection::vec(("(code|prefix|rooms|opens|closes|minutes_low|minutes_high|capacity)", ".{0,20}"), 0..12),
        ) {
            let draft = Draft::read(&fields.into(), None);
            if let Ok(wanted) = draft.wanted() {
                drop(crate::department::rule::check(&[wanted], &[]));
            }
        }
    }
}

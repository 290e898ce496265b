//! The list of departments, and another list beside it before it takes its place.

use std::collections::HashMap;

use api::DepartmentCode;
use maud::{Markup, html};

use super::LIST;
use super::words::{self, Word};
use crate::department::{Altered, Department, Departments, Plan, Told};
use crate::staff::counter;
use crate::staff::page;
use crate::staff::session::Staff;
use crate::staff::text::Language;

/// What a list from outside comes to.
pub enum Import {
    Wrong { findings: Vec<Told>, more: usize },
    Planned { revision: u64, plan: Plan },
}

pub fn markup(
    departments: &Departments,
    given: &HashMap<DepartmentCode, u64>,
    staff: &Staff,
    language: Language,
    said: Option<&str>,
) -> Markup {
    let w = |word: Word| word.of(language);
    let page = Page { revision: departments.revision(), staff, language };
    let retired: Vec<_> = departments.all().filter(|department| department.is_retired()).collect();
    let last = departments.active().count().saturating_sub(1);
    html! {
        main.departments {
            h1 { (w(Word::Departments)) }
            p.lead { (w(Word::Lead)) }
            @if let Some(said) = said { p.note.ok role="status" { (said) } }
            p { a.button href={ (LIST) "/new" } { (w(Word::Add)) } }
            div.card.wide tabindex="0" role="region" aria-label=(w(Word::Departments)) {
                @if departments.active().next().is_none() { p.empty { (w(Word::None)) } } @else {
                    table.stacked {
                        thead { tr {
                            th { (w(Word::Order)) } th { (w(Word::Code)) } th { (w(Word::Name)) } th { (w(Word::Rooms)) }
                            th { (w(Word::Hours)) } th { (w(Word::Today)) } th { (w(Word::Change)) }
                        } }
                        tbody { @for (place, department) in departments.active().enumerate() {
                            (page.row(department, given.get(&department.code).copied().unwrap_or(0), place, last))
                        } }
                    }
                }
            }
            @if !retired.is_empty() {
                details.card.part {
                    summary { h2 { (w(Word::Retired)) } " (" (retired.len()) ")" }
                    p.lead { (w(Word::RetiredLead)) }
                    table { tbody { @for department in retired { tr {
                        td { (department.code) } td { (counter::name(department, language)) }
                        td { (page.way(department, "return", "", w(Word::Return))) }
                    } } } }
                }
            }
            section.card.part {
                h2 { (w(Word::Import)) }
                p { (w(Word::ImportLead)) " " a href={ (LIST) "/list.csv" } { (w(Word::Download)) } }
                (sheet("", staff, language))
            }
        }
    }
}

struct Page<'a> {
    revision: u64,
    staff: &'a Staff,
    language: Language,
}

impl Page<'_> {
    fn row(&self, department: &Department, given: u64, place: usize, last: usize) -> Markup {
        let w = |word: Word| word.of(self.language);
        let name = counter::name(department, self.language);
        html! {
            tr {
                td data-label=(w(Word::Order)) { div.order {
                    @if place > 0 { (self.arrow(department, "up", "↑", w(Word::Up))) }
                    @if place < last { (self.arrow(department, "down", "↓", w(Word::Down))) }
                } }
                td data-label=(w(Word::Code)) { div { b { (department.prefix) } small { (department.code) } } }
                td data-label=(w(Word::Name)) { div {
                    (name)
                    @if department.reception { " " span.tag { (w(Word::Reception)) } }
                    @let other = match self.language { Language::Vietnamese => &department.name_en, Language::English => &department.name_vi };
                    @if other != name { small { (other) } }
                } }
                td data-label=(w(Word::Rooms)) { div { (department.doors()) @if !department.floor.is_empty() { small { (w(Word::Floor)) " " (department.floor) } } } }
                td data-label=(w(Word::Hours)) { div { @match department.hours {
                    Some(hours) => { (words::clock(hours.from)) "–" (words::clock(hours.to)) }
                    None => { (w(Word::Always)) }
                } } }
                td data-label=(w(Word::Today)) { div {
                    @match department.capacity {
                        Some(capacity) => { (given) " / " (capacity) @if given >= u64::from(capacity) { " " span.tag.warn { (w(Word::Full)) } } }
                        None => { (given) }
                    }
                } }
                td data-label=(w(Word::Change)) { div.inline {
                    a.button.quiet href={ (LIST) "/" (department.code) } aria-label={ (w(Word::Edit)) " " (name) } { (w(Word::Edit)) }
                    @if !department.reception {
                        details {
                            summary.button aria-label={ (w(Word::Retire)) " " (name) } { (w(Word::Retire)) }
                            p { (w(Word::RetireLead)) }
                            (self.way(department, "retire", "refuse", w(Word::RetireNow)))
                        }
                    }
                } }
            }
        }
    }

    fn arrow(&self, department: &Department, way: &str, arrow: &str, words: &str) -> Markup {
        let label = format!("{words}: {}", counter::name(department, self.language));
        self.form(department, way, &html! { button.quiet aria-label=(label) { (arrow) } })
    }

    fn way(&self, department: &Department, way: &str, look: &str, words: &str) -> Markup {
        self.form(department, way, &html! { button class=(look) { (words) } })
    }

    fn form(&self, department: &Department, way: &str, button: &Markup) -> Markup {
        html! {
            form method="post" action={ (LIST) "/" (department.code) "/" (way) } {
                (page::token(self.staff))
                input type="hidden" name="revision" value=(self.revision);
                (button)
            }
        }
    }
}

/// A list to be looked through: a file, or pasted.
fn sheet(text: &str, staff: &Staff, language: Language) -> Markup {
    let w = |word: Word| word.of(language);
    html! {
        form.sheet method="post" action={ (LIST) "/import" } {
            (page::token(staff))
            label { (w(Word::File)) input #file type="file" accept=".csv,text/csv" data-not-utf8=(w(Word::NotUtf8)); }
            p.complaint #unreadable role="alert" hidden {}
            label { (w(Word::Text)) textarea #list name="list" rows="8" spellcheck="false" required { (text) } }
            button.primary { (w(Word::Check)) }
            script src={ (LIST) "/list.js" } defer {}
        }
    }
}

pub fn preview(import: &Import, text: &str, departments: &Departments, staff: &Staff, language: Language) -> Markup {
    let w = |word: Word| word.of(language);
    html! {
        main.departments {
            p.back { a href=(LIST) { "← " (w(Word::Departments)) } }
            h1 { (w(Word::Preview)) }
            @match import {
                Import::Wrong { findings, more } => {
                    p.complaint role="alert" { (w(Word::Wrong)) }
                    (told(findings, language))
                    @if *more > 0 { p { (w(Word::More)) " " (more) } }
                }
                Import::Planned { plan, .. } if plan.is_empty() => p.note role="status" { (w(Word::NothingChanges)) },
                Import::Planned { revision, plan } => {
                    p.lead { (w(Word::PreviewLead)) }
                    div.card.part {
                        (codes(w(Word::Added), "ok", &plan.added))
                        (altered(w(Word::Changed), "", &plan.changed, departments, language))
                        (altered(w(Word::Returned), "ok", &plan.returned, departments, language))
                        (named(w(Word::ToRetire), "danger", &plan.retired, departments, language))
                        @if plan.reordered { p { span.tag { (w(Word::Reordered)) } } }
                        form.confirm method="post" action={ (LIST) "/replace" } {
                            (page::token(staff))
                            input type="hidden" name="revision" value=(revision);
                            input type="hidden" name="list" value=(text);
                            button.primary { (w(Word::Confirm)) }
                        }
                    }
                }
            }
            section.card.part { h2 { (w(Word::Mend)) } (sheet(text, staff, language)) }
        }
    }
}

/// Why something was not done to the list.
pub fn refused(findings: &[Told], language: Language) -> Markup {
    html! {
        main.departments {
            p.back { a href=(LIST) { "← " (Word::Departments.of(language)) } }
            p.complaint role="alert" { (Word::NotSaved.of(language)) }
            (told(findings, language))
        }
    }
}

fn told(findings: &[Told], language: Language) -> Markup {
    let w = |word: Word| word.of(language);
    html! {
        div.card.wide tabindex="0" role="region" aria-label=(w(Word::Wrong)) {
            table {
                thead { tr { th { (w(Word::Line)) } th { (w(Word::Column)) } th { (w(Word::What)) } } }
                tbody { @for finding in findings { tr {
                    td { @match finding.line { Some(line) => { (line) } None => { "–" } } }
                    td { (finding.column) }
                    td { (language.pick(&finding.vi, &finding.en)) }
                } } }
            }
        }
    }
}

fn codes(title: &str, look: &str, codes: &[DepartmentCode]) -> Markup {
    html! { @if !codes.is_empty() { p { (title) } div.tags { @for code in codes { span.tag.(look) { (code) } } } } }
}

fn named(title: &str, look: &str, codes: &[DepartmentCode], departments: &Departments, language: Language) -> Markup {
    html! {
        @if !codes.is_empty() {
            p { (title) }
            div.tags { @for code in codes { span.tag.(look) { (code) " · " (name(code, departments, language)) } } }
        }
    }
}

fn altered(title: &str, look: &str, changed: &[Altered], departments: &Departments, language: Language) -> Markup {
    html! {
        @if !changed.is_empty() {
            p { (title) }
            ul { @for one in changed { li {
                span.tag.(look) { (one.code) } " " (name(&one.code, departments, language))
                @for (index, field) in one.fields.iter().enumerate() { (if index == 0 { ": " } else { ", " }) (words::field(*field, language)) }
            } } }
        }
    }
}

fn name(code: &DepartmentCode, departments: &Departments, language: Language) -> String {
    departments.get(code).map(|department| counter::name(department, language).to_owned()).unwrap_or_default()
}

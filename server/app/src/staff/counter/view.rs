//! What a counter's page shows.

use std::collections::BTreeMap;
use std::sync::Arc;

use api::VisitId;
use maud::{Markup, html};
use queue::{Class, Entry, Ground, MAX_CALLS, Moment, OutOfOrder, Queue, State as Place};

use super::Here;
use super::words::{self, Way, Word};
use crate::app::App;
use crate::department::Department;
use crate::queue as queues;
use crate::refusal::Refusal;
use crate::staff::case::Case;
use crate::staff::session::Staff;
use crate::staff::text::{self, Text};
use crate::staff::{Language, Task, page, work};
use crate::store::AlertRow;

/// So many of those who wait are shown.
const SHOWN: usize = 8;
/// Beside the keys of [`Way`]: yes and no to a ground that somebody named at the kiosk.
const CONFIRM_KEY: &str = "y";
const REFUSE_KEY: &str = "k";

pub struct View<'a> {
    here: &'a Here,
    app: &'a App,
    staff: &'a Staff,
    language: Language,
    now: Moment,
    queue: Arc<Queue>,
    alerts: Vec<AlertRow>,
    current: Option<(Entry, Option<Case>)>,
    /// Whose doctor waits for the current patient.
    home: Option<Arc<Department>>,
    /// Why a person must look at those who wait.
    reasons: BTreeMap<VisitId, &'static str>,
}

impl<'a> View<'a> {
    pub async fn open(app: &'a App, here: &'a Here, language: Language, staff: &'a Staff) -> Result<Self, Refusal> {
        let queue = queues::today(app, &here.department.code).await?;
        let mut current = None;
        let mut home = None;
        if let Some(entry) = queue.serving(&here.counter) {
            let row = app.store.visit(entry.visit).await?;
            let case = row.map(|row| Case::open(app, row, language)).transpose()?;
            let waiting = app.store.queue_waiting_for(entry.visit).await?;
            home = waiting.and_then(|key| app.department(&key.department));
            current = Some((entry.clone(), case));
        }
        let mut reasons = BTreeMap::new();
        for row in app.store.visits_at_the_desk(app.today()).await? {
            if let (Some(reason), crate::store::DeskState::Waiting) = (row.counter_reason, row.desk) {
                reasons.insert(row.visit, text::reason(reason, language));
            }
        }
        let alerts = app.store.open_alerts().await?;
        Ok(Self { here, app, staff, language, now: queues::moment(app), queue, alerts, current, home, reasons })
    }

    pub fn markup(&self, said: Option<&str>) -> Markup {
        let department = &self.here.department;
        let open = self.queue.counter(&self.here.counter).is_some_and(|counter| counter.open);
        html! {
            main #live data-of=(department.code) {
                (calls(&self.alerts, self.staff, self.language))
                div #counter {
                    div.place {
                        h1 { (self.w(Word::place(department))) " " (self.here.counter) }
                        span.lead { (name(department, self.language)) }
                        @if open { span.tag.ok { (self.w(Word::IsOpen)) } }
                        @else { span.tag.still { (self.w(Word::IsClosed)) } }
                        span.space {}
                        @if self.current.is_none() {
                            (self.key(if open { Way::Close } else { Way::Open }, if open { "" } else { "primary" }, &[]))
                        }
                        (self.walk_in())
                        @if self.staff.may(Task::MergeQueues) { (self.merge()) }
                    }
                    @if let Some(said) = said { p.note.warn role="status" { (said) } }
                    div.counter {
                        section.card.current {
                            @match &self.current {
                                Some((entry, case)) => { (self.current(entry, case.as_ref())) }
                                None => {
                                    p.number.none { "—" }
                                    p.lead { (self.w(if open { Word::NobodyCalled } else { Word::ClosedLead })) }
                                }
                            }
                            @if open { (self.keys()) }
                        }
                        div.lists { (self.declared()) (self.waiting()) (self.absent()) }
                    }
                    p.lead.hint { (self.w(Word::NoMoreKeys)) }
                }
            }
        }
    }

    fn current(&self, entry: &Entry, case: Option<&Case>) -> Markup {
        let called_at = self.queue.calls().iter().rev().find(|call| call.visit == entry.visit).map(|call| call.at);
        html! {
            p.number { (entry.ticket) }
            div.tags {
                span.tag { (words::state(entry, self.language)) }
                @if let Some(at) = called_at {
                    span.tag { (self.w(Word::CalledAt)) " " (work::hour(at.unix_ms())) " · " (entry.calls) "/" (MAX_CALLS) " " (self.w(Word::Times)) }
                }
                (self.class(entry))
            }
            @if let Some(case) = case {
                div.who { (case.markup(self.language)) }
                @if case.is_to_be_checked() && self.staff.may(Task::DecideVisits) {
                    div.verify {
                        (self.key(Way::Check, "primary", &[]))
                        (self.key(Way::NotThisPerson, "refuse", &[]))
                    }
                }
            }
        }
    }

    fn keys(&self) -> Markup {
        let somebody = self.current.as_ref().map(|(entry, _)| entry);
        let called = somebody.is_some_and(|entry| matches!(entry.state, Place::Called { .. }));
        let calls_left = somebody.is_some_and(|entry| entry.calls < MAX_CALLS);
        html! {
            div.ways {
                (self.key(Way::Next, "primary wide", &[]))
                @if called && calls_left { (self.key(Way::Recall, "", &[])) }
                @if called {
                    (self.key(Way::Start, "", &[]))
                    (self.key(Way::Skip, "", &[]))
                }
                @if somebody.is_some() {
                    @match &self.home {
                        Some(home) => {
                            (self.labelled(Way::Finish, "", &[], &format!("{} {}", self.w(Word::BackToDoctor), name(home, self.language))))
                        }
                        None => { (self.key(Way::Finish, "", &[])) }
                    }
                    (self.key(Way::Park, "", &[]))
                    (self.transfer())
                    (self.grounds())
                    (self.key(Way::Leave, "refuse", &[]))
                } @else {
                    (self.call_a_number())
                }
            }
        }
    }

    /// Who named a ground of priority at the kiosk: it counts once somebody here has seen that it is so.
    fn declared(&self) -> Markup {
        let mut asking: Vec<&Entry> =
            self.queue.entries().filter(|entry| entry.state == Place::Waiting && !entry.claims.is_empty()).collect();
        asking.sort_by_key(|entry| (entry.joined_at, entry.visit));
        html! {
            @if !asking.is_empty() {
                section.card.list.declared {
                    h2 { (self.w(Word::Declared)) " · " (asking.len()) }
                    ol {
                        @for (place, entry) in asking.iter().enumerate() {
                            @let visit = entry.visit.to_string();
                            // Two keys for the one who has waited longest; the others by Tab.
                            @let key = |key| (place == 0).then_some(key);
                            li {
                                b { (entry.ticket) }
                                span.answers {
                                    @for (at, claim) in entry.claims.iter().enumerate() {
                                        (self.form(Way::Ground, "", &[("visit", &visit), ("ground", claim.code())], words::ground(*claim, self.language), key(CONFIRM_KEY).filter(|_| at == 0)))
                                    }
                                    (self.form(Way::Ground, "", &[("visit", &visit), ("ground", "none")], self.w(Word::NoGround), key(REFUSE_KEY)))
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn waiting(&self) -> Markup {
        let order = self.queue.order(self.now, &self.app.config.queue.policy());
        html! {
            section.card.list {
                h2 { (self.w(Word::Waiting)) " · " (order.len()) }
                @if order.is_empty() { p.lead { (self.w(Word::NobodyWaits)) } }
                ol {
                    @for entry in order.iter().take(SHOWN) {
                        li {
                            b { (entry.ticket) }
                            span {
                                (self.class(entry))
                                @if let Some(room) = &entry.counter { " " span.tag { "→ " (room) } }
                                @if let Some(reason) = self.reasons.get(&entry.visit) { " " span.tag.warn { (reason) } }
                            }
                            small { (self.now.minutes_since(entry.joined_at)) " " (self.w(Word::Minutes)) }
                        }
                    }
                }
            }
        }
    }

    fn absent(&self) -> Markup {
        let mut absent: Vec<(&Entry, Moment)> =
            self.queue.entries().filter_map(|entry| Some((entry, entry.absent_since()?))).collect();
        absent.sort_by_key(|(entry, since)| (*since, entry.visit));
        html! {
            @if !absent.is_empty() {
                section.card.list {
                    h2 { (self.w(Word::Away)) " · " (absent.len()) }
                    ol {
                        @for (place, (entry, since)) in absent.iter().enumerate() {
                            li {
                                b { (entry.ticket) }
                                span { span.tag { (words::state(entry, self.language)) } " " small.inline { (self.now.minutes_since(*since)) " " (self.w(Word::Minutes)) } }
                                // One key for the one who has been away longest; the others by Tab.
                                @let visit = entry.visit.to_string();
                                (self.form(Way::Return, "", &[("visit", &visit)], Way::Return.words(self.language), (place == 0).then(|| Way::Return.key())))
                            }
                        }
                    }
                }
            }
        }
    }

    fn transfer(&self) -> Markup {
        let here = &self.here.department;
        let mut choices: Vec<(String, String)> = Vec::new();
        let departments = self.app.departments();
        for other in departments.active().filter(|other| other.code != here.code) {
            let away =
                (format!("away:{}", other.code), format!("{} · {}", name(other, self.language), self.w(Word::Leaves)));
            let back = (
                format!("back:{}", other.code),
                format!("{} · {}", name(other, self.language), self.w(Word::ComesBack)),
            );
            // From the reception one goes on; a doctor expects people back.
            choices.extend(if here.reception { [away, back] } else { [back, away] });
        }
        for room in queues::counters(here).into_iter().filter(|room| *room != self.here.counter) {
            choices.push((format!("room:{room}"), format!("→ {} {room}", self.w(Word::place(here)))));
        }
        self.menu(
            Way::Transfer,
            &html! {
                @for (place, (to, label)) in (1..).zip(&choices) {
                    (self.form(Way::Transfer, "", &[("to", to)], label, digit(place)))
                }
            },
        )
    }

    fn grounds(&self) -> Markup {
        self.menu(Way::Ground, &html! {
            @for (place, ground) in (1..).zip(Ground::ALL) {
                (self.form(Way::Ground, "", &[("ground", ground.code())], words::ground(ground, self.language), digit(place)))
            }
            (self.form(Way::Ground, "", &[("ground", "none")], self.w(Word::NoGround), Some("0")))
        })
    }

    fn walk_in(&self) -> Markup {
        self.menu(Way::WalkIn, &html! {
            (self.form(Way::WalkIn, "primary", &[], self.w(Word::NoGround), Some("0")))
            @for (place, ground) in (1..).zip(Ground::ALL) {
                (self.form(Way::WalkIn, "", &[("ground", ground.code())], words::ground(ground, self.language), digit(place)))
            }
        })
    }

    fn merge(&self) -> Markup {
        let departments = self.app.departments();
        let others = departments.active().filter(|other| other.code != self.here.department.code);
        self.menu(Way::Merge, &html! {
            @for (place, other) in (1..).zip(others) {
                (self.form(Way::Merge, "refuse", &[("to", other.code.as_str())], &format!("→ {}", name(other, self.language)), digit(place)))
            }
        })
    }

    fn call_a_number(&self) -> Markup {
        self.menu(Way::Call, &html! {
            form method="post" action=(self.path(Way::Call)) {
                (page::token(self.staff))
                input type="hidden" name="current" value="";
                label { (self.w(Word::Number)) input name="number" autocomplete="off" maxlength="5" placeholder={ (self.here.department.prefix) "001" } required; }
                label {
                    (self.w(Word::Why))
                    select name="reason" {
                        @for reason in OutOfOrder::ALL {
                            option value=(reason.code()) { (words::out_of_order(reason, self.language)) }
                        }
                    }
                }
                button.primary { (Way::Call.words(self.language)) }
            }
        })
    }

    fn class(&self, entry: &Entry) -> Markup {
        html! {
            @if let Class::Priority(ground) = entry.class {
                span.tag.danger[ground == Ground::Emergency].first { (words::ground(ground, self.language)) }
            }
            @for claim in &entry.claims { " " span.tag.warn { (words::ground(*claim, self.language)) "?" } }
        }
    }

    /// Opens by its key; then a digit chooses.
    fn menu(&self, way: Way, choices: &Markup) -> Markup {
        html! {
            details {
                summary.button data-key=(way.key()) { kbd { (way.key().to_uppercase()) } (way.words(self.language)) }
                div.choices { (choices) }
            }
        }
    }

    fn key(&self, way: Way, look: &str, more: &[(&str, &str)]) -> Markup {
        self.labelled(way, look, more, way.words(self.language))
    }

    fn labelled(&self, way: Way, look: &str, more: &[(&str, &str)], label: &str) -> Markup {
        self.form(way, look, more, label, Some(way.key()))
    }

    fn form(&self, way: Way, look: &str, more: &[(&str, &str)], label: &str, key: Option<&str>) -> Markup {
        let current = self.current.as_ref().map(|(entry, _)| entry.visit.to_string()).unwrap_or_default();
        html! {
            form class=(look) method="post" action=(self.path(way)) {
                (page::token(self.staff))
                input type="hidden" name="current" value=(current);
                @for (name, value) in more { input type="hidden" name=(name) value=(value); }
                button class=(look) data-key=[key] {
                    @if let Some(key) = key { kbd { (key.to_uppercase()) } }
                    (label)
                }
            }
        }
    }

    fn path(&self, way: Way) -> String {
        format!("{}/{}", self.here.path(), way.code())
    }

    fn w(&self, word: Word) -> &'static str {
        word.of(self.language)
    }
}

/// Calls for a person, emergencies first whenever they came.
pub fn calls(alerts: &[AlertRow], staff: &Staff, language: Language) -> Markup {
    let (emergencies, others): (Vec<_>, Vec<_>) =
        alerts.iter().partition(|alert| alert.kind == api::AlertKind::Emergency);
    html! {
        div #calls role="alert" aria-live="assertive" {
            @if staff.may(Task::AnswerCalls) {
                @for alert in emergencies.into_iter().chain(others) {
                    div.call.emergency[alert.kind == api::AlertKind::Emergency] {
                        span.what { (text::call(alert.kind, language)) }
                        span.where { (alert.kiosk) " · " (work::hour(alert.raised_at)) }
                        form method="post" action={ "/staff/calls/" (alert.id) } {
                            (page::token(staff))
                            button { (Text::IAmGoing.in_language(language)) }
                        }
                    }
                }
            }
        }
    }
}

fn digit(place: usize) -> Option<&'static str> {
    ["1", "2", "3", "4", "5", "6", "7", "8", "9"].get(place.checked_sub(1)?).copied()
}

pub fn name(department: &Department, language: Language) -> &str {
    match language {
        Language::Vietnamese => &department.name_vi,
        Language::English => &department.name_en,
    }
}

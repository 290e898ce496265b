//! The printed ticket, in the patient's language: final words for the printer.

use api::EntitlementView;
use time::macros::{format_description, offset};

use crate::effect::{FollowCode, MaskedName, TicketPaper};
use crate::phrase::Phrase;
use crate::screen::Language;
use crate::settings::Settings;
use crate::state::Given;
use crate::words::{self, Words};

pub(crate) fn ticket(given: &Given, settings: &Settings, language: Language) -> TicketPaper {
    let words = Words::of(language);
    let place = match (&given.counter, &given.department) {
        (Some(_), _) => settings.counter_place.in_language(language).to_owned(),
        (None, Some(department)) => {
            words.say_with(Phrase::PaperRoom, &[("rooms", &department.rooms), ("floor", &department.floor)])
        }
        (None, None) => String::new(),
    };
    TicketPaper {
        hospital: settings.hospital.in_language(language).to_owned(),
        number_label: words.say(if given.counter.is_some() { Phrase::CounterCaption } else { Phrase::TicketCaption }),
        number: given.number,
        department: given.department_name(language).to_owned(),
        place,
        facts: facts(given, words),
        notes: notes(given, words),
        holder: given.holder.as_ref().map(|name| (words.say(Phrase::PaperHolder), MaskedName(name.to_string()))),
        follow: given
            .follow_url
            .as_ref()
            .map(|url| FollowCode { url: url.clone(), caption: words.say(Phrase::PaperFollow) }),
        footer: vec![issued(given, format_description!("[day]/[month]/[year] [hour]:[minute]"))],
    }
}

fn facts(given: &Given, words: &Words) -> Vec<(String, String)> {
    let mut facts = vec![(words.say(Phrase::PaperIssued), words::clock(given.issued_at))];
    if let Some(appointment) = &given.appointment {
        facts.push((words.say(Phrase::PaperAppointment), words::clock(appointment.starts_at)));
    }
    if let Some(people) = given.people_ahead {
        let value = words.say_with(Phrase::PaperAheadValue, &[("people", &people.to_string())]);
        facts.push((words.say(Phrase::PaperAhead), value));
    }
    // Nobody waits "0 to 0 minutes".
    if let Some((low, high)) = given.wait_minutes.filter(|(_, high)| *high > 0) {
        let range = [("low", &*low.to_string()), ("high", &*high.to_string())];
        facts.push((words.say(Phrase::PaperWait), words.say_with(Phrase::PaperWaitValue, &range)));
    }
    facts
}

fn notes(given: &Given, words: &Words) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(reason) = given.counter {
        notes.push(words.say(words::reason_why(reason)));
    }
    if given.entitlement == EntitlementView::ToBeConfirmed {
        notes.push(words.say(Phrase::TicketLater));
    }
    notes.extend(words::priority(given).map(|phrase| words.say(phrase)));
    notes.push(words.say(Phrase::PaperBringCard));
    notes
}

/// The hospital's own time (Asia/Ho_Chi_Minh has had no other offset since 1975).
fn issued(given: &Given, format: &[time::format_description::BorrowedFormatItem<'_>]) -> String {
    given.issued_at.to_offset(offset!(+7)).format(format).unwrap_or_default()
}

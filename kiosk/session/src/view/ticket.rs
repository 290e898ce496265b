//! The number, as large as the screen allows.

use api::{CounterReason, EntitlementView};

use super::{Draft, Scene, Step, capitalised};
use crate::phrase::Phrase;
use crate::screen::{Action, Badge, BigNumber, Block, Key, Picture, Tone};
use crate::state::{Given, Printing};
use crate::words;

pub(super) fn ticket(scene: &Scene<'_>, given: &Given) -> Draft {
    let mut draft = match given.counter {
        None => department_ticket(scene, given),
        Some(reason) => counter_ticket(scene, given, reason),
    };
    if let Printing::Failed(failure) = given.printing {
        draft.badge = Some(scene.badge(Tone::Warn, words::print_failure(failure)));
        draft.headline = scene.say(Phrase::PaperHeadline);
        draft.why = scene.say(Phrase::PaperWhy);
        let retry = scene.secondary(Phrase::KeyRetryPrint, Action::RetryPrint);
        draft.keys.insert(0, retry);
    }
    if let Some(offer) = given.offer.as_ref().filter(|_| given.printing != Printing::Running) {
        let papers = offer.papers.to_string();
        let label = scene.words.say_with(Phrase::KeyPapersWaiting, &[("papers", &papers)]);
        let key = Key { label, ..scene.secondary(Phrase::KeyPapersWaiting, Action::OpenPapers) };
        draft.keys.insert(0, key);
    }
    // A voice reads a number character by character.
    let number: Vec<String> = given.number.to_string().chars().map(String::from).collect();
    let place = draft.body.iter().find_map(|block| match block {
        Block::Number(number) => Some(number.place.clone()),
        _ => None,
    });
    let headline = super::sentence(&draft.headline);
    draft.spoken = Some(format!("{headline} {}. {}.", number.join(" "), place.unwrap_or_default()));
    draft
}

pub(super) fn without_number(scene: &Scene<'_>) -> Draft {
    let mut draft = scene.draft(Step::Number, Phrase::NoNumberHeadline, Phrase::NoNumberWhy);
    draft.body.push(Block::Picture { picture: Picture::StaffIsComing, caption: counter_place(scene) });
    draft.keys.push(scene.primary(Phrase::KeyIGoToCounter, Action::Done));
    draft
}

fn department_ticket(scene: &Scene<'_>, given: &Given) -> Draft {
    // What the patient has still to do stands above the number, where nobody has to scroll.
    let to_show_papers = words::priority(given).filter(|phrase| *phrase == Phrase::PriorityDeclared);
    let guide = to_show_papers.unwrap_or(Phrase::TicketGuide);
    let mut draft = scene.draft(Step::Number, Phrase::TicketHeadline, guide);
    let place = match &given.department {
        Some(department) => scene.words.say_with(
            Phrase::TicketPlace,
            &[
                ("department", given.department_name(scene.language)),
                ("rooms", &department.rooms),
                ("floor", &department.floor),
            ],
        ),
        None => String::new(),
    };
    draft.body.push(Block::Number(BigNumber {
        caption: scene.say(Phrase::TicketCaption),
        number: given.number.to_string(),
        place,
        badge: wait(scene, given),
        arrow: false,
    }));
    draft.body.extend(take_along(scene, given));
    draft.body.extend(open_points(scene, given).filter(|point| *point != draft.why).map(Block::Paragraph));
    draft.keys = done(scene, Phrase::KeyDone);
    draft
}

fn counter_ticket(scene: &Scene<'_>, given: &Given, reason: CounterReason) -> Draft {
    let mut draft = scene.draft(Step::Number, Phrase::CounterHeadline, words::reason_why(reason));
    draft.badge = Some(scene.badge(Tone::Warn, words::reason(reason)));
    draft.body.push(Block::Number(BigNumber {
        caption: scene.say(Phrase::CounterCaption),
        number: given.number.to_string(),
        place: counter_place(scene),
        badge: None,
        arrow: true,
    }));
    draft.body.extend(open_points(scene, given).map(Block::Paragraph));
    draft.keys = done(scene, Phrase::KeyIGoToCounter);
    draft
}

fn done(scene: &Scene<'_>, label: Phrase) -> Vec<Key> {
    vec![scene.primary(label, Action::Done)]
}

/// "Quầy 1 · ngay bên phải máy này".
fn counter_place(scene: &Scene<'_>) -> String {
    capitalised(&scene.say(Phrase::CounterPlace))
}

fn wait(scene: &Scene<'_>, given: &Given) -> Option<Badge> {
    let people = given.people_ahead?.to_string();
    let text = match given.wait_minutes {
        Some((low, high)) if high > 0 => {
            let values = [("people", &*people), ("low", &*low.to_string()), ("high", &*high.to_string())];
            scene.words.say_with(Phrase::TicketWait, &values)
        }
        Some(_) | None => scene.words.say_with(Phrase::TicketAhead, &[("people", &people)]),
    };
    Some(Badge { tone: Tone::Ok, text })
}

fn take_along(scene: &Scene<'_>, given: &Given) -> Vec<Block> {
    let qr = given
        .follow_url
        .as_ref()
        .map(|url| Block::Qr { content: url.clone(), caption: scene.say(Phrase::TicketFollow) });
    let paper = match given.printing {
        Printing::Running | Printing::Printed => Phrase::TakePaper,
        Printing::Failed(_) => Phrase::TakeNumber,
    };
    let items = vec![scene.say(Phrase::TakeCard), scene.say(paper)];
    let list = Block::Checklist { title: scene.say(Phrase::TicketTakeAlong), items };
    qr.into_iter().chain([list]).collect()
}

fn open_points<'a>(scene: &'a Scene<'_>, given: &Given) -> impl Iterator<Item = String> + use<'a> {
    let later = (given.entitlement == EntitlementView::ToBeConfirmed).then_some(Phrase::TicketLater);
    let booked = given.appointment.as_ref().map(|appointment| {
        scene.words.say_with(Phrase::TicketAppointment, &[("time", &*words::clock(appointment.starts_at))])
    });
    booked.into_iter().chain(later.into_iter().chain(words::priority(given)).map(|phrase| scene.say(phrase)))
}

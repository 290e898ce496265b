//! Time-outs, on virtual time.

mod patient;

use api::AlertKind;
use patient::{Patient, SCREENS};
use session::screen::Action;
use session::{Effect, Event};

#[test]
fn who_walks_away_is_asked_and_then_forgotten() {
    let mut patient = Patient::at("payer");
    patient.wait(45_000);
    let dialog = patient.screen().dialog.expect("asked");
    assert_eq!(dialog.seconds, Some(15));
    assert!(dialog.keys.iter().any(|key| key.action == Action::StillHere));
    patient.touch(Action::StillHere);
    assert!(patient.screen().dialog.is_none());
    patient.wait(59_000);
    assert_eq!(patient.name(), "payer", "the time began anew");
    patient.wait(2_000);
    assert_eq!(patient.name(), "take_card");
    assert_eq!(patient.count(|effect| matches!(effect, Effect::Forget)), 1);
    patient.event(Event::CardRemoved);
    assert_eq!(patient.name(), "welcome", "no thanks for a visit that was given up");
}

#[test]
fn a_card_left_behind_rings_and_then_calls_staff() {
    let mut patient = Patient::at("take_card");
    let rings = |patient: &Patient| patient.count(|effect| matches!(effect, Effect::Ring));
    patient.wait(5_000);
    assert_eq!(rings(&patient), 0);
    patient.wait(2_000);
    assert_eq!(rings(&patient), 1);
    assert_eq!(patient.alerts(AlertKind::CardLeft), 0);
    patient.wait(30_000);
    assert_eq!(patient.alerts(AlertKind::CardLeft), 1);
    patient.wait(600_000);
    assert_eq!((rings(&patient), patient.alerts(AlertKind::CardLeft)), (1, 1));
    assert_eq!(patient.name(), "take_card", "nobody begins while the card is in");
    patient.event(Event::CardRemoved);
    assert_eq!(patient.count(|effect| matches!(effect, Effect::StopRing)), 1);
    assert_eq!(patient.name(), "thanks");
}

#[test]
fn a_silent_chip_a_silent_camera_and_a_silent_server_all_end_with_a_way_on() {
    let mut patient = Patient::at("chip");
    patient.wait(16_000);
    assert_eq!(patient.count(|effect| matches!(effect, Effect::StopReading)), 1);
    assert_eq!(patient.name(), "chip", "read once more");
    let mut patient = Patient::at("face");
    patient.wait(41_000);
    assert_eq!(patient.name(), "face_not_matched");
    let mut patient = Patient::at("identifying");
    patient.wait(21_000);
    assert_eq!(patient.name(), "payer");
    let mut patient = Patient::at("checking_in");
    patient.wait(21_000);
    assert_eq!(patient.count(|effect| matches!(effect, Effect::TakeOfflineNumber { .. })), 1);
    patient.wait(21_000);
    assert_eq!(patient.name(), "counter_without_number");
    let mut patient = Patient::at("eid_waiting");
    patient.wait(21_000);
    assert_eq!(patient.name(), "other_ways");
    let mut patient = Patient::at("ticket");
    patient.wait(21_000);
    assert_eq!(patient.alerts(AlertKind::Printer), 1);
}

#[test]
fn every_screen_ends_at_welcome_after_enough_silence() {
    for screen in SCREENS {
        let mut patient = Patient::at(screen);
        if patient.card_in {
            patient.event(Event::CardRemoved);
        }
        for _ in 0..400 {
            let Some(deadline) = patient.session.next_deadline() else { break };
            patient.now = patient.now.max(deadline);
            patient.event(Event::Tick);
        }
        assert_eq!(patient.name(), "welcome", "{screen}: {:?}", patient.seen);
        assert_eq!(patient.session.visit(), None);
        assert_eq!(patient.screen(), Patient::new().screen(), "{screen}: nothing of the patient is left");
    }
}

#[test]
fn a_language_left_behind_goes_back_to_the_hospitals_own() {
    let mut patient = Patient::new();
    patient.touch(Action::ToggleLanguage).touch(Action::ToggleTextSize).wait(61_000);
    assert_eq!(patient.screen(), Patient::new().screen());
}

#[test]
fn an_open_dialog_holds_the_visit_and_closes_by_itself() {
    let mut patient = Patient::at("payer");
    patient.touch(Action::Emergency).wait(100_000);
    assert_eq!(patient.name(), "payer");
    patient.wait(30_000);
    assert!(patient.screen().dialog.is_none());
    patient.wait(61_000);
    assert_eq!(patient.name(), "take_card");
}

#[test]
fn the_warning_counts_every_second() {
    let mut patient = Patient::at("department");
    patient.wait(40_000);
    let mut last = 21;
    while let Some(seconds) = patient.screen().dialog.and_then(|dialog| dialog.seconds) {
        assert_eq!(seconds + 1, last);
        last = seconds;
        patient.now = patient.session.next_deadline().expect("counts on");
        patient.event(Event::Tick);
    }
    assert_eq!((last, patient.name()), (1, "take_card"));
}

//! The demo's scenarios without a GPU. Needs `./run setup` (models, fonts, photographs).

use std::path::PathBuf;
use std::sync::Arc;

use e2e::report::ScenarioReport;
use e2e::{Deck, Photographs, Props, scenarios};
use time::OffsetDateTime;

fn photographs() -> (PathBuf, Photographs) {
    let provision = onnx::provision_dir().expect("run ./run setup first");
    let mut engine = onnx::load(&provision).expect("models");
    let photographs = Photographs::find(&provision.join("photos"), &mut engine).expect("photographs");
    (provision, photographs)
}

fn run(name: &str, provision: PathBuf, photographs: Photographs) -> ScenarioReport {
    let deck = Deck::issue(&photographs, OffsetDateTime::now_utc().date()).expect("cards");
    let scenario = scenarios::ALL.iter().find(|scenario| scenario.name == name).expect("a scenario of the list");
    scenario.run(&Props { photographs, provision }, &Arc::new(deck)).report
}

fn plays(name: &str) {
    let (provision, photographs) = photographs();
    let report = run(name, provision, photographs);
    assert!(report.differences.is_empty(), "{name}: {report:#?}");
}

/// As `--photos` with other people: the card is A's; whoever stood before the camera was A is B, and the other way round.
#[test]
fn people_who_change_places_flip_the_face_and_nothing_the_chip_said() {
    for (name, decision) in [("genuine-patient", "no match"), ("someone-elses-card", "match")] {
        let (provision, mut people) = photographs();
        let of_a = people.a.split_off(1);
        people.a.append(&mut people.b);
        people.b = of_a;
        let report = run(name, provision, people);
        assert_eq!(report.face.as_ref().map(|face| face.decision.as_str()), Some(decision), "{name}: {report:#?}");
        let chip =
            [&report.access, &report.passive_authentication, &report.chip_authenticity].map(|word| word.as_deref());
        assert_eq!(chip, [Some("pace"), Some("trusted"), Some("genuine")], "{name}");
    }
}

macro_rules! stories {
    ($($function:ident = $name:literal,)*) => {
        $(#[test]
        fn $function() {
            plays($name);
        })*

        #[test]
        fn every_scenario_of_the_demo_is_a_test() {
            let tested = [$($name),*];
            assert!(scenarios::ALL.iter().all(|scenario| tested.contains(&scenario.name)));
        }
    };
}

stories! {
    a_booked_patient_names_a_priority_and_the_counter_confirms_it = "appointment-and-priority",
    a_genuine_patient_gets_everything = "genuine-patient",
    an_unknown_signer_gets_a_ticket_and_masked_data = "unknown-signer",
    a_signer_pinned_after_comparison_reaches_level_a = "signer-pinned",
    vneid_is_matched_to_the_verifiers_portrait = "vneid",
    someone_elses_card_ends_at_the_counter = "someone-elses-card",
    a_cloned_chip_is_not_genuine = "cloned-chip",
    a_forged_chip_is_never_above_b = "forged-chip",
    an_altered_dg1_is_seen = "altered-dg1",
    a_card_pulled_in_dg2_is_asked_for_again = "card-pulled-in-dg2",
    a_bac_only_chip_is_read_with_typed_dates = "bac-only-chip",
    a_silent_gateway_is_asked_again = "gateway-down",
    a_lost_answer_gives_the_same_ticket = "answer-lost",
    without_the_server_the_number_on_paper_wins = "server-down",
    without_paper_the_number_is_on_the_screen = "out-of-paper",
    a_card_qr_alone_shows_nothing = "card-qr-only",
    a_child_without_portrait_goes_to_the_counter = "child-without-portrait",
    help_and_emergency_ring_at_once = "help-and-emergency",
    a_father_confirms_the_papers_of_twins = "birth-twins",
    a_driver_declares_is_examined_and_holds_the_receipt = "driver-health",
    a_death_notice_is_read_in_private = "death-notice-read-apart",
    a_notice_nobody_came_for_is_sent_in_time = "death-notice-nobody-came",
    papers_of_an_outage_arrive_once_when_the_gateway_is_back = "births-gateway-outage",
    a_refused_paper_is_corrected_and_issued_again_under_its_number = "birth-refused-reissued",
    an_unknown_outcome_is_settled_by_a_person_and_never_sent_again = "death-outcome-unknown",
}

//! The demo's scenarios without a GPU. Needs `./run setup` (models, fonts, photographs).

use std::sync::Arc;

use e2e::{Deck, Photographs, Props, scenarios};
use time::OffsetDateTime;

fn plays(name: &str) {
    let provision = onnx::provision_dir().expect("run ./run setup first");
    let mut engine = onnx::load(&provision).expect("models");
    let photographs = Photographs::find(&provision.join("photos"), &mut engine).expect("photographs");
    let deck = Deck::issue(&photographs, OffsetDateTime::now_utc().date()).expect("cards");
    let scenario = scenarios::ALL.iter().find(|scenario| scenario.name == name).expect("a scenario of the list");
    let played = scenario.run(&Props { photographs, provision }, &Arc::new(deck));
    assert!(played.report.differences.is_empty(), "{name}: {:#?}", played.report);
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
}

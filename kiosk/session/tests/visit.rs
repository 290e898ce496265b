//! One patient after another, each with a story.

mod patient;

use api::{
    AlertKind, AppointmentView, Assurance, ConsentAnswer, ConsentLanguage, CounterReason, DeclaredGround,
    DepartmentCode, DocumentClaim, EntitlementView, FaceClaim, Payer, ProblemCode,
};
use patient::{CARD_QR, Chip, OTHER_QR, Patient, valid};
use session::screen::{Action, Block, KeyWeight};
use session::{
    AssurancePolicy, ChallengeOrigin, ChipFailure, Device, DeviceStatus, Effect, EidRoute, Event, OfflineFailure,
    PrintFailure, ServerFailure,
};
use time::macros::datetime;

#[test]
fn a_genuine_card_and_its_owner_get_a_number_and_thanks_after_the_card_is_out() {
    let mut patient = Patient::at("ticket");
    assert_eq!(
        patient.seen,
        ["welcome", "insert_card", "chip", "face", "identifying", "payer", "department", "checking_in", "ticket"]
    );
    let identification = patient.last_identification();
    assert!(matches!(&identification.document, DocumentClaim::Chip(chip) if chip.active_authentication.is_some()));
    assert!(matches!(identification.face, FaceClaim::Matched { .. }));
    assert_eq!(patient.last_check_in().counter, None);
    assert_eq!(patient.last_check_in().payer, Payer::Insurance);
    assert_eq!(patient.prints(), 1);
    patient.event(Event::Printed).touch(Action::Done);
    assert_eq!(patient.name(), "take_card");
    patient.event(Event::CardRemoved);
    assert_eq!(patient.name(), "thanks");
    patient.wait(10_000);
    assert_eq!(patient.name(), "welcome");
    assert_eq!(patient.count(|effect| matches!(effect, Effect::Forget)), 1);
}

#[test]
fn the_department_screen_greets_by_name_and_says_what_the_drawing_says() {
    let mut patient = Patient::at("department");
    let screen = patient.screen();
    assert_eq!(screen.headline, "Nguyễn Văn Mẫu\nkhám khoa nào?");
    assert_eq!(screen.badge.expect("insurance").text, "BHYT còn hạn đến 31/12/2026 · đúng tuyến");
    let last = screen.keys.last().expect("primary");
    assert!(!last.enabled && last.weight == KeyWeight::Primary);
    patient.touch(Action::ChooseDepartment(DepartmentCode::parse("K01").expect("valid")));
    assert_eq!(patient.screen().keys.last().expect("primary").label, "Lấy số Nội tổng hợp");
}

#[test]
fn the_printed_paper_holds_a_masked_name_and_no_other() {
    let patient = Patient::at("ticket");
    let paper = patient.last_paper();
    assert_eq!(paper.number.to_string(), "A027");
    assert_eq!(paper.department, "Nội tổng hợp");
    let (_, name) = paper.holder.as_ref().expect("a holder");
    assert_eq!(name.as_str(), "Nguyễn *** Mẫu");
    assert_eq!(paper.footer, ["23/11/2026 08:30"]);
    assert!(!format!("{paper:?}").contains("Nguyễn"), "and even that stays out of logs");
}

#[test]
fn six_typed_digits_open_the_chip_too() {
    let mut patient = Patient::new();
    patient.step("card in").step("can").step("challenge").step("read");
    assert_eq!(patient.name(), "consent");
    patient.touch(Action::AgreeToFace).right_face();
    assert_eq!(patient.name(), "identifying");
}

#[test]
fn what_was_answered_about_the_face_travels_with_the_text_that_was_read() {
    let consent = |patient: &Patient| patient.last_identification().consent.clone();
    let mut patient = Patient::at("chip");
    patient.touch(Action::AgreeToFace).chip(Chip::Genuine).right_face();
    let given = consent(&patient).expect("was asked");
    assert_eq!((given.answer, given.language), (ConsentAnswer::Given, ConsentLanguage::Vi));

    // Agreed first, then read in English and refused: the last answer stands, with the text of its language.
    let mut patient = Patient::at("chip");
    patient.touch(Action::AgreeToFace).touch(Action::ToggleLanguage).touch(Action::DeclineFace).chip(Chip::Genuine);
    let refused = consent(&patient).expect("was asked");
    assert_eq!((refused.answer, refused.language), (ConsentAnswer::Refused, ConsentLanguage::En));
    assert_ne!(refused.text, given.text);

    let mut patient = Patient::at("insert_card");
    patient.touch(Action::NoCard);
    assert_eq!(consent(&patient), None, "nothing was asked");
}

#[test]
fn a_chip_pulled_in_the_middle_is_read_again_with_what_was_answered() {
    let mut patient = Patient::at("chip");
    patient.touch(Action::AgreeToFace).event(Event::CardRemoved);
    assert_eq!(patient.name(), "insert_again");
    let first = patient.reading;
    patient.event(Event::CardInserted);
    assert_ne!(patient.reading, first);
    patient.chip_failed(ChipFailure::CardRemoved).event(Event::CardRemoved).event(Event::CardInserted);
    patient.challenge(ChallengeOrigin::Server).chip(Chip::Genuine);
    assert_eq!(patient.name(), "face", "consent is not asked twice");
}

#[test]
fn a_late_answer_of_an_earlier_reading_changes_nothing() {
    let mut patient = Patient::at("chip");
    let late = patient.reading.expect("a reading");
    patient.event(Event::CardRemoved).event(Event::CardInserted).challenge(ChallengeOrigin::Server);
    patient.event(Event::ChipFailed(late, ChipFailure::NotGenuine));
    assert_eq!(patient.name(), "chip");
}

#[test]
fn a_card_without_pace_asks_for_what_is_printed_and_never_guesses_the_expiry() {
    let mut patient = Patient::at("mrz_number");
    patient.digits("085000000017").touch(Action::Continue);
    assert_eq!(patient.name(), "mrz_birth");
    patient.digits("30021985").touch(Action::Continue);
    assert_eq!(patient.name(), "mrz_birth");
    assert!(patient.screen().badge.is_some(), "there is no 30 February");
    patient.digits("15011985").touch(Action::Continue);
    assert_eq!(patient.name(), "mrz_expiry");
    patient.touch(Action::NoExpiry);
    assert_eq!(patient.name(), "chip");
    let mut patient = Patient::at("mrz_expiry");
    assert!(patient.seen.iter().all(|screen| *screen != "mrz_birth"), "the code has the birth date");
    patient.digits("15012045").touch(Action::Continue).challenge(ChallengeOrigin::Server);
    let key = patient.effects.iter().rev().find_map(|effect| match effect {
        Effect::ReadChip { key, .. } => Some(key.kind()),
        _ => None,
    });
    assert_eq!(key, Some(emrtd::AccessKeyKind::Mrz));
}

#[test]
fn a_wrong_number_may_be_typed_again_and_then_a_person_helps() {
    let mut patient = Patient::new();
    patient.step("card in");
    for _ in 0..4 {
        assert_eq!(patient.name(), "access_number");
        patient.step("can").step("challenge").chip_failed(ChipFailure::WrongAccessNumber);
    }
    assert!(patient.screen().badge.is_some());
    patient.step("can").step("challenge").chip_failed(ChipFailure::WrongAccessNumber);
    assert_eq!(patient.name(), "checking_in");
    assert_eq!(patient.last_check_in().counter, Some(CounterReason::ChipUnreadable));
}

#[test]
fn every_chip_that_does_not_stand_goes_to_a_person_with_its_reason() {
    let table = [
        (ChipFailure::NotGenuine, CounterReason::ChipNotGenuine),
        (ChipFailure::Altered, CounterReason::DocumentAltered),
        (ChipFailure::SignerExpired, CounterReason::SignerExpired),
        (ChipFailure::SignerUntrusted, CounterReason::SignerUnknown),
        (ChipFailure::Downgraded, CounterReason::AccessDowngraded),
    ];
    for (failure, reason) in table {
        let mut patient = Patient::at("chip");
        patient.chip_failed(failure);
        assert!(matches!(patient.last_identification().document, DocumentClaim::CardQr(_)), "the code still helps");
        patient.identified(Assurance::C, EntitlementView::NotShown);
        assert_eq!(patient.last_check_in().counter, Some(reason));
        patient.checked_in();
        assert_eq!(patient.name(), "counter");
        assert_eq!(patient.screen().headline, "Không sao. Mời đến quầy\u{a0}1, đã có số.");
    }
}

#[test]
fn a_chip_that_does_not_read_is_tried_once_more_by_itself() {
    let mut patient = Patient::at("chip");
    patient.chip_failed(ChipFailure::Unreadable);
    assert_eq!(patient.name(), "chip");
    patient.challenge(ChallengeOrigin::Server).chip_failed(ChipFailure::Unreadable);
    patient.identified(Assurance::C, EntitlementView::NotShown);
    assert_eq!(patient.last_check_in().counter, Some(CounterReason::ChipUnreadable));
}

#[test]
fn a_chip_without_a_key_is_never_called_genuine() {
    let mut patient = Patient::at("chip");
    patient.touch(Action::AgreeToFace).chip(Chip::WithoutKey);
    assert!(patient.face.is_none());
    patient.identified(Assurance::D, EntitlementView::NotShown);
    assert_eq!(patient.last_check_in().counter, Some(CounterReason::ChipNotGenuine));
}

#[test]
fn the_chip_wins_over_the_scanned_number_and_a_person_looks() {
    let mut patient = Patient::new();
    patient.scan(OTHER_QR).step("card in").step("challenge").chip(Chip::Genuine);
    assert!(matches!(patient.last_identification().document, DocumentClaim::Chip(_)));
    patient.identified(Assurance::D, EntitlementView::NotShown);
    assert_eq!(patient.last_check_in().counter, Some(CounterReason::NumberMismatch));
}

#[test]
fn a_name_spelt_the_other_way_is_the_same_person_and_another_name_is_not() {
    for (name, screen) in [("NGUYỄN VĂN MẪU", "consent"), ("Nguyễn Văn Khác", "identifying")] {
        let mut patient = Patient::new();
        patient.scan(&CARD_QR.replace("Nguyễn Văn Mẫu", name)).step("card in").step("challenge").step("read");
        assert_eq!(patient.name(), screen, "{name}");
    }
}

#[test]
fn a_childs_card_without_portrait_gets_a_number_at_the_counter() {
    let patient = Patient::at("counter");
    assert_eq!(patient.last_identification().face, FaceClaim::NoPortrait);
    assert_eq!(patient.last_check_in().counter, Some(CounterReason::ChildWithoutPortrait));
    assert_eq!(patient.last_check_in().department.as_str(), "QUAY");
    assert_eq!(patient.screen().badge.expect("why").text, "Thẻ trẻ em chưa có ảnh");
}

#[test]
fn who_declines_the_camera_gets_a_number_all_the_same() {
    let mut patient = Patient::at("chip");
    patient.touch(Action::DeclineFace).chip(Chip::Genuine);
    assert!(patient.face.is_none(), "the camera stays closed");
    assert_eq!(patient.last_identification().face, FaceClaim::Declined);
    patient.identified(Assurance::D, EntitlementView::NotShown).checked_in();
    assert_eq!(patient.name(), "counter");
}

#[test]
fn no_and_yes_weigh_the_same_and_none_is_chosen_beforehand() {
    for screen in ["chip", "consent"] {
        let keys = Patient::at(screen).screen().keys;
        assert_eq!(keys.len(), 2);
        assert!(keys.iter().all(|key| key.weight == KeyWeight::Equal && key.enabled));
    }
}

#[test]
fn after_three_tries_a_person_looks_and_nobody_is_blamed() {
    let mut patient = Patient::at("face");
    patient.wrong_face();
    assert_eq!(patient.screen().badge.expect("why").text, "Chưa so được khuôn mặt");
    patient.touch(Action::RetryFace).wrong_face().touch(Action::RetryFace).wrong_face();
    assert_eq!(patient.last_identification().face, FaceClaim::NotMatched { score: 0.1 });
    patient.identified(Assurance::D, EntitlementView::NotShown).checked_in();
    assert_eq!(patient.last_check_in().counter, Some(CounterReason::FaceNotMatched));
    assert_eq!(patient.count(|effect| matches!(effect, Effect::StartFace { .. })), 3);
    assert_eq!(patient.count(|effect| matches!(effect, Effect::StopFace)), 3);
}

#[test]
fn a_match_against_another_portrait_is_refused() {
    let mut patient = Patient::at("face");
    let other = face::PortraitHash::new([9; 32]);
    patient.decide(face::FaceDecision::Match(patient::matched(other)));
    patient.identified(Assurance::D, EntitlementView::NotShown);
    assert_eq!(patient.last_check_in().counter, Some(CounterReason::FaceNotMatched));
}

#[test]
fn a_camera_that_fails_leads_to_the_counter() {
    let mut patient = Patient::at("face");
    let face = patient.face.expect("open");
    patient.event(Event::FaceUnavailable(face));
    assert_eq!(patient.last_identification().face, FaceClaim::Unavailable);
    let mut patient = Patient::at("chip");
    patient.event(Event::DeviceStatus(Device::Camera, DeviceStatus::Down)).chip(Chip::Genuine);
    assert_eq!(patient.last_identification().face, FaceClaim::Unavailable);
}

#[test]
fn an_unknown_signer_is_a_good_visit_with_masked_data() {
    let mut patient = Patient::at("chip");
    patient.touch(Action::AgreeToFace).chip(Chip::SignedByAnyone).right_face();
    patient.identified(Assurance::B, valid());
    assert_eq!(patient.name(), "payer");
    assert!(patient.screen().headline.starts_with("Nguyễn *** Mẫu"));
    patient.step("insurance").step("take").checked_in();
    assert_eq!(patient.name(), "ticket");
    assert_eq!(patient.last_check_in().counter, None);
}

#[test]
fn a_hospital_may_send_an_unknown_signer_to_a_person() {
    let policy = AssurancePolicy::parse("unknown_signer = \"counter\"").expect("valid");
    let mut patient = Patient::with(patient::settings(), policy);
    patient.step("scan").step("card in").step("challenge").step("agree");
    patient.chip(Chip::SignedByAnyone).right_face().identified(Assurance::B, valid());
    assert_eq!(patient.last_check_in().counter, Some(CounterReason::SignerUnknown));
    assert_eq!(patient.last_check_in().department.as_str(), "QUAY");
}

#[test]
fn a_number_alone_gets_a_ticket_and_learns_nothing() {
    let mut patient = Patient::at("insert_card");
    patient.touch(Action::NoCard);
    assert!(matches!(patient.last_identification().document, DocumentClaim::CardQr(_)));
    // Even if the server said more than it may.
    patient.identified(Assurance::C, valid());
    let screen = patient.screen();
    assert_eq!(screen.name, "payer");
    let shown = format!("{screen:?}");
    assert!(!shown.contains("31/12/2026") && !shown.contains("Nguyễn"), "{shown}");
    patient.step("insurance").step("take").checked_in();
    assert_eq!(patient.last_check_in().counter, Some(CounterReason::NumberOnly));
    assert_eq!(patient.name(), "ticket");
    let shown = format!("{:?}", patient.screen());
    assert!(!shown.contains("Nguyễn"));
}

#[test]
fn twelve_typed_digits_and_an_insurance_card_are_numbers_only() {
    let mut patient = Patient::at("whole_number");
    patient.digits("085000000017").touch(Action::Continue);
    assert!(matches!(patient.last_identification().document, DocumentClaim::Typed(_)));
    let mut patient = Patient::at("scan_insurance");
    // "Trần" in hexadecimal UTF-8.
    let name = "5472e1baa76e";
    patient.scan(&format!("GD4310000000017|{name}|1992|2|{name}|31 - 999"));
    assert!(matches!(patient.last_identification().document, DocumentClaim::InsuranceQr(_)));
}

#[test]
fn a_vneid_code_goes_to_the_verifier_and_its_portrait_to_the_camera() {
    let mut patient = Patient::at("eid_waiting");
    patient.event(Event::EidAnswer(Ok(Box::new(patient::eid_person()))));
    assert_eq!(patient.name(), "consent");
    patient.touch(Action::AgreeToFace).right_face();
    assert_eq!(patient.last_identification().document, DocumentClaim::Eid);
    patient.identified(Assurance::A, valid());
    assert_eq!(patient.name(), "payer");
}

#[test]
fn a_vneid_code_that_is_not_confirmed_leaves_the_other_ways() {
    let table = [
        ServerFailure::Away,
        ServerFailure::NoAnswer,
        ServerFailure::Refused(ProblemCode::EidVerifierDown),
        ServerFailure::Refused(ProblemCode::EidReplayed),
        ServerFailure::Refused(ProblemCode::EidExpired),
        ServerFailure::Refused(ProblemCode::EidOtherKiosk),
        ServerFailure::Refused(ProblemCode::EidNotConfigured),
    ];
    for failure in table {
        let mut patient = Patient::at("eid_waiting");
        patient.event(Event::EidAnswer(Err(failure)));
        assert_eq!(patient.name(), "other_ways");
        assert!(patient.screen().badge.is_some(), "{failure:?}");
    }
    let settings = session::Settings { eid: EidRoute::NotConfigured, ..patient::settings() };
    let mut patient = Patient::with(settings, AssurancePolicy::default());
    patient.step("scan eid");
    assert_eq!(patient.screen().badge.expect("says so").text, "Máy này chưa dùng được mã VNeID.");
    assert_eq!(patient.count(|effect| matches!(effect, Effect::VerifyEid { .. })), 0);
}

#[test]
fn priority_that_the_patient_names_is_sent_and_said_and_can_be_taken_back() {
    let mut patient = Patient::at("priority");
    patient.touch(Action::Declare(DeclaredGround::WarMerit)).touch(Action::Declare(DeclaredGround::Pregnant));
    patient.touch(Action::Declare(DeclaredGround::WarMerit));
    patient.touch(Action::Declare(DeclaredGround::UnderSix));
    patient.touch(Action::Continue);
    let declared = "Đã ghi diện ưu tiên. Xin đưa giấy tờ cho nhân viên.";
    assert_eq!(patient.screen().why, declared);
    patient.step("take").checked_in();
    assert_eq!(patient.last_check_in().declared, [DeclaredGround::Pregnant], "the chip tells the age");
    assert_eq!(patient.screen().why, declared);
    let printed = patient.last_paper();
    assert!(printed.notes.iter().any(|note| note == declared), "{:?}", printed.notes);
}

#[test]
fn where_no_chip_tells_the_age_it_may_be_named() {
    let mut patient = Patient::at("insert_card");
    patient.touch(Action::NoCard).identified(Assurance::C, valid()).step("insurance");
    patient.touch(Action::OpenPriority).touch(Action::Declare(DeclaredGround::SeventyFiveAndOver));
    patient.touch(Action::Continue).step("take").checked_in();
    assert_eq!(patient.last_check_in().declared, [DeclaredGround::SeventyFiveAndOver]);
}

#[test]
fn a_full_department_is_open_to_who_comes_first_by_law_and_to_nobody_else() {
    let mut departments = patient::departments();
    (departments[0].open, departments[0].full) = (false, true);
    let full = departments[0].code.clone();
    let mut patient = Patient::at("department");
    patient.event(Event::Departments(departments));
    patient.event(Event::Touched(Action::ChooseDepartment(full.clone()))).event(Event::Touched(Action::TakeNumber));
    assert_eq!(patient.name(), "department", "the tile is not to be touched");
    patient.touch(Action::OpenPriority).touch(Action::Declare(DeclaredGround::Pregnant)).touch(Action::Continue);
    patient.touch(Action::ChooseDepartment(full.clone())).touch(Action::TakeNumber).checked_in();
    assert_eq!(patient.last_check_in().department, full);
}

#[test]
fn an_appointment_is_shown_and_its_department_is_chosen_already() {
    let mut patient = Patient::at("identifying");
    patient.appointment = Some(AppointmentView {
        department: DepartmentCode::parse("K01").expect("a code"),
        starts_at: datetime!(2026-11-23 02:30 UTC),
        room: None,
    });
    patient.identified(Assurance::A, valid()).step("insurance");
    let screen = patient.screen();
    assert!(screen.why.starts_with("Có hẹn lúc 09:30 tại "), "{}", screen.why);
    patient.touch(Action::TakeNumber).checked_in();
    assert_eq!(patient.last_check_in().department.as_str(), "K01");
    let booked = "Giờ hẹn 09:30. Số được gọi theo thứ tự.";
    assert!(patient.screen().body.contains(&Block::Paragraph(booked.into())));
    let printed = patient.last_paper();
    assert!(printed.facts.contains(&("Giờ hẹn".into(), "09:30".into())), "{:?}", printed.facts);
}

#[test]
fn who_does_not_know_the_department_is_led_to_reception() {
    let mut patient = Patient::at("department");
    patient.touch(Action::UnknownDepartment).checked_in();
    assert_eq!(patient.last_check_in().department.as_str(), "QUAY");
    assert_eq!(patient.last_check_in().payer, Payer::Insurance);
    assert_eq!(patient.name(), "counter");
}

#[test]
fn another_route_or_a_card_that_is_not_valid_asks_a_person_or_pays() {
    let other_route = EntitlementView::Valid {
        card: "GD4310000000017".into(),
        valid_until: "31/12/2026".into(),
        benefit_percent: Some(80),
        right_route: false,
        registered_at: Some("79001".into()),
    };
    for entitlement in [other_route, EntitlementView::NotValid { code: "010".into() }] {
        let mut patient = Patient::at("identifying");
        patient.identified(Assurance::A, entitlement.clone()).touch(Action::PayByInsurance);
        assert_eq!(patient.last_check_in().counter, Some(CounterReason::Insurance));
        let mut patient = Patient::at("identifying");
        patient.identified(Assurance::A, entitlement).touch(Action::PayMyself);
        assert_eq!(patient.name(), "department");
    }
}

#[test]
fn every_code_of_the_gateway_has_its_sentence() {
    for code in ["001", "003", "010", "050", "060", "070", "110", "130", "101", "???"] {
        let mut patient = Patient::at("identifying");
        patient.identified(Assurance::A, EntitlementView::NotValid { code: code.into() });
        let told =
            patient.screen().body.iter().any(|block| matches!(block, Block::Paragraph(text) if !text.is_empty()));
        assert!(told, "{code}");
    }
}

#[test]
fn a_silent_gateway_costs_nobody_a_number() {
    let mut patient = Patient::at("identifying");
    patient.identified(Assurance::A, EntitlementView::ToBeConfirmed).step("insurance").step("take").checked_in();
    assert_eq!(patient.name(), "ticket");
}

#[test]
fn a_server_that_is_away_costs_nobody_a_number() {
    let mut patient = Patient::at("identifying");
    patient.event(Event::Identified(Err(ServerFailure::Away)));
    assert_eq!(patient.name(), "payer");
    assert!(patient.screen().headline.starts_with("Nguyễn Văn Mẫu"), "trusted signer, matched face: known here too");
    patient.step("insurance").step("take");
    let sealed = patient.effects.iter().rev().find_map(|effect| match effect {
        Effect::TakeOfflineNumber { identification, .. } => identification.as_ref(),
        _ => None,
    });
    assert!(matches!(sealed.expect("goes with the number").document, DocumentClaim::Chip(_)));
    patient.offline_number();
    assert_eq!(patient.name(), "ticket");
    assert_eq!(patient.prints(), 1);
}

#[test]
fn an_unheard_answer_is_asked_for_again_and_is_one_ticket() {
    let mut patient = Patient::at("checking_in");
    patient.event(Event::CheckedIn(Err(ServerFailure::NoAnswer)));
    assert_eq!(patient.count(|effect| matches!(effect, Effect::CheckIn { .. })), 2);
    patient.checked_in();
    assert_eq!(patient.prints(), 1);
    patient.checked_in();
    assert_eq!(patient.prints(), 1, "a second answer prints nothing");
    let mut patient = Patient::at("checking_in");
    patient.event(Event::CheckedIn(Err(ServerFailure::NoAnswer))).event(Event::CheckedIn(Err(ServerFailure::NoAnswer)));
    assert_eq!(patient.count(|effect| matches!(effect, Effect::TakeOfflineNumber { .. })), 1);
}

#[test]
fn a_block_without_numbers_falls_back_to_reception_and_then_to_a_person() {
    let mut patient = Patient::at("checking_in");
    patient.event(Event::CheckedIn(Err(ServerFailure::Away)));
    patient.event(Event::OfflineNumber(Err(OfflineFailure::NoNumbers)));
    assert_eq!(patient.last_check_in().department.as_str(), "QUAY");
    patient.event(Event::OfflineNumber(Err(OfflineFailure::NoNumbers)));
    assert_eq!(patient.name(), "counter_without_number");
    assert_eq!(patient.alerts(AlertKind::Help), 1);
}

#[test]
fn a_department_that_just_closed_lets_choose_again() {
    let mut patient = Patient::at("checking_in");
    patient.event(Event::CheckedIn(Err(ServerFailure::Refused(ProblemCode::NumbersExhausted))));
    assert_eq!(patient.name(), "department");
    assert!(patient.screen().badge.expect("says so").text.contains("hết số"));
}

#[test]
fn evidence_the_server_refuses_goes_to_a_person() {
    let mut patient = Patient::at("identifying");
    patient.event(Event::Identified(Err(ServerFailure::Refused(ProblemCode::EvidenceRefused))));
    assert!(matches!(patient.last_identification().document, DocumentClaim::CardQr(_)));
    patient.identified(Assurance::C, EntitlementView::NotShown);
    assert_eq!(patient.last_check_in().counter, Some(CounterReason::ChipNotGenuine));
}

#[test]
fn without_paper_the_number_stands_large_and_is_printed_again_only_when_asked() {
    let mut patient = Patient::at("ticket");
    patient.event(Event::PrintFailed(PrintFailure::PaperOut));
    let screen = patient.screen();
    assert_eq!(screen.badge.expect("says so").text, "Máy in hết giấy");
    assert!(screen.body.iter().any(|block| matches!(block, Block::Number(number) if number.number == "A027")));
    assert_eq!(patient.alerts(AlertKind::Printer), 1);
    assert_eq!(patient.prints(), 1);
    patient.touch(Action::RetryPrint).event(Event::Printed);
    assert_eq!(patient.prints(), 2);
    patient.touch(Action::RetryPrint);
    assert_eq!(patient.prints(), 2, "what is printed is not printed again");
}

#[test]
fn without_a_printer_nothing_is_sent_to_it() {
    let mut patient = Patient::at("checking_in");
    patient.event(Event::DeviceStatus(Device::Printer, DeviceStatus::Down)).checked_in();
    assert_eq!(patient.prints(), 0);
    assert_eq!(patient.screen().badge.expect("says so").text, "Máy in đang nghỉ");
}

#[test]
fn an_emergency_calls_staff_from_every_screen_and_never_gets_a_number() {
    for screen in patient::SCREENS {
        let mut patient = Patient::at(screen);
        let before = patient.effects.len();
        patient.touch(Action::Emergency).touch(Action::Emergency);
        assert_eq!(patient.alerts(AlertKind::Emergency), 1, "{screen}");
        assert!(patient.effects[before..].iter().all(|effect| matches!(effect, Effect::Alert { .. })), "{screen}");
        let dialog = patient.screen().dialog.expect("says so");
        assert!(dialog.text.contains("không cần lấy số"));
        patient.event(Event::AlertAnswered(session::AlertOutcome::NotHeard));
        let dialog = patient.screen().dialog.expect("says so");
        assert!(dialog.text.contains("gọi to"), "nobody was told: say so");
    }
}

#[test]
fn help_calls_once_and_lets_go_on_or_leave() {
    for screen in patient::SCREENS {
        let mut patient = Patient::at(screen);
        let before = patient.alerts(AlertKind::Help);
        patient.touch(Action::Help).touch(Action::Help);
        assert_eq!(patient.alerts(AlertKind::Help), before + 1, "{screen}");
        patient.touch(Action::CloseDialog);
        assert_eq!(patient.name(), screen);
    }
}

#[test]
fn a_device_that_is_down_at_the_start_leaves_the_other_ways() {
    let mut patient = Patient::new();
    patient.event(Event::DeviceStatus(Device::Reader, DeviceStatus::Down));
    assert!(patient.screen().why.contains("Đầu đọc thẻ đang nghỉ"));
    patient.scan(CARD_QR);
    assert!(matches!(patient.last_identification().document, DocumentClaim::CardQr(_)));
    let mut patient = Patient::new();
    patient.event(Event::DeviceStatus(Device::Scanner, DeviceStatus::Down));
    assert!(patient.screen().keys.iter().any(|key| !key.enabled && key.action == Action::UseInsuranceCard));
    patient.step("card in");
    assert_eq!(patient.name(), "access_number");
    let mut patient = Patient::at("chip");
    patient.event(Event::DeviceStatus(Device::Reader, DeviceStatus::Down));
    assert_eq!(patient.name(), "other_ways");
}

#[test]
fn rubbish_from_the_scanner_is_said_kindly_and_changes_nothing() {
    let mut patient = Patient::new();
    patient.event(Event::Scanned(zeroize::Zeroizing::new(vec![0xff; 4_000])));
    assert_eq!(patient.name(), "welcome");
    assert!(patient.screen().badge.is_some());
    assert_eq!(patient.session.visit(), None);
}

#[test]
fn every_screen_speaks_both_languages_in_two_lines() {
    for screen in patient::SCREENS {
        let mut patient = Patient::at(screen);
        let vietnamese = patient.screen();
        patient.touch(Action::ToggleLanguage);
        let english = patient.screen();
        assert_ne!(vietnamese.headline, english.headline, "{screen}");
        assert_ne!(vietnamese.spoken, english.spoken, "{screen}");
        assert_eq!(vietnamese.focus, english.focus, "{screen}");
    }
}

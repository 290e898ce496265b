//! Where each touch and each answer leads, as one table.

mod patient;

use api::{Assurance, DeclaredGround, EntitlementView};
use patient::{CARD_QR, Chip, Patient, valid};
use session::screen::Action;
use session::{ChipFailure, Device, DeviceStatus, Event, OfflineFailure, PrintFailure, ServerFailure};

type Happens = fn(&mut Patient);

#[test]
fn each_screen_leads_where_the_table_says() {
    let table: &[(&str, Happens, &str)] = &[
        ("welcome", |p| _ = p.event(Event::CardInserted), "access_number"),
        ("welcome", |p| _ = p.scan(CARD_QR), "insert_card"),
        ("welcome", |p| _ = p.touch(Action::UseEid), "scan_eid"),
        ("welcome", |p| _ = p.touch(Action::UseInsuranceCard), "scan_insurance"),
        ("welcome", |p| _ = p.touch(Action::TypeNumber), "whole_number"),
        ("welcome", |p| _ = p.touch(Action::NoCard), "other_ways"),
        ("welcome", |p| _ = p.touch(Action::TakeNumber), "welcome"),
        ("welcome", |p| _ = p.touch(Action::Cancel), "welcome"),
        ("other_ways", |p| _ = p.event(Event::CardInserted), "access_number"),
        ("other_ways", |p| _ = p.touch(Action::TypeNumber), "whole_number"),
        ("other_ways", |p| _ = p.touch(Action::GoToCounter), "checking_in"),
        ("other_ways", |p| _ = p.touch(Action::Cancel), "welcome"),
        ("scan_eid", |p| _ = p.scan("opaque"), "eid_waiting"),
        ("scan_eid", |p| _ = p.scan(CARD_QR), "insert_card"),
        ("scan_eid", |p| _ = p.touch(Action::Back), "other_ways"),
        ("scan_eid", |p| _ = p.event(Event::DeviceStatus(Device::Scanner, DeviceStatus::Down)), "other_ways"),
        ("scan_insurance", |p| _ = p.event(Event::CardInserted), "access_number"),
        ("access_number", |p| _ = p.step("can"), "chip"),
        ("access_number", |p| _ = p.touch(Action::Continue), "access_number"),
        ("access_number", |p| _ = p.digits("00001").touch(Action::Continue), "access_number"),
        ("access_number", |p| _ = p.digits("000017").touch(Action::Erase).touch(Action::Continue), "access_number"),
        ("access_number", |p| _ = p.event(Event::CardRemoved).step("can"), "insert_card"),
        ("access_number", |p| _ = p.scan(CARD_QR), "chip"),
        ("access_number", |p| _ = p.touch(Action::GoToCounter), "checking_in"),
        ("access_number", |p| _ = p.touch(Action::Cancel), "take_card"),
        ("whole_number", |p| _ = p.step("twelve"), "identifying"),
        ("whole_number", |p| _ = p.event(Event::CardInserted), "access_number"),
        ("whole_number", |p| _ = p.digits("0850").event(Event::CardInserted), "whole_number"),
        (
            "whole_number",
            |p| _ = p.digits("0850").event(Event::CardInserted).digits("00000017").touch(Action::Continue),
            "chip",
        ),
        ("insert_card", |p| _ = p.event(Event::CardInserted), "chip"),
        ("insert_card", |p| _ = p.touch(Action::NoCard), "identifying"),
        ("insert_card", |p| _ = p.event(Event::DeviceStatus(Device::Reader, DeviceStatus::Down)), "other_ways"),
        ("chip", |p| _ = p.event(Event::CardRemoved), "insert_again"),
        ("chip", |p| _ = p.chip_failed(ChipFailure::NeedsMrzKey), "mrz_expiry"),
        ("chip", |p| _ = p.chip_failed(ChipFailure::WrongAccessNumber), "access_number"),
        ("chip", |p| _ = p.chip(Chip::Genuine), "consent"),
        ("chip", |p| _ = p.touch(Action::AgreeToFace).chip(Chip::Genuine), "face"),
        ("chip", |p| _ = p.touch(Action::AgreeToFace).touch(Action::DeclineFace).chip(Chip::Genuine), "identifying"),
        ("chip", |p| _ = p.touch(Action::Cancel), "take_card"),
        ("mrz_expiry", |p| _ = p.touch(Action::NoExpiry), "chip"),
        ("mrz_expiry", |p| _ = p.digits("99999999").touch(Action::Continue), "mrz_expiry"),
        ("insert_again", |p| _ = p.event(Event::CardInserted), "chip"),
        ("insert_again", |p| _ = p.touch(Action::GoToCounter), "identifying"),
        ("eid_waiting", |p| _ = p.event(Event::EidAnswer(Err(ServerFailure::Away))), "other_ways"),
        ("eid_waiting", |p| _ = p.touch(Action::GoToCounter), "checking_in"),
        ("consent", |p| _ = p.touch(Action::AgreeToFace), "face"),
        ("consent", |p| _ = p.touch(Action::DeclineFace), "identifying"),
        ("consent", |p| _ = p.event(Event::DeviceStatus(Device::Camera, DeviceStatus::Down)), "identifying"),
        ("face", |p| _ = p.right_face(), "identifying"),
        ("face", |p| _ = p.wrong_face(), "face_not_matched"),
        ("face", |p| _ = p.touch(Action::GoToCounter), "identifying"),
        ("face", |p| _ = p.touch(Action::Cancel), "take_card"),
        ("face_not_matched", |p| _ = p.touch(Action::RetryFace), "face"),
        ("face_not_matched", |p| _ = p.touch(Action::GoToCounter), "identifying"),
        ("identifying", |p| _ = p.identified(Assurance::A, valid()), "payer"),
        ("identifying", |p| _ = p.identified(Assurance::D, EntitlementView::NotShown), "checking_in"),
        ("identifying", |p| _ = p.event(Event::Identified(Err(ServerFailure::NoAnswer))), "identifying"),
        ("payer", |p| _ = p.touch(Action::PayMyself), "department"),
        ("payer", |p| _ = p.touch(Action::GoToCounter), "checking_in"),
        ("department", |p| _ = p.touch(Action::Back), "payer"),
        ("department", |p| _ = p.touch(Action::TakeNumber), "department"),
        ("department", |p| _ = p.touch(Action::OpenPriority), "priority"),
        ("priority", |p| _ = p.touch(Action::Declare(DeclaredGround::Pregnant)), "priority"),
        ("priority", |p| _ = p.touch(Action::Continue), "department"),
        ("priority", |p| _ = p.touch(Action::Back), "department"),
        ("department", |p| _ = p.step("take"), "checking_in"),
        ("checking_in", |p| _ = p.checked_in(), "ticket"),
        ("checking_in", |p| _ = p.event(Event::CheckedIn(Err(ServerFailure::Away))).offline_number(), "ticket"),
        (
            "checking_in",
            |p| {
                p.event(Event::CheckedIn(Err(ServerFailure::Away)));
                p.event(Event::OfflineNumber(Err(OfflineFailure::NotStored)));
            },
            "counter_without_number",
        ),
        ("checking_in", |p| _ = p.offline_number(), "checking_in"),
        ("ticket", |p| _ = p.touch(Action::Done), "take_card"),
        ("ticket", |p| _ = p.event(Event::CardRemoved).touch(Action::Done), "thanks"),
        ("ticket", |p| _ = p.event(Event::PrintFailed(PrintFailure::Fault)), "ticket"),
        ("counter_without_number", |p| _ = p.touch(Action::Done), "thanks"),
        ("take_card", |p| _ = p.touch(Action::Cancel), "take_card"),
        ("take_card", |p| _ = p.event(Event::CardRemoved), "thanks"),
        ("welcome", |p| _ = p.touch(Action::OpenPapers), "papers_card"),
        ("papers_card", |p| _ = p.event(Event::CardInserted), "access_number"),
        ("papers_card", |p| _ = p.scan(CARD_QR), "insert_card"),
        ("papers_card", |p| _ = p.touch(Action::UseEid), "scan_eid"),
        ("papers_card", |p| _ = p.scan("GD4310000000017|5472616e|1992|2|x|31 - 999"), "papers_denied"),
        ("papers_card", |p| _ = p.touch(Action::Cancel), "welcome"),
        ("papers_denied", |p| _ = p.touch(Action::TakeNumberInstead), "checking_in"),
        ("papers_denied", |p| _ = p.touch(Action::Cancel), "welcome"),
        ("papers_loading", |p| _ = p.fails(ServerFailure::Away), "papers_trouble"),
        ("papers_loading", |p| _ = p.fails(ServerFailure::NoAnswer), "papers_loading"),
        ("papers_loading", |p| _ = p.wait(21_000), "papers_trouble"),
        ("papers", |p| _ = p.touch(Action::TakeNumberInstead), "payer"),
        ("papers", |p| _ = p.touch(Action::OpenQuestionnaire), "paper_loading"),
        ("papers", |p| _ = p.touch(Action::Cancel), "take_card"),
        ("papers_elsewhere", |p| _ = p.touch(Action::Back), "papers"),
        ("papers_trouble", |p| _ = p.touch(Action::Retry), "paper_loading"),
        ("papers_trouble", |p| _ = p.touch(Action::Back), "papers_loading"),
        ("paper_loading", |p| _ = p.touch(Action::Back), "papers"),
        ("paper", |p| _ = p.touch(Action::Back), "papers"),
        ("paper", |p| _ = p.touch(Action::NextPage).touch(Action::PreviousPage).touch(Action::Confirm), "paper"),
        ("paper_correct", |p| _ = p.touch(Action::Back), "paper"),
        ("paper_correct", |p| _ = p.touch(Action::Continue), "paper"),
        ("paper_proposing", |p| _ = p.fails(ServerFailure::Away), "papers_trouble"),
        ("paper_sharing", |p| _ = p.touch(Action::Back), "paper"),
        ("paper_sharing", |p| _ = p.touch(Action::DoNotShare), "paper_sending"),
        ("paper_sending", |p| _ = p.step("nonce"), "paper_chip"),
        ("paper_sending", |p| _ = p.event(Event::CardRemoved).step("nonce"), "paper_put_back"),
        ("paper_chip", |p| _ = p.event(Event::CardRemoved), "paper_put_back"),
        ("paper_chip", |p| _ = p.chip_signs(), "paper_sending"),
        ("paper_chip", |p| _ = p.touch(Action::Cancel), "take_card"),
        ("paper_put_back", |p| _ = p.touch(Action::WithoutChip), "paper_sending"),
        ("paper_status", |p| _ = p.touch(Action::Back), "papers_loading"),
        ("paper_status", |p| _ = p.touch(Action::Done), "take_card"),
        ("question", |p| _ = p.touch(Action::Back), "papers"),
        ("question", |p| _ = p.touch(Action::Later), "papers"),
        ("question", |p| _ = p.touch(Action::AnswerYes), "question"),
        ("questions_review", |p| _ = p.touch(Action::Back), "question"),
        ("questions_review", |p| _ = p.touch(Action::Confirm), "questions_review"),
        ("questions_review", |p| _ = p.touch(Action::NextPage).touch(Action::Confirm), "paper_sending"),
        ("thanks", |p| _ = p.scan(CARD_QR), "insert_card"),
        ("thanks", |p| _ = p.event(Event::CardInserted), "access_number"),
        ("thanks", |p| _ = p.touch(Action::ToggleLanguage), "thanks"),
    ];
    for (number, (from, happens, to)) in table.iter().enumerate() {
        let mut patient = Patient::at(from);
        happens(&mut patient);
        assert_eq!(patient.name(), *to, "row {number}: from {from}, seen {:?}", patient.seen);
    }
}

#[test]
fn the_next_patient_begins_in_the_hospitals_own_language() {
    let mut patient = Patient::at("thanks");
    patient.touch(Action::ToggleLanguage).touch(Action::ToggleTextSize).scan(CARD_QR);
    assert_eq!(patient.screen().headline, Patient::at("insert_card").screen().headline);
}

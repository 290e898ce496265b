//! One's own certificates at the kiosk, each visit a story.

mod patient;

use api::papers::{
    AnswerValue, Call, ChipAnswer, CorrectableField, NoChipAnswer, PaperKind, PaperList, PaperState, PaperTask, Reply,
    Sharing, confirmation_challenge,
};
use api::{Assurance, EntitlementView, Payer, ProblemCode};
use patient::papers::{
    DEATH, DRIVER, FIRST_TWIN, SECOND_TWIN, answer, code, list, nonce, questionnaire, reading, submission, summary,
    ticket,
};
use patient::{CARD_QR, Patient, settings};
use session::screen::{Action, Block, KeyWeight, Mood, Screen, ToneMark};
use session::{
    AssurancePolicy, ChipFailure, DeathNotices, Device, DeviceStatus, Effect, EidRoute, Event, PapersDesk,
    PrintFailure, ServerFailure, Settings,
};

fn label(screen: &Screen, action: &Action) -> Option<String> {
    screen.keys.iter().find(|key| key.action == *action).map(|key| key.label.clone())
}

fn rows(screen: &Screen) -> Vec<(String, Action)> {
    let rows = screen.body.iter().filter_map(|block| match block {
        Block::Rows(rows) => Some(rows),
        _ => None,
    });
    rows.flatten().map(|row| (row.title.clone(), row.action.clone())).collect()
}

fn facts(screen: &Screen) -> Vec<(String, String)> {
    let facts = screen.body.iter().filter_map(|block| match block {
        Block::Facts(facts) => Some(facts.clone()),
        _ => None,
    });
    facts.flatten().collect()
}

fn confirmation(patient: &Patient) -> (&api::papers::PaperId, &api::papers::Confirmation) {
    let mut confirmed = patient.calls().filter_map(|call| match call {
        Call::Confirm(paper, confirmation) => Some((paper, confirmation)),
        _ => None,
    });
    confirmed.next_back().expect("a confirmation was sent")
}

fn private_kiosk() -> Settings {
    let mut settings = settings();
    settings.papers.death = DeathNotices::Shown;
    settings
}

#[test]
fn a_parent_reads_to_the_end_corrects_the_name_confirms_and_goes_on_to_the_twin() {
    let mut patient = Patient::at("paper");
    assert_eq!(label(&patient.screen(), &Action::Confirm), None, "not before the last page");
    patient.touch(Action::Confirm);
    assert_eq!(patient.name(), "paper");
    patient.touch(Action::NextPage);
    assert_eq!(
        rows(&patient.screen()),
        [("Tên dự định đặt cho con".to_owned(), Action::CorrectField(CorrectableField::IntendedName))]
    );
    patient.step("name").touch(Action::Erase);
    for letter in "hoa".chars() {
        patient.touch(Action::Letter(letter));
    }
    patient.touch(Action::Tone(ToneMark::Huyen)).touch(Action::Continue);
    let Call::Correct(FIRST_TWIN, request) = patient.last_call() else { panic!("a proposal") };
    assert_eq!(request.corrections[0].value.as_str(), "Nguyễn Hòa");
    assert_eq!(request.text_hash, reading(FIRST_TWIN).text_hash);
    patient.reply(Reply::Reading(reading(FIRST_TWIN)));
    assert_eq!(patient.screen().badge.expect("told").text, "Đã ghi đề nghị. Mời đọc lại");
    patient.step("next").step("confirm").step("nonce");
    assert_eq!(patient.name(), "paper_chip");
    patient.step("sign").step("recorded");
    let (paper, sent) = confirmation(&patient);
    assert_eq!(*paper, FIRST_TWIN);
    assert_eq!(sent.text_hash, reading(FIRST_TWIN).text_hash());
    assert_eq!(sent.challenge, confirmation_challenge(sent.text_hash, nonce().nonce, nonce().confirmed_at));
    assert!(matches!(&sent.chip, ChipAnswer::Signed { signature } if signature.0.len() == 64));
    assert_eq!(patient.screen().headline, "Đã ghi lại. Giấy chờ bệnh viện ký.");
    assert_eq!(label(&patient.screen(), &Action::OpenPaper(SECOND_TWIN)).as_deref(), Some("Giấy của bé tiếp theo"));
    patient.touch(Action::OpenPaper(SECOND_TWIN)).step("text");
    assert_eq!(patient.name(), "paper");
    assert_eq!(patient.screen().mood, Mood::Everyday);
}

#[test]
fn the_chip_signs_a_challenge_that_hangs_on_what_was_shown() {
    let patient = Patient::at("paper_chip");
    let asked = patient.effects.iter().find_map(|effect| match effect {
        Effect::AskChip { key, challenge, .. } => Some((key.kind(), *challenge)),
        _ => None,
    });
    let hash = reading(FIRST_TWIN).text_hash();
    let challenge = confirmation_challenge(hash, nonce().nonce, nonce().confirmed_at);
    assert_eq!(asked, Some((emrtd::AccessKeyKind::Can, challenge)));
}

#[test]
fn a_text_that_is_not_the_one_its_hash_names_is_not_shown() {
    let mut patient = Patient::at("paper_loading");
    let mut other = reading(FIRST_TWIN);
    other.sections[0].lines[0].value = api::papers::PrivateBilingual::same("Nguyễn Bình");
    patient.reply(Reply::Reading(other));
    assert_eq!(patient.name(), "papers_trouble");
}

#[test]
fn a_pulled_card_is_asked_for_again_and_the_confirmation_stands_without_it_too() {
    let mut patient = Patient::at("paper_put_back");
    patient.event(Event::CardInserted);
    assert_eq!(patient.name(), "paper_chip");
    patient.chip_signs();
    assert!(matches!(confirmation(&patient).1.chip, ChipAnswer::Signed { .. }));

    let mut patient = Patient::at("paper_put_back");
    patient.touch(Action::WithoutChip);
    assert_eq!(confirmation(&patient).1.chip, ChipAnswer::Absent { reason: NoChipAnswer::CardRemoved });

    let mut patient = Patient::at("paper_put_back");
    patient.wait(46_000);
    assert_eq!(confirmation(&patient).1.chip, ChipAnswer::Absent { reason: NoChipAnswer::CardRemoved });
}

#[test]
fn a_chip_that_stays_silent_is_left_alone_after_two_tries() {
    let mut patient = Patient::at("paper_chip");
    let first = patient.reading;
    patient.wait(16_000);
    assert_ne!(patient.reading, first, "asked once more");
    patient.chip_failed(ChipFailure::Unreadable);
    assert_eq!(confirmation(&patient).1.chip, ChipAnswer::Absent { reason: NoChipAnswer::ChipSilent });

    let mut patient = Patient::at("paper_chip");
    patient.event(Event::DeviceStatus(Device::Reader, DeviceStatus::Down));
    assert_eq!(confirmation(&patient).1.chip, ChipAnswer::Absent { reason: NoChipAnswer::ChipSilent });
}

#[test]
fn a_lost_answer_is_asked_for_by_the_same_confirmation_again() {
    let mut patient = Patient::at("paper_chip");
    patient.chip_signs();
    let first = confirmation(&patient).1.clone();
    patient.fails(ServerFailure::NoAnswer);
    assert_eq!(patient.name(), "paper_sending");
    patient.fails(ServerFailure::NoAnswer);
    assert_eq!(patient.screen().headline, "Chưa biết đã ghi được chưa.");
    patient.touch(Action::Retry);
    assert_eq!(*confirmation(&patient).1, first, "nonce, time and signature are the same");
    assert_eq!(
        patient.count(|effect| matches!(effect, Effect::AskPapers { call, .. } if matches!(**call, Call::Confirm(..)))),
        3
    );
    patient.recorded(PaperState::WaitingForSignature, None);
    assert_eq!(patient.name(), "paper_status");
}

#[test]
fn a_nonce_that_ran_out_is_replaced_and_a_changed_text_is_read_again() {
    let mut patient = Patient::at("paper_chip");
    patient.chip_signs().fails(ServerFailure::Refused(ProblemCode::ChallengeExpired));
    assert!(matches!(patient.last_call(), Call::Nonce(_)));
    patient.step("nonce").step("sign").fails(ServerFailure::Refused(ProblemCode::PaperChanged));
    assert_eq!(patient.screen().headline, "Nội dung vừa được sửa. Mời đọc lại.");
    patient.touch(Action::Retry);
    assert_eq!(*patient.last_call(), Call::Reading(FIRST_TWIN));
}

#[test]
fn every_refusal_says_what_to_do() {
    let table = [
        (ProblemCode::PaperNotWaiting, "Giấy này không còn chờ xác nhận."),
        (ProblemCode::PapersNotPermitted, "Đã lâu từ lúc xác minh. Mời làm lại."),
        (ProblemCode::EvidenceRefused, "Chưa xác nhận được chữ ký của chip."),
        (ProblemCode::Internal, "Máy chưa làm được việc này."),
    ];
    for (code, headline) in table {
        let mut patient = Patient::at("paper_chip");
        patient.chip_signs().fails(ServerFailure::Refused(code));
        assert_eq!(patient.screen().headline, headline);
        assert!(patient.screen().keys.iter().any(|key| key.action == Action::Cancel), "{code:?}");
    }
    let mut patient = Patient::at("paper_proposing");
    patient.fails(ServerFailure::Refused(ProblemCode::CorrectionRefused));
    assert_eq!(patient.name(), "paper", "the text is still there");
}

#[test]
fn a_driver_declares_one_question_a_screen_and_gets_a_number_for_the_examination() {
    let mut patient = Patient::at("question");
    assert_eq!(patient.screen().headline, "Câu 1 / 3");
    patient.step("class b");
    let yes_and_no = patient.screen().keys;
    assert!(yes_and_no.iter().filter(|key| key.weight == KeyWeight::Equal).count() == 2);
    patient.step("no").step("yes");
    assert_eq!(patient.screen().headline, "Câu 4 / 4", "a yes opens its own question");
    patient.touch(Action::Continue);
    assert_eq!(patient.screen().headline, "Câu 4 / 4", "nothing typed is no answer");
    patient.touch(Action::Letter('x')).touch(Action::Continue);
    assert_eq!(patient.name(), "questions_review");
    patient.touch(Action::ChangeAnswer(code("heart"))).step("yes");
    assert_eq!(patient.name(), "questions_review", "back to the review after a change");
    patient.touch(Action::Confirm);
    assert_eq!(patient.name(), "questions_review", "the declaration is read first");
    patient.step("next").step("confirm").step("nonce").step("sign");
    let Call::Submit(submit) = patient.last_call() else { panic!("a submission") };
    assert_eq!(submit.answers.len(), 4);
    assert_eq!(submit.answers_hash, api::papers::answers_hash(&submit.version, &submit.answers));
    assert_eq!(submit.answers[1], answer("heart", AnswerValue::Yes));
    patient.reply(Reply::Submitted(submission()));
    assert_eq!(patient.name(), "checking_in");
    assert_eq!((patient.last_check_in().payer, patient.last_check_in().counter), (Payer::SelfPay, None));
    patient.checked_in();
    assert_eq!(patient.name(), "ticket");
}

#[test]
fn a_declaration_is_left_and_taken_up_again() {
    let mut patient = Patient::at("question");
    patient.step("class b").step("no").touch(Action::Later);
    assert_eq!(patient.screen().badge.expect("told").text, "Đã giữ các câu trả lời");
    let saved = patient.calls().filter_map(|call| match call {
        Call::Save(saved) => Some(saved.answers.len()),
        _ => None,
    });
    assert_eq!(saved.collect::<Vec<_>>(), [1, 2], "the second save does not wait for the first answer for ever");
    let before = vec![answer("class", AnswerValue::Chosen { code: code("b") }), answer("heart", AnswerValue::No)];
    patient.step("declare").reply(Reply::Questionnaire(questionnaire(before)));
    let screen = patient.screen();
    assert_eq!(
        (screen.headline.as_str(), screen.badge.expect("told").text.as_str()),
        ("Câu 3 / 3", "Tiếp tục từ chỗ đã dừng")
    );
    patient.touch(Action::Back);
    assert!(patient.screen().body.contains(&Block::Paragraph("Đã trả lời: Không".into())), "said, not filled in");
    patient.touch(Action::Back).touch(Action::Back);
    assert_eq!(patient.name(), "papers");
}

#[test]
fn answers_of_who_walks_away_are_kept_before_everything_is_forgotten() {
    let mut patient = Patient::at("question");
    patient.step("class b").step("no").wait(181_000);
    let names: Vec<_> = patient.effects.iter().rev().take(2).map(Effect::name).collect();
    assert_eq!(names, ["forget", "ask_papers"]);
    assert_eq!(patient.name(), "take_card");
}

#[test]
fn the_drivers_conclusion_is_shared_on_a_yes_and_watched_until_the_gateway_has_it() {
    for (touch, sharing) in [(Action::Share, Sharing::Agreed), (Action::DoNotShare, Sharing::Declined)] {
        let mut patient = Patient::at("paper_sharing");
        patient.touch(touch).step("nonce").step("sign");
        assert_eq!(confirmation(&patient).1.sharing, sharing);
        patient.recorded(PaperState::WaitingForSignature, None);
        patient.wait(2_100).reply(Reply::Status(patient::papers::status(PaperState::WaitingToSend)));
        assert_eq!(patient.screen().headline, "Đang gửi lên cổng BHYT.");
        patient.wait(2_100);
        assert_eq!(*patient.last_call(), Call::Status(DRIVER));
        patient.reply(Reply::Status(patient::papers::status(PaperState::Accepted)));
        let screen = patient.screen();
        assert_eq!(screen.headline, "Cổng BHYT đã nhận giấy.");
        assert!(facts(&screen).contains(&("Cổng nhận lúc".into(), "23/11/2026 10:05".into())), "{:?}", facts(&screen));
        assert!(facts(&screen).contains(&("Mã nhận".into(), "HS_CHUNGTU31001_17".into())));
    }
}

#[test]
fn a_refusal_and_an_unknown_outcome_are_said_as_they_are() {
    for (state, headline, next) in [
        (
            PaperState::Refused { code: "205".into() },
            "Cổng BHYT chưa nhận giấy này.",
            "Mã 205. Nhân viên phòng hồ sơ sẽ sửa và gửi lại, không phải làm lại từ đầu.",
        ),
        (
            PaperState::OutcomeUnknown,
            "Đã gửi, chưa biết chắc cổng đã nhận.",
            "Bệnh viện đang hỏi lại cổng và không gửi hai lần. Không phải làm gì thêm.",
        ),
    ] {
        let mut patient = Patient::at("paper_chip");
        patient.chip_signs().recorded(state, None);
        let screen = patient.screen();
        assert_eq!((screen.headline.as_str(), screen.why.as_str()), (headline, next));
        let asked = patient.calls().count();
        patient.wait(10_000);
        assert_eq!(patient.calls().count(), asked, "nothing is asked again about an outcome that a person settles");
    }
}

#[test]
fn a_paper_that_takes_long_is_not_watched_for_ever() {
    let mut patient = Patient::at("paper_chip");
    patient.chip_signs().recorded(PaperState::Sending, None);
    patient.event(Event::CardRemoved);
    for _ in 0..60 {
        patient.wait(2_100);
    }
    let looks = patient.calls().filter(|call| matches!(call, Call::Status(_))).count();
    assert_eq!(looks, 12);
    patient.wait(70_000);
    assert_eq!(patient.name(), "welcome");
}

#[test]
fn the_slip_says_where_the_paper_stands_and_nothing_of_it() {
    let mut patient = Patient::at("paper_status");
    patient.touch(Action::PrintPaper).reply(Reply::Ticket(ticket()));
    let slip = patient.effects.iter().find_map(|effect| match effect {
        Effect::PrintSlip(slip) => Some(slip.clone()),
        _ => None,
    });
    let slip = slip.expect("printed");
    assert_eq!((slip.title.as_str(), slip.number.as_str()), ("Giấy khám sức khỏe lái xe", "00001/GKSKLX/31001/26"));
    assert_eq!(slip.state, "Cổng đã nhận");
    assert_eq!(slip.verification.as_ref().map(|code| code.url.as_str()), Some("https://tra-cuu.example/v/abc"));
    assert_eq!(format!("{slip:?}"), "SlipPaper(..)");
    patient.event(Event::Printed);
    assert_eq!(patient.screen().badge.expect("told").text, "Phiếu đã in");
    patient.touch(Action::PrintPaper).reply(Reply::Ticket(ticket())).event(Event::PrintFailed(PrintFailure::PaperOut));
    assert_eq!(patient.screen().badge.expect("told").text, "Máy in hết giấy");
    patient.touch(Action::Done).event(Event::CardRemoved);
    assert_eq!(patient.name(), "thanks");
}

#[test]
fn below_level_a_nothing_is_shown_and_a_number_is_to_be_had_all_the_same() {
    let mut patient = Patient::new();
    patient.step("my papers").scan(CARD_QR).step("card in").step("challenge").step("agree").step("read");
    patient.right_face().identified(Assurance::B, EntitlementView::NotShown);
    assert_eq!(patient.name(), "papers_denied");
    let screen = patient.screen();
    assert!(screen.why.contains("phòng\u{a0}hồ\u{a0}sơ, tầng 1, phòng 105"), "{}", screen.why);
    assert_eq!(patient.calls().count(), 0);
    patient.touch(Action::TakeNumberInstead);
    assert_eq!(patient.name(), "payer");

    let mut patient = Patient::new();
    patient.step("my papers").scan(CARD_QR).step("card in").step("challenge").touch(Action::DeclineFace).step("read");
    assert_eq!(patient.name(), "papers_denied", "no face, no papers");
    patient.touch(Action::TakeNumberInstead);
    assert_eq!(patient.name(), "identifying");

    let mut patient = Patient::new();
    patient.step("my papers").step("scan").step("card in").step("challenge").step("agree").step("read").right_face();
    patient.event(Event::Identified(Err(ServerFailure::Away)));
    assert_eq!(patient.screen().headline, "Lúc này chưa mở được giấy tờ.");
    patient.touch(Action::TakeNumberInstead);
    assert_eq!(patient.name(), "payer");
}

#[test]
fn a_mother_without_papers_and_a_confirmer_who_needs_help_are_sent_to_a_person() {
    let mut patient = Patient::new();
    patient.step("my papers").touch(Action::Cancel);
    assert_eq!(patient.name(), "welcome");
    let patient = Patient::at("papers_elsewhere");
    assert!(patient.screen().why.contains("tầng 1, phòng 105"));
    assert!(!patient.calls().any(|call| matches!(call, Call::Reading(_))));
}

#[test]
fn a_death_notice_is_not_even_named_on_a_kiosk_in_the_hall() {
    let mut patient = Patient::at("papers");
    let screen = patient.screen();
    assert_eq!(screen.mood, Mood::Everyday);
    assert!(!format!("{screen:?}").contains("báo tử"));
    patient.touch(Action::OpenPaper(DEATH));
    assert_eq!(patient.name(), "papers_elsewhere");
}

#[test]
fn a_death_notice_is_quiet_to_the_end() {
    let mut patient = Patient::with(private_kiosk(), AssurancePolicy::default());
    patient.verified().reply(Reply::List(list()));
    assert_eq!(patient.screen().mood, Mood::Private);
    patient.step("open death").step("text").step("confirm").step("nonce").step("sign");
    patient.recorded(PaperState::WaitingForSignature, None);
    let screen = patient.screen();
    assert_eq!(screen.mood, Mood::Private);
    assert!(!screen.keys.iter().any(|key| key.label.contains("cảm ơn")));
    patient.touch(Action::Done);
    assert_eq!((patient.name(), patient.screen().mood), ("take_card", Mood::Private));
    patient.wait(31_000);
    assert_eq!(patient.count(|effect| matches!(effect, Effect::Ring)), 0, "no sound");
    assert_eq!(patient.alerts(api::AlertKind::CardLeft), 1, "a person comes instead");
    patient.event(Event::CardRemoved);
    assert_eq!(patient.screen().headline, "Xin chia buồn cùng gia đình.");
    assert!(patient.screen().body.is_empty(), "no flower");
    patient.wait(10_000);
    assert_eq!(patient.screen().mood, Mood::Everyday);
}

#[test]
fn papers_that_wait_are_offered_once_the_number_is_on_paper() {
    let mut patient = Patient::new();
    patient.papers_waiting = 2;
    for step in ["scan", "card in", "challenge", "agree", "read", "right face", "a", "insurance", "take", "number"] {
        patient.step(step);
    }
    assert_eq!(label(&patient.screen(), &Action::OpenPapers), None);
    patient.event(Event::Printed);
    assert_eq!(label(&patient.screen(), &Action::OpenPapers).as_deref(), Some("Đọc giấy tờ đang chờ (2)"));
    patient.touch(Action::OpenPapers).step("list");
    assert_eq!(patient.name(), "papers");
    assert_eq!(label(&patient.screen(), &Action::TakeNumberInstead), None, "there is a number already");
    patient.step("open twin").step("text").step("next").step("confirm").step("nonce");
    assert_eq!(patient.name(), "paper_chip", "the card is still in");
}

#[test]
fn a_chip_without_active_authentication_and_an_e_identity_say_so() {
    let mut settings = settings();
    settings.eid = EidRoute::Configured;
    let mut patient = Patient::with(settings, AssurancePolicy::default());
    patient.step("my papers").touch(Action::UseEid).step("scan eid");
    patient.event(Event::EidAnswer(Ok(Box::new(patient::eid_person())))).touch(Action::AgreeToFace).right_face();
    patient.identified_a().step("list").step("open driver").step("text").step("confirm").step("share").step("nonce");
    assert_eq!(confirmation(&patient).1.chip, ChipAnswer::Absent { reason: NoChipAnswer::EIdentity });
}

#[test]
fn a_paper_that_only_may_be_read_leads_to_where_it_stands() {
    let one = PaperList { papers: vec![summary(FIRST_TWIN, PaperKind::Birth, PaperTask::Read)], questionnaire: None };
    let mut patient = Patient::with_papers(one);
    patient.step("open twin");
    let mut text = reading(FIRST_TWIN);
    text.summary.task = PaperTask::Read;
    patient.reply(Reply::Reading(text)).step("next");
    assert!(rows(&patient.screen()).is_empty(), "nothing to correct");
    patient.touch(Action::Confirm);
    assert_eq!(patient.name(), "paper");
    patient.touch(Action::Continue);
    assert_eq!(patient.screen().headline, "Giấy đang chờ bệnh viện ký.");
}

#[test]
fn a_kiosk_without_a_papers_desk_does_not_offer_one() {
    let mut settings = settings();
    settings.papers.desk = PapersDesk::Closed;
    let mut patient = Patient::with(settings, AssurancePolicy::default());
    assert_eq!(label(&patient.screen(), &Action::OpenPapers), None);
    patient.touch(Action::OpenPapers);
    assert_eq!(patient.name(), "welcome");
}

#[test]
fn late_answers_change_nothing() {
    let mut patient = Patient::at("paper_loading");
    let late = patient.ask.expect("asked");
    patient.touch(Action::Back).step("open driver");
    patient.event(Event::PapersAnswer(late, Ok(Box::new(Reply::Reading(reading(FIRST_TWIN))))));
    assert_eq!(patient.name(), "paper_loading");
}

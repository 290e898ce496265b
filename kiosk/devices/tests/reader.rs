//! The reader worker over real CCID bytes and a chip that really runs its protocols.

use std::sync::Arc;
use std::time::Duration;

use ccid::sim::{SimOptions, SimReader};
use crossbeam_channel::{Receiver, bounded};
use devices::reader::{Asking, CardReader, ReaderReport, Reading};
use devices::sim::CardInHand;
use devices::{Outbox, Waker};
use emrtd::sim::{Issuer, IssuerOptions, Options, Person, Personalisation, PortraitImage, SimulatedCard};
use emrtd::{
    AccessKey, ApduCapability, BacPolicy, Challenge, ChipAuthenticity, DocumentRead, ReadError, SignerTrust, TrustStore,
};
use rand::rngs::OsRng;
use time::{Date, macros::date};

const TODAY: Date = date!(2026 - 11 - 23);
const CAN: &str = "000017";
/// Only a broken test waits so long.
const LONG: Duration = Duration::from_secs(60);

struct Desk {
    sim: SimReader,
    reader: CardReader,
    reports: Receiver<ReaderReport>,
    trust: Arc<TrustStore>,
    issuer: Issuer,
}

impl Desk {
    fn with(options: SimOptions) -> Self {
        let issuer = Issuer::new(IssuerOptions::default(), TODAY, &mut OsRng);
        let mut trust = TrustStore::default();
        trust.add_authorities(issuer.csca_der()).expect("an authority");
        let sim = SimReader::new(options);
        let (sender, reports) = bounded(64);
        let opener = sim.clone();
        let outbox = Outbox::new(sender, Waker::none(), |report| report);
        let reader = CardReader::start(Box::new(move || opener.open()), outbox).expect("a thread");
        let desk = Self { sim, reader, reports, trust: Arc::new(trust), issuer };
        assert!(matches!(desk.next(), ReaderReport::Up));
        desk
    }

    fn new() -> Self {
        Self::with(SimOptions::extended_apdu())
    }

    fn card(&self, options: Options) -> CardInHand {
        // Nobody looks further into the picture than this.
        let image = [&[0xFF, 0xD8, 0xFF][..], &[0xA5; 12_000]].concat();
        let portrait = PortraitImage { image, width: 240, height: 320 };
        let personalisation = Personalisation { portrait: Some(portrait), ..Personalisation::default() };
        let chip = self.issuer.personalise(&Person::nguyen_van_mau(), &personalisation, &mut OsRng);
        CardInHand::new(SimulatedCard::new(chip, options))
    }

    fn insert(&self, card: &CardInHand) {
        self.sim.insert(Box::new(card.clone()));
        assert!(matches!(self.next(), ReaderReport::CardInserted));
    }

    fn ask(&self, id: u32, can: &str) {
        let reading = Reading {
            id,
            key: AccessKey::can(can).expect("six digits"),
            challenge: Challenge::new([7; 8]),
            trust: Arc::clone(&self.trust),
            today: TODAY,
            bac: BacPolicy::default(),
        };
        self.reader.read(reading).expect("the worker listens");
    }

    fn next(&self) -> ReaderReport {
        self.reports.recv_timeout(LONG).expect("a report")
    }

    /// What the reading gave, and how much of its progress was told.
    fn result(&self, id: u32) -> (Result<Box<DocumentRead>, ReadError>, usize) {
        let mut told = 0;
        loop {
            match self.next() {
                ReaderReport::Progress { reading, .. } => {
                    assert_eq!(reading, id);
                    told += 1;
                }
                ReaderReport::Read { reading, result } => {
                    assert_eq!(reading, id);
                    return (result, told);
                }
                other => panic!("{other:?} in the middle of a reading"),
            }
        }
    }

    fn assert_reads(&self, id: u32) {
        self.ask(id, CAN);
        let (result, told) = self.result(id);
        let Ok(read) = result else { panic!("{result:?}") };
        let DocumentRead::Genuine(document) = *read else { panic!("{read:?}") };
        assert!(matches!(document.signer(), SignerTrust::Trusted { .. }));
        assert!(document.portrait().is_some());
        assert!((5..=25).contains(&told), "{told} reports of progress");
    }
}

#[test]
fn a_card_that_is_put_in_is_told_and_read_and_its_removal_too() {
    let desk = Desk::new();
    desk.insert(&desk.card(Options::default()));
    desk.assert_reads(1);
    desk.sim.remove();
    assert!(matches!(desk.next(), ReaderReport::CardRemoved));
    assert!(desk.sim.traffic().from_reader_bytes > 12_000);
}

#[test]
fn a_card_that_lay_in_the_reader_before_the_kiosk_started_is_told() {
    let sim = SimReader::new(SimOptions::tpdu_t0());
    let issuer = Issuer::new(IssuerOptions::default(), TODAY, &mut OsRng);
    let chip = issuer.personalise(&Person::nguyen_van_mau(), &Personalisation::default(), &mut OsRng);
    sim.insert(Box::new(CardInHand::new(SimulatedCard::new(chip, Options::default()))));
    let (sender, reports) = bounded(4);
    let outbox = Outbox::new(sender, Waker::none(), |report| report);
    let _reader = CardReader::start(Box::new(move || sim.open()), outbox).expect("a thread");
    assert!(matches!(reports.recv_timeout(LONG), Ok(ReaderReport::Up)));
    assert!(matches!(reports.recv_timeout(LONG), Ok(ReaderReport::CardInserted)));
}

#[test]
fn a_card_pulled_in_the_middle_of_its_portrait_is_removed_and_can_be_put_back_and_read() {
    let desk = Desk::new();
    let card = desk.card(Options::default());
    card.with(|card| card.pull_after(60));
    desk.insert(&card);
    desk.ask(1, CAN);
    let (result, told) = desk.result(1);
    assert_eq!(result.err(), Some(ReadError::CardRemoved));
    assert!(told > 2, "the portrait was under way");
    assert!(matches!(desk.next(), ReaderReport::CardRemoved));
    desk.sim.remove();
    card.with(SimulatedCard::reinsert);
    desk.insert(&card);
    desk.assert_reads(2);
}

#[test]
fn a_reader_that_lied_about_its_length_is_read_again_with_short_apdus() {
    let liar = SimOptions { drops_answers_over: Some(374), ..SimOptions::extended_apdu() };
    let desk = Desk::with(liar);
    let extended = ApduCapability::Extended { max_command_bytes: 65_544, max_response_bytes: 65_538 };
    let card = desk.card(Options { capability: extended, ..Options::default() });
    desk.insert(&card);
    desk.ask(1, CAN);
    let mut read = None;
    while read.is_none() {
        if let ReaderReport::Read { result, .. } = desk.next() {
            read = Some(result);
        }
    }
    assert!(matches!(read, Some(Ok(_))), "{read:?}");
}

#[test]
fn the_wrong_six_digits_are_named() {
    let desk = Desk::new();
    desk.insert(&desk.card(Options::default()));
    desk.ask(1, "123456");
    assert!(matches!(desk.result(1).0, Err(ReadError::WrongAccessKey(_))));
    desk.assert_reads(2);
}

#[test]
fn an_unplugged_reader_is_down_until_it_is_back_and_its_card_is_another_one_then() {
    let desk = Desk::new();
    desk.insert(&desk.card(Options::default()));
    desk.sim.unplug();
    assert!(matches!(desk.next(), ReaderReport::Down));
    desk.ask(1, CAN);
    assert_eq!(desk.result(1).0.err(), Some(ReadError::ReaderGone));
    desk.sim.replug();
    assert!(matches!(desk.next(), ReaderReport::Up));
    assert!(matches!(desk.next(), ReaderReport::CardRemoved));
    assert!(matches!(desk.next(), ReaderReport::CardInserted));
    desk.assert_reads(2);
}

#[test]
fn a_reading_that_was_given_up_is_never_answered() {
    let desk = Desk::new();
    desk.insert(&desk.card(Options::default()));
    desk.ask(1, CAN);
    desk.reader.stop_reading();
    desk.ask(2, CAN);
    loop {
        match desk.next() {
            ReaderReport::Progress { .. } => {}
            ReaderReport::Read { reading, result } => {
                assert_eq!(reading, 2);
                assert!(result.is_ok());
                return;
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_card_that_was_read_signs_one_more_challenge_and_no_other() {
    let desk = Desk::new();
    desk.insert(&desk.card(Options::default()));
    desk.ask(1, CAN);
    let (Ok(read), _) = desk.result(1) else { panic!("not read") };
    let DocumentRead::Genuine(document) = *read else { panic!("not genuine") };
    let asking = |id, can| Asking {
        id,
        key: AccessKey::can(can).expect("six digits"),
        challenge: Challenge::new([8; 8]),
        bac: BacPolicy::default(),
    };
    desk.reader.ask(asking(2, CAN)).expect("the worker listens");
    let ReaderReport::Answered { asking: 2, result: Ok(signature) } = desk.next() else { panic!("no signature") };
    let mut evidence = document.get().evidence().clone();
    evidence.active_authentication = Some(signature);
    let proven = |challenge| emrtd::recheck(&evidence, &Challenge::new(challenge), &desk.trust, TODAY);
    assert_eq!(proven([8; 8]).expect("verifies").chip, ChipAuthenticity::ActiveAuthentication);
    assert!(proven([7; 8]).is_err(), "it signed what it was given");

    desk.reader.ask(asking(3, "000018")).expect("the worker listens");
    let ReaderReport::Answered { asking: 3, result } = desk.next() else { panic!("another report") };
    assert!(matches!(result, Err(ReadError::WrongAccessKey(_))), "{result:?}");
    desk.assert_reads(4);
}

#[test]
fn a_reader_without_a_card_says_so_and_an_asking_that_was_given_up_says_nothing() {
    let desk = Desk::new();
    let asking = |id| Asking {
        id,
        key: AccessKey::can(CAN).expect("six digits"),
        challenge: Challenge::new([8; 8]),
        bac: BacPolicy::default(),
    };
    desk.reader.ask(asking(1)).expect("the worker listens");
    let ReaderReport::Answered { asking: 1, result } = desk.next() else { panic!("another report") };
    assert!(matches!(result, Err(ReadError::CardRemoved)), "{result:?}");
    desk.insert(&desk.card(Options::default()));
    desk.reader.ask(asking(2)).expect("the worker listens");
    desk.reader.stop_reading();
    desk.assert_reads(3);
}

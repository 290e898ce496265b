//! The gateway's answer: its result codes, and what they mean for the patient at the kiosk.

use std::fmt;

use api::{Assurance, EntitlementView};
use identity::{FacilityCode, InsuranceNumber};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::Silence;

/// `maKetQua` of the look-up (GATEWAY.md 1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResultCode {
    /// 000
    Valid,
    /// 001
    MinistryOfDefence,
    /// 002
    PublicSecurity,
    /// 003
    OldExpiredNewIssued,
    /// 004
    OldValidNewIssued,
    /// 010
    Expired,
    /// 050
    NotFound,
    /// 051
    WrongCardCode,
    /// 052
    WrongProvince,
    /// 053
    WrongBenefit,
    /// 054
    StaffNotRegistered,
    /// 055
    StaffNameDiffers,
    /// 060
    WrongName,
    /// 061
    WrongNameFirstLettersRight,
    /// 070
    WrongBirthDate,
    /// 100
    CardBookError,
    /// 101
    CardServerError,
    /// 110
    Revoked,
    /// 120
    ReportedDecrease,
    /// 121
    MovedOutOfProvince,
    /// 122
    MovedInsideProvince,
    /// 123
    ReIncreasedSameUnit,
    /// 124
    StoppedTakingPart,
    /// 130
    ChildWithoutCard,
    /// 205
    BadParameter,
    /// 401
    NotAuthorised,
    /// 500
    ServerError,
    /// 501
    TokenInvalid,
    /// 999
    TokenInvalidLegacy,
    /// Three digits that the contract does not list.
    Unlisted(u16),
}

const CODES: [(u16, ResultCode); 29] = [
    (0, ResultCode::Valid),
    (1, ResultCode::MinistryOfDefence),
    (2, ResultCode::PublicSecurity),
    (3, ResultCode::OldExpiredNewIssued),
    (4, ResultCode::OldValidNewIssued),
    (10, ResultCode::Expired),
    (50, ResultCode::NotFound),
    (51, ResultCode::WrongCardCode),
    (52, ResultCode::WrongProvince),
    (53, ResultCode::WrongBenefit),
    (54, ResultCode::StaffNotRegistered),
    (55, ResultCode::StaffNameDiffers),
    (60, ResultCode::WrongName),
    (61, ResultCode::WrongNameFirstLettersRight),
    (70, ResultCode::WrongBirthDate),
    (100, ResultCode::CardBookError),
    (101, ResultCode::CardServerError),
    (110, ResultCode::Revoked),
    (120, ResultCode::ReportedDecrease),
    (121, ResultCode::MovedOutOfProvince),
    (122, ResultCode::MovedInsideProvince),
    (123, ResultCode::ReIncreasedSameUnit),
    (124, ResultCode::StoppedTakingPart),
    (130, ResultCode::ChildWithoutCard),
    (205, ResultCode::BadParameter),
    (401, ResultCode::NotAuthorised),
    (500, ResultCode::ServerError),
    (501, ResultCode::TokenInvalid),
    (999, ResultCode::TokenInvalidLegacy),
];

/// What a code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    AboutThePerson,
    /// Take a token again and repeat once.
    TokenRefused,
    /// Our account or our duty officer: nothing about the person.
    AccountRefused,
    NoVerdict,
}

impl ResultCode {
    /// Three digits.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 3 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let number = text.parse().ok()?;
        let listed = CODES.iter().find(|(code, _)| *code == number).map(|(_, meaning)| *meaning);
        Some(listed.unwrap_or(Self::Unlisted(number)))
    }

    fn meaning(self) -> Meaning {
        match self {
            Self::Valid
            | Self::MinistryOfDefence
            | Self::PublicSecurity
            | Self::OldExpiredNewIssued
            | Self::OldValidNewIssued
            | Self::Expired
            | Self::NotFound
            | Self::WrongCardCode
            | Self::WrongProvince
            | Self::WrongBenefit
            | Self::WrongName
            | Self::WrongNameFirstLettersRight
            | Self::WrongBirthDate
            | Self::Revoked
            | Self::ReportedDecrease
            | Self::MovedOutOfProvince
            | Self::MovedInsideProvince
            | Self::ReIncreasedSameUnit
            | Self::StoppedTakingPart
            | Self::ChildWithoutCard => Meaning::AboutThePerson,
            Self::NotAuthorised | Self::TokenInvalid | Self::TokenInvalidLegacy => Meaning::TokenRefused,
            Self::StaffNotRegistered | Self::StaffNameDiffers => Meaning::AccountRefused,
            Self::CardBookError
            | Self::CardServerError
            | Self::BadParameter
            | Self::ServerError
            | Self::Unlisted(_) => Meaning::NoVerdict,
        }
    }

    pub fn token_is_refused(self) -> bool {
        self.meaning() == Meaning::TokenRefused
    }

    /// None where the code says something about the person.
    pub fn silence(self) -> Option<Silence> {
        match self.meaning() {
            Meaning::AboutThePerson => None,
            Meaning::TokenRefused | Meaning::AccountRefused => Some(Silence::AccountRefused(self)),
            Meaning::NoVerdict => Some(Silence::NoVerdict(self)),
        }
    }
}

impl fmt::Display for ResultCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = match self {
            Self::Unlisted(number) => *number,
            listed => CODES.iter().find(|(_, code)| code == listed).map_or(0, |(number, _)| *number),
        };
        write!(f, "{number:03}")
    }
}

impl Serialize for ResultCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ResultCode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("a result code has three digits"))
    }
}

/// The part of the answer that is kept, with the names of the contract.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntitlementRecord {
    pub code: ResultCode,
    #[doc(alias = "maThe")]
    pub card: Option<InsuranceCard>,
    #[doc(alias = "maTheMoi")]
    pub new_card: Option<InsuranceCard>,
    /// Five characters, as written.
    #[doc(alias = "maDKBD")]
    pub registered_at: Option<String>,
    #[doc(alias = "tenDKBDMoi")]
    pub registered_name: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct InsuranceCard {
    number: String,
    /// `dd/MM/yyyy`
    pub valid_from: Option<String>,
    /// `dd/MM/yyyy`
    pub valid_until: Option<String>,
}

/// What the answer means at the kiosk.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Verdict<'a> {
    Accepted { card: &'a InsuranceCard, route: Route },
    Refused(ResultCode),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// Đúng tuyến: registered here or at a facility this hospital accepts.
    Right,
    ReferralNeeded,
}

impl InsuranceCard {
    /// None unless the number is a card number: a garbled reply is not a card.
    pub fn parse(number: &str, valid_from: Option<String>, valid_until: Option<String>) -> Option<Self> {
        let number = InsuranceNumber::parse(number.trim()).ok()?.as_str().to_owned();
        Some(Self { number, valid_from, valid_until })
    }

    pub fn number(&self) -> &str {
        &self.number
    }

    /// Of costs inside the list, from character 3 (HOSPITAL.md 3.1); 5 covers costs outside it too.
    pub fn benefit_percent(&self) -> Option<u8> {
        match InsuranceNumber::parse(&self.number).ok()?.benefit_code()? {
            1 | 2 | 5 => Some(100),
            3 => Some(95),
            4 => Some(80),
            _ => None,
        }
    }

    fn masked(&self) -> String {
        InsuranceNumber::parse(&self.number).map_or_else(|_| String::new(), |number| number.masked())
    }
}

impl EntitlementRecord {
    /// The rule of kiosks in use: `000`, or a new card that differs from the old or came with 004; then the new card
    /// counts.
    pub fn verdict(&self, own: &FacilityCode, accepted: &[FacilityCode]) -> Verdict<'_> {
        let new_card = self.new_card.as_ref().filter(|new_card| {
            let differs = self.card.as_ref().is_none_or(|card| card.number != new_card.number);
            differs || self.code == ResultCode::OldValidNewIssued
        });
        let card = match (new_card, self.code) {
            (Some(new_card), _) => Some(new_card),
            (None, ResultCode::Valid) => self.card.as_ref(),
            (None, _) => None,
        };
        let Some(card) = card else { return Verdict::Refused(self.code) };
        let registered = self.registered_at.as_deref();
        let right = registered
            .is_some_and(|code| own.as_str() == code || accepted.iter().any(|accepted| accepted.as_str() == code));
        Verdict::Accepted { card, route: if right { Route::Right } else { Route::ReferralNeeded } }
    }

    /// What this level of assurance may see of it.
    pub fn view(&self, assurance: Assurance, own: &FacilityCode, accepted: &[FacilityCode]) -> EntitlementView {
        let full = match assurance {
            Assurance::A => true,
            Assurance::B => false,
            Assurance::C | Assurance::D => return EntitlementView::NotShown,
        };
        match self.verdict(own, accepted) {
            Verdict::Refused(code) => EntitlementView::NotValid { code: code.to_string() },
            Verdict::Accepted { card, route } => EntitlementView::Valid {
                card: if full { card.number().to_owned() } else { card.masked() },
                valid_until: card.valid_until.clone().unwrap_or_default(),
                benefit_percent: card.benefit_percent(),
                right_route: route == Route::Right,
                registered_at: if full {
                    self.registered_name.clone().or_else(|| self.registered_at.clone())
                } else {
                    None
                },
            },
        }
    }
}

impl fmt::Debug for EntitlementRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EntitlementRecord(maKetQua {})", self.code)
    }
}

impl fmt::Debug for InsuranceCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InsuranceCard(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> FacilityCode {
        FacilityCode::parse(text).expect("a code")
    }

    fn card(number: &str) -> Option<InsuranceCard> {
        InsuranceCard::parse(number, Some("01/01/2026".into()), Some("31/12/2026".into()))
    }

    fn record(code: ResultCode) -> EntitlementRecord {
        EntitlementRecord {
            code,
            card: card("GD4310000000017"),
            new_card: None,
            registered_at: Some("31999".into()),
            registered_name: None,
        }
    }

    fn view(record: &EntitlementRecord, assurance: Assurance) -> EntitlementView {
        record.view(assurance, &code("31999"), &[code("31998")])
    }

    #[test]
    fn every_listed_code_reads_back_as_written() {
        for (number, listed) in CODES {
            let text = format!("{number:03}");
            assert_eq!(ResultCode::parse(&text), Some(listed));
            assert_eq!(listed.to_string(), text);
        }
        assert_eq!(ResultCode::parse("777"), Some(ResultCode::Unlisted(777)));
        assert_eq!(ResultCode::parse("00"), None);
        assert_eq!(ResultCode::parse("0000"), None);
        assert_eq!(ResultCode::parse("+00"), None);
    }

    #[test]
    fn codes_about_our_account_or_their_server_are_no_verdict_about_the_patient() {
        for text in ["054", "055", "100", "101", "205", "401", "500", "501", "999", "777"] {
            assert!(ResultCode::parse(text).and_then(ResultCode::silence).is_some(), "{text}");
        }
        for text in ["000", "001", "002", "003", "004", "010", "050", "060", "061", "070", "110", "124", "130"] {
            assert!(ResultCode::parse(text).expect("listed").silence().is_none(), "{text}");
        }
    }

    #[test]
    fn a_valid_card_shows_in_full_at_a_masked_at_b_and_not_at_all_below() {
        let record = record(ResultCode::Valid);
        assert_eq!(
            view(&record, Assurance::A),
            EntitlementView::Valid {
                card: "GD4310000000017".into(),
                valid_until: "31/12/2026".into(),
                benefit_percent: Some(80),
                right_route: true,
                registered_at: Some("31999".into()),
            }
        );
        let EntitlementView::Valid { card, registered_at, .. } = view(&record, Assurance::B) else {
            panic!("valid at level B too");
        };
        assert_eq!((card.as_str(), registered_at), ("•••• •017", None));
        assert_eq!(view(&record, Assurance::C), EntitlementView::NotShown);
        assert_eq!(view(&record, Assurance::D), EntitlementView::NotShown);
    }

    #[test]
    fn a_new_card_counts_when_it_differs_or_the_old_one_is_still_valid() {
        let mut expired = record(ResultCode::OldExpiredNewIssued);
        assert_eq!(view(&expired, Assurance::A), EntitlementView::NotValid { code: "003".into() });
        expired.new_card = card("DN4310000000099");
        assert!(
            matches!(view(&expired, Assurance::A), EntitlementView::Valid { card, .. } if card == "DN4310000000099")
        );
        let mut same = record(ResultCode::OldValidNewIssued);
        same.new_card = same.card.clone();
        assert!(matches!(view(&same, Assurance::A), EntitlementView::Valid { .. }));
        let mut expired_same = record(ResultCode::Expired);
        expired_same.new_card = expired_same.card.clone();
        assert_eq!(view(&expired_same, Assurance::A), EntitlementView::NotValid { code: "010".into() });
    }

    #[test]
    fn the_right_route_is_our_own_code_or_an_accepted_one() {
        for (registered, right) in [("31999", true), ("31998", true), ("01001", false)] {
            let record = EntitlementRecord { registered_at: Some(registered.into()), ..record(ResultCode::Valid) };
            let EntitlementView::Valid { right_route, .. } = view(&record, Assurance::A) else { panic!("valid") };
            assert_eq!(right_route, right, "{registered}");
        }
    }

    #[test]
    fn the_third_character_gives_the_benefit_and_a_bare_code_gives_none() {
        let percent = |number| card(number).expect("a card").benefit_percent();
        assert_eq!(percent("HN1310000000017"), Some(100));
        assert_eq!(percent("HT3310000000017"), Some(95));
        assert_eq!(percent("GD4310000000017"), Some(80));
        assert_eq!(percent("CC5310000000017"), Some(100));
        assert_eq!(percent("0000000017"), None);
    }
}

//! Invented people. Nobody bears these numbers.

use identity::{CitizenId, DocumentDate, DocumentNumber, PersonName, Sex};
use zeroize::Zeroizing;

use crate::lds::{Dg13, Dg13Expiry};
use crate::mrz::{Mrz, MrzExpiry, MrzForm, check_digit};

/// What the card of a citizen says; the machine-readable zone always follows the details.
#[derive(Clone)]
pub struct Person {
    details: Dg13,
    /// In the letters of the machine-readable zone.
    surname: &'static str,
    given_names: &'static str,
}

impl Person {
    pub fn nguyen_van_mau() -> Self {
        let details = Dg13 {
            sex: Some(Sex::Male),
            identifying_marks: text("Nốt ruồi cách đuôi mắt trái 1 cm"),
            issued: Some(date("15/01/2021")),
            expiry: Some(Dg13Expiry::On(date("15/01/2045"))),
            father: Some(name("Nguyễn Văn Thử")),
            mother: Some(name("Lê Thị Ví Dụ")),
            old_number: text("031000017"),
            ..invented("031085000017", "Nguyễn Văn Mẫu", "15/01/1985", "Hải Phòng")
        };
        Self { details, surname: "NGUYEN", given_names: "VAN MAU" }
    }

    pub fn tran_thi_thu_nghiem() -> Self {
        let details = Dg13 {
            sex: Some(Sex::Female),
            issued: Some(date("09/03/2022")),
            expiry: Some(Dg13Expiry::On(date("09/03/2032"))),
            father: Some(name("Trần Văn Thử")),
            mother: Some(name("Phạm Thị Ví Dụ")),
            spouse: Some(name("Nguyễn Văn Ví Dụ")),
            ..invented("031192000025", "Trần Thị Thử Nghiệm", "09/03/1992", "Hải Phòng")
        };
        Self { details, surname: "TRAN", given_names: "THI THU NGHIEM" }
    }

    /// Born on another day: a child, or somebody over a hundred.
    pub fn born(mut self, birth: DocumentDate) -> Self {
        self.details.birth = birth;
        self
    }

    /// With another number, as a forger writes a victim's.
    pub fn with_number(mut self, number: CitizenId) -> Self {
        self.details.number = number;
        self
    }

    pub fn without_expiry(mut self) -> Self {
        self.details.expiry = Some(Dg13Expiry::Never);
        self
    }

    pub fn details(&self) -> &Dg13 {
        &self.details
    }

    /// As the citizen card prints it.
    pub fn mrz(&self) -> Mrz {
        let number = self.details.number.as_str();
        Mrz {
            form: MrzForm::Td1,
            document_code: "ID".to_owned(),
            issuer: "VNM".to_owned(),
            document_number: DocumentNumber::parse(self.details.number.mrz_document_number()).expect("nine digits"),
            birth: self.details.birth,
            sex: self.details.sex.unwrap_or(Sex::Unspecified),
            expiry: match self.details.expiry {
                Some(Dg13Expiry::On(date)) => MrzExpiry::On(date),
                Some(Dg13Expiry::Never) | None => MrzExpiry::Never,
            },
            nationality: "VNM".to_owned(),
            primary_name: self.surname.to_owned(),
            secondary_name: self.given_names.to_owned(),
            optional: format!("{number}<<{}", char::from(check_digit(number.as_bytes()))),
            optional_second: String::new(),
        }
    }
}

fn invented(number: &str, person: &str, birth: &str, province: &str) -> Dg13 {
    Dg13 {
        number: CitizenId::parse(number).expect("twelve digits"),
        name: name(person),
        birth: date(birth),
        sex: None,
        nationality: text("Việt Nam"),
        ethnicity: text("Kinh"),
        religion: text("Không"),
        origin: text(&format!("Phường Mẫu, {province}")),
        residence: text(&format!("Số 1 Phố Thử Nghiệm, Phường Mẫu, {province}")),
        identifying_marks: None,
        issued: None,
        expiry: None,
        father: None,
        mother: None,
        spouse: None,
        old_number: None,
        personal_code: None,
    }
}

fn date(text: &str) -> DocumentDate {
    DocumentDate::parse(text).expect("a date")
}

fn name(text: &str) -> PersonName {
    PersonName::parse(text).expect("a name")
}

fn text(text: &str) -> Option<Zeroizing<String>> {
    Some(Zeroizing::new(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zones_are_those_of_the_published_test_vectors() {
        let zone = |person: Person| person.mrz().write().expect("fits").to_string();
        let first = concat!(
            "IDVNM0850000179031085000017<<9",
            "8501156M4501158VNM<<<<<<<<<<<4",
            "NGUYEN<<VAN<MAU<<<<<<<<<<<<<<<",
        );
        let second = concat!(
            "IDVNM1920000257031192000025<<7",
            "9203099F3203097VNM<<<<<<<<<<<0",
            "TRAN<<THI<THU<NGHIEM<<<<<<<<<<",
        );
        assert_eq!(zone(Person::nguyen_van_mau()), first);
        assert_eq!(zone(Person::tran_thi_thu_nghiem()), second);
    }
}

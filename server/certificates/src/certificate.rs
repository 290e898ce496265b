//! A paper that passed every check, and the same with its number.

use std::fmt;

use crate::birth::BirthCertificate;
use crate::death::DeathNotice;
use crate::driver::DriverHealth;
use crate::moment::Target;
use crate::reader::Reader;
use crate::{
    CertificateNumber, Context, Draft, Elements, Finding, Kind, LicenceClass, Rule, birth, death, driver, field,
};

/// Proof that a draft had no blocking finding: there is no other way to make one, and no way to change one.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    content: Content,
}

/// What it says.
#[derive(Clone, PartialEq, Eq)]
pub enum Content {
    Birth(Box<BirthCertificate>),
    Death(Box<DeathNotice>),
    Driver(Box<DriverHealth>),
}

/// A certificate with its number: what is signed, sent and printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbered {
    number: CertificateNumber,
    certificate: Certificate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NumberingError {
    #[error("the number belongs to another kind of paper")]
    OtherKind,
    #[error("the number belongs to another facility")]
    OtherFacility,
}

/// Every finding of a draft, in the order of the form. That the number is still missing is none: the server draws it.
pub fn check(draft: &Draft, context: &Context<'_>) -> Vec<Finding> {
    let mut reader = Reader::new(draft, context);
    read(&mut reader);
    reader.into_findings()
}

/// The certificate, or every finding (warnings among them) when one of them blocks.
pub fn parse(draft: &Draft, context: &Context<'_>) -> Result<Certificate, Vec<Finding>> {
    let mut reader = Reader::new(draft, context);
    match read(&mut reader) {
        Some(content) if !reader.is_blocked() => Ok(Certificate { content }),
        Some(_) | None => Err(reader.into_findings()),
    }
}

/// The certificate with the number that the draft holds: for papers of another system and for re-issues.
pub fn parse_numbered(draft: &Draft, context: &Context<'_>) -> Result<Numbered, Vec<Finding>> {
    let certificate = parse(draft, context)?;
    let mut reader = Reader::new(draft, context);
    match reader.number(None).flatten() {
        Some(number) => Ok(Numbered { number, certificate }),
        None => Err(field(draft.kind(), draft.kind().number_field())
            .map(|field| Finding::new(Rule::NumberNeeded, field))
            .into_iter()
            .collect()),
    }
}

fn read(reader: &mut Reader<'_>) -> Option<Content> {
    match reader.draft.kind() {
        Kind::Birth => birth::parse(reader).map(Box::new).map(Content::Birth),
        Kind::Death => death::parse(reader).map(Box::new).map(Content::Death),
        Kind::Driver => driver::parse(reader).map(Box::new).map(Content::Driver),
    }
}

impl Certificate {
    pub fn content(&self) -> &Content {
        &self.content
    }

    pub fn kind(&self) -> Kind {
        match &self.content {
            Content::Birth(_) => Kind::Birth,
            Content::Death(_) => Kind::Death,
            Content::Driver(_) => Kind::Driver,
        }
    }

    /// Day of issue: NGAY_CT, NGAY_CAPGIAYBT, NGAYKETLUAN. Deadlines count from it, and the number's year is its year.
    pub fn issued(&self) -> time::Date {
        match &self.content {
            Content::Birth(birth) => birth.issued,
            Content::Death(death) => death.issued,
            Content::Driver(driver) => driver.concluded,
        }
    }

    /// Gives it its number. `facility` is the one the paper is issued by.
    pub fn with_number(
        self,
        number: CertificateNumber,
        facility: &identity::FacilityCode,
    ) -> Result<Numbered, NumberingError> {
        if number.kind() != self.kind() {
            return Err(NumberingError::OtherKind);
        }
        if number.facility() != facility {
            return Err(NumberingError::OtherFacility);
        }
        Ok(Numbered { number, certificate: self })
    }

    /// The draft that says the same, as a person would edit it.
    pub fn to_draft(&self) -> Draft {
        let mut draft = Draft::new(self.kind());
        for (code, text) in self.elements(Target::Form).iter() {
            // Every element that carries a value is a field: a test walks all of them.
            let set = draft.set(code, text);
            debug_assert!(set.is_ok(), "{code} is no field");
        }
        draft
    }

    pub(crate) fn elements(&self, target: Target) -> Elements {
        match &self.content {
            Content::Birth(birth) => birth::elements(birth, target),
            Content::Death(death) => death::elements(death, target),
            Content::Driver(driver) => driver::elements(driver, target),
        }
    }
}

impl Numbered {
    pub fn number(&self) -> &CertificateNumber {
        &self.number
    }

    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// What is sent of it: itself, and of a driver's paper one record for each class, all under its number.
    pub fn records(&self) -> Vec<Self> {
        match self.certificate.content() {
            Content::Birth(_) | Content::Death(_) => vec![self.clone()],
            Content::Driver(driver) => {
                let record = |class: LicenceClass| {
                    let of_class = DriverHealth { classes: class.into(), ..(**driver).clone() };
                    let certificate = Certificate { content: Content::Driver(Box::new(of_class)) };
                    Self { number: self.number.clone(), certificate }
                };
                driver.classes.iter().map(record).collect()
            }
        }
    }

    /// What the gateway tells records apart by, and so the key that makes sending exactly once possible: the number,
    /// and for drivers the class beside it.
    pub fn natural_key(&self) -> String {
        match self.certificate.content() {
            Content::Birth(_) | Content::Death(_) => self.number.to_string(),
            Content::Driver(driver) => format!("{} {}", self.number, driver.classes),
        }
    }

    /// The draft that says the same, the number included.
    pub fn to_draft(&self) -> Draft {
        let mut draft = self.certificate.to_draft();
        let set = draft.set(self.certificate.kind().number_field(), &self.number.to_string());
        debug_assert!(set.is_ok(), "the number is a field");
        draft
    }

    /// A draft to correct and re-issue this paper: the first number stays, and the paper says that it is a re-issue
    /// (CAP_LAN_DAU = 0; for a death the first SO_BAOTU and QUYEN_SO go to `_BD`; the driver service takes
    /// STATE = EDIT instead).
    pub fn to_reissue(&self) -> Draft {
        let mut draft = self.to_draft();
        let mut put = |code: &str, text: &str| {
            let set = draft.set(code, text);
            debug_assert!(set.is_ok(), "{code} is no field");
        };
        match self.certificate.content() {
            Content::Birth(_) => put("CAP_LAN_DAU", "0"),
            Content::Death(death) => {
                let first = death.first_issue.as_ref();
                put("SO_BAOTU_BD", first.map_or(death.register_number.as_str(), |first| first.number.as_str()));
                put("QUYEN_SO_BD", first.map_or(death.register_book.as_str(), |first| first.book.as_str()));
            }
            Content::Driver(_) => {}
        }
        draft
    }

    pub(crate) fn elements(&self, target: Target) -> Elements {
        let mut elements = self.certificate.elements(target);
        elements.put(self.certificate.kind().number_field(), self.number.to_string());
        elements
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({:?})", self.kind())
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Content(..)")
    }
}

//! The numbers of the papers: type and form only. The server draws the running number in the transaction that
//! freezes the paper for signature; a re-issue keeps the first number.
//!
//! Forms: `NNNNN.GCS.FFFFF.YY` (TT 22/2025/TT-BYT), `NNNNN.GBT.FFFFF.YY` (TT 25/2025/TT-BYT) and
//! `NNNNN/GKSKLX/FFFFF/YY` (driver service, at most 21 characters).

use std::fmt;

use identity::FacilityCode;

use crate::Kind;

/// A number of one paper: kind, running number in the year, facility, last two digits of the year.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CertificateNumber {
    kind: Kind,
    facility: FacilityCode,
    year: u8,
    running: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateNumberError {
    #[error("a certificate number is NNNNN.GCS.FFFFF.YY, NNNNN.GBT.FFFFF.YY or NNNNN/GKSKLX/FFFFF/YY")]
    Form,
    #[error("the running number of a year is 1 to 99999")]
    Running,
    #[error("the year of a certificate number is 2000 to 2099")]
    Year,
}

impl CertificateNumber {
    /// `year` with four digits.
    pub fn new(kind: Kind, running: u32, facility: FacilityCode, year: i32) -> Result<Self, CertificateNumberError> {
        if !(1..=99_999).contains(&running) {
            return Err(CertificateNumberError::Running);
        }
        let year = u8::try_from(year - 2000).ok().filter(|y| *y < 100).ok_or(CertificateNumberError::Year)?;
        Ok(Self { kind, facility, year, running })
    }

    pub fn parse(text: &str) -> Result<Self, CertificateNumberError> {
        let form = |_| CertificateNumberError::Form;
        let separator = if text.contains('/') { '/' } else { '.' };
        let parts: Vec<&str> = text.split(separator).collect();
        let [running, letters, facility, year] = parts.as_slice() else {
            return Err(CertificateNumberError::Form);
        };
        let kind = match (separator, *letters) {
            ('.', "GCS") => Kind::Birth,
            ('.', "GBT") => Kind::Death,
            ('/', "GKSKLX") => Kind::Driver,
            _ => return Err(CertificateNumberError::Form),
        };
        let digits = |text: &str, length: usize| text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(running, 5) || !digits(year, 2) {
            return Err(CertificateNumberError::Form);
        }
        let facility = FacilityCode::parse(facility).map_err(|_| CertificateNumberError::Form)?;
        let running = running.parse().map_err(form)?;
        Self::new(kind, running, facility, 2000 + year.parse::<i32>().map_err(form)?)
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    pub fn running(&self) -> u32 {
        self.running
    }

    pub fn facility(&self) -> &FacilityCode {
        &self.facility
    }

    /// Four digits.
    pub fn year(&self) -> i32 {
        2000 + i32::from(self.year)
    }
}

impl fmt::Display for CertificateNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { facility, year, running, .. } = self;
        match self.kind {
            Kind::Birth => write!(f, "{running:05}.GCS.{facility}.{year:02}"),
            Kind::Death => write!(f, "{running:05}.GBT.{facility}.{year:02}"),
            Kind::Driver => write!(f, "{running:05}/GKSKLX/{facility}/{year:02}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facility() -> FacilityCode {
        FacilityCode::parse("31999").expect("facility")
    }

    #[test]
    fn each_paper_has_its_own_form() {
        let number = |kind, running| CertificateNumber::new(kind, running, facility(), 2026).expect("number");
        assert_eq!(number(Kind::Birth, 1).to_string(), "00001.GCS.31999.26");
        assert_eq!(number(Kind::Death, 4).to_string(), "00004.GBT.31999.26");
        assert_eq!(number(Kind::Driver, 99_999).to_string(), "99999/GKSKLX/31999/26");
        assert_eq!(number(Kind::Driver, 1).to_string().len(), 21);
    }

    #[test]
    fn a_number_read_back_is_the_same_number() {
        for text in ["00001.GCS.31999.26", "00004.GBT.01AB9.22", "00001/GKSKLX/34001/25"] {
            assert_eq!(CertificateNumber::parse(text).expect("number").to_string(), text);
        }
    }

    #[test]
    fn other_forms_are_refused_by_name() {
        for text in [
            "",
            "1.GCS.31999.26",
            "00001.GCS.3199.26",
            "00001/GCS/31999/26",
            "00001.GKSKLX.34001.25",
            "٠٠٠٠١.GCS.31999.26",
        ] {
            assert_eq!(CertificateNumber::parse(text), Err(CertificateNumberError::Form), "{text}");
        }
        assert_eq!(CertificateNumber::parse("00000.GCS.31999.26"), Err(CertificateNumberError::Running));
        assert_eq!(CertificateNumber::new(Kind::Birth, 1, facility(), 1999), Err(CertificateNumberError::Year));
        assert_eq!(
            CertificateNumber::new(Kind::Birth, 100_000, facility(), 2026),
            Err(CertificateNumberError::Running)
        );
    }
}

//! What a citizen reads and confirms: the paper in plain words, and the hash of exactly that text.
//!
//! Every field of the form that says something about people is read out, in the form's order; codes become names,
//! dates become words. Numbers and codes that only serve the registers stay out, and so does the certificate's number,
//! which is drawn after the citizen confirmed.

use std::fmt;

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::catalogue::{CommuneCode, ProvinceCode};
use crate::driver::Outcome;
use crate::moment::{self, Target};
use crate::spoken::{spoken, spoken_day, spoken_moment};
use crate::{
    BhxhEntry, Certificate, Content, EthnicityCode, Field, Form, Kind, Lang, NationalityCode, Need, Section, Settings,
    Text, fields,
};

/// The text of one paper in one language.
#[derive(Clone, PartialEq, Eq)]
pub struct Reading {
    kind: Kind,
    lang: Lang,
    lines: Vec<Line>,
}

/// "Ngày sinh của mẹ" - "ngày 09 tháng 03 năm 1992".
#[derive(Clone, PartialEq, Eq)]
pub struct Line {
    pub section: Section,
    pub label: &'static str,
    pub value: Zeroizing<String>,
}

/// Fields of the registers: they mean nothing to the citizen.
const NOT_READ: [&str; 8] = ["SO", "QUYEN_SO", "SO_SERI", "MA_BN", "MA_CT", "MA_HSBA", "MA_TTDV", "CAP_LAN_DAU"];

/// Fields whose silence is worth saying.
const SAID_WHEN_EMPTY: [(&str, Text); 3] = [
    ("TEN_CON", Text::new("chưa đặt tên", "not named yet")),
    ("HO_TEN_CHA", Text::new("không ghi", "not stated")),
    ("NONGDOCON", Text::new("không đo, hoặc không phát hiện", "not tested, or none found")),
];

/// The paper as the citizen reads it.
pub fn reading(certificate: &Certificate, lang: Lang, settings: &Settings) -> Reading {
    let kind = certificate.kind();
    let elements = certificate.elements(Target::Form);
    let mut lines = Vec::new();
    let read = |field: &&Field| field.need != Need::Drawn && !NOT_READ.contains(&field.code);
    for field in fields(kind).iter().filter(read) {
        let text = elements.get(field.code);
        let value = match SAID_WHEN_EMPTY.iter().find(|(code, _)| *code == field.code) {
            Some((_, silence)) if text.is_empty() => silence.say(lang).to_owned(),
            _ if text.is_empty() => continue,
            _ => value(field, text, certificate, lang, settings),
        };
        lines.push(Line { section: field.section, label: field.label.say(lang), value: Zeroizing::new(value) });
    }
    if let Content::Driver(driver) = certificate.content()
        && driver.outcome == Outcome::Fit
    {
        let label = Text::new("Giấy có giá trị đến hết", "Valid until the end of").say(lang);
        let value = Zeroizing::new(spoken_day(driver.valid_until(), lang));
        lines.push(Line { section: Section::Conclusion, label, value });
    }
    lines.sort_by_key(|line| fields(kind).iter().position(|field| field.section == line.section));
    Reading { kind, lang, lines }
}

/// The hash of the text a citizen read: see [`Reading::hash`].
pub fn text_hash(certificate: &Certificate, lang: Lang, settings: &Settings) -> [u8; 32] {
    reading(certificate, lang, settings).hash()
}

impl Reading {
    pub fn kind(&self) -> Kind {
        self.kind
    }

    pub fn lang(&self) -> Lang {
        self.lang
    }

    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// What the citizen is asked, above the lines. For a death, in words that fit the moment.
    pub fn invitation(&self) -> Text {
        match self.kind {
            Kind::Birth => Text::new(
                "Xin đọc lại thông tin của con và của cha mẹ. Nếu có chỗ chưa đúng, xin báo để chúng tôi sửa.",
                "Please read the child's and the parents' details. If something is not right, tell us and we will correct it.",
            ),
            Kind::Death => Text::new(
                "Chúng tôi xin chia buồn cùng gia đình. Khi gia đình sẵn sàng, xin đọc lại thông tin dưới đây; nếu có chỗ chưa đúng, xin báo để chúng tôi sửa.",
                "We are sorry for your loss. When you are ready, please read the details below; if something is not right, tell us and we will correct it.",
            ),
            Kind::Driver => Text::new(
                "Xin đọc kết luận của bác sĩ và xác nhận đồng ý gửi kết quả đến hệ thống của Nhà nước.",
                "Please read the doctors' conclusion and confirm that the result may be sent to the state's system.",
            ),
        }
    }

    /// SHA-256 over a canonical form: the format's name, kind, language, then every line's label and value, each
    /// with its length in front (four bytes, big-endian), so that no two texts have one form.
    pub fn hash(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        let mut part = |text: &str| {
            let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
            hash.update(length.to_be_bytes());
            hash.update(text.as_bytes());
        };
        part("tiepdon reading 1");
        part(self.kind.number_field());
        part(match self.lang {
            Lang::Vi => "vi",
            Lang::En => "en",
        });
        for line in &self.lines {
            part(line.label);
            part(&line.value);
        }
        hash.finalize().into()
    }
}

fn value(field: &Field, text: &str, certificate: &Certificate, lang: Lang, settings: &Settings) -> String {
    let said = match field.form {
        Form::Date | Form::BirthDate => moment::document_date(text).map(|date| spoken(date, lang)),
        Form::Minute | Form::Second => moment::second(text).map(|moment| spoken_moment(moment, lang)),
        Form::Choice(choices) => {
            choices.iter().find(|choice| choice.value == text).map(|choice| choice.label.say(lang).to_owned())
        }
        Form::Ethnicity => EthnicityCode::parse(text).ok().map(|code| {
            let foreigner = Text::new("Người nước ngoài", "Foreigner").say(lang);
            code.name().unwrap_or(foreigner).to_owned()
        }),
        Form::Nationality => NationalityCode::parse(text).ok().and_then(|code| {
            let others = settings.nationalities.iter().find(|(other, _)| *other == code).map(|(_, name)| name.clone());
            let vietnam = Text::new("Việt Nam", "Vietnam").say(lang).to_owned();
            if code == settings.vietnam { Some(vietnam) } else { others }
        }),
        Form::Province => province(certificate, text),
        Form::Commune { .. } => commune(certificate, text),
        Form::Weight => text.parse::<u16>().ok().map(|grams| match lang {
            Lang::Vi => format!("{grams} gam"),
            Lang::En => format!("{grams} grams"),
        }),
        Form::BhxhCode if text == BhxhEntry::NO_NUMBER => Some(Text::new("chưa có", "none").say(lang).to_owned()),
        Form::Text { .. }
        | Form::Name
        | Form::Count { .. }
        | Form::BhxhCode
        | Form::InsuranceCard
        | Form::ChildCard
        | Form::PaperNumber { .. }
        | Form::Icd10
        | Form::Facility
        | Form::CertificateNumber
        | Form::LicenceClasses
        | Form::Decimal
        | Form::Phone
        | Form::Email => None,
    };
    said.unwrap_or_else(|| text.to_owned())
}

/// Names as they were on the day of issue.
fn province(certificate: &Certificate, code: &str) -> Option<String> {
    ProvinceCode::parse(code, certificate.issued()).ok().map(|province| province.name().to_owned())
}

fn commune(certificate: &Certificate, code: &str) -> Option<String> {
    CommuneCode::parse(code, certificate.issued()).ok().map(|commune| commune.name().to_owned())
}

/// Content is personal: Debug counts.
impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reading({:?}, {:?}, {} lines)", self.kind, self.lang, self.lines.len())
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Line({})", self.label)
    }
}

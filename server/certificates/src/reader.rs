//! Reads typed values from a draft and collects every finding on the way.

use identity::{DocumentDate, FacilityCode, PersonName, Sex};
use time::{Date, PrimitiveDateTime};

use crate::catalogue::{CommuneCode, ProvinceCode};
use crate::free_text::FreeTextError;
use crate::identity_paper::{IdentityPaper, PaperKind, PaperNumber};
use crate::{
    CertificateNumber, Context, Draft, EthnicityCode, Finding, FreeText, Icd10Code, Level, NationalityCode, Rule,
    field, fields, moment,
};

/// One draft being read. A value is `None` exactly when a finding was reported for it.
pub(crate) struct Reader<'a> {
    pub draft: &'a Draft,
    pub context: &'a Context<'a>,
    findings: Vec<Finding>,
}

/// A reading of one field.
pub(crate) type Read<T> = Result<T, Rule>;

impl<'a> Reader<'a> {
    pub fn new(draft: &'a Draft, context: &'a Context<'a>) -> Self {
        Self { draft, context, findings: Vec::new() }
    }

    pub fn text(&self, code: &str) -> &'a str {
        self.draft.get(code)
    }

    pub fn is_given(&self, code: &str) -> bool {
        !self.text(code).is_empty()
    }

    pub fn report(&mut self, rule: Rule, code: &str) {
        if let Some(field) = field(self.draft.kind(), code) {
            let finding = Finding::new(rule, field);
            if !self.findings.contains(&finding) {
                self.findings.push(finding);
            }
        }
    }

    pub fn required<T>(&mut self, code: &'static str, read: impl FnOnce(&str) -> Read<T>) -> Option<T> {
        let value = self.optional(code, read)?;
        if value.is_none() {
            self.report(Rule::Missing, code);
        }
        value
    }

    /// `Some(None)` when the field is empty.
    pub fn optional<T>(&mut self, code: &'static str, read: impl FnOnce(&str) -> Read<T>) -> Option<Option<T>> {
        match self.text(code) {
            "" => Some(None),
            text => match read(text) {
                Ok(value) => Some(Some(value)),
                Err(rule) => {
                    self.report(rule, code);
                    None
                }
            },
        }
    }

    /// Required when `needed` is given, else optional: the parts of one fact stand together.
    pub fn required_if<T>(
        &mut self,
        needed: Needed,
        code: &'static str,
        read: impl FnOnce(&str) -> Read<T>,
    ) -> Option<Option<T>> {
        let value = self.optional(code, read)?;
        match (needed, &value) {
            (Needed::Yes(rule), None) => {
                self.report(rule, code);
                None
            }
            (Needed::Yes(_), Some(_)) | (Needed::No, _) => Some(value),
        }
    }

    pub fn past_day(&mut self, code: &'static str) -> Option<Date> {
        let today = self.context.today();
        self.required(code, |text| past(day(text)?, today))
    }

    pub fn past_day_if(&mut self, needed: Needed, code: &'static str) -> Option<Option<Date>> {
        let today = self.context.today();
        self.required_if(needed, code, |text| past(day(text)?, today))
    }

    pub fn birth_date(&mut self, code: &'static str) -> Option<DocumentDate> {
        let today = self.context.today();
        self.required(code, |text| birth_date(text, today))
    }

    pub fn birth_date_if_given(&mut self, code: &'static str) -> Option<Option<DocumentDate>> {
        let today = self.context.today();
        self.optional(code, |text| birth_date(text, today))
    }

    pub fn past_moment(
        &mut self,
        code: &'static str,
        read: impl FnOnce(&str) -> Option<PrimitiveDateTime>,
    ) -> Option<PrimitiveDateTime> {
        let now = self.context.now;
        self.required(code, |text| {
            let moment = read(text).ok_or(Rule::BadDate)?;
            if moment > now { Err(Rule::InFuture) } else { Ok(moment) }
        })
    }

    pub fn ethnicity_if(&mut self, needed: Needed, code: &'static str) -> Option<Option<EthnicityCode>> {
        let foreign = self.context.settings.foreign_ethnicity;
        self.required_if(needed, code, |text| {
            let ethnicity = EthnicityCode::parse(text).map_err(|_| Rule::UnknownEthnicity)?;
            let known = ethnicity.name().is_some() || ethnicity == foreign;
            if known { Ok(ethnicity) } else { Err(Rule::UnknownEthnicity) }
        })
    }

    pub fn ethnicity(&mut self, code: &'static str) -> Option<EthnicityCode> {
        self.ethnicity_if(Needed::Yes(Rule::Missing), code).flatten()
    }

    pub fn nationality(&mut self, code: &'static str) -> Option<NationalityCode> {
        self.required(code, |text| NationalityCode::parse(text).map_err(|_| Rule::BadNationality))
    }

    /// Ethnicity "foreigner" and nationality "Vietnam" do not go together, nor do their opposites.
    pub fn compare_origin(
        &mut self,
        code: &'static str,
        ethnicity: Option<EthnicityCode>,
        nationality: Option<NationalityCode>,
    ) {
        if let (Some(ethnicity), Some(nationality)) = (ethnicity, nationality) {
            let settings = self.context.settings;
            if (ethnicity == settings.foreign_ethnicity) == (nationality == settings.vietnam) {
                self.report(Rule::EthnicityOfForeigner, code);
            }
        }
    }

    /// The commune, checked against the province beside it. Both are one fact: the commune knows its province.
    pub fn commune(
        &mut self,
        province: &'static str,
        commune: &'static str,
        needed: Needed,
    ) -> Option<Option<CommuneCode>> {
        let day = self.context.today();
        let chosen = self
            .required_if(needed, province, |text| ProvinceCode::parse(text, day).map_err(|_| Rule::UnknownProvince));
        let needed = match needed {
            Needed::No if self.is_given(province) => Needed::Yes(Rule::Incomplete),
            other => other,
        };
        let found =
            self.required_if(needed, commune, |text| CommuneCode::parse(text, day).map_err(|_| Rule::UnknownCommune));
        let (chosen, found) = (chosen?, found?);
        match (chosen, found) {
            (Some(province), Some(found)) if found.province() != province => {
                self.report(Rule::CommuneElsewhere, commune);
                None
            }
            (None, Some(_)) => {
                self.report(Rule::Incomplete, province);
                None
            }
            (_, found) => Some(found),
        }
    }

    /// Kind, number, day and place of issue. `Some(None)`: no paper.
    pub fn paper(&mut self, codes: &PaperCodes, needed: Needed) -> Option<Option<IdentityPaper>> {
        let kind = match self.text(codes.kind) {
            "" => Some(None),
            PaperKind::NONE_CODE => {
                if matches!(needed, Needed::Yes(_)) {
                    self.report(Rule::NoPaper, codes.kind);
                }
                return if self.is_given(codes.number) {
                    self.report(Rule::Incomplete, codes.kind);
                    None
                } else {
                    Some(None)
                };
            }
            code => match PaperKind::from_code(code) {
                Some(kind) => Some(Some(kind)),
                None => {
                    self.report(Rule::BadPaperKind, codes.kind);
                    None
                }
            },
        };
        let any = [codes.kind, codes.number, codes.issued, codes.issuer].into_iter().any(|code| self.is_given(code));
        let number_needed = match needed {
            Needed::No if any => Needed::Yes(Rule::Incomplete),
            other => other,
        };
        let number = self.required_if(number_needed, codes.number, |text| {
            let number = match kind.flatten() {
                Some(kind) => PaperNumber::parse(kind, text),
                None => PaperNumber::infer(text),
            };
            number.map_err(|_| Rule::BadPaperNumber)
        });
        let issued = self.past_day_if(needed, codes.issued);
        let issuer = self.required_if(needed, codes.issuer, free_text);
        let (_, number, issued, issuer) = (kind?, number?, issued?, issuer?);
        Some(number.map(|number| IdentityPaper { number, issued, issuer }))
    }

    /// The old structure of the personal number is a hint for staff, never a gate (TT 59/2021 lapsed).
    pub fn compare_number(
        &mut self,
        code: &'static str,
        paper: Option<&IdentityPaper>,
        born: Option<DocumentDate>,
        sex: Option<Sex>,
    ) {
        let Some(id) = paper.and_then(|paper| paper.number.citizen_id()) else { return };
        let (year, hinted) = id.structure_hint();
        let other_sex = sex.is_some_and(|sex| sex != Sex::Unspecified && sex != hinted);
        if born.is_some_and(|born| born.year() != year) || other_sex {
            self.report(Rule::NumberHint, code);
        }
    }

    /// The later of two moments must not lie before the earlier one.
    pub fn in_order<T: PartialOrd>(&mut self, earlier: Option<T>, later: Option<T>, code: &'static str) {
        if let (Some(earlier), Some(later)) = (earlier, later)
            && later < earlier
        {
            self.report(Rule::EndBeforeStart, code);
        }
    }

    /// The paper's own facility must be the one it is issued and sent for.
    pub fn own_facility(&mut self, code: &'static str) -> Option<FacilityCode> {
        let expected = self.context.facility.clone();
        self.required(code, |text| {
            let facility = FacilityCode::parse(text).map_err(|_| Rule::BadFacility)?;
            if facility == expected { Ok(facility) } else { Err(Rule::OtherFacility) }
        })
    }

    /// The number, when one is written already. The server draws it, so an empty field is no finding here.
    pub fn number(&mut self, issued: Option<Date>) -> Option<Option<CertificateNumber>> {
        let kind = self.draft.kind();
        let facility = self.context.facility.clone();
        let code = kind.number_field();
        let number = self.optional(code, |text| {
            let number = CertificateNumber::parse(text).map_err(|_| Rule::BadNumber)?;
            match number.kind() == kind {
                false => Err(Rule::BadNumber),
                true if *number.facility() != facility => Err(Rule::OtherFacility),
                true => Ok(number),
            }
        })?;
        if let (Some(number), Some(issued)) = (&number, issued)
            && number.year() != issued.year()
        {
            self.report(Rule::NumberOfAnotherYear, code);
        }
        Some(number)
    }

    pub fn is_blocked(&self) -> bool {
        self.findings.iter().any(|finding| finding.level() == Level::Block)
    }

    /// All findings in the order of the form.
    pub fn into_findings(self) -> Vec<Finding> {
        let order: Vec<&str> = fields(self.draft.kind()).iter().map(|field| field.code).collect();
        let mut findings = self.findings;
        findings.sort_by_key(|finding| {
            (order.iter().position(|code| *code == finding.field()), finding.level(), finding.rule)
        });
        findings
    }
}

/// Must a field be filled in, and what is said when it is not?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needed {
    Yes(Rule),
    No,
}

/// The four elements of an identity paper.
pub(crate) struct PaperCodes {
    pub kind: &'static str,
    pub number: &'static str,
    pub issued: &'static str,
    pub issuer: &'static str,
}

pub(crate) fn free_text<const MAX: usize>(text: &str) -> Read<FreeText<MAX>> {
    FreeText::parse(text).map_err(|error| match error {
        FreeTextError::Empty => Rule::Missing,
        FreeTextError::TooLong { .. } => Rule::TooLong,
        FreeTextError::Character => Rule::Unwritable,
    })
}

pub(crate) fn name(text: &str) -> Read<PersonName> {
    // The name goes into XML: the same characters are refused as in any text.
    free_text::<4096>(text)?;
    PersonName::parse(text).map_err(|error| match error {
        identity::PersonNameError::TooLong(_) => Rule::TooLong,
        identity::PersonNameError::Empty | identity::PersonNameError::ControlCharacter => Rule::BadName,
    })
}

pub(crate) fn day(text: &str) -> Read<Date> {
    moment::day(text).ok_or(Rule::BadDate)
}

fn past(date: Date, today: Date) -> Read<Date> {
    if date > today { Err(Rule::InFuture) } else { Ok(date) }
}

fn birth_date(text: &str, today: Date) -> Read<DocumentDate> {
    let date = moment::document_date(text).ok_or(Rule::BadDate)?;
    if date.earliest() > today { Err(Rule::InFuture) } else { Ok(date) }
}

pub(crate) fn sex(text: &str) -> Read<Sex> {
    match text {
        "1" => Ok(Sex::Male),
        "2" => Ok(Sex::Female),
        "3" => Ok(Sex::Unspecified),
        _ => Err(Rule::BadSex),
    }
}

pub(crate) fn sex_code(sex: Sex) -> &'static str {
    match sex {
        Sex::Male => "1",
        Sex::Female => "2",
        Sex::Unspecified => "3",
    }
}

pub(crate) fn flag(text: &str) -> Read<Flag> {
    match text {
        "0" => Ok(Flag::No),
        "1" => Ok(Flag::Yes),
        _ => Err(Rule::BadFlag),
    }
}

/// 0 or 1 on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flag {
    No,
    Yes,
}

pub(crate) fn count(range: std::ops::RangeInclusive<u8>) -> impl FnOnce(&str) -> Read<u8> {
    move |text| {
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        let number = text.parse().ok().filter(|number| digits && range.contains(number));
        number.ok_or(Rule::BadCount)
    }
}

pub(crate) fn icd10(text: &str) -> Read<Icd10Code> {
    Icd10Code::parse(text).map_err(|_| Rule::BadIcd10)
}

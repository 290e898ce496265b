//! A person who checked in today with a chip fills a role of a paper: what the chip says is taken over and locked, the
//! commune it does not code is proposed.

use certificates::catalogue::propose;
use certificates::{CardHolder, Draft, Form, Role, Section, fields};
use emrtd::Evidence;
use identity::{CitizenId, DocumentDate, PersonName, Sex};
use time::Date;

use super::Notes;
use crate::app::App;
use crate::identify::{evidence_place, visit_person_place};
use crate::person::KnownPerson;
use crate::refusal::Refusal;
use crate::store::VisitRow;

/// The most people offered.
const MAX_CANDIDATES: u32 = 200;

/// Somebody who was identified today.
pub struct Candidate {
    pub visit: api::VisitId,
    pub opened_at: i64,
    pub assurance: api::Assurance,
    pub person: KnownPerson,
}

/// Everyone who checked in today with a chip or a verified e-identity, the latest first.
pub async fn candidates(app: &App) -> Result<Vec<Candidate>, Refusal> {
    let mut found = Vec::new();
    for row in app.store.identified_on(app.today(), MAX_CANDIDATES).await? {
        if let Some(person) = person_of(app, &row)? {
            found.push(Candidate { visit: row.visit, opened_at: row.opened_at, assurance: row.assurance, person });
        }
    }
    Ok(found)
}

/// Puts the holder of that visit into the role. False where nobody was identified in that visit today.
pub async fn fill(
    app: &App,
    (draft, notes): (&mut Draft, &mut Notes),
    role: Role,
    visit: api::VisitId,
) -> Result<bool, Refusal> {
    let Some(row) = app.store.visit(visit).await? else { return Ok(false) };
    let proven = matches!(row.assurance, api::Assurance::A | api::Assurance::B) && row.service_day == app.today();
    let Some(person) = person_of(app, &row)?.filter(|_| proven) else { return Ok(false) };
    let details = card_details(app, visit).await?;
    let Some((number, name, born)) = parts(&person) else { return Ok(false) };
    let details = details.as_ref();
    let holder = CardHolder {
        number: &number,
        name: &name,
        born,
        sex: match person.sex {
            1 => Sex::Male,
            2 => Sex::Female,
            _ => Sex::Unspecified,
        },
        issued: details.and_then(|details| details.issued),
        issuer: details.and_then(|details| details.issued).map(issuer),
        ethnicity: details.and_then(|details| details.ethnicity.as_deref()),
        residence: details.and_then(|details| details.residence.as_deref()),
    };
    let before = draft.clone();
    let fits = draft.fill_person(role, &holder, &app.certificates.codes);
    if fits.is_err() {
        return Ok(false);
    }
    for (field, text) in draft.entries() {
        // The issuer is our reading of the date, and stays open to a person.
        let is_issuer = field.code.starts_with("NOICAP") || field.code == "NOI_CAP";
        if !text.is_empty() && text != before.get(field.code) && !is_issuer {
            notes.locked.insert(field.code.to_owned());
        }
    }
    if let Some(residence) = holder.residence {
        propose_communes((&*draft, &mut *notes), role, residence, app.today());
    }
    match role {
        Role::Mother | Role::Relative | Role::Applicant => notes.confirmer = Some(number.as_str().to_owned()),
        Role::Father => {
            notes.confirmer.get_or_insert_with(|| number.as_str().to_owned());
        }
        Role::SurrogateMother | Role::SurrogateFather | Role::Deceased => {}
    }
    Ok(true)
}

/// What the address may mean, for the commune fields of the role that are still empty.
fn propose_communes((draft, notes): (&Draft, &mut Notes), role: Role, residence: &str, day: Date) {
    let section = match role {
        Role::Mother => Section::Mother,
        Role::Father => Section::Father,
        Role::SurrogateMother => Section::SurrogateMother,
        Role::SurrogateFather => Section::SurrogateFather,
        Role::Deceased | Role::Relative => Section::Residence,
        Role::Applicant => Section::Applicant,
    };
    let codes: Vec<String> = propose(residence, day).into_iter().map(|one| one.commune.as_str().to_owned()).collect();
    for field in fields(draft.kind()).iter().filter(|field| field.section == section) {
        // The first commune of the section is that of the address the chip names.
        if matches!(field.form, Form::Commune { .. }) && draft.get(field.code).is_empty() && !codes.is_empty() {
            notes.proposed.insert(field.code.to_owned(), codes);
            break;
        }
    }
}

/// Named fields of DG13 as far as a certificate asks for them.
pub(super) struct CardDetails {
    pub issued: Option<Date>,
    pub ethnicity: Option<String>,
    pub residence: Option<String>,
}

/// From the sealed evidence of the visit, checked again; none once it was purged, and for an e-identity.
pub(super) async fn card_details(app: &App, visit: api::VisitId) -> Result<Option<CardDetails>, Refusal> {
    let Some(sealed) = app.store.chip_evidence(visit).await? else { return Ok(None) };
    let sent = sealed.open(&app.keys, evidence_place(&visit.to_string()))?;
    let evidence = evidence_of(&sent);
    let trust = app.trust().await?;
    let challenge = emrtd::Challenge::new(sent.challenge.0);
    let Ok(checked) = emrtd::recheck(&evidence, &challenge, &trust, app.today()) else { return Ok(None) };
    Ok(checked.details.map(|details| CardDetails {
        issued: details.issued.and_then(full_date),
        ethnicity: details.ethnicity.as_ref().map(|text| text.to_string()),
        residence: details.residence.as_ref().map(|text| text.to_string()),
    }))
}

pub(super) fn evidence_of(sent: &api::ChipEvidence) -> Evidence {
    let file = |file: &Option<api::Base64>| file.as_ref().map(|file| file.0.clone());
    Evidence {
        sod: sent.sod.0.clone(),
        dg1: sent.dg1.0.clone(),
        dg13: file(&sent.dg13),
        dg14: file(&sent.dg14),
        dg15: file(&sent.dg15),
        active_authentication: file(&sent.active_authentication),
    }
}

pub(super) fn person_of(app: &App, row: &VisitRow) -> Result<Option<KnownPerson>, Refusal> {
    let person = row.person.as_ref().map(|person| person.open(&app.keys, visit_person_place(&row.visit.to_string())));
    Ok(person.transpose()?)
}

pub(super) fn parts(person: &KnownPerson) -> Option<(CitizenId, PersonName, DocumentDate)> {
    Some((
        CitizenId::parse(&person.number).ok()?,
        PersonName::parse(person.name.as_deref()?).ok()?,
        DocumentDate::parse(person.birth.as_deref()?).ok()?,
    ))
}

/// Cards since 01/07/2024 are issued by the ministry itself (Luật Căn cước 26/2023).
pub(super) fn issuer(issued: Date) -> &'static str {
    if issued >= time::macros::date!(2024 - 07 - 01) {
        "Bộ Công an"
    } else {
        "Cục Cảnh sát quản lý hành chính về trật tự xã hội"
    }
}

fn full_date(date: DocumentDate) -> Option<Date> {
    let month = time::Month::try_from(date.month()?).ok()?;
    Date::from_calendar_date(i32::from(date.year()), month, date.day()?).ok()
}

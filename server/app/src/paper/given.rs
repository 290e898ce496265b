//! Drafts that the hospital's own system gives. It repeats a draft whose answer it did not get under the same reference, and
//! gets the same answer; a number it drew itself must be of its ranges.

use certificates::{CertificateNumber, Draft, Level};
use identity::CitizenId;
use serde::{Deserialize, Serialize};

use super::siblings::beside_siblings;
use super::{Notes, begin_in, kind_code};
use crate::app::App;
use crate::certificate::{By, CertificateError, block_in, check, write_draft};
use crate::store::{GivenDraft, NumberingError, Tx};

const MAX_REFERENCE: usize = 200;

/// What its giver repeats a draft under: 1 to 200 visible characters of ASCII.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference(String);

/// What is answered: the same each time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenAnswer {
    pub certificate: String,
    pub findings: Vec<GivenFinding>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenFinding {
    pub code: String,
    pub field: String,
    pub blocks: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum GivenError {
    #[error("this reference was used for another draft: a new draft takes a new one, and a change is made at the desk")]
    OtherDraft,
    #[error("another paper has the number {0}")]
    NumberTaken(u32),
    #[error(transparent)]
    Certificate(#[from] CertificateError),
}

impl Reference {
    pub fn parse(text: &str) -> Option<Self> {
        let formed = (1..=MAX_REFERENCE).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        formed.then(|| Self(text.to_owned()))
    }
}

/// Takes a draft once.
pub async fn take(
    app: &App,
    draft: &Draft,
    confirmer: Option<&CitizenId>,
    reference: &Reference,
    by: By<'_>,
) -> Result<GivenAnswer, GivenError> {
    let body_hash = hash(app, draft, confirmer);
    if let Some(answer) = before(app, reference, &body_hash).await? {
        return Ok(answer);
    }
    let mut findings = check(app, draft);
    findings.extend(beside_siblings(app, draft, None, None).await?);
    let notes = Notes::of(confirmer.map(|number| number.as_str().to_owned()), None);

    let mut tx = app.store.begin().await?;
    let number = given_number(&mut tx, app, draft).await?;
    let id = begin_in(&mut tx, app, (draft, number), &notes, by).await?;
    if findings.iter().any(|finding| finding.level() == Level::Block) {
        block_in(&mut tx, app, id, by).await.map_err(CertificateError::from)?;
    }
    let given = |finding: &certificates::Finding| GivenFinding {
        code: finding.code().to_owned(),
        field: finding.field().to_owned(),
        blocks: finding.level() == Level::Block,
    };
    let answer = GivenAnswer { certificate: id.to_string(), findings: findings.iter().map(given).collect() };
    let row = GivenDraft {
        reference: reference.0.clone(),
        body_hash,
        certificate: id,
        answer: serde_json::to_string(&answer).expect("texts and flags"),
        at: app.now_ms(),
    };
    if tx.record_given_draft(&row).await? {
        tx.commit().await?;
        return Ok(answer);
    }
    // The same reference came by another way meanwhile.
    drop(tx);
    before(app, reference, &body_hash).await?.ok_or(GivenError::OtherDraft)
}

async fn before(app: &App, reference: &Reference, body_hash: &[u8; 32]) -> Result<Option<GivenAnswer>, GivenError> {
    let Some(known) = app.store.given_draft(&reference.0).await? else { return Ok(None) };
    if known.body_hash != *body_hash {
        return Err(GivenError::OtherDraft);
    }
    let answer = serde_json::from_str(&known.answer);
    Ok(Some(answer.map_err(|_| crate::store::StoreError::Stored { column: "given_drafts.answer" })?))
}

/// The number that the hospital's own system drew, if the draft has one of this facility: of its ranges, and new.
async fn given_number(tx: &mut Tx, app: &App, draft: &Draft) -> Result<Option<(i32, u32)>, GivenError> {
    let Ok(number) = CertificateNumber::parse(draft.get(draft.kind().number_field())) else { return Ok(None) };
    if number.kind() != draft.kind() || *number.facility() != app.config.hospital.facility_code {
        // A finding says so.
        return Ok(None);
    }
    let (kind, year, running) = (kind_code(draft.kind()), number.year(), number.running());
    tx.check_given_number(kind, year, running).await?;
    if tx.number_is_taken(kind, (year, running)).await? {
        return Err(GivenError::NumberTaken(running));
    }
    Ok(Some((year, running)))
}

fn hash(app: &App, draft: &Draft, confirmer: Option<&CitizenId>) -> [u8; 32] {
    let mut body = zeroize::Zeroizing::new(write_draft(draft));
    body.extend_from_slice(confirmer.map(CitizenId::as_str).unwrap_or_default().as_bytes());
    app.keys.keyed_hash("given draft", &body)
}

impl From<crate::store::StoreError> for GivenError {
    fn from(error: crate::store::StoreError) -> Self {
        Self::Certificate(error.into())
    }
}

impl From<NumberingError> for GivenError {
    fn from(error: NumberingError) -> Self {
        Self::Certificate(error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_short_and_visible() {
        assert!(Reference::parse("HIS-2026/0001").is_some());
        for text in ["", " ", "a b", "số-1", "a\n", &"x".repeat(201)] {
            assert_eq!(Reference::parse(text), None, "{text:?}");
        }
    }
}

//! What anyone who holds a paper may learn: by its random token on line, by the published key off line.
//!
//! Numbers in sequence would let anyone list births and deaths; so a paper is asked for by 128 random bits only. Birth
//! and death: number, facility, day, state. A driver's paper, which a licensing office must read, besides: name, last
//! four digits, birth year, class, conclusion, valid until.

use certificates::offline::{DriverStatement, PaperState, Statement};
use certificates::{CertificateNumber, Kind};
use time::Date;

use super::{OpenPaper, kind_of};
use crate::app::App;
use crate::certificate::{CertificateError, CertificateState, token_hash};

/// The paper as it stands today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    Issued,
    Replaced,
    Revoked,
}

pub struct Verified {
    pub kind: Kind,
    pub number: CertificateNumber,
    pub issued: Date,
    pub validity: Validity,
    pub driver: Option<DriverStatement>,
}

/// The paper with this token (32 hexadecimal digits); none where no issued paper has it.
pub async fn verify(app: &App, token: &str) -> Result<Option<Verified>, CertificateError> {
    let formed = token.len() == 32 && token.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if !formed {
        return Ok(None);
    }
    let Some(row) = app.store.certificate_by_token(&token_hash(&app.keys, token)).await? else { return Ok(None) };
    let Some(validity) = validity(row.state) else { return Ok(None) };
    let paper = OpenPaper::of(app, row).await?;
    let Some(statement) = statement(app, &paper) else { return Ok(None) };
    Ok(Some(Verified {
        kind: kind_of(paper.row.kind),
        number: statement.number,
        issued: statement.issued,
        validity,
        driver: statement.driver,
    }))
}

/// None while the facility has not signed it, and for what was never issued.
pub(super) fn validity(state: CertificateState) -> Option<Validity> {
    match state {
        CertificateState::WaitingToSend
        | CertificateState::Sending
        | CertificateState::OutcomeUnknown
        | CertificateState::Refused
        | CertificateState::Accepted => Some(Validity::Issued),
        CertificateState::Replaced => Some(Validity::Replaced),
        CertificateState::Void => Some(Validity::Revoked),
        CertificateState::Draft
        | CertificateState::Blocked
        | CertificateState::WaitingForCitizen
        | CertificateState::WaitingForSignature
        | CertificateState::SigningFailed
        | CertificateState::Discarded => None,
    }
}

/// What the code on the paper says.
pub(super) fn statement(app: &App, paper: &OpenPaper) -> Option<Statement> {
    let state = if paper.row.issue > 1 { PaperState::Reissued } else { PaperState::Issued };
    paper.numbered(app).map(|numbered| Statement::of(&numbered, state))
}

/// The JWK set that verifies printed codes off line.
pub fn published_key(app: &App) -> String {
    format!(r#"{{"keys":[{}]}}"#, app.keys.papers().verifying_key().to_jwk())
}

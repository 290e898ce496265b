//! What of a certificate is sealed and under which place, how it is opened, and what is looked up by keyed hash.

use identity::CitizenId;

use crate::keys::{Keys, Place, SealError};
use crate::store::{CertificateId, CertificateRow, EventRow};

/// The draft as it was written.
pub fn draft_of(keys: &Keys, row: &CertificateRow) -> Result<Vec<u8>, SealError> {
    Ok(std::mem::take(&mut row.draft.open(keys, draft_place(&row.id.to_string()))?.0))
}

/// The bytes that are signed.
pub fn frozen_of(keys: &Keys, row: &CertificateRow) -> Result<Option<Vec<u8>>, SealError> {
    let frozen = row.frozen.as_ref();
    let opened = frozen.map(|frozen| frozen.payload.open(keys, frozen_place(&row.id.to_string()))).transpose()?;
    Ok(opened.map(|mut payload| std::mem::take(&mut payload.0)))
}

/// What a person wrote beside a move.
pub fn words_of(keys: &Keys, id: CertificateId, event: &EventRow) -> Result<Option<String>, SealError> {
    event.words.as_ref().map(|words| words.open(keys, words_place(&id.to_string()))).transpose()
}

/// The token of the printed QR code: 32 hexadecimal digits.
pub fn public_token(keys: &Keys, row: &CertificateRow) -> Result<Option<String>, SealError> {
    row.token.as_ref().map(|token| token.open(keys, token_place(&row.id.to_string()))).transpose()
}

/// What a presented token is looked up by.
pub fn token_hash(keys: &Keys, token: &str) -> [u8; 32] {
    keys.keyed_hash("certificate token", token.as_bytes())
}

/// The hash that visits are looked up by too.
pub(crate) fn person_hash(keys: &Keys, number: &CitizenId) -> [u8; 32] {
    keys.keyed_hash("number", number.as_str().as_bytes())
}

pub(crate) fn draft_place(row: &str) -> Place<'_> {
    Place { column: "certificates.draft", row }
}

pub(crate) fn frozen_place(row: &str) -> Place<'_> {
    Place { column: "certificates.frozen", row }
}

pub(crate) fn token_place(row: &str) -> Place<'_> {
    Place { column: "certificates.token", row }
}

pub(crate) fn words_place(row: &str) -> Place<'_> {
    Place { column: "certificate_events.words", row }
}

pub(crate) fn answer_place(row: &str) -> Place<'_> {
    Place { column: "confirmations.answer", row }
}

pub(crate) fn practitioner_place(row: &str) -> Place<'_> {
    Place { column: "practitioner_signatures.signature", row }
}

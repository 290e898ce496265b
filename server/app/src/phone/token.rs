//! The random word in a ticket's QR code: 128 bits, kept as a keyed hash only.
//!
//! Whoever reads the database cannot follow anybody, and whoever guesses has 2^128 words to try. The look-up compares
//! hashes in an index, so that its time says nothing about how much of a guessed word was right.

use api::{Hex16, VisitId};
use rand::RngCore;
use time::Date;

use crate::app::App;
use crate::keys::Keys;
use crate::store::{StoreError, Tx};

const BYTES: usize = 16;

/// Where one ticket is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Followed {
    pub visit: VisitId,
    pub service_day: Date,
}

/// What stands before the word in the address; none where the hospital has no public page.
pub fn follow_base(app: &App) -> Option<String> {
    let papers = &app.config.papers;
    let (Some(url), Some(_)) = (&papers.public_url, papers.public_listen) else { return None };
    Some(format!("{}/t/", url.trim_end_matches('/')))
}

/// Makes the address for a ticket just given, with the word that stands on paper already where a kiosk gave the ticket
/// without the server; none where the hospital has no public page.
pub async fn follow_url(
    tx: &mut Tx,
    app: &App,
    (visit, service_day): (VisitId, Date),
    on_paper: Option<Hex16>,
) -> Result<Option<String>, StoreError> {
    let Some(base) = follow_base(app) else { return Ok(None) };
    let Hex16(bytes) = on_paper.unwrap_or_else(|| {
        let mut bytes = [0; BYTES];
        rand::rngs::OsRng.fill_bytes(&mut bytes);
        Hex16(bytes)
    });
    let token = hex::encode(bytes);
    tx.follow(&hash(&app.keys, &token), visit, service_day).await?;
    Ok(Some(base + &token))
}

/// The ticket behind this word; none where there is none.
pub async fn followed(app: &App, token: &str) -> Result<Option<Followed>, StoreError> {
    let formed = token.len() == 2 * BYTES && token.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if !formed {
        return Ok(None);
    }
    app.store.followed(&hash(&app.keys, token)).await
}

fn hash(keys: &Keys, token: &str) -> [u8; 32] {
    keys.keyed_hash("follow token", token.as_bytes())
}

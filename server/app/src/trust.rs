//! Document signers that this hospital comes to know: observed at the counter, pinned by a person.
//!
//! The citizen card's CSCA is not public, so most trust stores start empty. Staff who compare the holder of a genuine
//! chip with the card add an observation of its signer; after enough cards on enough days it may be pinned.

use emrtd::Fingerprint;

use crate::app::App;
use crate::store::{DeskMove, DeskState, PinnedSigner, SignerTally, StoreError};

#[derive(Debug, thiserror::Error)]
pub enum PinError {
    #[error("this signer was never observed here")]
    NeverObserved,
    #[error(
        "observed with {cards} cards on {days} days; the policy asks for {needed_cards} cards on {needed_days} days"
    )]
    TooLittleKnown { cards: u32, days: u32, needed_cards: u32, needed_days: u32 },
    #[error("the database failed")]
    Store(#[from] StoreError),
}

/// What staff do with a visit on the counter's list. *Check* on a card with an unknown signer counts as an
/// observation. False where the visit is not on the list any more.
pub async fn move_at_desk(app: &App, visit: api::VisitId, way: DeskMove, login: &str) -> Result<bool, StoreError> {
    let now = app.now_ms();
    let mut tx = app.store.begin().await?;
    let Some(case) = tx.move_at_desk(visit, way, login, now).await? else { return Ok(false) };
    if let (DeskState::Checked, Some(signer), Some(card)) = (way.result(), case.signer, case.card) {
        tx.observe_signer((&signer, &card), app.today(), visit, login).await?;
    }
    tx.audit(&format!("staff:{login}"), "desk", Some(visit), way.code(), now).await?;
    tx.commit().await?;
    app.news.desk_changed();
    Ok(true)
}

/// How well signers are known, the best known first.
pub async fn observed(app: &App) -> Result<Vec<SignerTally>, StoreError> {
    app.store.signer_tallies().await
}

/// Pins a signer that is known well enough by the hospital's own policy.
pub async fn pin(app: &App, signer: &Fingerprint, by: &str) -> Result<PinnedSigner, PinError> {
    let policy = app.config.trust.pinning;
    let tallies = app.store.signer_tallies().await?;
    let tally = tallies.into_iter().find(|tally| tally.signer == *signer.as_bytes()).ok_or(PinError::NeverObserved)?;
    if tally.cards < policy.cards || tally.days < policy.days {
        return Err(PinError::TooLittleKnown {
            cards: tally.cards,
            days: tally.days,
            needed_cards: policy.cards,
            needed_days: policy.days,
        });
    }
    let now = app.now_ms();
    let pinned = PinnedSigner {
        signer: tally.signer,
        pinned_at: now,
        pinned_by: by.to_owned(),
        cards: tally.cards,
        days: tally.days,
    };
    let mut tx = app.store.begin().await?;
    tx.pin_signer(&pinned).await?;
    tx.audit(by, "signer_pinned", None, &signer.to_string(), now).await?;
    tx.commit().await?;
    Ok(pinned)
}

//! Document signers that this hospital comes to know: observed at the counter, pinned by a person.
//!
//! The citizen card's CSCA is not public, so most trust stores start empty. Staff who compare the holder of a genuine
//! chip with the card add an observation of its signer; after enough cards on enough days it may be pinned.

use api::{ChipEvidence, VisitId};
use emrtd::lds::Sod;
use emrtd::{Certificate, Fingerprint};

use crate::app::App;
use crate::identify::evidence_place;
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

/// Why somebody pins a signer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinReason {
    Compared,
    /// Whoever issues the cards said that it is theirs.
    Confirmed,
}

/// Why somebody does not trust a signer any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnpinReason {
    ForgedCard,
    Withdrawn,
    Mistake,
}

impl PinReason {
    pub const ALL: [Self; 2] = [Self::Compared, Self::Confirmed];

    pub fn code(self) -> &'static str {
        match self {
            Self::Compared => "compared",
            Self::Confirmed => "confirmed",
        }
    }
}

impl UnpinReason {
    pub const ALL: [Self; 3] = [Self::ForgedCard, Self::Withdrawn, Self::Mistake];

    pub fn code(self) -> &'static str {
        match self {
            Self::ForgedCard => "forged_card",
            Self::Withdrawn => "withdrawn",
            Self::Mistake => "mistake",
        }
    }
}

/// A document signer that this hospital met.
#[derive(Debug)]
pub struct SignerView {
    pub signer: Fingerprint,
    /// Where a card of it was compared while the evidence was at hand.
    pub certificate: Option<Certificate>,
    pub cards: u32,
    pub days: u32,
    /// Members of staff who compared its cards.
    pub observers: u32,
    pub pinned: Option<PinnedSigner>,
}

/// What staff do with a visit on the counter's list. *Check* on a card with an unknown signer counts as an
/// observation. False where the visit is not on the list any more.
pub async fn move_at_desk(app: &App, visit: api::VisitId, way: DeskMove, login: &str) -> Result<bool, StoreError> {
    let now = app.now_ms();
    let certificate = match way.result() {
        DeskState::Checked => signer_of(app, visit).await?,
        DeskState::None | DeskState::Waiting | DeskState::NotThisPerson | DeskState::Finished => None,
    };
    let mut tx = app.store.begin().await?;
    let Some(case) = tx.move_at_desk(visit, way, login, now).await? else { return Ok(false) };
    if let (DeskState::Checked, Some(signer), Some(card)) = (way.result(), case.signer, case.card) {
        tx.observe_signer((&signer, &card), app.today(), visit, login).await?;
        if let Some(certificate) = &certificate
            && certificate.fingerprint() == Fingerprint::from_bytes(signer)
        {
            tx.keep_signer_certificate(&signer, certificate.der()).await?;
        }
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

/// The certificate of whoever signed that visit's document, while the evidence is kept.
async fn signer_of(app: &App, visit: VisitId) -> Result<Option<Certificate>, StoreError> {
    let Some(sealed) = app.store.chip_evidence(visit).await? else { return Ok(None) };
    let row = visit.to_string();
    let evidence: ChipEvidence = match sealed.open(&app.keys, evidence_place(&row)) {
        Ok(evidence) => evidence,
        Err(error) => {
            tracing::error!(%visit, "the evidence cannot be read: {error}");
            return Ok(None);
        }
    };
    Ok(Sod::parse(&evidence.sod.0).ok().map(|sod| sod.signer_certificate().clone()))
}

/// Every signer that was compared or pinned here, the pinned ones first, then the best known.
pub async fn signers(app: &App) -> Result<Vec<SignerView>, StoreError> {
    let mut pins = app.store.pinned_signers().await?;
    let tallies = app.store.signer_tallies().await?;
    let mut views = Vec::new();
    for tally in tallies {
        let pinned = pins.iter().position(|pin| pin.signer == tally.signer).map(|at| pins.swap_remove(at));
        views.push(view(app, tally, pinned).await?);
    }
    // Pinned, and the observations are gone.
    for pin in pins {
        let tally = SignerTally { signer: pin.signer, cards: pin.cards, days: pin.days, observers: 0 };
        views.push(view(app, tally, Some(pin)).await?);
    }
    views.sort_by_key(|view| view.pinned.is_none());
    Ok(views)
}

async fn view(app: &App, tally: SignerTally, pinned: Option<PinnedSigner>) -> Result<SignerView, StoreError> {
    let kept = app.store.signer_certificate(&tally.signer).await?;
    Ok(SignerView {
        signer: Fingerprint::from_bytes(tally.signer),
        certificate: kept.and_then(|der| Certificate::parse(&der).ok()),
        cards: tally.cards,
        days: tally.days,
        observers: tally.observers,
        pinned,
    })
}

/// From now on its documents come from a signer that nobody vouches for. False where it was not pinned.
pub async fn unpin(app: &App, signer: &Fingerprint, why: UnpinReason, by: &str) -> Result<bool, StoreError> {
    let mut tx = app.store.begin().await?;
    let was_pinned = tx.unpin_signer(signer.as_bytes()).await?;
    if was_pinned {
        tx.audit(by, "signer_unpinned", None, &format!("{signer} {}", why.code()), app.now_ms()).await?;
    }
    tx.commit().await?;
    Ok(was_pinned)
}

/// Pins a signer that is known well enough by the hospital's own policy.
pub async fn pin(app: &App, signer: &Fingerprint, why: PinReason, by: &str) -> Result<PinnedSigner, PinError> {
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
    tx.audit(by, "signer_pinned", None, &format!("{signer} {}", why.code()), now).await?;
    tx.commit().await?;
    Ok(pinned)
}

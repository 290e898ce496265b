//! Calls for a person: help, emergency, a card left behind, a printer without paper.

use api::{AlertRequest, KioskId};

use crate::app::App;
use crate::refusal::Refusal;
use crate::store::StoreError;

/// Raised once, however often the kiosk repeats it.
pub async fn raise(app: &App, kiosk: &KioskId, alert: &AlertRequest) -> Result<(), Refusal> {
    let now = app.now_ms();
    let mut tx = app.store.begin().await?;
    if tx.raise_alert(alert, kiosk, now).await? {
        let kind = format!("{:?}", alert.kind);
        tx.audit(&format!("kiosk:{kiosk}"), "alert_raised", alert.visit, &kind, now).await?;
        tracing::warn!(%kiosk, %kind, "a person is called");
    }
    tx.commit().await?;
    app.news.desk_changed();
    Ok(())
}

/// A member of staff goes there.
pub async fn answer(app: &App, id: uuid::Uuid, login: &str) -> Result<(), StoreError> {
    let now = app.now_ms();
    let mut tx = app.store.begin().await?;
    if tx.answer_alert(id, login, now).await? {
        tx.audit(&format!("staff:{login}"), "alert_answered", None, &id.to_string(), now).await?;
    }
    tx.commit().await?;
    app.news.desk_changed();
    Ok(())
}

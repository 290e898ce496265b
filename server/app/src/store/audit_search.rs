//! Searching the audit record: newest first, by key and not by offset, so that lines written meanwhile move nothing.

use super::audit::audit_row;
use super::{AuditRow, Store, StoreError};

/// Empty text asks for nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditSearch {
    /// From this moment up to, not including, the other.
    pub from: i64,
    pub to: i64,
    /// As the record spells actors; each of these.
    pub actors: [String; 4],
    /// How the action begins.
    pub action: String,
    /// An id of a visit, a certificate or anything else that lines name.
    pub about: String,
}

/// The last line of the page before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditKey {
    pub at: i64,
    pub id: String,
}

impl Store {
    /// Up to `limit` lines behind a key. `actors`, `action` and `about` hold no `%` and no `_` of their own meaning: the
    /// caller lets none through but `_` of action codes, which are compared as text.
    pub async fn search_audit(
        &self,
        search: &AuditSearch,
        behind: Option<&AuditKey>,
        limit: u32,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let sql = "SELECT audit_id, at, actor, action, visit_id, detail FROM audit \
                   WHERE facility_code = $1 AND at >= $2 AND at < $3 \
                   AND (at < $4 OR (at = $4 AND audit_id < $5)) \
                   AND ($6 = '' OR actor IN ($6, $7, $8, $9)) \
                   AND ($10 = '' OR SUBSTR(action, 1, LENGTH($10)) = $10) \
                   AND ($11 = '' OR visit_id = $11 OR detail LIKE '%' || $11 || '%') \
                   ORDER BY at DESC, audit_id DESC LIMIT $12";
        let (at, id) = behind.map_or((i64::MAX, ""), |key| (key.at, key.id.as_str()));
        let [first, second, third, fourth] = search.actors.clone();
        let statement = self
            .query(sql)
            .bind(search.from)
            .bind(search.to)
            .bind(at)
            .bind(id.to_owned())
            .bind(first)
            .bind(second)
            .bind(third)
            .bind(fourth)
            .bind(search.action.clone())
            .bind(search.about.clone())
            .bind(i64::from(limit));
        self.all(statement).await?.iter().map(audit_row).collect()
    }
}

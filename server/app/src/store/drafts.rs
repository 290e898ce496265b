//! Certificates as they are written and written again, and whom they concern.

use api::Base64;
use sqlx::Row;

use super::{CertificateId, CertificateKind, Part, StoreError, Tx, hash_at};
use crate::keys::Sealed;

/// A certificate as it is written first.
#[derive(Debug)]
pub struct NewCertificate<'a> {
    pub id: CertificateId,
    pub kind: CertificateKind,
    /// Rows of one paper share it; a paper of one row has its own id.
    pub paper: CertificateId,
    /// Licence class of a driver row that replaces another; what freezing writes otherwise.
    pub variant: &'a str,
    pub draft: Sealed<Base64>,
    /// Keyed hash of the 12-digit number that the ward entered as confirmer.
    pub confirmer: Option<[u8; 32]>,
    pub people: &'a [([u8; 32], Part)],
    pub replaces: Option<Replacement>,
    /// Year and number that somebody else drew; a re-issue has that of its first.
    pub number: Option<(i32, u32)>,
    pub actor: &'a str,
    pub now: i64,
}

/// The issue that a re-issue replaces: its number is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replacement {
    pub first: CertificateId,
    /// Of the re-issue: 2 for the second issue.
    pub issue: u32,
    /// Year and number of the first.
    pub number: Option<(i32, u32)>,
}

impl Tx {
    /// Writes a draft and the people it concerns. A re-issue is linked with its first.
    pub async fn open_certificate(&mut self, new: NewCertificate<'_>) -> Result<(), StoreError> {
        let sql = "INSERT INTO certificates (facility_code, certificate_id, kind, paper_id, variant, state, state_at, \
                   revision, created_at, created_by, draft_sealed, year, number, issue, confirmer_hash, replaces) \
                   VALUES ($1, $2, $3, $4, $13, 'draft', $5, 1, $5, $6, $7, $8, $9, $10, $11, $12)";
        let number = new.replaces.and_then(|replaces| replaces.number).or(new.number);
        let statement = self
            .query(sql)
            .bind(new.id.to_string())
            .bind(new.kind.code())
            .bind(new.paper.to_string())
            .bind(new.now)
            .bind(new.actor.to_owned())
            .bind(new.draft.into_stored())
            .bind(number.map(|(year, _)| i64::from(year)))
            .bind(number.map(|(_, number)| i64::from(number)))
            .bind(new.replaces.map_or(1, |replaces| i64::from(replaces.issue)))
            .bind(new.confirmer.map(|hash| hash.to_vec()))
            .bind(new.replaces.map(|replaces| replaces.first.to_string()))
            .bind(new.variant.to_owned());
        self.execute(statement).await?;
        if let Some(replaces) = new.replaces {
            let sql = "UPDATE certificates SET replaced_by = $3 WHERE facility_code = $1 AND certificate_id = $2";
            let statement = self.query(sql).bind(replaces.first.to_string()).bind(new.id.to_string());
            self.execute(statement).await?;
        }
        self.concern(new.id, new.people).await
    }

    /// Whom the certificate concerns.
    pub async fn people_of(&mut self, id: CertificateId) -> Result<Vec<([u8; 32], Part)>, StoreError> {
        let sql = "SELECT person_hash, part FROM certificate_people WHERE facility_code = $1 AND certificate_id = $2 \
                   ORDER BY part, person_hash";
        let statement = self.query(sql).bind(id.to_string());
        let rows = self.all(statement).await?;
        rows.iter().map(|row| Ok((hash_at(row, "person_hash")?, Part::from_stored(row.try_get("part")?)?))).collect()
    }

    /// Whom the certificate concerns, from now on.
    pub async fn concern(&mut self, id: CertificateId, people: &[([u8; 32], Part)]) -> Result<(), StoreError> {
        let sql = "DELETE FROM certificate_people WHERE facility_code = $1 AND certificate_id = $2";
        let statement = self.query(sql).bind(id.to_string());
        self.execute(statement).await?;
        for (person, part) in people {
            let sql = "INSERT INTO certificate_people (facility_code, certificate_id, person_hash, part) \
                       VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
            let statement = self.query(sql).bind(id.to_string()).bind(person.to_vec()).bind(part.code());
            self.execute(statement).await?;
        }
        Ok(())
    }

    /// Writes another draft. False where the row is not at that revision any more.
    pub async fn redraft(
        &mut self,
        (id, revision): (CertificateId, i64),
        draft: Sealed<Base64>,
        confirmer: Option<[u8; 32]>,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE certificates SET draft_sealed = $4, confirmer_hash = $5 WHERE facility_code = $1 \
                   AND certificate_id = $2 AND revision = $3";
        let statement = self
            .query(sql)
            .bind(id.to_string())
            .bind(revision)
            .bind(draft.into_stored())
            .bind(confirmer.map(|hash| hash.to_vec()));
        Ok(self.execute(statement).await? == 1)
    }

    /// A re-issue that was given up leaves its first as it was.
    pub async fn unlink_reissue(&mut self, reissue: CertificateId) -> Result<(), StoreError> {
        let sql = "UPDATE certificates SET replaced_by = NULL WHERE facility_code = $1 AND replaced_by = $2";
        let statement = self.query(sql).bind(reissue.to_string());
        self.execute(statement).await.map(drop)
    }
}

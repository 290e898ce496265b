//! Visits and how their patients were identified.

use api::{
    Assurance, CheckInReply, ChipEvidence, CounterReason, DepartmentCode, IdentificationReply, KioskId, Payer, VisitId,
};
use sqlx::Row;
use sqlx::any::AnyRow;
use time::Date;

use super::{
    Store, StoreError, Tx, code_of, day_at, day_text, from_code, hash_at, optional_hash_at, stored_codes, visit_at,
};
use crate::insurance::EntitlementRecord;
use crate::keys::Sealed;
use crate::person::KnownPerson;

stored_codes! {
    /// Was the holder compared with the document?
    DeskState {
        /// Nobody needs to look.
        None = "none",
        Waiting = "waiting",
        /// A person compared the holder with the document.
        Checked = "checked",
        NotThisPerson = "not_this_person",
        Finished = "finished",
    }
}

stored_codes! {
    EntitlementState {
        /// Nothing to ask with, or nobody to ask.
        NotAsked = "not_asked",
        Answered = "answered",
        ToBeConfirmed = "to_be_confirmed",
    }
}

#[derive(Debug)]
pub struct NewVisit<'a> {
    pub visit: VisitId,
    pub kiosk: &'a KioskId,
    pub service_day: Date,
    pub opened_at: i64,
    pub assurance: Assurance,
    pub facts: &'a [String],
    pub person: Option<Sealed<KnownPerson>>,
    pub number_hash: Option<[u8; 32]>,
    pub entitlement_state: EntitlementState,
    pub entitlement: Option<Sealed<EntitlementRecord>>,
}

#[derive(Debug, Clone)]
pub struct VisitRow {
    pub visit: VisitId,
    pub kiosk: KioskId,
    pub service_day: Date,
    pub opened_at: i64,
    pub assurance: Assurance,
    pub facts: Vec<String>,
    pub person: Option<Sealed<KnownPerson>>,
    pub entitlement_state: EntitlementState,
    pub entitlement: Option<Sealed<EntitlementRecord>>,
    pub department: Option<DepartmentCode>,
    pub payer: Option<Payer>,
    pub counter_reason: Option<CounterReason>,
    pub check_in: Option<StoredReply<CheckInReply>>,
    pub desk: DeskState,
}

/// An answer already given, and a keyed hash of what it answered.
#[derive(Debug, Clone)]
pub struct StoredReply<T> {
    pub kiosk: KioskId,
    pub request_hash: [u8; 32],
    pub reply: Sealed<T>,
}

#[derive(Debug)]
pub struct IdentificationRow<'a> {
    pub visit: VisitId,
    pub kiosk: &'a KioskId,
    pub identified_at: i64,
    pub request_hash: [u8; 32],
    pub reply: Sealed<IdentificationReply>,
    pub document: &'static str,
    pub signer_trust: Option<&'static str>,
    pub signer_hash: Option<[u8; 32]>,
    pub card_hash: Option<[u8; 32]>,
    pub authenticity: Option<&'static str>,
    pub face: &'static str,
    pub face_score: Option<f64>,
    pub portrait_hash: Option<[u8; 32]>,
    pub evidence: Option<Sealed<ChipEvidence>>,
}

macro_rules! select_visit {
    ($where:literal) => {
        concat!(
            "SELECT visit_id, kiosk_id, service_day, opened_at, assurance, facts, person_sealed, entitlement_state, \
             entitlement_sealed, department, payer, counter_reason, check_in_hash, check_in_reply_sealed, desk_state \
             FROM visits WHERE facility_code = $1 AND ",
            $where
        )
    };
}
const VISIT: &str = select_visit!("visit_id = $2");
const DESK: &str = select_visit!(
    "service_day = $2 AND desk_state <> 'none' AND desk_state <> 'finished' AND check_in_hash IS NOT NULL \
     ORDER BY checked_in_at"
);
/// An erased one answers nothing any more.
const IDENTIFICATION: &str = "SELECT kiosk_id, request_hash, reply_sealed FROM identifications \
                              WHERE facility_code = $1 AND visit_id = $2 AND LENGTH(reply_sealed) > 0";

impl Store {
    pub async fn visit(&self, visit: VisitId) -> Result<Option<VisitRow>, StoreError> {
        let row = self.one(self.query(VISIT).bind(visit.to_string())).await?;
        row.as_ref().map(visit_row).transpose()
    }

    /// Everyone sent to a person that day and not finished, in the order of their check-in.
    pub async fn visits_at_the_desk(&self, day: Date) -> Result<Vec<VisitRow>, StoreError> {
        self.all(self.query(DESK).bind(day_text(day))).await?.iter().map(visit_row).collect()
    }

    pub async fn identification(&self, visit: VisitId) -> Result<Option<StoredReply<IdentificationReply>>, StoreError> {
        let row = self.one(self.query(IDENTIFICATION).bind(visit.to_string())).await?;
        row.as_ref().map(identification_reply).transpose()
    }
}

impl Tx {
    pub async fn visit(&mut self, visit: VisitId) -> Result<Option<VisitRow>, StoreError> {
        let row = self.one(self.query(VISIT).bind(visit.to_string())).await?;
        row.as_ref().map(visit_row).transpose()
    }

    pub async fn identification(
        &mut self,
        visit: VisitId,
    ) -> Result<Option<StoredReply<IdentificationReply>>, StoreError> {
        let row = self.one(self.query(IDENTIFICATION).bind(visit.to_string())).await?;
        row.as_ref().map(identification_reply).transpose()
    }

    /// False where the visit is there already.
    pub async fn open_visit(&mut self, new: NewVisit<'_>) -> Result<bool, StoreError> {
        let sql = "INSERT INTO visits (facility_code, visit_id, kiosk_id, service_day, opened_at, assurance, facts, \
                   person_sealed, number_hash, entitlement_state, entitlement_sealed, desk_state) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'none') ON CONFLICT DO NOTHING";
        let statement = self
            .query(sql)
            .bind(new.visit.to_string())
            .bind(new.kiosk.as_str().to_owned())
            .bind(day_text(new.service_day))
            .bind(new.opened_at)
            .bind(code_of(&new.assurance))
            .bind(new.facts.join(" "))
            .bind(new.person.map(Sealed::into_stored))
            .bind(new.number_hash.map(|hash| hash.to_vec()))
            .bind(new.entitlement_state.code())
            .bind(new.entitlement.map(Sealed::into_stored));
        Ok(self.execute(statement).await? == 1)
    }

    pub async fn record_identification(&mut self, row: IdentificationRow<'_>) -> Result<(), StoreError> {
        let sql = "INSERT INTO identifications (facility_code, visit_id, kiosk_id, identified_at, request_hash, \
                   reply_sealed, document, signer_trust, signer_hash, card_hash, authenticity, face, face_score, \
                   portrait_hash, evidence_sealed) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
        let statement = self
            .query(sql)
            .bind(row.visit.to_string())
            .bind(row.kiosk.as_str().to_owned())
            .bind(row.identified_at)
            .bind(row.request_hash.to_vec())
            .bind(row.reply.into_stored())
            .bind(row.document)
            .bind(row.signer_trust)
            .bind(row.signer_hash.map(|hash| hash.to_vec()))
            .bind(row.card_hash.map(|hash| hash.to_vec()))
            .bind(row.authenticity)
            .bind(row.face)
            .bind(row.face_score)
            .bind(row.portrait_hash.map(|hash| hash.to_vec()))
            .bind(row.evidence.map(Sealed::into_stored));
        self.execute(statement).await.map(drop)
    }

    /// Takes the visit for this check-in; false where one was recorded before. Others that try wait for the end of
    /// this transaction.
    pub async fn claim_check_in(
        &mut self,
        visit: VisitId,
        kiosk: &KioskId,
        request_hash: &[u8; 32],
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE visits SET check_in_hash = $4 WHERE facility_code = $1 AND visit_id = $2 AND kiosk_id = $3 \
                   AND check_in_hash IS NULL";
        let statement =
            self.query(sql).bind(visit.to_string()).bind(kiosk.as_str().to_owned()).bind(request_hash.to_vec());
        Ok(self.execute(statement).await? == 1)
    }

    pub async fn record_check_in(
        &mut self,
        visit: VisitId,
        (department, payer): (&DepartmentCode, Payer),
        counter_reason: Option<CounterReason>,
        reply: Sealed<CheckInReply>,
        now: i64,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE visits SET department = $3, payer = $4, counter_reason = $5, check_in_reply_sealed = $6, \
                   checked_in_at = $7, desk_state = $8 WHERE facility_code = $1 AND visit_id = $2";
        let desk = if counter_reason.is_some() { DeskState::Waiting } else { DeskState::None };
        if counter_reason.is_some() {
            self.tell_desk();
        }
        let statement = self
            .query(sql)
            .bind(visit.to_string())
            .bind(department.as_str().to_owned())
            .bind(code_of(&payer))
            .bind(counter_reason.map(|reason| code_of(&reason)))
            .bind(reply.into_stored())
            .bind(now)
            .bind(desk.code());
        self.execute(statement).await.map(drop)
    }

    pub async fn record_entitlement(
        &mut self,
        visit: VisitId,
        entitlement: Sealed<EntitlementRecord>,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE visits SET entitlement_state = 'answered', entitlement_sealed = $3 \
                   WHERE facility_code = $1 AND visit_id = $2";
        let statement = self.query(sql).bind(visit.to_string()).bind(entitlement.into_stored());
        self.execute(statement).await.map(drop)
    }
}

fn identification_reply(row: &AnyRow) -> Result<StoredReply<IdentificationReply>, StoreError> {
    Ok(StoredReply {
        kiosk: kiosk_at(row)?,
        request_hash: hash_at(row, "request_hash")?,
        reply: Sealed::from_stored(row.try_get("reply_sealed")?),
    })
}

fn kiosk_at(row: &AnyRow) -> Result<KioskId, StoreError> {
    KioskId::parse(row.try_get("kiosk_id")?).map_err(|_| StoreError::Stored { column: "kiosk_id" })
}

pub(super) fn visit_row(row: &AnyRow) -> Result<VisitRow, StoreError> {
    let kiosk = kiosk_at(row)?;
    let text = |column: &'static str| row.try_get::<Option<String>, _>(column);
    let check_in = match (optional_hash_at(row, "check_in_hash")?, row.try_get("check_in_reply_sealed")?) {
        (Some(request_hash), Some(reply)) => {
            Some(StoredReply { kiosk: kiosk.clone(), request_hash, reply: Sealed::from_stored(reply) })
        }
        (Some(_), None) | (None, Some(_)) | (None, None) => None,
    };
    Ok(VisitRow {
        visit: visit_at(row, "visit_id")?,
        kiosk,
        service_day: day_at(row, "service_day")?,
        opened_at: row.try_get("opened_at")?,
        assurance: from_code(row.try_get("assurance")?, "assurance")?,
        facts: row.try_get::<&str, _>("facts")?.split_whitespace().map(str::to_owned).collect(),
        person: row.try_get::<Option<Vec<u8>>, _>("person_sealed")?.map(Sealed::from_stored),
        entitlement_state: EntitlementState::from_stored(row.try_get("entitlement_state")?)?,
        entitlement: row.try_get::<Option<Vec<u8>>, _>("entitlement_sealed")?.map(Sealed::from_stored),
        department: text("department")?
            .map(|code| DepartmentCode::parse(&code).map_err(|_| StoreError::Stored { column: "department" }))
            .transpose()?,
        payer: text("payer")?.map(|code| from_code(code, "payer")).transpose()?,
        counter_reason: text("counter_reason")?.map(|code| from_code(code, "counter_reason")).transpose()?,
        check_in,
        desk: DeskState::from_stored(row.try_get("desk_state")?)?,
    })
}

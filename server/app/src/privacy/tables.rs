//! Every table of the database, as the law on personal data sees it (Luật 91/2025/QH15): whose its rows are, what of them is
//! sealed or looked up by keyed hash, and what happens when somebody asks for erasure.
//!
//! A test compares the list with the migrations: a table that nobody decided about does not pass.

use crate::keys::Place;
use crate::store::{Cell, Record};

pub struct Table {
    pub name: &'static str,
    /// The key after `facility_code`.
    pub key: &'static [&'static str],
    pub sealed: &'static [SealedColumn],
    /// Keyed hashes: a new master key hashes them anew.
    pub keyed: &'static [&'static str],
    pub whose: &'static [Whose],
    pub erasure: Erasure,
}

/// Where a column's values were sealed.
pub struct SealedColumn {
    pub column: &'static str,
    pub place: &'static str,
    pub row: SealedRow,
    /// Only rows in which this column has this value.
    pub only: Option<(&'static str, &'static str)>,
}

#[derive(Clone, Copy)]
pub enum SealedRow {
    Text(&'static str),
    HexOf(&'static str),
    Fixed(&'static str),
}

/// What leads from a person to a row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The keyed hash of the number stands in this column.
    Number(&'static str),
    Visit(&'static str),
    Certificate(&'static str),
    /// The column names certificates somewhere in its text.
    Naming(&'static str),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Erasure {
    /// Nothing of a patient stands there.
    Nothing,
    Delete,
    /// The row stays for reports; what names the person goes.
    Clear(&'static str),
    /// With a paper that was discarded; else the paper is kept.
    WithDraft,
    Kept(Ground),
}

/// Why something is kept though its person asked for erasure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ground {
    /// Numbers, times and codes.
    NoPerson,
    /// The hospital answers for what it issues.
    Paper,
    /// What was sent to the insurance gateway, until its days are over.
    Sent,
    /// Who did what; append-only.
    Audit,
    /// The visit is of today.
    Today,
}

impl Ground {
    pub fn code(self) -> &'static str {
        match self {
            Self::NoPerson => "no_person",
            Self::Paper => "paper",
            Self::Sent => "sent",
            Self::Audit => "audit",
            Self::Today => "today",
        }
    }

    pub fn why(self) -> &'static str {
        match self {
            Self::NoPerson => "numbers, times and codes that name nobody: reports count them",
            Self::Paper => "a paper, its evidence and its history: the hospital answers for what it issues",
            Self::Sent => "proof of what was sent to the insurance gateway, until its days are over",
            Self::Audit => "who did and saw what: append-only, without names and numbers",
            Self::Today => "a visit of today: ask again tomorrow",
        }
    }

    pub fn why_vi(self) -> &'static str {
        match self {
            Self::NoPerson => "số, giờ và mã, không còn gắn với ai: dùng để thống kê",
            Self::Paper => "giấy tờ, bằng chứng và lịch sử của giấy: bệnh viện chịu trách nhiệm về giấy đã lập",
            Self::Sent => "bằng chứng dữ liệu đã gửi cổng BHYT, đến khi hết hạn lưu",
            Self::Audit => "nhật ký ai làm gì, xem gì: chỉ ghi thêm, không có tên và số",
            Self::Today => "lượt khám hôm nay: xin yêu cầu lại vào ngày mai",
        }
    }
}

impl SealedColumn {
    pub fn place<'a>(&self, row: &'a str) -> Place<'a> {
        Place { column: self.place, row }
    }

    /// The row's part of the place.
    pub fn row_of(&self, record: &Record) -> String {
        match self.row {
            SealedRow::Text(column) => record.text(column).unwrap_or_default().to_owned(),
            SealedRow::HexOf(column) => match record.cell(column) {
                Some(Cell::Bytes(bytes)) => hex::encode(bytes),
                Some(Cell::Null | Cell::Integer(_) | Cell::Real(_) | Cell::Text(_)) | None => String::new(),
            },
            SealedRow::Fixed(key) => key.to_owned(),
        }
    }

    /// Was this row's value sealed here?
    pub fn is_of(&self, record: &Record) -> bool {
        self.only.is_none_or(|(column, value)| record.text(column) == Some(value))
    }
}

const fn sealed(column: &'static str, place: &'static str, row: &'static str) -> SealedColumn {
    SealedColumn { column, place, row: SealedRow::Text(row), only: None }
}

/// Nothing of a patient.
const fn plain(name: &'static str, key: &'static [&'static str]) -> Table {
    Table { name, key, sealed: &[], keyed: &[], whose: &[], erasure: Erasure::Nothing }
}

const fn of_visits(name: &'static str, key: &'static [&'static str], erasure: Erasure) -> Table {
    Table { name, key, sealed: &[], keyed: &[], whose: &[Whose::Visit("visit_id")], erasure }
}

const fn of_papers(name: &'static str, key: &'static [&'static str], sealed: &'static [SealedColumn]) -> Table {
    let whose: &[Whose] = &[Whose::Certificate("certificate_id")];
    Table { name, key, sealed, keyed: &[], whose, erasure: Erasure::WithDraft }
}

/// A keyed hash stands where bytes must; an erased one is empty and equals no hash.
pub(super) const CLEAR_VISIT: &str =
    "person_sealed = NULL, number_hash = NULL, entitlement_sealed = NULL, check_in_reply_sealed = NULL";
pub(super) const CLEAR_IDENTIFICATION: &str = "reply_sealed = substr(reply_sealed, 1, 0), request_hash = substr(request_hash, 1, 0), \
    card_hash = NULL, portrait_hash = NULL, face_score = NULL, evidence_sealed = NULL";

pub const TABLES: &[Table] = &[
    Table {
        sealed: &[
            sealed("person_sealed", "visits.person", "visit_id"),
            sealed("entitlement_sealed", "visits.entitlement", "visit_id"),
            sealed("check_in_reply_sealed", "visits.check_in_reply", "visit_id"),
        ],
        keyed: &["number_hash", "check_in_hash"],
        ..of_visits("visits", &["visit_id"], Erasure::Clear(CLEAR_VISIT))
    },
    Table {
        sealed: &[
            sealed("reply_sealed", "identifications.reply", "visit_id"),
            sealed("evidence_sealed", "identifications.evidence", "visit_id"),
        ],
        keyed: &["request_hash", "card_hash"],
        ..of_visits("identifications", &["visit_id"], Erasure::Clear(CLEAR_IDENTIFICATION))
    },
    Table {
        sealed: &[sealed("reply_sealed", "reconciliations.reply", "visit_id")],
        keyed: &["content_hash"],
        ..of_visits("reconciliations", &["visit_id"], Erasure::Delete)
    },
    Table {
        sealed: &[sealed("payload_sealed", "outbox.payload", "visit_id")],
        ..of_visits("outbox", &["kind", "visit_id"], Erasure::Delete)
    },
    Table {
        sealed: &[sealed("person_sealed", "eid_answers.person", "visit_id")],
        keyed: &["nonce_hash"],
        ..of_visits("eid_answers", &["nonce_hash"], Erasure::Delete)
    },
    of_visits("challenges", &["challenge"], Erasure::Delete),
    of_visits("alerts", &["alert_id"], Erasure::Clear("visit_id = NULL")),
    Table { keyed: &["card_hash"], ..of_visits("signer_observations", &["signer_hash", "card_hash"], Erasure::Delete) },
    Table { keyed: &["token_hash"], ..of_visits("follow_tokens", &["token_hash"], Erasure::Delete) },
    of_visits("hospital_visits", &["their_number"], Erasure::Delete),
    Table {
        sealed: &[sealed("body_sealed", "hospital_events.body", "event_id")],
        ..of_visits("hospital_events", &["destination", "event_id"], Erasure::Delete)
    },
    of_visits("paper_nonces", &["nonce"], Erasure::Delete),
    Table {
        name: "appointments",
        key: &["appointment_id"],
        sealed: &[sealed("patient_sealed", "appointments.patient", "appointment_id")],
        keyed: &["number_hash"],
        whose: &[Whose::Number("number_hash"), Whose::Visit("visit_id")],
        erasure: Erasure::Delete,
    },
    Table {
        name: "saved_answers",
        key: &["person_hash"],
        sealed: &[SealedColumn {
            column: "answers_sealed",
            place: "saved_answers.answers",
            row: SealedRow::HexOf("person_hash"),
            only: None,
        }],
        keyed: &["person_hash"],
        whose: &[Whose::Number("person_hash")],
        erasure: Erasure::Delete,
    },
    Table {
        name: "consents",
        key: &["visit_id", "purpose"],
        sealed: &[],
        keyed: &["number_hash"],
        whose: &[Whose::Number("number_hash"), Whose::Visit("visit_id")],
        // That it was given or refused stays provable, by the visit alone.
        erasure: Erasure::Clear("number_hash = NULL"),
    },
    of_visits("tickets", &["department", "service_day", "number"], Erasure::Kept(Ground::NoPerson)),
    of_visits("queue_places", &["department", "service_day", "visit_id"], Erasure::Kept(Ground::NoPerson)),
    of_visits("queue_events", &["department", "service_day", "seq"], Erasure::Kept(Ground::NoPerson)),
    Table {
        sealed: &[
            sealed("draft_sealed", "certificates.draft", "certificate_id"),
            sealed("frozen_sealed", "certificates.frozen", "certificate_id"),
            sealed("token_sealed", "certificates.token", "certificate_id"),
        ],
        keyed: &["confirmer_hash", "token_hash"],
        ..of_papers("certificates", &["certificate_id"], &[])
    },
    Table {
        keyed: &["person_hash"],
        ..of_papers("certificate_people", &["certificate_id", "person_hash", "part"], &[])
    },
    of_papers(
        "certificate_events",
        &["event_id"],
        &[sealed("words_sealed", "certificate_events.words", "certificate_id")],
    ),
    Table {
        keyed: &["person_hash"],
        ..of_papers(
            "confirmations",
            &["confirmation_id"],
            &[sealed("answer_sealed", "confirmations.answer", "confirmation_id")],
        )
    },
    of_papers(
        "practitioner_signatures",
        &["certificate_id", "login", "frozen_hash"],
        &[sealed("signature_sealed", "practitioner_signatures.signature", "certificate_id")],
    ),
    of_papers("paper_notes", &["certificate_id"], &[sealed("notes_sealed", "paper_notes.notes", "certificate_id")]),
    of_papers("paper_consents", &["visit_id", "subject", "text_hash"], &[]),
    Table {
        keyed: &["person_hash"],
        ..of_papers(
            "paper_corrections",
            &["correction_id"],
            &[sealed("correction_sealed", "paper_corrections.correction", "correction_id")],
        )
    },
    of_papers(
        "declarations",
        &["certificate_id"],
        &[sealed("answers_sealed", "declarations.answers", "certificate_id")],
    ),
    Table { keyed: &["body_hash"], ..of_papers("given_drafts", &["reference"], &[]) },
    of_papers("confinement_papers", &["confinement_id", "certificate_id"], &[]),
    Table {
        name: "dispatch_bodies",
        key: &["step", "subject_id"],
        sealed: &[
            SealedColumn {
                column: "body_sealed",
                place: "dispatch_jobs.sign",
                row: SealedRow::Text("subject_id"),
                only: Some(("step", "sign")),
            },
            SealedColumn {
                column: "body_sealed",
                place: "dispatch_jobs.send",
                row: SealedRow::Text("subject_id"),
                only: Some(("step", "send")),
            },
        ],
        keyed: &[],
        whose: &[Whose::Visit("subject_id"), Whose::Certificate("subject_id")],
        erasure: Erasure::Kept(Ground::Sent),
    },
    Table {
        name: "dispatch_attempts",
        key: &["attempt_id"],
        sealed: &[sealed("answer_sealed", "dispatch_attempts.answer", "attempt_id")],
        keyed: &[],
        whose: &[Whose::Visit("subject_id"), Whose::Certificate("subject_id")],
        erasure: Erasure::Kept(Ground::Sent),
    },
    Table {
        name: "dispatch_jobs",
        key: &["step", "subject_id"],
        sealed: &[],
        keyed: &[],
        whose: &[Whose::Visit("subject_id"), Whose::Certificate("subject_id")],
        erasure: Erasure::Kept(Ground::Sent),
    },
    Table {
        name: "audit",
        key: &["audit_id"],
        sealed: &[],
        keyed: &[],
        whose: &[Whose::Visit("visit_id"), Whose::Naming("detail")],
        erasure: Erasure::Kept(Ground::Audit),
    },
    plain("audit_chain", &["place"]),
    plain("kiosks", &["kiosk_id"]),
    plain("counters", &["department", "service_day"]),
    plain("block_numbers", &["department", "service_day", "number"]),
    plain("pinned_signers", &["signer_hash"]),
    Table {
        sealed: &[sealed("name_sealed", "staff.name", "login")],
        keyed: &["badge_hash"],
        ..plain("staff", &["login"])
    },
    plain("staff_sessions", &["token_hash"]),
    Table { sealed: &[sealed("secret_sealed", "staff_factors.secret", "login")], ..plain("staff_factors", &["login"]) },
    Table { keyed: &["code_hash"], ..plain("staff_recovery", &["login", "code_hash"]) },
    plain("staff_links", &["token_hash"]),
    plain("workstation_members", &["workstation", "login"]),
    plain("number_counters", &["kind", "year"]),
    plain("number_ranges", &["kind", "year", "first_number"]),
    plain("destinations", &["kind", "valid_from"]),
    Table {
        sealed: &[sealed("token_sealed", "gateway_tokens.token", "account")],
        ..plain("gateway_tokens", &["account"])
    },
    plain("worker_heartbeats", &["worker_id"]),
    plain("dispatch_switches", &["switch_id"]),
    plain("queue_heads", &["department", "service_day"]),
    Table {
        sealed: &[SealedColumn {
            column: "key_sealed",
            place: "kiosk_authority.key",
            row: SealedRow::Fixed("key"),
            only: None,
        }],
        ..plain("kiosk_authority", &[])
    },
    plain("departments", &["code"]),
    plain("department_lists", &[]),
    plain("kiosk_states", &["kiosk_id"]),
    plain("document_signers", &["signer_hash"]),
    Table {
        sealed: &[
            sealed("name_sealed", "duty_officers.name", "duty_id"),
            sealed("number_sealed", "duty_officers.number", "duty_id"),
        ],
        ..plain("duty_officers", &["duty_id"])
    },
    Table {
        sealed: &[SealedColumn {
            column: "check_sealed",
            place: "key_checks.check",
            row: SealedRow::Fixed("key"),
            only: None,
        }],
        ..plain("key_checks", &[])
    },
    plain("kiosk_codes", &["code_hash"]),
    plain("kiosk_certificates", &["serial"]),
];

//! How long what is kept.

use serde::{Deserialize, Serialize};

/// Days after the day on which a row was made; on the day after them it goes. `docs/privacy.md` says what each kind is.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RetentionConfig {
    pub chip_evidence: u16,
    pub identifications: u16,
    pub visits: u16,
    pub eid_answers: u16,
    pub challenges: u16,
    pub messages: u16,
    pub sent_check_ins: u16,
    pub appointments: u16,
    pub hospital_events: u16,
    pub follow_tokens: u16,
    pub alerts: u16,
    pub consents: u16,
    pub signer_observations: u16,
    pub drafts: u16,
    pub given_drafts: u16,
    pub paper_nonces: u16,
    pub staff_sessions: u16,
    pub one_time_codes: u16,
}

impl Default for RetentionConfig {
    fn default() -> Self {
        Self {
            chip_evidence: 30,
            identifications: 90,
            visits: 90,
            eid_answers: 7,
            challenges: 30,
            messages: 90,
            sent_check_ins: 400,
            appointments: 30,
            hospital_events: 30,
            follow_tokens: 2,
            alerts: 400,
            consents: 1825,
            signer_observations: 365,
            drafts: 180,
            given_drafts: 365,
            paper_nonces: 7,
            staff_sessions: 1,
            one_time_codes: 30,
        }
    }
}

impl RetentionConfig {
    /// The first that is no number of days that makes sense.
    pub(super) fn fault(&self) -> Option<&'static str> {
        // A phone is told "expired" the next morning; who comes back after midnight is still signed in.
        if self.follow_tokens < 2 {
            return Some("follow_tokens");
        }
        [
            ("chip_evidence", self.chip_evidence),
            ("identifications", self.identifications),
            ("visits", self.visits),
            ("eid_answers", self.eid_answers),
            ("challenges", self.challenges),
            ("messages", self.messages),
            ("sent_check_ins", self.sent_check_ins),
            ("appointments", self.appointments),
            ("hospital_events", self.hospital_events),
            ("alerts", self.alerts),
            ("consents", self.consents),
            ("signer_observations", self.signer_observations),
            ("drafts", self.drafts),
            ("given_drafts", self.given_drafts),
            ("paper_nonces", self.paper_nonces),
            ("staff_sessions", self.staff_sessions),
            ("one_time_codes", self.one_time_codes),
        ]
        .into_iter()
        .find(|(_, days)| *days == 0)
        .map(|(name, _)| name)
    }
}

//! Who may do what: the one place.

use serde::{Deserialize, Serialize};

/// A member of staff, by what the hospital asks of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees the counter's list and answers calls.
    Volunteer,
    /// Compares people with their documents and finishes visits.
    Receptionist,
    /// Also sees how well document signers are known.
    Supervisor,
    /// Doctor or midwife: writes certificates and signs them with the key held for the account.
    Practitioner,
    /// Writes certificates, passes them on, corrects and re-issues, settles unknown outcomes; answers people who ask what
    /// is held about them.
    RecordsOffice,
    /// Also gives certificates up and stops or resumes sending.
    Head,
    /// Sees certificates and what was done with them; changes nothing.
    Auditor,
    /// Invites people and ends accounts; sees nothing of patients.
    Administrator,
}

/// What a page or a button needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    SeeTheList,
    AnswerCalls,
    DecideVisits,
    /// At a counter or in a room: next, again, transfer and the like.
    CallPatients,
    /// Two queues become one.
    MergeQueues,
    SeeSigners,
    /// Trusts a signer, or no more.
    PinSigners,
    SeeCertificates,
    WriteCertificates,
    /// A practitioner's signature with the account's own key.
    SignCertificates,
    /// On to signature without the citizen; back to the desk; corrected and issued again; sent again.
    PassCertificates,
    /// Unknown outcomes.
    Reconcile,
    VoidCertificates,
    ThrowSwitch,
    /// Who has an account.
    AdministerStaff,
    /// Which departments there are, their rooms, hours and capacity.
    AdministerDepartments,
    /// How kiosks are; their codes and their end.
    AdministerKiosks,
    /// In whose name entitlements are asked for.
    AdministerDuty,
    /// Who did what.
    SearchAudit,
    /// Figures of whole periods, and their files.
    SeeOperations,
    /// Everything about one person: shown, given, erased.
    AnswerPersons,
}

impl Role {
    pub const ALL: [Self; 8] = [
        Self::Volunteer,
        Self::Receptionist,
        Self::Supervisor,
        Self::Practitioner,
        Self::RecordsOffice,
        Self::Head,
        Self::Auditor,
        Self::Administrator,
    ];

    pub fn may(self, task: Task) -> bool {
        match task {
            Task::SeeTheList | Task::AnswerCalls => match self {
                Self::Volunteer | Self::Receptionist | Self::Supervisor => true,
                Self::Practitioner | Self::RecordsOffice | Self::Head | Self::Auditor | Self::Administrator => false,
            },
            Task::DecideVisits => matches!(self, Self::Receptionist | Self::Supervisor),
            Task::CallPatients => matches!(self, Self::Receptionist | Self::Supervisor | Self::Practitioner),
            Task::MergeQueues => matches!(self, Self::Supervisor),
            Task::SeeSigners => {
                matches!(self, Self::Supervisor | Self::Auditor | Self::Head | Self::Administrator)
            }
            Task::PinSigners | Task::AdministerDuty | Task::SearchAudit => {
                matches!(self, Self::Head | Self::Administrator)
            }
            Task::SeeCertificates => {
                matches!(self, Self::Practitioner | Self::RecordsOffice | Self::Head | Self::Auditor)
            }
            Task::WriteCertificates => matches!(self, Self::Practitioner | Self::RecordsOffice | Self::Head),
            Task::SignCertificates => matches!(self, Self::Practitioner | Self::Head),
            Task::PassCertificates | Task::Reconcile | Task::AnswerPersons => {
                matches!(self, Self::RecordsOffice | Self::Head)
            }
            Task::AdministerStaff | Task::AdministerDepartments | Task::AdministerKiosks => {
                matches!(self, Self::Administrator)
            }
            Task::VoidCertificates | Task::ThrowSwitch => matches!(self, Self::Head),
            Task::SeeOperations => matches!(self, Self::Supervisor | Self::RecordsOffice | Self::Head | Self::Auditor),
        }
    }

    /// Where this role begins.
    pub fn home(self) -> &'static str {
        if self.may(Task::SeeTheList) {
            "/staff"
        } else if self.may(Task::AdministerStaff) {
            "/staff/administration"
        } else {
            "/staff/certificates"
        }
    }

    pub fn code(self) -> &'static str {
        match self {
            Self::Volunteer => "volunteer",
            Self::Receptionist => "receptionist",
            Self::Supervisor => "supervisor",
            Self::Practitioner => "practitioner",
            Self::RecordsOffice => "records_office",
            Self::Head => "head",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }
}

//! Who may do what: the one place.

/// A member of staff, by what the hospital asks of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Sees the counter's list and answers calls.
    Volunteer,
    /// Compares people with their documents and finishes visits.
    Receptionist,
    /// Also sees how well document signers are known.
    Supervisor,
}

/// What a page or a button needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    SeeTheList,
    AnswerCalls,
    DecideVisits,
    SeeSigners,
}

impl Role {
    pub fn may(self, task: Task) -> bool {
        match (self, task) {
            (_, Task::SeeTheList | Task::AnswerCalls) => true,
            (Self::Volunteer, Task::DecideVisits) => false,
            (Self::Receptionist | Self::Supervisor, Task::DecideVisits) => true,
            (Self::Volunteer | Self::Receptionist, Task::SeeSigners) => false,
            (Self::Supervisor, Task::SeeSigners) => true,
        }
    }

    pub fn code(self) -> &'static str {
        match self {
            Self::Volunteer => "volunteer",
            Self::Receptionist => "receptionist",
            Self::Supervisor => "supervisor",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Volunteer, Self::Receptionist, Self::Supervisor].into_iter().find(|role| role.code() == code)
    }
}

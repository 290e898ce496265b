//! The numbers of [the rules](crate).

/// Calls of one patient in all: the first and two recalls.
pub const MAX_CALLS: u8 = 3;

/// Settings of the hospital. Changing them changes later decisions, never what events have recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// So many favoured patients in a row while somebody ordinary waits. At least 1.
    pub favoured_in_a_row: u16,
    /// From this wait on class does not pass a patient any more.
    pub ageing_minutes: u32,
    /// Return after a missed call or a pause: within this time behind the one being served, later at the end.
    pub return_minutes: u32,
    /// A skipped patient stands behind so many further calls.
    pub skip_behind: u16,
}

impl Default for Policy {
    /// HOSPITAL.md 3.3: at most 3 priority in a row, return within 60 minutes. Ageing and skip are our choice.
    fn default() -> Self {
        Self { favoured_in_a_row: 3, ageing_minutes: 90, return_minutes: 60, skip_behind: 3 }
    }
}

impl Policy {
    /// So many favoured patients may pass an ordinary one before whom `ordinary_before` ordinary ones are called.
    pub fn overtaking_bound(&self, ordinary_before: usize) -> usize {
        usize::from(self.favoured_in_a_row.max(1)) * (ordinary_before + 1)
    }

    /// After so many calls by rule that are no emergencies an ordinary patient with `ordinary_before` has been called.
    pub fn calls_bound(&self, ordinary_before: usize) -> usize {
        self.overtaking_bound(ordinary_before) + ordinary_before + 1
    }
}

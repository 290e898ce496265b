//! How the queues are kept: the numbers of the rules in the crate `queue`.

use std::num::NonZeroU16;

use queue::Policy;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QueueConfig {
    /// So many patients with priority in a row while others wait.
    pub favoured_in_a_row: NonZeroU16,
    /// From this wait on priority does not pass a patient any more.
    pub ageing_minutes: u32,
    /// Who returns within this time stands behind the one being served.
    pub return_minutes: u32,
    /// Who does not answer stands behind so many further calls.
    pub skip_behind: u16,
    /// Minutes after the third call until who did not come is a no-show by itself; 0 leaves it to the staff.
    #[serde(with = "none_is_zero")]
    pub no_show_minutes: Option<NonZeroU16>,
}

impl Default for QueueConfig {
    fn default() -> Self {
        let Policy { favoured_in_a_row, ageing_minutes, return_minutes, skip_behind } = Policy::default();
        let favoured_in_a_row = NonZeroU16::new(favoured_in_a_row).unwrap_or(NonZeroU16::MIN);
        // HOSPITAL.md 3.3: three calls, two minutes.
        let no_show_minutes = NonZeroU16::new(2);
        Self { favoured_in_a_row, ageing_minutes, return_minutes, skip_behind, no_show_minutes }
    }
}

impl QueueConfig {
    pub fn policy(&self) -> Policy {
        let Self { favoured_in_a_row, ageing_minutes, return_minutes, skip_behind, no_show_minutes: _ } = *self;
        Policy { favoured_in_a_row: favoured_in_a_row.get(), ageing_minutes, return_minutes, skip_behind }
    }
}

mod none_is_zero {
    use std::num::NonZeroU16;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(value: &Option<NonZeroU16>, serializer: S) -> Result<S::Ok, S::Error> {
        value.map_or(0, NonZeroU16::get).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NonZeroU16>, D::Error> {
        u16::deserialize(deserializer).map(NonZeroU16::new)
    }
}

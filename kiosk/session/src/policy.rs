//! What each level of assurance may do: a file the hospital writes, with defaults that follow ARCHITECTURE.md.

use api::Assurance;
use serde::Deserialize;

/// TOML; what is left out keeps its default, unknown keys are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AssurancePolicy {
    /// A chip that is consistent and genuine, signed by somebody nobody vouches for.
    pub unknown_signer: UnknownSigner,
    /// Attempts before the camera; then a person looks. 1 to 10.
    pub face_tries: u8,
    pub a: LevelPolicy,
    pub b: LevelPolicy,
    pub c: LevelPolicy,
    pub d: LevelPolicy,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnknownSigner {
    /// Goes on at level B; the record says that the signer is unknown.
    AcceptWithFact,
    /// A person at the counter looks first.
    Counter,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LevelPolicy {
    pub shows: Shows,
    pub number: NumberFrom,
    pub staff_check: StaffCheck,
}

/// How much of what is known about the person the screen may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shows {
    Nothing,
    Masked,
    Full,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberFrom {
    /// The patient chooses the department.
    Department,
    /// A number for the reception counter.
    Counter,
}

/// Does the visit stand on the counter's list, whatever its queue?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StaffCheck {
    NotNeeded,
    Needed,
}

#[derive(Debug, thiserror::Error)]
pub enum AssurancePolicyError {
    #[error("the assurance policy is not the TOML it should be")]
    Toml(#[from] toml::de::Error),
    #[error("face_tries is {0}, and a patient has 1 to 10")]
    FaceTries(u8),
    #[error("level {0:?} shows more than the level above it")]
    ShowsMore(Assurance),
    #[error("levels C and D know a number only, so they show nothing")]
    NumberOnlyShows,
}

impl AssurancePolicy {
    pub fn parse(text: &str) -> Result<Self, AssurancePolicyError> {
        let policy: Self = toml::from_str(text)?;
        if !(1..=10).contains(&policy.face_tries) {
            return Err(AssurancePolicyError::FaceTries(policy.face_tries));
        }
        if policy.b.shows > policy.a.shows {
            return Err(AssurancePolicyError::ShowsMore(Assurance::B));
        }
        if policy.c.shows != Shows::Nothing || policy.d.shows != Shows::Nothing {
            return Err(AssurancePolicyError::NumberOnlyShows);
        }
        Ok(policy)
    }

    pub fn level(&self, assurance: Assurance) -> LevelPolicy {
        match assurance {
            Assurance::A => self.a,
            Assurance::B => self.b,
            Assurance::C => self.c,
            Assurance::D => self.d,
        }
    }
}

impl Default for AssurancePolicy {
    fn default() -> Self {
        let level = |shows, number, staff_check| LevelPolicy { shows, number, staff_check };
        Self {
            unknown_signer: UnknownSigner::AcceptWithFact,
            face_tries: 3,
            a: level(Shows::Full, NumberFrom::Department, StaffCheck::NotNeeded),
            b: level(Shows::Masked, NumberFrom::Department, StaffCheck::NotNeeded),
            c: level(Shows::Nothing, NumberFrom::Department, StaffCheck::Needed),
            d: level(Shows::Nothing, NumberFrom::Counter, StaffCheck::Needed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_is_the_default() {
        assert_eq!(AssurancePolicy::parse("").expect("defaults"), AssurancePolicy::default());
    }

    #[test]
    fn a_hospital_may_send_unknown_signers_to_a_person() {
        let policy = AssurancePolicy::parse(
            "unknown_signer = \"counter\"\nface_tries = 2\n\
             [b]\nshows = \"nothing\"\nnumber = \"counter\"\nstaff_check = \"needed\"\n",
        )
        .expect("valid");
        assert_eq!(policy.unknown_signer, UnknownSigner::Counter);
        assert_eq!(policy.level(Assurance::B).number, NumberFrom::Counter);
    }

    #[test]
    fn a_bad_file_is_refused_by_name() {
        assert!(matches!(AssurancePolicy::parse("unknown_singer = \"counter\""), Err(AssurancePolicyError::Toml(_))));
        assert!(matches!(AssurancePolicy::parse("face_tries = 0"), Err(AssurancePolicyError::FaceTries(0))));
        let c = "[c]\nshows = \"full\"\nnumber = \"department\"\nstaff_check = \"needed\"\n";
        assert!(matches!(AssurancePolicy::parse(c), Err(AssurancePolicyError::NumberOnlyShows)));
        let a = "[a]\nshows = \"nothing\"\nnumber = \"department\"\nstaff_check = \"needed\"\n";
        assert!(matches!(AssurancePolicy::parse(a), Err(AssurancePolicyError::ShowsMore(Assurance::B))));
        assert!(AssurancePolicy::parse("[a]\nshows = \"full\"\nwhat = 1").is_err());
    }
}

//! Twins and more: one certificate for each child, one confinement for all of them (TT 22/2025/TT-BYT).

use time::Duration;

use super::BirthCertificate;
use crate::{Finding, Kind, Rule, field};

/// Births of one confinement lie closer than this. Twins have been born days apart; a second confinement follows
/// after months.
const ONE_CONFINEMENT: Duration = Duration::days(14);

impl BirthCertificate {
    /// The same mother, and births close together.
    pub fn shares_confinement_with(&self, other: &Self) -> bool {
        let same_paper = match (&self.mother.paper, &other.mother.paper) {
            (Some(a), Some(b)) => a.number == b.number,
            _ => self.mother.name == other.mother.name && self.mother.born == other.mother.born,
        };
        same_paper && (self.child.born - other.child.born).abs() < ONE_CONFINEMENT
    }

    /// Findings that only show beside the certificates of the other children: `others` may hold any certificates,
    /// those of another confinement are passed over. The certificate itself must not be among them.
    pub fn check_siblings(&self, others: &[&Self]) -> Vec<Finding> {
        let siblings: Vec<&&Self> = others.iter().filter(|other| self.shares_confinement_with(other)).collect();
        let mut broken: Vec<(Rule, &str)> = Vec::new();
        for other in &siblings {
            let (child, sibling) = (&self.child, &other.child);
            for (same, code) in [
                (child.count == sibling.count, "SO_CON"),
                (child.confinement == sibling.confinement, "LAN_SINH"),
                (self.mother.name == other.mother.name, "HOTEN_NND"),
                (self.mother.born == other.mother.born, "NGAYSINH_NND"),
                (self.mother.bhxh == other.mother.bhxh, "MA_BHXH_NND"),
            ] {
                if !same {
                    broken.push((Rule::SiblingsDiffer, code));
                }
            }
            if (child.born, child.sex, child.weight) == (sibling.born, sibling.sex, sibling.weight) {
                broken.push((Rule::SameChild, "NGAY_SINH_CON"));
            }
        }
        if siblings.len() + 1 > usize::from(self.child.count) {
            broken.push((Rule::TooManySiblings, "SO_CON"));
        }
        let mut findings = Vec::new();
        for (rule, code) in broken {
            if let Some(field) = field(Kind::Birth, code) {
                let finding = Finding::new(rule, field);
                if !findings.contains(&finding) {
                    findings.push(finding);
                }
            }
        }
        findings
    }
}

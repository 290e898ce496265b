//! OperationOutcome: what is wrong with what was sent, all of it at once.

use serde_json::{Value, json};

/// More than this many are not counted up.
const MAX_ISSUES: usize = 200;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OperationOutcome {
    issues: Vec<Issue>,
    more: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    pub code: IssueCode,
    /// Repeats nothing of what was sent.
    pub diagnostics: String,
    /// Where, as FHIRPath: `Bundle.entry[3].resource.start`.
    pub expression: String,
}

/// Of the value set IssueType.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssueCode {
    Structure,
    Required,
    Value,
    NotSupported,
    NotFound,
    BusinessRule,
    TooLong,
}

impl IssueCode {
    pub fn code(self) -> &'static str {
        match self {
            Self::Structure => "structure",
            Self::Required => "required",
            Self::Value => "value",
            Self::NotSupported => "not-supported",
            Self::NotFound => "not-found",
            Self::BusinessRule => "business-rule",
            Self::TooLong => "too-long",
        }
    }
}

impl OperationOutcome {
    pub fn one(code: IssueCode, expression: &str, diagnostics: &str) -> Self {
        let mut outcome = Self::default();
        outcome.add(code, expression, diagnostics);
        outcome
    }

    pub fn add(&mut self, code: IssueCode, expression: &str, diagnostics: &str) {
        if self.issues.len() == MAX_ISSUES {
            self.more += 1;
            return;
        }
        self.issues.push(Issue { code, diagnostics: diagnostics.to_owned(), expression: expression.to_owned() });
    }

    pub fn issues(&self) -> &[Issue] {
        &self.issues
    }

    pub fn is_empty(&self) -> bool {
        self.issues.is_empty()
    }

    /// The resource.
    pub fn to_json(&self) -> Value {
        let mut issues: Vec<Value> = self
            .issues
            .iter()
            .map(|issue| {
                json!({
                    "severity": "error", "code": issue.code.code(),
                    "diagnostics": issue.diagnostics, "expression": [issue.expression],
                })
            })
            .collect();
        if self.more > 0 {
            let words = format!("and {} more", self.more);
            issues.push(json!({ "severity": "information", "code": "informational", "diagnostics": words }));
        }
        json!({ "resourceType": "OperationOutcome", "issue": issues })
    }

    /// The codes of the issues in a server's answer, for a log: never its words, which may quote what was sent.
    pub fn codes_in(bytes: &[u8]) -> Vec<String> {
        let Ok(answer) = serde_json::from_slice::<Value>(bytes) else { return Vec::new() };
        if answer["resourceType"] != "OperationOutcome" {
            return Vec::new();
        }
        let codes = answer["issue"].as_array().into_iter().flatten().filter_map(|issue| issue["code"].as_str());
        let plain =
            |code: &&str| (1..=32).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        codes.filter(plain).take(8).map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_issues_than_anybody_reads_are_counted() {
        let mut outcome = OperationOutcome::default();
        for _ in 0..MAX_ISSUES + 3 {
            outcome.add(IssueCode::Required, "Appointment.start", "start is missing");
        }
        let json = outcome.to_json();
        assert_eq!(json["issue"].as_array().map(Vec::len), Some(MAX_ISSUES + 1));
        assert_eq!(json["issue"][MAX_ISSUES]["diagnostics"], "and 3 more");
    }

    #[test]
    fn of_a_server_s_answer_only_codes_are_kept() {
        let answer = br#"{"resourceType":"OperationOutcome","issue":[{"code":"duplicate","diagnostics":"031085000017"},{"code":"A B"}]}"#;
        assert_eq!(OperationOutcome::codes_in(answer), ["duplicate"]);
        assert!(OperationOutcome::codes_in(b"{}").is_empty() && OperationOutcome::codes_in(b"\xFF").is_empty());
    }
}

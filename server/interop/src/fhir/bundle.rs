//! A body as resources that can be found by the references between them.

use std::collections::HashMap;

use serde_json::Value;

use super::outcome::{IssueCode, OperationOutcome};
use super::{MAX_BYTES, MAX_ENTRIES};

/// One resource, or the resources of a Bundle.
pub(super) struct Resources {
    root: Value,
}

pub(super) struct Found<'a> {
    /// As FHIRPath.
    pub path: String,
    pub resource: &'a Value,
}

/// The resources of one body by what refers to them.
pub(super) struct Index<'a>(HashMap<String, &'a Value>);

impl Resources {
    pub fn parse(bytes: &[u8]) -> Result<Self, OperationOutcome> {
        if bytes.len() > MAX_BYTES {
            let words = format!("a body has at most {MAX_BYTES} bytes");
            return Err(OperationOutcome::one(IssueCode::TooLong, "", &words));
        }
        // serde_json refuses nesting deeper than 128; its messages may quote, the place does not.
        let root: Value = serde_json::from_slice(bytes).map_err(|error| {
            let words = format!("not JSON at line {}, column {}", error.line(), error.column());
            OperationOutcome::one(IssueCode::Structure, "", &words)
        })?;
        let entries = root["entry"].as_array().map_or(0, Vec::len);
        if entries > MAX_ENTRIES {
            let words = format!("a Bundle has at most {MAX_ENTRIES} entries");
            return Err(OperationOutcome::one(IssueCode::TooLong, "Bundle.entry", &words));
        }
        Ok(Self { root })
    }

    pub fn all(&self) -> Vec<Found<'_>> {
        let kind = kind(&self.root);
        if kind != "Bundle" {
            return vec![Found { path: kind.to_owned(), resource: &self.root }];
        }
        let entries = self.root["entry"].as_array().into_iter().flatten().enumerate();
        entries
            .map(|(index, entry)| Found {
                path: format!("Bundle.entry[{index}].resource"),
                resource: &entry["resource"],
            })
            .collect()
    }

    pub fn index(&self) -> Index<'_> {
        let mut index = HashMap::new();
        for entry in self.root["entry"].as_array().into_iter().flatten() {
            let resource = &entry["resource"];
            if let Some(url) = entry["fullUrl"].as_str() {
                index.insert(url.to_owned(), resource);
            }
            if let Some(id) = resource["id"].as_str() {
                index.insert(format!("{}/{id}", kind(resource)), resource);
            }
        }
        Index(index)
    }
}

impl<'a> Index<'a> {
    /// What a Reference leads to: contained in `from`, or beside it. None where it leads outside.
    pub fn resolve(&self, from: &'a Value, reference: &Value) -> Option<&'a Value> {
        let text = reference["reference"].as_str()?;
        if let Some(id) = text.strip_prefix('#') {
            return from["contained"].as_array()?.iter().find(|resource| resource["id"] == id);
        }
        self.0.get(text).copied()
    }
}

pub(super) fn kind(resource: &Value) -> &str {
    resource["resourceType"].as_str().unwrap_or_default()
}

/// The values of `identifier` in a system. A Reference has one identifier, a resource a list.
pub(super) fn identifiers<'a>(holder: &'a Value, system: &'a str) -> impl Iterator<Item = &'a str> {
    let listed = holder["identifier"].as_array().map_or(std::slice::from_ref(&holder["identifier"]), Vec::as_slice);
    let of_system = listed.iter().filter(move |identifier| identifier["system"] == system);
    of_system.filter_map(|identifier| identifier["value"].as_str()).filter(|value| !value.trim().is_empty())
}

/// The last two parts of a literal reference: `Location/K01`.
pub(super) fn literal(reference: &Value) -> Option<(&str, &str)> {
    let mut parts = reference["reference"].as_str()?.rsplit('/');
    let id = parts.next()?;
    Some((parts.next()?, id))
}

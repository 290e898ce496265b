//! HSDLGCS and HSDLGBT: the envelopes of guiGiayToDienTu (CV 3220 PL02). The exact schema sits behind the portal's
//! login; this is the best known form.

use uuid::Uuid;

use super::element_text::{Document, Layout, read as read_elements};
use super::{WireError, utf8};
use crate::moment::{Style, Target};
use crate::{Draft, Kind, Numbered, birth, death, field};

/// An unsigned document: the facility's signature belongs inside its empty CHUKYDONVI and refers to `#<id>`.
#[derive(Clone, PartialEq, Eq)]
pub struct PortalDocument {
    pub xml: String,
    /// `Id-<guid>`: the Id attribute of the paper.
    pub id: String,
}

struct Envelope {
    root: &'static str,
    paper: &'static str,
    elements: &'static [&'static str],
    /// Namespaces in scope change the canonical form, so they are exactly those of the contract.
    namespaces: &'static [(&'static str, &'static str)],
}

const BIRTH: Envelope =
    Envelope { root: "HSDLGCS", paper: "GIAYCHUNGSINH", elements: &birth::ELEMENTS, namespaces: &[] };

const DEATH: Envelope = Envelope {
    root: "HSDLGBT",
    paper: "GIAYBAOTU",
    elements: &death::ELEMENTS,
    namespaces: &[
        ("xmlns:xsd", "http://www.w3.org/2001/XMLSchema"),
        ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
    ],
};

fn envelope(kind: Kind) -> Result<&'static Envelope, WireError> {
    match kind {
        Kind::Birth => Ok(&BIRTH),
        Kind::Death => Ok(&DEATH),
        Kind::Driver => Err(WireError::OtherKind(kind)),
    }
}

/// Every element in the order of the contract, empty when unknown, and an empty slot for the signature.
pub fn write(paper: &Numbered, document_id: Uuid) -> Result<PortalDocument, WireError> {
    let envelope = envelope(paper.certificate().kind())?;
    let elements = paper.elements(Target::Wire(Style::Xml));
    let id = format!("Id-{document_id}");
    let mut document = Document::new();
    document.open(envelope.root, envelope.namespaces);
    document.open(envelope.paper, &[("Id", &id)]);
    for element in envelope.elements {
        document.text(element, elements.get(element));
    }
    document.close(envelope.paper);
    document.text("CHUKYDONVI", "");
    document.close(envelope.root);
    Ok(PortalDocument { xml: document.finish(), id })
}

/// The draft in a document of another system. Hostile input: bounded, no DTD, no unknown element; a signature is
/// passed over. MAHUYEN_* is no longer checked by anyone and is not kept.
pub fn read(xml: &[u8]) -> Result<Draft, WireError> {
    let found = read_elements(utf8(xml)?, |root| match root {
        "HSDLGCS" => Some(Layout::InChild(BIRTH.paper)),
        "HSDLGBT" => Some(Layout::InChild(DEATH.paper)),
        _ => None,
    })?;
    let kind = if found.root == BIRTH.root { Kind::Birth } else { Kind::Death };
    let envelope = envelope(kind)?;
    let mut draft = Draft::new(kind);
    let mut seen: Vec<&str> = Vec::with_capacity(envelope.elements.len());
    for element in &found.elements {
        let known = envelope.elements.iter().find(|known| **known == element.name);
        let known = *known.ok_or(WireError::UnknownElement)?;
        if seen.contains(&known) {
            return Err(WireError::Twice(known));
        }
        seen.push(known);
        if field(kind, known).is_some() {
            draft.set(known, &element.text)?;
        }
    }
    Ok(draft)
}

/// Personal: Debug shows the Id only.
impl std::fmt::Debug for PortalDocument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PortalDocument({}, {} bytes)", self.id, self.xml.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_element_is_a_field_except_the_districts() {
        for (kind, envelope, districts) in [(Kind::Birth, &BIRTH, 1), (Kind::Death, &DEATH, 2)] {
            let without: Vec<&&str> = envelope.elements.iter().filter(|code| field(kind, code).is_none()).collect();
            assert_eq!(without.len(), districts, "{without:?}");
            assert!(without.iter().all(|code| code.starts_with("MAHUYEN")));
            for entry in crate::fields(kind) {
                assert!(envelope.elements.contains(&entry.code), "{}", entry.code);
            }
        }
    }
}

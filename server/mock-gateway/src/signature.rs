//! A facility's XML signature (GATEWAY.md 1.5, 1.7; XML Signature Syntax and Processing 1.1; Canonical XML 1.0).
//!
//! The profile is checked before any cryptography: where the signature stands, what it refers to, which algorithms and
//! transforms it names. What `bergshamra` then finds valid is read out of the very node that was digested, and nothing
//! else of the file is ever read: [`SignedElement`] cannot be had otherwise.
//!
//! Left out: certificate chains and revocation; the portal knows each facility's certificate ([`crate::certificates`]).

use base64::Engine as _;
use bergshamra_dsig::{DsigContext, VerifyResult};
use bergshamra_keys::KeysManager;
use der::Decode as _;
use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uppsala::{Document, NodeId, NodeKind};
use x509_cert::Certificate;

use crate::certificates::Fingerprint;

const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
const C14N: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
const SHA1: &str = "http://www.w3.org/2000/09/xmldsig#sha1";
const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
const ECDSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
const RSA_SHA1: &str = "http://www.w3.org/2000/09/xmldsig#rsa-sha1";

/// An envelope, a paper, 69 leaves; a signature is no deeper.
const MAX_DEPTH: u32 = 24;

/// Which algorithms a signature may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Algorithms {
    /// SHA-256 with RSA or ECDSA P-256.
    #[default]
    Modern,
    /// SHA-1 with RSA too, as the driver service's old specification writes it.
    Legacy,
}

/// Where the signature stands and what it covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `<root><paper Id/><CHUKYDONVI><Signature/></CHUKYDONVI></root>`, two References (1.5).
    Detached { root: &'static str, paper: &'static str },
    /// `<root>..<Signature/></root>`, one Reference to the whole document (1.7).
    Enveloped { root: &'static str },
}

/// The leaves of an element whose signature is valid, in document order. Whose certificate it was is not judged here.
#[derive(Clone)]
pub(crate) struct SignedElement {
    leaves: Vec<(String, String)>,
    certificate: Fingerprint,
}

impl SignedElement {
    pub fn leaves(&self) -> &[(String, String)] {
        &self.leaves
    }

    pub fn certificate(&self) -> Fingerprint {
        self.certificate
    }
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum SignatureFault {
    #[error("not well-formed XML, or with a DTD, or too deep")]
    Xml,
    #[error("the envelope is not {0}")]
    Envelope(&'static str),
    #[error("the signature's profile: {0}")]
    Profile(&'static str),
    #[error("the certificate: {0}")]
    Certificate(&'static str),
    #[error("the signature cannot be processed")]
    Unprocessable(#[source] bergshamra_core::Error),
    #[error("the signature does not verify")]
    Invalid,
    #[error("what is signed holds more than leaves of text")]
    NotLeaves,
}

/// Verifies `xml` and reads out what was signed.
pub(crate) fn verify(
    xml: &str,
    shape: Shape,
    algorithms: Algorithms,
    now: OffsetDateTime,
) -> Result<SignedElement, SignatureFault> {
    let parser = uppsala::Parser::new().with_max_depth(MAX_DEPTH).with_forbid_dtd(true);
    let document = parser.parse(xml).map_err(|_| SignatureFault::Xml)?;
    let reader = Reader(&document);
    let place = reader.place(shape)?;
    let expected = reader.profile(&place, algorithms)?;
    let der = reader.certificate(place.signature)?;
    check_validity(&der, now)?;

    let key = bergshamra_keys::loader::load_x509_cert_der(&der)
        .map_err(|_| SignatureFault::Certificate("its key is of no supported kind"))?;
    let mut manager = KeysManager::new();
    manager.add_key(key);
    // The position of each target is checked below, more exactly than strict mode does (a paper is no sibling of the
    // Signature but of CHUKYDONVI). Inline keys stay ignored: the only key is the certificate's.
    let context = DsigContext::new(manager).with_strict_verification(false);
    let verdict = bergshamra_dsig::verify::verify_document_with_source(&context, &document, Some(xml))
        .map_err(SignatureFault::Unprocessable)?;
    let VerifyResult::Valid { signature_node, references, .. } = verdict else {
        return Err(SignatureFault::Invalid);
    };
    let covered = signature_node == place.signature
        && references.len() == expected.len()
        && references.iter().zip(&expected).all(|(found, wanted)| {
            found.digest_verified && found.uri == wanted.uri && found.resolved_node == wanted.node
        });
    if !covered {
        return Err(SignatureFault::Profile("a Reference covers another node than it should"));
    }
    Ok(SignedElement { leaves: reader.leaves(place.signed, place.signature)?, certificate: Fingerprint::of(&der) })
}

struct Place {
    signed: NodeId,
    signature: NodeId,
    shape: Shape,
}

/// A Reference that must be there: its URI, and the node it must resolve to (`None`: the whole document).
struct Expected {
    uri: String,
    node: Option<NodeId>,
}

struct Reader<'d, 'x>(&'d Document<'x>);

impl Reader<'_, '_> {
    /// Child elements; anything else between them but white space is a fault of the envelope.
    fn elements(&self, parent: NodeId) -> Option<Vec<NodeId>> {
        let mut elements = Vec::new();
        for child in self.0.children_iter(parent) {
            match self.0.node_kind(child)? {
                NodeKind::Element(_) => elements.push(child),
                NodeKind::Text(text) if text.trim().is_empty() => {}
                NodeKind::Text(_)
                | NodeKind::CData(_)
                | NodeKind::Comment(_)
                | NodeKind::ProcessingInstruction(_)
                | NodeKind::Document
                | NodeKind::Attribute(..) => return None,
            }
        }
        Some(elements)
    }

    fn is(&self, node: NodeId, namespace: Option<&str>, name: &str) -> bool {
        self.0.element(node).is_some_and(|e| {
            *e.name.local_name == *name && e.name.namespace_uri.as_deref().filter(|uri| !uri.is_empty()) == namespace
        })
    }

    fn attribute(&self, node: NodeId, name: &str) -> Option<&str> {
        let element = self.0.element(node)?;
        let own = |a: &&uppsala::Attribute<'_>| *a.name.local_name == *name && a.name.namespace_uri.is_none();
        element.attributes.iter().find(own).map(|a| &*a.value)
    }

    fn ds_children(&self, parent: NodeId, name: &str) -> Vec<NodeId> {
        self.0.children_iter(parent).filter(|child| self.is(*child, Some(DS), name)).collect()
    }

    fn ds_child(&self, parent: NodeId, name: &str) -> Option<NodeId> {
        match self.ds_children(parent, name)[..] {
            [one] => Some(one),
            _ => None,
        }
    }

    /// All text below `node`, which must be its only content.
    fn text(&self, node: NodeId) -> Option<String> {
        let mut all = String::new();
        for child in self.0.children_iter(node) {
            all.push_str(self.0.text_content(child)?);
        }
        Some(all)
    }

    fn place(&self, shape: Shape) -> Result<Place, SignatureFault> {
        let root = self.0.document_element().ok_or(SignatureFault::Xml)?;
        let place = match shape {
            Shape::Detached { root: name, paper } => {
                let fault = SignatureFault::Envelope(name);
                let outer = self.elements(root).filter(|_| self.is(root, None, name));
                let Some([signed, holder]) = outer.as_deref() else { return Err(fault) };
                if !self.is(*signed, None, paper) || !self.is(*holder, None, "CHUKYDONVI") {
                    return Err(fault);
                }
                let inner = self.elements(*holder);
                let Some([signature]) = inner.as_deref() else { return Err(fault) };
                Place { signed: *signed, signature: *signature, shape }
            }
            Shape::Enveloped { root: name } => {
                let fault = SignatureFault::Envelope(name);
                let Some(children) = self.elements(root).filter(|_| self.is(root, None, name)) else {
                    return Err(fault);
                };
                let Some(signature) = children.last() else { return Err(fault) };
                Place { signed: root, signature: *signature, shape }
            }
        };
        let signatures = self.0.get_elements_by_tag_name_ns(DS, "Signature");
        if signatures != [place.signature] {
            return Err(SignatureFault::Profile("exactly one Signature, in its place"));
        }
        Ok(place)
    }

    fn profile(&self, place: &Place, algorithms: Algorithms) -> Result<Vec<Expected>, SignatureFault> {
        let fault = SignatureFault::Profile;
        let info = self.ds_child(place.signature, "SignedInfo").ok_or(fault("one SignedInfo"))?;
        let algorithm = |parent, name| {
            self.ds_child(parent, name).and_then(|node| self.attribute(node, "Algorithm")).unwrap_or_default()
        };
        if algorithm(info, "CanonicalizationMethod") != C14N {
            return Err(fault("CanonicalizationMethod is Canonical XML 1.0 without comments"));
        }
        let legacy = algorithms == Algorithms::Legacy;
        let method = algorithm(info, "SignatureMethod");
        if !(method == RSA_SHA256 || method == ECDSA_SHA256 || (legacy && method == RSA_SHA1)) {
            return Err(fault("SignatureMethod"));
        }
        let references = self.ds_children(info, "Reference");
        let enveloped = matches!(place.shape, Shape::Enveloped { .. });
        for reference in &references {
            let digest = algorithm(*reference, "DigestMethod");
            if !(digest == SHA256 || (legacy && digest == SHA1)) {
                return Err(fault("DigestMethod"));
            }
            let transforms = self.transforms(*reference).ok_or(fault("Transforms"))?;
            // Enveloped-signature would take the Signature's own Object out of what its Reference covers.
            let sound = if enveloped {
                matches!(transforms[..], [ENVELOPED] | [ENVELOPED, C14N])
            } else {
                matches!(transforms[..], [] | [C14N])
            };
            if !sound {
                return Err(fault("Transforms: Canonical XML 1.0, after enveloped-signature for a whole document"));
            }
        }
        let uris: Vec<&str> = references.iter().map(|r| self.attribute(*r, "URI").unwrap_or("?")).collect();
        if enveloped {
            self.signing_time(place.signature)?;
            return match uris[..] {
                [""] => Ok(vec![Expected { uri: String::new(), node: None }]),
                _ => Err(fault("one Reference, to the whole document")),
            };
        }
        let id =
            self.attribute(place.signed, "Id").filter(|id| id.starts_with("Id-")).ok_or(fault("the paper's Id"))?;
        let object = self.signing_time(place.signature)?;
        let [first, second] = uris[..] else { return Err(fault("two References")) };
        let paper = format!("#{id}");
        let expected = |uri: &str| {
            let node = if uri == paper { place.signed } else { object };
            Expected { uri: uri.to_owned(), node: Some(node) }
        };
        let is_object = |uri: &str| {
            uri.strip_prefix('#')
                .is_some_and(|id| id.starts_with("Object-CHUKYDONVI-Id-") && self.attribute(object, "Id") == Some(id))
        };
        match (first == paper, second == paper) {
            (true, false) if is_object(second) => Ok(vec![expected(first), expected(second)]),
            (false, true) if is_object(first) => Ok(vec![expected(first), expected(second)]),
            _ => Err(fault("one Reference to the paper, one to Object-CHUKYDONVI")),
        }
    }

    fn transforms(&self, reference: NodeId) -> Option<Vec<&str>> {
        let lists = self.ds_children(reference, "Transforms");
        let list = match lists[..] {
            [] => return Some(Vec::new()),
            [one] => one,
            _ => return None,
        };
        let transforms = self.elements(list)?;
        transforms
            .into_iter()
            .map(|t| self.attribute(t, "Algorithm").filter(|_| self.is(t, Some(DS), "Transform")))
            .collect()
    }

    /// The node under `Signature` that holds the time and carries the Id: the Object, or its SignatureProperties.
    fn signing_time(&self, signature: NodeId) -> Result<NodeId, SignatureFault> {
        let fault = SignatureFault::Profile("one Object with SignatureProperties and a SigningTime");
        let Some(object) = self.ds_child(signature, "Object") else { return Err(fault) };
        let times: Vec<NodeId> = self
            .0
            .descendants(object)
            .into_iter()
            .filter(|node| self.0.element(*node).is_some_and(|e| &*e.name.local_name == "SigningTime"))
            .collect();
        let [time] = times[..] else { return Err(fault) };
        let stamp = self.text(time).and_then(|text| OffsetDateTime::parse(text.trim(), &Rfc3339).ok());
        if stamp.is_none() {
            return Err(SignatureFault::Profile("SigningTime is no instant"));
        }
        if self.attribute(object, "Id").is_some() {
            return Ok(object);
        }
        Ok(self.ds_child(object, "SignatureProperties").unwrap_or(object))
    }

    fn certificate(&self, signature: NodeId) -> Result<Vec<u8>, SignatureFault> {
        let fault = SignatureFault::Certificate("KeyInfo holds no X509Certificate");
        let path = |from: NodeId, names: &[&str]| {
            names.iter().try_fold(from, |node, name| self.ds_children(node, name).first().copied())
        };
        let Some(node) = path(signature, &["KeyInfo", "X509Data", "X509Certificate"]) else { return Err(fault) };
        let text: String = self.text(node).unwrap_or_default().split_ascii_whitespace().collect();
        base64::engine::general_purpose::STANDARD
            .decode(text)
            .map_err(|_| SignatureFault::Certificate("X509Certificate is not base64"))
    }

    /// Name and text of each child but the signature. A comment inside a value is refused: canonical form drops it, so
    /// two readers of the same signed bytes could see two values.
    fn leaves(&self, signed: NodeId, signature: NodeId) -> Result<Vec<(String, String)>, SignatureFault> {
        let children = self.elements(signed).ok_or(SignatureFault::NotLeaves)?;
        children
            .into_iter()
            .filter(|child| *child != signature)
            .map(|child| {
                let element = self.0.element(child)?;
                let plain = element.attributes.is_empty() && self.is(child, None, &element.name.local_name);
                Some((element.name.local_name.to_string(), self.text(child).filter(|_| plain)?))
            })
            .collect::<Option<_>>()
            .ok_or(SignatureFault::NotLeaves)
    }
}

fn check_validity(der: &[u8], now: OffsetDateTime) -> Result<(), SignatureFault> {
    let certificate =
        Certificate::from_der(der).map_err(|_| SignatureFault::Certificate("it is not an X.509 certificate"))?;
    let validity = certificate.tbs_certificate.validity;
    let now = u64::try_from(now.unix_timestamp()).unwrap_or_default();
    let inside = validity.not_before.to_unix_duration().as_secs() <= now
        && now <= validity.not_after.to_unix_duration().as_secs();
    if inside { Ok(()) } else { Err(SignatureFault::Certificate("it is not valid at this time")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_input_panics(xml in "[<>/a-zA-Z \"='#&;-]{0,200}|\\PC*") {
            let shape = Shape::Detached { root: "HSDLGCS", paper: "GIAYCHUNGSINH" };
            prop_assert!(verify(&xml, shape, Algorithms::Legacy, OffsetDateTime::UNIX_EPOCH).is_err());
        }
    }

    #[test]
    fn a_dtd_and_a_deep_nest_are_refused_before_anything_else() {
        let shape = Shape::Enveloped { root: "root" };
        for xml in ["<!DOCTYPE root [<!ENTITY a 'b'>]><root>&a;</root>".to_owned(), "<a>".repeat(50_000)] {
            let verdict = verify(&xml, shape, Algorithms::Modern, OffsetDateTime::UNIX_EPOCH);
            assert!(matches!(verdict, Err(SignatureFault::Xml)));
        }
    }
}

//! Verifying the two XML signatures, strictly: the shapes of the contract and nothing else.
//!
//! Accepted: C14N 1.0, RSA-SHA256 or ECDSA P-256 with SHA-256, SHA-256 digests, one signature, at its place, with
//! exactly the expected references. SHA-1 and every other algorithm, transform, key information or reference is a
//! named refusal. References are not looked up: the element is taken by its place and must carry the identifier,
//! identifiers are unique, so a signature cannot be wrapped around something else. What is handed out is the
//! canonical text of the signed element, the very bytes that were digested.
//!
//! A proof says that the owner of the certificate signed this text, and that the certificate was in force at the time
//! stated. Whose certificate that is, and who vouches for it, the caller decides.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use roxmltree::{Document, Node};
use rsa::BigUint;
use rsa::traits::PublicKeyParts as _;
use sha2::{Digest as _, Sha256};
use thiserror::Error;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::c14n::canonical;
use crate::certificate::{Certificate, CertificateError, PublicKey};
use crate::document::{
    XmlError, child_elements, has_stray_text, id, is_element, namespace, only_text, parse_text, read,
};
use crate::key::Algorithm;
use crate::sign::uncompressed;
use crate::xmldsig::{C14N_1_0, DSIG, DSIG11, ENVELOPED, P256_CURVE, SHA256, SLOT, object_id};

/// The most certificates in one signature.
const MAX_CERTIFICATES: usize = 8;

/// Why a signature is not accepted.
#[derive(Debug, Error)]
pub enum VerifyError {
    #[error(transparent)]
    Xml(#[from] XmlError),
    #[error("the envelope is not one identified element and a {SLOT}")]
    NotAnEnvelope,
    #[error("there is no signature at the place of the signature")]
    NotSigned,
    #[error("there is more than one signature")]
    SeveralSignatures,
    #[error("the signature has an unexpected or missing {0}")]
    Shape(&'static str),
    #[error("{what} by an algorithm that is not accepted")]
    Algorithm { what: Step, uri: String },
    #[error("the references are not exactly the expected ones")]
    References,
    #[error("the digest of {0} differs: it was changed after signing")]
    Digest(Signed),
    #[error("the signature is not by the key of a certificate in it: signed by another, or changed after signing")]
    Signature,
    #[error("the signer's certificate")]
    Certificate(#[source] CertificateError),
    #[error("the public key beside the certificate is another one")]
    KeyValue,
    #[error("the signing time is missing or not a time with its zone")]
    SigningTime,
}

/// What an algorithm is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Canonicalization,
    Signature,
    Digest,
    Transform,
}

impl std::fmt::Display for Step {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Canonicalization => "canonicalization",
            Self::Signature => "signature",
            Self::Digest => "digest",
            Self::Transform => "transform",
        })
    }
}

/// What a reference is to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signed {
    Document,
    SigningTime,
}

impl std::fmt::Display for Signed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Document => "the document",
            Self::SigningTime => "the signing time",
        })
    }
}

/// Proof: the paper was signed, with its signing time, by the owner of the certificate.
#[derive(Debug)]
pub struct VerifiedPaper {
    content: Content,
    /// Part of what is signed.
    signing_time: OffsetDateTime,
}

/// Proof: the whole document was signed by the owner of the certificate.
#[derive(Debug)]
pub struct VerifiedDocument {
    content: Content,
    claimed_signing_time: OffsetDateTime,
}

struct Content {
    text: String,
    signer: Certificate,
    others: Vec<Certificate>,
}

/// The text is a patient's paper: its length only.
impl std::fmt::Debug for Content {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} bytes signed by {:?}", self.text.len(), self.signer)
    }
}

impl VerifiedPaper {
    /// The canonical text of the signed element, without its envelope.
    pub fn text(&self) -> &str {
        &self.content.text
    }

    pub fn signing_time(&self) -> OffsetDateTime {
        self.signing_time
    }

    pub fn signer(&self) -> &Certificate {
        &self.content.signer
    }

    /// The other certificates beside the signer's, unchecked.
    pub fn other_certificates(&self) -> &[Certificate] {
        &self.content.others
    }
}

impl VerifiedDocument {
    /// The canonical text of the document without its signature.
    pub fn text(&self) -> &str {
        &self.content.text
    }

    /// The time that the signer stated: this shape does not sign it.
    pub fn claimed_signing_time(&self) -> OffsetDateTime {
        self.claimed_signing_time
    }

    pub fn signer(&self) -> &Certificate {
        &self.content.signer
    }

    /// The other certificates beside the signer's, unchecked.
    pub fn other_certificates(&self) -> &[Certificate] {
        &self.content.others
    }
}

/// Verifies the signature of a paper in its envelope.
pub fn verify_paper(xml: &[u8]) -> Result<VerifiedPaper, VerifyError> {
    let xml = read(xml)?;
    let document = parse_text(&xml)?;
    let envelope = document.root_element();
    let [paper, slot] = child_elements(envelope).try_into().map_err(|_| VerifyError::NotAnEnvelope)?;
    if !is_element(slot, None, SLOT) || has_stray_text(slot) || has_stray_text(envelope) {
        return Err(VerifyError::NotAnEnvelope);
    }
    if child_elements(slot).len() > 1 {
        return Err(VerifyError::NotAnEnvelope);
    }
    let signature = Signature::read(&document, slot)?;
    let object = signature.object;
    let paper_id = id(paper).ok_or(VerifyError::NotAnEnvelope)?;
    let object_id = object_id(paper_id);
    if id(object) != Some(object_id.as_str()) {
        return Err(VerifyError::References);
    }

    let [first, second] = signature.references()?.try_into().map_err(|_| VerifyError::References)?;
    let (to_object, to_paper) = if first.uri == format!("#{object_id}") { (first, second) } else { (second, first) };
    if to_object.uri != format!("#{object_id}") || to_paper.uri != format!("#{paper_id}") {
        return Err(VerifyError::References);
    }
    for reference in [&to_object, &to_paper] {
        // C14N 1.0 is also what happens without a transform (XMLDSig 4.4.3.2).
        reference.check_transforms(&[&[], &[C14N_1_0]])?;
    }
    let content = signature.accept(canonical(paper, None), &to_paper)?;
    to_object.check_digest(&canonical(object, None), Signed::SigningTime)?;
    let signing_time = signature.signing_time()?;
    content.signer.valid_at(signing_time).map_err(VerifyError::Certificate)?;
    Ok(VerifiedPaper { content, signing_time })
}

/// Verifies the signature of a whole document.
pub fn verify_enveloped(xml: &[u8]) -> Result<VerifiedDocument, VerifyError> {
    let xml = read(xml)?;
    let document = parse_text(&xml)?;
    let signature = Signature::read(&document, document.root_element())?;
    let [reference] = signature.references()?.try_into().map_err(|_| VerifyError::References)?;
    if !reference.uri.is_empty() {
        return Err(VerifyError::References);
    }
    reference.check_transforms(&[&[ENVELOPED, C14N_1_0], &[ENVELOPED]])?;
    let text = canonical(document.root(), Some(signature.element.id()));
    let content = signature.accept(text, &reference)?;
    let claimed_signing_time = signature.signing_time()?;
    let valid = content.signer.valid_at(claimed_signing_time);
    valid.map_err(VerifyError::Certificate)?;
    Ok(VerifiedDocument { content, claimed_signing_time })
}

/// A `ds:Signature` of the one structure that is accepted (XMLDSig 4.2).
struct Signature<'a, 'input> {
    element: Node<'a, 'input>,
    signed_info: Node<'a, 'input>,
    value: Vec<u8>,
    key_info: Node<'a, 'input>,
    object: Node<'a, 'input>,
}

struct Reference<'a> {
    uri: &'a str,
    transforms: Vec<&'a str>,
    digest: Vec<u8>,
}

impl<'a, 'input> Signature<'a, 'input> {
    /// The one signature of the document, which is a child of that element.
    fn read(document: &'a Document<'input>, parent: Node<'a, 'input>) -> Result<Self, VerifyError> {
        let mut all = document.descendants().filter(|node| is_element(*node, Some(DSIG), "Signature"));
        let element = all.next().ok_or(VerifyError::NotSigned)?;
        if all.next().is_some() {
            return Err(VerifyError::SeveralSignatures);
        }
        if element.parent() != Some(parent) {
            return Err(VerifyError::NotSigned);
        }
        let [signed_info, value, key_info, object] =
            children(element, ["SignedInfo", "SignatureValue", "KeyInfo", "Object"])?;
        Ok(Self {
            element,
            signed_info,
            value: base64(value).ok_or(VerifyError::Shape("SignatureValue"))?,
            key_info,
            object,
        })
    }

    fn references(&self) -> Result<Vec<Reference<'a>>, VerifyError> {
        let inside = child_elements(self.signed_info);
        if inside.len() > 4 {
            return Err(VerifyError::References);
        }
        let references = inside.get(2..).ok_or(VerifyError::Shape("SignedInfo"))?;
        references.iter().map(|node| Reference::read(*node)).collect()
    }

    /// What every shape has in common: the algorithms, the digest of the document, the signature itself.
    fn accept(&self, text: String, reference: &Reference<'_>) -> Result<Content, VerifyError> {
        if has_stray_text(self.signed_info) {
            return Err(VerifyError::Shape("SignedInfo"));
        }
        let inside = child_elements(self.signed_info);
        let (Some(canonicalization), Some(method)) = (inside.first(), inside.get(1)) else {
            return Err(VerifyError::Shape("SignedInfo"));
        };
        let canonicalization = algorithm(*canonicalization, "CanonicalizationMethod")?;
        if canonicalization != C14N_1_0 {
            return Err(refused(Step::Canonicalization, canonicalization));
        }
        let method = algorithm(*method, "SignatureMethod")?;
        let method = Algorithm::from_uri(method).ok_or_else(|| refused(Step::Signature, method))?;
        reference.check_digest(&text, Signed::Document)?;

        let (mut certificates, unreadable) = self.certificates()?;
        let message = canonical(self.signed_info, None);
        let signer = certificates
            .iter()
            .position(|certificate| {
                certificate.algorithm() == method && certificate.verifies(message.as_bytes(), &self.value)
            })
            .ok_or_else(|| unreadable.map_or(VerifyError::Signature, VerifyError::Certificate))?;
        let signer = certificates.remove(signer);
        self.check_key_value(&signer)?;
        Ok(Content { text, signer, others: certificates })
    }

    /// KeyInfo holds certificates, and at most the signer's public key beside them (XMLDSig 4.5). An issuer with a key of
    /// another kind is passed over; why is kept, in case it is the signer's.
    fn certificates(&self) -> Result<(Vec<Certificate>, Option<CertificateError>), VerifyError> {
        let mut data = Vec::new();
        for node in child_elements(self.key_info) {
            match (namespace(node), node.tag_name().name()) {
                (Some(DSIG), "X509Data") => data.push(node),
                (Some(DSIG), "KeyValue") => {}
                _ => return Err(VerifyError::Shape("KeyInfo")),
            }
        }
        let [data] = data.try_into().map_err(|_| VerifyError::Shape("X509Data"))?;
        let (mut certificates, mut unreadable) = (Vec::new(), None);
        let mut nodes = child_elements(data);
        nodes.retain(|node| is_element(*node, Some(DSIG), "X509Certificate"));
        if nodes.is_empty() || nodes.len() > MAX_CERTIFICATES {
            return Err(VerifyError::Shape("number of certificates"));
        }
        for node in nodes {
            let der = base64(node).ok_or(VerifyError::Shape("X509Certificate"))?;
            match Certificate::from_der(&der) {
                Ok(certificate) => certificates.push(certificate),
                Err(error) => unreadable = Some(error),
            }
        }
        Ok((certificates, unreadable))
    }

    /// XMLDSig 4.5.2: the public key, where it is written, is the signer's.
    fn check_key_value(&self, signer: &Certificate) -> Result<(), VerifyError> {
        let values: Vec<_> = child_elements(self.key_info)
            .into_iter()
            .filter(|node| is_element(*node, Some(DSIG), "KeyValue"))
            .collect();
        let value = match values.as_slice() {
            [] => return Ok(()),
            [value] => *value,
            _ => return Err(VerifyError::KeyValue),
        };
        let inside = child_elements(value);
        let [inside] = inside.as_slice() else {
            return Err(VerifyError::KeyValue);
        };
        let same = match signer.key() {
            PublicKey::Rsa(key) => {
                let parts = children(*inside, ["Modulus", "Exponent"]).map_err(|_| VerifyError::KeyValue)?;
                let [n, e] = parts.map(|part| base64(part).map(|bytes| BigUint::from_bytes_be(&bytes)));
                is_element(*inside, Some(DSIG), "RSAKeyValue")
                    && n.as_ref() == Some(key.n())
                    && e.as_ref() == Some(key.e())
            }
            PublicKey::P256(key) => {
                let parts = child_elements(*inside);
                let [curve, point] = parts.as_slice() else {
                    return Err(VerifyError::KeyValue);
                };
                is_element(*inside, Some(DSIG11), "ECKeyValue")
                    && is_element(*curve, Some(DSIG11), "NamedCurve")
                    && curve.attribute("URI") == Some(P256_CURVE)
                    && is_element(*point, Some(DSIG11), "PublicKey")
                    && base64(*point) == Some(uncompressed(key))
            }
        };
        same.then_some(()).ok_or(VerifyError::KeyValue)
    }

    /// Object/SignatureProperties/SignatureProperty/SigningTime. The namespaces of the three differ between signers;
    /// the names do not.
    fn signing_time(&self) -> Result<OffsetDateTime, VerifyError> {
        let mut node = self.object;
        for name in ["SignatureProperties", "SignatureProperty", "SigningTime"] {
            let inside = child_elements(node);
            node = match inside.as_slice() {
                [only] if only.tag_name().name() == name => *only,
                _ => return Err(VerifyError::SigningTime),
            };
        }
        let text = only_text(node).ok_or(VerifyError::SigningTime)?;
        OffsetDateTime::parse(text.trim(), &Rfc3339).map_err(|_| VerifyError::SigningTime)
    }
}

impl<'a> Reference<'a> {
    /// XMLDSig 4.4.3.
    fn read(node: Node<'a, '_>) -> Result<Self, VerifyError> {
        if !is_element(node, Some(DSIG), "Reference") || has_stray_text(node) {
            return Err(VerifyError::Shape("SignedInfo"));
        }
        let inside = child_elements(node);
        let (transforms, rest) = match inside.split_first() {
            Some((first, rest)) if is_element(*first, Some(DSIG), "Transforms") => (child_elements(*first), rest),
            _ => (Vec::new(), inside.as_slice()),
        };
        let [method, value] = rest else {
            return Err(VerifyError::Shape("Reference"));
        };
        if !is_element(*value, Some(DSIG), "DigestValue") {
            return Err(VerifyError::Shape("DigestValue"));
        }
        let method = algorithm(*method, "DigestMethod")?;
        if method != SHA256 {
            return Err(refused(Step::Digest, method));
        }
        if transforms.len() > 2 {
            return Err(VerifyError::Shape("Transforms"));
        }
        let transforms: Result<Vec<_>, _> =
            transforms.into_iter().map(|transform| algorithm(transform, "Transform")).collect();
        Ok(Self {
            uri: node.attribute("URI").ok_or(VerifyError::References)?,
            transforms: transforms?,
            digest: base64(*value).ok_or(VerifyError::Shape("DigestValue"))?,
        })
    }

    fn check_transforms(&self, allowed: &[&[&str]]) -> Result<(), VerifyError> {
        if allowed.contains(&self.transforms.as_slice()) {
            return Ok(());
        }
        let known = [C14N_1_0, ENVELOPED];
        match self.transforms.iter().find(|uri| !known.contains(uri)) {
            Some(uri) => Err(refused(Step::Transform, uri)),
            None => Err(VerifyError::Shape("Transforms")),
        }
    }

    fn check_digest(&self, canonical: &str, what: Signed) -> Result<(), VerifyError> {
        (Sha256::digest(canonical).as_slice() == self.digest).then_some(()).ok_or(VerifyError::Digest(what))
    }
}

/// The children of an element, which are exactly these.
fn children<'a, 'input, const N: usize>(
    node: Node<'a, 'input>,
    names: [&'static str; N],
) -> Result<[Node<'a, 'input>; N], VerifyError> {
    let inside = child_elements(node);
    for (position, name) in names.iter().enumerate() {
        if !inside.get(position).is_some_and(|node| is_element(*node, Some(DSIG), name)) {
            return Err(VerifyError::Shape(name));
        }
    }
    inside.try_into().map_err(|_| VerifyError::Shape(names.last().copied().unwrap_or_default()))
}

/// The algorithm of an element that has nothing inside: parameters would be another algorithm.
fn algorithm<'a>(node: Node<'a, '_>, name: &'static str) -> Result<&'a str, VerifyError> {
    if !is_element(node, Some(DSIG), name) || !child_elements(node).is_empty() {
        return Err(VerifyError::Shape(name));
    }
    node.attribute("Algorithm").ok_or(VerifyError::Shape(name))
}

fn refused(what: Step, uri: &str) -> VerifyError {
    VerifyError::Algorithm { what, uri: uri.chars().take(128).collect() }
}

/// The bytes of an element with base64 text, whatever its line breaks.
fn base64(node: Node<'_, '_>) -> Option<Vec<u8>> {
    let mut text = only_text(node)?;
    text.retain(|c| !c.is_ascii_whitespace());
    STANDARD.decode(text).ok()
}

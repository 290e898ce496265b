//! Making the two XML signatures that the gateway's contract has.
//!
//! A *paper* (birth certificate, death notice) is an envelope of two elements, the paper with an `Id` and an empty
//! `CHUKYDONVI`. The signature goes into that slot and refers to `#Object-CHUKYDONVI-<Id>` (its own object, with the
//! signing time) and to `#<Id>`. The order of the two, the identifiers, the absence of transforms (the default is the
//! same C14N 1.0, XMLDSig 4.4.3.2) and the properties outside of the XMLDSig namespace follow an envelope that the
//! gateway is publicly reported to have accepted; the schema itself is not public.
//!
//! A *record* (driver's health certificate) is signed enveloped: one reference to the whole document, `URI=""`,
//! without the signature. The contract has no reference to the signing time there, so it is a statement, not signed.
//!
//! Nothing of the document changes but the slot or the place of the signature, and line ends, which become LF as
//! every reader of XML makes them (XML 1.0 2.11): so a reader that fails to do so does not see another document. What
//! is handed out has passed the verification of this crate.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use p256::ecdsa::VerifyingKey;
use roxmltree::Node;
use rsa::traits::PublicKeyParts as _;
use sha2::{Digest as _, Sha256};
use thiserror::Error;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

use crate::c14n::canonical;
use crate::certificate::{Certificate, CertificateError, PublicKey};
use crate::document::{XmlError, child_elements, has_stray_text, id, is_element, line_ends, parse_text};
use crate::key::{KeyError, SigningKey};
use crate::verify::{VerifyError, verify_enveloped, verify_paper};
use crate::xmldsig::{C14N_1_0, DSIG, DSIG11, ENVELOPED, P256_CURVE, SHA256, SLOT, object_id, signature_id};

/// xs:dateTime in UTC, whole seconds.
const INSTANT: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");

/// Why nothing was signed.
#[derive(Debug, Error)]
pub enum SignError {
    #[error(transparent)]
    Xml(#[from] XmlError),
    #[error("the envelope is not one identified element and an empty {SLOT}")]
    NotAnEnvelope,
    #[error("the document has nothing in it to sign")]
    EmptyDocument,
    #[error("the document is signed already")]
    AlreadySigned,
    #[error("the signer's certificate does not stand for this time")]
    Certificate(#[source] CertificateError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error("the signing time cannot be written")]
    SigningTime,
    #[error("the signature does not verify: the key and its certificate do not belong together")]
    DoesNotVerify(#[source] VerifyError),
}

/// Signs a paper in its envelope. `at` is the signing time; the signer's certificate must be valid then.
pub fn sign_paper(envelope: &str, key: &dyn SigningKey, at: OffsetDateTime) -> Result<String, SignError> {
    let signer = signer_at(key, at)?;
    let envelope = line_ends(envelope);
    let document = parse_text(&envelope)?;
    refuse_signed(&document)?;
    let [paper, slot] = child_elements(document.root_element()).try_into().map_err(|_| SignError::NotAnEnvelope)?;
    if !is_element(slot, None, SLOT) || has_stray_text(slot) || !child_elements(slot).is_empty() {
        return Err(SignError::NotAnEnvelope);
    }
    let paper_id = id(paper).ok_or(SignError::NotAnEnvelope)?;
    let object_id = object_id(paper_id);
    let mut draft = Draft {
        before: envelope.get(..slot.range().start).unwrap_or_default(),
        after: envelope.get(slot.range().end..).unwrap_or_default(),
        slot: Some(SLOT),
        signature_id: signature_id(paper_id),
        references: vec![Reference::to_id(&object_id), Reference::to_id(paper_id).digested(&canonical(paper, None))],
        key_info: x509_data(key.certificate_chain(), SubjectName::Written),
        object: signing_time_object(Some(&object_id), &signature_id(paper_id), at)?,
        key,
    };
    draft.digest_object()?;
    let signed = draft.sign()?;
    let verified = verify_paper(signed.as_bytes()).map_err(SignError::DoesNotVerify)?;
    check_signer(verified.signer(), signer)?;
    Ok(signed)
}

/// Signs a whole document; the signature becomes the last child of its root. `at` is stated as the signing time; the
/// signer's certificate must be valid then.
pub fn sign_enveloped(xml: &str, key: &dyn SigningKey, at: OffsetDateTime) -> Result<String, SignError> {
    let signer = signer_at(key, at)?;
    let xml = line_ends(xml);
    let document = parse_text(&xml)?;
    refuse_signed(&document)?;
    let root = document.root_element();
    let source = xml.get(root.range()).unwrap_or_default();
    // An empty element has no end tag to stand before: nothing would be signed.
    let end = source.rfind("</").ok_or(SignError::EmptyDocument)?;
    let place = root.range().start + end;
    let signature_id = format!("Signature-{}", root.tag_name().name());
    let draft = Draft {
        before: xml.get(..place).unwrap_or_default(),
        after: xml.get(place..).unwrap_or_default(),
        slot: None,
        references: vec![Reference::to_document().digested(&canonical(document.root(), None))],
        key_info: key_value(signer) + &x509_data(key.certificate_chain(), SubjectName::Omitted),
        object: signing_time_object(None, &signature_id, at)?,
        signature_id,
        key,
    };
    let signed = draft.sign()?;
    let verified = verify_enveloped(signed.as_bytes()).map_err(SignError::DoesNotVerify)?;
    check_signer(verified.signer(), signer)?;
    Ok(signed)
}

fn refuse_signed(document: &roxmltree::Document<'_>) -> Result<(), SignError> {
    match signature(document) {
        Some(_) => Err(SignError::AlreadySigned),
        None => Ok(()),
    }
}

/// The signer's certificate, if it stands for that time.
fn signer_at(key: &dyn SigningKey, at: OffsetDateTime) -> Result<&Certificate, SignError> {
    let signer = key.certificate_chain().first().ok_or(SignError::Key(KeyError::NotThisCertificate))?;
    signer.valid_at(at).map_err(SignError::Certificate)?;
    Ok(signer)
}

fn check_signer(verified: &Certificate, signer: &Certificate) -> Result<(), SignError> {
    (verified == signer).then_some(()).ok_or(SignError::Key(KeyError::NotThisCertificate))
}

/// A signature being made, between the bytes before and after it.
struct Draft<'a> {
    before: &'a str,
    after: &'a str,
    slot: Option<&'a str>,
    signature_id: String,
    references: Vec<Reference>,
    key_info: String,
    object: String,
    key: &'a dyn SigningKey,
}

struct Reference {
    uri: String,
    transforms: &'static [&'static str],
    digest: String,
}

impl Reference {
    fn to_id(id: &str) -> Self {
        Self { uri: format!("#{id}"), transforms: &[], digest: String::new() }
    }

    fn to_document() -> Self {
        Self { uri: String::new(), transforms: &[ENVELOPED, C14N_1_0], digest: String::new() }
    }

    fn digested(mut self, canonical: &str) -> Self {
        self.digest = STANDARD.encode(Sha256::digest(canonical));
        self
    }
}

impl Draft<'_> {
    /// The first reference is to the object inside of the signature: its canonical form depends on where it stands,
    /// so it is read there.
    fn digest_object(&mut self) -> Result<(), SignError> {
        let text = self.assemble("");
        let document = parse_text(&text)?;
        let object = signature(&document).and_then(|signature| child(signature, "Object"));
        let canonical = canonical(object.ok_or(SignError::NotAnEnvelope)?, None);
        if let Some(first) = self.references.first_mut() {
            first.digest = STANDARD.encode(Sha256::digest(canonical));
        }
        Ok(())
    }

    fn sign(&self) -> Result<String, SignError> {
        let unsigned = self.assemble("");
        let document = parse_text(&unsigned)?;
        let signed_info = signature(&document).and_then(|signature| child(signature, "SignedInfo"));
        let message = canonical(signed_info.ok_or(SignError::NotAnEnvelope)?, None);
        let value = self.key.sign(message.as_bytes())?;
        Ok(self.assemble(&STANDARD.encode(value)))
    }

    fn assemble(&self, signature_value: &str) -> String {
        let mut text = String::with_capacity(self.before.len() + self.after.len() + self.key_info.len() + 2048);
        text.push_str(self.before);
        if let Some(slot) = self.slot {
            let _ = write!(text, "<{slot}>");
        }
        let _ = write!(
            text,
            "<Signature xmlns=\"{DSIG}\" Id=\"{}\"><SignedInfo><CanonicalizationMethod Algorithm=\"{C14N_1_0}\"/>\
             <SignatureMethod Algorithm=\"{}\"/>",
            self.signature_id,
            self.key.algorithm().uri(),
        );
        for reference in &self.references {
            let _ = write!(text, "<Reference URI=\"{}\">", reference.uri);
            if !reference.transforms.is_empty() {
                text.push_str("<Transforms>");
                for transform in reference.transforms {
                    let _ = write!(text, "<Transform Algorithm=\"{transform}\"/>");
                }
                text.push_str("</Transforms>");
            }
            let _ = write!(
                text,
                "<DigestMethod Algorithm=\"{SHA256}\"/><DigestValue>{}</DigestValue></Reference>",
                reference.digest
            );
        }
        let _ = write!(
            text,
            "</SignedInfo><SignatureValue>{signature_value}</SignatureValue><KeyInfo>{}</KeyInfo>{}</Signature>",
            self.key_info, self.object
        );
        if let Some(slot) = self.slot {
            let _ = write!(text, "</{slot}>");
        }
        text.push_str(self.after);
        text
    }
}

/// The first signature: of a draft, the one that is being made.
fn signature<'a, 'input>(document: &'a roxmltree::Document<'input>) -> Option<Node<'a, 'input>> {
    document.descendants().find(|node| is_element(*node, Some(DSIG), "Signature"))
}

fn child<'a, 'input>(signature: Node<'a, 'input>, name: &str) -> Option<Node<'a, 'input>> {
    signature.children().find(|node| is_element(*node, Some(DSIG), name))
}

/// The properties stand outside of the XMLDSig namespace, as in the envelope that was accepted.
fn signing_time_object(id: Option<&str>, signature_id: &str, at: OffsetDateTime) -> Result<String, SignError> {
    let at = at.to_offset(UtcOffset::UTC).format(INSTANT).map_err(|_| SignError::SigningTime)?;
    let id = id.map(|id| format!(" Id=\"{id}\"")).unwrap_or_default();
    Ok(format!(
        "<Object{id}><SignatureProperties xmlns=\"\"><SignatureProperty Target=\"#{signature_id}\" \
         Id=\"SignatureProperty-{signature_id}\"><SigningTime>{at}</SigningTime></SignatureProperty></SignatureProperties></Object>"
    ))
}

#[derive(Clone, Copy, PartialEq)]
enum SubjectName {
    Written,
    Omitted,
}

fn x509_data(chain: &[Certificate], subject_name: SubjectName) -> String {
    let mut text = String::from("<X509Data>");
    if let Some(signer) = chain.first().filter(|_| subject_name == SubjectName::Written) {
        let _ = write!(text, "<X509SubjectName>{}</X509SubjectName>", escaped(&signer.subject()));
    }
    for certificate in chain {
        let encoded = STANDARD.encode(certificate.der());
        let _ = write!(text, "<X509Certificate>{encoded}</X509Certificate>");
    }
    text.push_str("</X509Data>");
    text
}

/// XMLDSig 4.5.2.
fn key_value(signer: &Certificate) -> String {
    match signer.key() {
        PublicKey::Rsa(key) => format!(
            "<KeyValue><RSAKeyValue><Modulus>{}</Modulus><Exponent>{}</Exponent></RSAKeyValue></KeyValue>",
            STANDARD.encode(key.n().to_bytes_be()),
            STANDARD.encode(key.e().to_bytes_be())
        ),
        PublicKey::P256(key) => format!(
            "<KeyValue><ECKeyValue xmlns=\"{DSIG11}\"><NamedCurve URI=\"{P256_CURVE}\"/><PublicKey>{}</PublicKey></ECKeyValue></KeyValue>",
            STANDARD.encode(uncompressed(key))
        ),
    }
}

/// SEC 1 2.3.3, uncompressed.
pub(crate) fn uncompressed(key: &VerifyingKey) -> Vec<u8> {
    key.to_encoded_point(false).as_bytes().to_vec()
}

/// A name from a certificate as element text; what XML cannot hold is left out of it.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\u{fffe}' | '\u{ffff}' => {}
            control if control.is_control() => {}
            other => escaped.push(other),
        }
    }
    escaped
}

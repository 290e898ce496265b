//! The vocabulary of XML Signature (W3C xmldsig-core1), of which this crate writes and accepts a small part.

use crate::key::Algorithm;

pub(crate) const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
pub(crate) const DSIG11: &str = "http://www.w3.org/2009/xmldsig11#";
pub(crate) const C14N_1_0: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
pub(crate) const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
pub(crate) const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
pub(crate) const P256_CURVE: &str = "urn:oid:1.2.840.10045.3.1.7";

const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
const ECDSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";

/// The slot of a paper's envelope that holds the facility's signature.
pub(crate) const SLOT: &str = "CHUKYDONVI";

impl Algorithm {
    /// The identifier of the signature method (RFC 6931 2.3.2, 2.3.6).
    pub fn uri(self) -> &'static str {
        match self {
            Self::RsaSha256 => RSA_SHA256,
            Self::EcdsaP256Sha256 => ECDSA_SHA256,
        }
    }

    pub(crate) fn from_uri(uri: &str) -> Option<Self> {
        [Self::RsaSha256, Self::EcdsaP256Sha256].into_iter().find(|algorithm| algorithm.uri() == uri)
    }
}

/// The identifier of the signature over the element with that identifier.
pub(crate) fn signature_id(document: &str) -> String {
    format!("{SLOT}-{document}")
}

/// The identifier of that signature's object with the signing time.
pub(crate) fn object_id(document: &str) -> String {
    format!("Object-{SLOT}-{document}")
}

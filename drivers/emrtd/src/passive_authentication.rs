//! Passive authentication: is what the chip holds what its issuer signed, and who is that issuer?
//! (ICAO Doc 9303-11 5.1; 9303-12 for the certificates)
//!
//! It says nothing about the chip: its files can be copied. That is for active and chip authentication.

use time::Date;

use crate::DataGroup;
use crate::certificate::Fingerprint;
use crate::hash::HashAlgorithm;
use crate::lds::Sod;
use crate::signature::SignatureError;
use crate::trust::{RevocationStatus, SignerError, SignerTrust, TrustStore};

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PassiveAuthenticationError {
    #[error("the hash of the signed hashes differs from the one in the signed attributes")]
    ContentAltered,
    #[error("the signature of EF.SOD")]
    Signature(#[source] SignatureError),
    #[error("the signer of EF.SOD")]
    Signer(#[from] SignerError),
    #[error("{0} is not what the issuer signed")]
    GroupAltered(DataGroup),
    #[error("{0} was read, but the issuer did not sign one")]
    GroupUnsigned(DataGroup),
}

/// A SOD whose signature is right; made by [`verify`] only.
#[derive(Debug)]
pub(crate) struct VerifiedSod {
    pub trust: SignerTrust,
    pub signer: Fingerprint,
    pub weaknesses: Vec<SodWeakness>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SodWeakness {
    Sha1,
    NoRevocationList,
    RevocationListOutOfDate,
}

/// `groups` are the files as read; each must be listed and have the hash that was signed.
pub(crate) fn verify(
    sod: &Sod,
    groups: &[(DataGroup, &[u8])],
    trust: &TrustStore,
    today: Date,
) -> Result<VerifiedSod, PassiveAuthenticationError> {
    if sod.content_digest.digest(&[&sod.content]) != sod.message_digest {
        return Err(PassiveAuthenticationError::ContentAltered);
    }
    sod.algorithm
        .verify(sod.signer.key(), &sod.signed_attributes, &sod.signature)
        .map_err(PassiveAuthenticationError::Signature)?;
    for (group, file) in groups {
        let signed = sod.hash_of(*group).ok_or(PassiveAuthenticationError::GroupUnsigned(*group))?;
        if sod.hash_algorithm().digest(&[file]) != signed {
            return Err(PassiveAuthenticationError::GroupAltered(*group));
        }
    }
    let (signer_trust, revocation) = trust.judge(&sod.signer, today)?;

    let mut weaknesses = vec![];
    let mut hashes = vec![sod.hash_algorithm(), sod.content_digest, sod.algorithm.hash()];
    match signer_trust {
        SignerTrust::Trusted { .. } => {
            hashes.push(sod.signer.algorithm().hash());
            match revocation {
                RevocationStatus::NotRevoked => {}
                RevocationStatus::ListOutOfDate => weaknesses.push(SodWeakness::RevocationListOutOfDate),
                RevocationStatus::NoList => weaknesses.push(SodWeakness::NoRevocationList),
            }
        }
        SignerTrust::Pinned | SignerTrust::Unknown { .. } => weaknesses.push(SodWeakness::NoRevocationList),
    }
    if hashes.contains(&HashAlgorithm::Sha1) {
        weaknesses.push(SodWeakness::Sha1);
    }
    Ok(VerifiedSod { trust: signer_trust, signer: sod.signer.fingerprint(), weaknesses })
}

//! An invented person, the card that a simulated issuer made for them, and a terminal that reads it.

use emrtd::curve::NamedCurve;
use emrtd::sim::{Issuer, IssuerOptions, Person, Personalisation, Personalised, PortraitImage, SeededRng};
use emrtd::{
    AccessKey, BacPolicy, Challenge, DocumentRead, Progress, ReadRequest, SymmetricCipher, Transceive, TrustStore,
    read_document,
};
use time::Date;

use crate::BenchError;

pub struct Cardholder {
    issuer: Issuer,
    trust: TrustStore,
    person: Person,
    portrait: PortraitImage,
    today: Date,
    rng: SeededRng,
}

/// How a chip can be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessProtocol {
    PaceByCan,
    BacByMrz,
}

impl Cardholder {
    pub fn new(portrait: PortraitImage, today: Date) -> Result<Self, BenchError> {
        let mut rng = SeededRng::new([17; 32]);
        let issuer = Issuer::new(IssuerOptions::default(), today, &mut rng);
        let mut trust = TrustStore::default();
        trust.add_authorities(issuer.csca_der())?;
        Ok(Self { issuer, trust, person: Person::nguyen_van_mau(), portrait, today, rng })
    }

    /// The certificate of the authority that signs this issuer's documents, DER.
    pub fn authority(&self) -> Vec<u8> {
        self.issuer.csca_der().to_vec()
    }

    /// The code printed on the card.
    pub fn code(&self) -> String {
        let number = self.person.details().number.as_str();
        format!("{number}||Nguyễn Văn Mẫu|15011985|Nam|Số 1 Phố Thử, Hải Phòng|01072021")
    }

    pub fn portrait(&self) -> &PortraitImage {
        &self.portrait
    }

    pub fn chip(&mut self, access: AccessProtocol) -> Personalised {
        let pace = match access {
            AccessProtocol::PaceByCan => Some((NamedCurve::BrainpoolP256r1, SymmetricCipher::Aes128)),
            AccessProtocol::BacByMrz => None,
        };
        let personalisation =
            Personalisation { portrait: Some(self.portrait.clone()), pace, ..Personalisation::default() };
        self.issuer.personalise(&self.person, &personalisation, &mut self.rng)
    }

    pub fn key(&self, access: AccessProtocol) -> Result<AccessKey, BenchError> {
        match access {
            AccessProtocol::PaceByCan => Ok(AccessKey::can(self.person.details().number.card_access_number())?),
            AccessProtocol::BacByMrz => Ok(AccessKey::Mrz(self.person.mrz().access_key())),
        }
    }

    pub fn read(
        &mut self,
        card: impl Transceive,
        key: AccessKey,
        challenge: [u8; 8],
        progress: &mut dyn FnMut(Progress),
    ) -> Result<DocumentRead, BenchError> {
        let request = ReadRequest {
            key,
            challenge: Challenge::new(challenge),
            trust: &self.trust,
            today: self.today,
            bac: BacPolicy::WhereNoPace,
        };
        match read_document(card, request, &mut self.rng, progress)? {
            DocumentRead::Genuine(document) => Ok(DocumentRead::Genuine(document)),
            DocumentRead::Verified(_) => Err(BenchError::Unexpected("a genuine chip was not found to be genuine")),
        }
    }
}

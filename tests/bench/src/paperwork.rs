//! Certificates: the check of one and its signature, beside the bare RSA-2048 that the signature is made of.

use certificates::{CertificateNumber, Context, Kind, Settings, check, parse, wire};
use e2e::papers::{Born, birth};
use identity::FacilityCode;
use rsa::pkcs1v15;
use rsa::pkcs8::DecodePrivateKey;
use rsa::signature::{SignatureEncoding, Signer as _};
use serde::Serialize;
use sha2::Sha256;
use time::{Duration, OffsetDateTime, PrimitiveDateTime, UtcOffset};
use uuid::Uuid;
use xmldsig::sim::Signer;
use xmldsig::{Algorithm, sign_paper, verify_paper};

use crate::sample::{Summary, timed};
use crate::{BenchError, NO_RUN};

const RUNS: usize = 40;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PaperworkReport {
    pub runs: usize,
    /// Every finding of one birth certificate.
    pub check_ms: Summary,
    /// Draft to certificate, number, and the wire's XML.
    pub write_ms: Summary,
    /// Both References, the signature, and the signed document.
    pub sign_ms: Summary,
    pub verify_ms: Summary,
    pub floor: &'static str,
    pub bare_rsa_ms: Summary,
    /// Signature over bare RSA, medians.
    pub sign_ratio: f64,
    /// Check over signature, medians.
    pub check_part_of_signature: f64,
}

pub fn measure() -> Result<PaperworkReport, BenchError> {
    let now = OffsetDateTime::now_utc();
    let local = now.to_offset(UtcOffset::from_hms(7, 0, 0).map_err(|_| BenchError::Unexpected("+7 is an offset"))?);
    let signer = Signer::new(
        Algorithm::RsaSha256,
        "CN=Benh vien Da khoa Mau,C=VN",
        now - Duration::days(1),
        now + Duration::days(30),
    );
    let key = signer.key();
    let bare = rsa::RsaPrivateKey::from_pkcs8_der(signer.pkcs8())
        .map_err(|_| BenchError::Unexpected("a key of the simulated signer is no key"))?;
    let bare = pkcs1v15::SigningKey::<Sha256>::new(bare);

    let facility =
        FacilityCode::parse("31999").map_err(|_| BenchError::Unexpected("31999 is no code of a facility"))?;
    let settings = Settings::default();
    let clock = PrimitiveDateTime::new(local.date(), local.time());
    let context = Context { now: clock, facility: &facility, settings: &settings };
    let born = Born { child: "Nguyễn Thử Nghiệm An", children: 1, hour: "00:00" };
    let draft = birth(born, local.date()).map_err(|_| BenchError::Unexpected("the sample has a field too many"))?;

    let (mut checks, mut writes, mut signs, mut verifies, mut bares) = (vec![], vec![], vec![], vec![], vec![]);
    for running in 1..=RUNS {
        let (_, spent) = timed(|| check(&draft, &context));
        checks.push(spent.cpu);
        let (document, spent) = timed(|| {
            let certificate = parse(&draft, &context).ok()?;
            let number = CertificateNumber::new(Kind::Birth, running as u32, facility.clone(), local.year()).ok()?;
            let numbered = certificate.with_number(number, &facility).ok()?;
            wire::portal::write(&numbered, Uuid::from_u128(running as u128)).ok()
        });
        writes.push(spent.cpu);
        let document = document.ok_or(BenchError::Unexpected("the sample certificate has a finding that blocks"))?;
        let (signed, spent) = timed(|| sign_paper(&document.xml, &key, now));
        signs.push(spent.cpu);
        let signed = signed?;
        let (verified, spent) = timed(|| verify_paper(signed.as_bytes()));
        verifies.push(spent.cpu);
        verified?;
        let message = [running as u8; 600];
        let (signature, spent) = timed(|| bare.sign(&message).to_vec());
        bares.push(spent.cpu);
        std::hint::black_box(signature);
    }
    let of = |times: Vec<std::time::Duration>| Summary::of_ms(times).ok_or(NO_RUN);
    let (check_ms, sign_ms, bare_rsa_ms) = (of(checks)?, of(signs)?, of(bares)?);
    Ok(PaperworkReport {
        runs: RUNS,
        check_ms,
        write_ms: of(writes)?,
        sign_ms,
        verify_ms: of(verifies)?,
        floor: "one RSA-2048 PKCS#1 v1.5 signature with SHA-256 of 600 bytes",
        bare_rsa_ms,
        sign_ratio: sign_ms.median / bare_rsa_ms.median,
        check_part_of_signature: check_ms.median / sign_ms.median,
    })
}

//! Signers made once for a test program, and documents of the gateway's shapes about people who do not exist.
#![allow(dead_code, reason = "each test program uses its part")]

use std::sync::OnceLock;

use time::OffsetDateTime;
use time::macros::datetime;
use xmldsig::sim::Signer;
use xmldsig::{Algorithm, sign_enveloped, sign_paper};

pub const NOT_BEFORE: OffsetDateTime = datetime!(2026-01-01 00:00 UTC);
pub const NOT_AFTER: OffsetDateTime = datetime!(2029-01-01 00:00 UTC);

pub fn at() -> OffsetDateTime {
    datetime!(2026-11-23 13:37:20 UTC)
}

fn signer(algorithm: Algorithm, name: &str) -> Signer {
    let subject = format!("CN={name},O=Bệnh viện <Thử nghiệm> & con,C=VN");
    Signer::new(algorithm, &subject, NOT_BEFORE, NOT_AFTER)
}

pub fn rsa() -> &'static Signer {
    static SIGNER: OnceLock<Signer> = OnceLock::new();
    SIGNER.get_or_init(|| signer(Algorithm::RsaSha256, "rsa"))
}

pub fn other() -> &'static Signer {
    static SIGNER: OnceLock<Signer> = OnceLock::new();
    SIGNER.get_or_init(|| signer(Algorithm::RsaSha256, "other"))
}

pub fn ecdsa() -> &'static Signer {
    static SIGNER: OnceLock<Signer> = OnceLock::new();
    SIGNER.get_or_init(|| signer(Algorithm::EcdsaP256Sha256, "ecdsa"))
}

pub fn signers() -> [&'static Signer; 2] {
    [rsa(), ecdsa()]
}

pub fn envelope() -> String {
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
     <HSDLGCS xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\">\
     <GIAYCHUNGSINH Id=\"Id-4d1c0f0e-5a5b-4b8e-9d39-3a4ad1a7f9c2\">\r\n  <MA_GCS>00001.GCS.01234.26</MA_GCS>\
     <HOTEN_NND>Trần Thị Bình</HOTEN_NND><GHI_CHU a='1' ><![CDATA[a < b]]> &#13;</GHI_CHU><SO_CON>1</SO_CON><TEN_CON/>\
     </GIAYCHUNGSINH><CHUKYDONVI/></HSDLGCS>\n"
        .to_owned()
}

/// One of each shape.
pub fn signed() -> &'static [String; 2] {
    static SIGNED: OnceLock<[String; 2]> = OnceLock::new();
    SIGNED.get_or_init(|| {
        let paper = sign_paper(&envelope(), &ecdsa().key(), at()).expect("the envelope is signed");
        let record = sign_enveloped("<root><a>1</a></root>", &ecdsa().key(), at()).expect("the record is signed");
        [paper, record]
    })
}

pub fn pkcs12() -> &'static Vec<u8> {
    static FILE: OnceLock<Vec<u8>> = OnceLock::new();
    FILE.get_or_init(|| ecdsa().pkcs12("x"))
}

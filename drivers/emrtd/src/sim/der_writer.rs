//! DER by hand, as much of it as an issuer writes.

use const_oid::ObjectIdentifier;
use der::Encode;
use time::Date;

use crate::tlv::encode;

pub fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    encode(0x30, &parts.concat())
}

/// In the order that DER asks of a set.
pub fn set(elements: &[Vec<u8>]) -> Vec<u8> {
    let mut elements = elements.to_vec();
    elements.sort();
    encode(0x31, &elements.concat())
}

/// Constructed, context-specific.
pub fn context(number: u32, content: &[u8]) -> Vec<u8> {
    encode(0xA0 + number, content)
}

pub fn integer(value: u32) -> Vec<u8> {
    value.to_der().expect("a short integer")
}

pub fn octet_string(content: &[u8]) -> Vec<u8> {
    encode(0x04, content)
}

pub fn bit_string(content: &[u8]) -> Vec<u8> {
    encode(0x03, &[&[0], content].concat())
}

pub fn oid(oid: ObjectIdentifier) -> Vec<u8> {
    oid.to_der().expect("a short identifier")
}

pub fn algorithm(kind: ObjectIdentifier, parameters: &[u8]) -> Vec<u8> {
    sequence(&[oid(kind), parameters.to_vec()])
}

/// A name of country `UT`, Utopia, and a common name.
pub fn common_name(text: &str) -> Vec<u8> {
    let part = |kind: &str, value| set(&[sequence(&[oid(ObjectIdentifier::new_unwrap(kind)), value])]);
    sequence(&[part("2.5.4.6", encode(0x13, b"UT")), part("2.5.4.3", encode(0x0C, text.as_bytes()))])
}

/// Midnight UTC: UTCTime until 2049, GeneralizedTime from 2050 (RFC 5280 4.1.2.5).
pub fn time_of(date: Date) -> Vec<u8> {
    let (year, month, day) = (date.year(), date.month() as u8, date.day());
    if year < 2050 {
        encode(0x17, format!("{:02}{month:02}{day:02}000000Z", year % 100).as_bytes())
    } else {
        encode(0x18, format!("{year:04}{month:02}{day:02}000000Z").as_bytes())
    }
}

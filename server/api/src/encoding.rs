//! Bytes inside JSON: base64 for files, hexadecimal for fixed-size values. Debug prints lengths only.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use utoipa::ToSchema;
use zeroize::{Zeroize, ZeroizeOnDrop};

time::serde::format_description!(pub(crate) day, Date, "[year]-[month]-[day]");

/// A file of the chip or a picture, base64 (RFC 4648 section 4) in JSON.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, ToSchema)]
#[schema(value_type = String, format = "byte")]
pub struct Base64(pub Vec<u8>);

/// Eight bytes, 16 hexadecimal digits: an active-authentication challenge.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ToSchema)]
#[schema(value_type = String, pattern = "^[0-9a-fA-F]{16}$")]
pub struct Hex8(pub [u8; 8]);

/// Sixteen bytes, 32 hexadecimal digits: the random word in a ticket's QR code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ToSchema)]
#[schema(value_type = String, pattern = "^[0-9a-fA-F]{32}$")]
pub struct Hex16(pub [u8; 16]);

/// Thirty-two bytes, 64 hexadecimal digits: a SHA-256 value or a public key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ToSchema)]
#[schema(value_type = String, pattern = "^[0-9a-fA-F]{64}$")]
pub struct Hex32(pub [u8; 32]);

impl fmt::Debug for Base64 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Base64({} bytes)", self.0.len())
    }
}

impl fmt::Debug for Hex8 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hex8(8 bytes)")
    }
}

impl fmt::Debug for Hex16 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hex16(16 bytes)")
    }
}

impl fmt::Display for Hex16 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Hex32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hex32(32 bytes)")
    }
}

impl Serialize for Base64 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map(Self).map_err(|_| D::Error::custom("expected base64"))
    }
}

fn from_hex<'de, const N: usize, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; N], D::Error> {
    let text = String::deserialize(deserializer)?;
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes).map_err(|_| D::Error::custom(format!("expected {} hex digits", 2 * N)))?;
    Ok(bytes)
}

impl Serialize for Hex8 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(self.0))
    }
}

impl<'de> Deserialize<'de> for Hex8 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_hex(deserializer).map(Self)
    }
}

impl Serialize for Hex16 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(self.0))
    }
}

impl<'de> Deserialize<'de> for Hex16 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_hex(deserializer).map(Self)
    }
}

impl Serialize for Hex32 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(self.0))
    }
}

impl<'de> Deserialize<'de> for Hex32 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_hex(deserializer).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_survive_json_and_stay_out_of_debug_output() {
        let file = Base64(vec![1, 2, 3]);
        let json = serde_json::to_string(&file).expect("serialises");
        assert_eq!(json, "\"AQID\"");
        assert_eq!(serde_json::from_str::<Base64>(&json).expect("parses"), file);
        assert_eq!(format!("{file:?}"), "Base64(3 bytes)");
        assert!(serde_json::from_str::<Hex8>("\"00\"").is_err());
        assert!(serde_json::from_str::<Base64>("\"*\"").is_err());
    }
}

//! Time-based one-time passwords (RFC 6238) as authenticator apps make them: HMAC-SHA-1 (RFC 4226 5.3), 30 seconds, six
//! digits. Pure: secret, time and code come in as arguments.

use hmac::{Hmac, Mac};
use sha1::Sha1;
use subtle::ConstantTimeEq;

/// RFC 4226 4 R6 recommends 160 bits.
pub const SECRET_BYTES: usize = 20;
const STEP_SECONDS: i64 = 30;
/// A phone's clock may be one step ahead or behind (RFC 6238 5.2).
const WINDOW: i64 = 1;
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The code of a time step.
pub fn code(secret: &[u8], step: i64) -> String {
    let mut mac = <Hmac<Sha1> as Mac>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let offset = usize::from(hash[hash.len() - 1] & 0x0F);
    let word = [hash[offset] & 0x7F, hash[offset + 1], hash[offset + 2], hash[offset + 3]];
    format!("{:06}", u32::from_be_bytes(word) % 1_000_000)
}

pub fn step_at(unix_seconds: i64) -> i64 {
    unix_seconds.div_euclid(STEP_SECONDS)
}

/// The step near now whose code this is. Whether it was used before is the store's to say.
pub fn step_of(secret: &[u8], typed: &str, now: i64) -> Option<i64> {
    let digits: String = typed.chars().filter(|c| !c.is_whitespace()).take(7).collect();
    let near = step_at(now) - WINDOW..=step_at(now) + WINDOW;
    let mut found = None;
    // All are compared: how long it takes says nothing.
    for step in near {
        if bool::from(code(secret, step).as_bytes().ct_eq(digits.as_bytes())) {
            found = Some(step);
        }
    }
    found
}

/// RFC 4648 6 without padding, as it is typed into an app that cannot scan.
pub fn base32(bytes: &[u8]) -> String {
    let mut text = String::new();
    let (mut held, mut bits) = (0_u32, 0);
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(BASE32[(held >> bits & 31) as usize]));
        }
    }
    if bits > 0 {
        text.push(char::from(BASE32[(held << (5 - bits) & 31) as usize]));
    }
    text
}

/// What the QR code holds ("Key Uri Format"). `issuer` is shown beside the account.
pub fn uri(secret: &[u8], issuer: &str, login: &str) -> String {
    let issuer: String = issuer
        .bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect();
    format!("otpauth://totp/{issuer}:{login}?secret={}&issuer={issuer}", base32(secret))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238 appendix B, SHA-1, the last six of eight digits.
        for (seconds, digits) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(SECRET, step_at(seconds)), digits);
        }
        assert_eq!(base32(b"foobar"), "MZXW6YTBOI");
        assert_eq!(base32(b"fo"), "MZXQ");
    }

    #[test]
    fn a_phone_may_be_half_a_minute_off_and_no_more() {
        for (off, heard) in [(-60, false), (-30, true), (0, true), (30, true), (60, false)] {
            let now = 1_111_111_120;
            let typed = code(SECRET, step_at(now + off));
            assert_eq!(step_of(SECRET, &typed, now), heard.then(|| step_at(now + off)), "{off}");
        }
        assert_eq!(step_of(SECRET, " 050 471 ", 1_111_111_111), Some(step_at(1_111_111_111)));
    }

    #[test]
    fn the_address_in_the_code_is_plain() {
        let uri = uri(SECRET, "Bệnh viện", "hoa");
        assert_eq!(
            uri,
            "otpauth://totp/B%E1%BB%87nh%20vi%E1%BB%87n:hoa?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=B%E1%BB%87nh%20vi%E1%BB%87n"
        );
    }

    proptest! {
        #[test]
        fn no_typed_text_panics(typed in ".{0,20}", now in any::<i32>()) {
            let _ = step_of(SECRET, &typed, i64::from(now));
        }
    }
}

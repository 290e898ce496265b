//! Symmetric ciphers and the keys derived for them (ICAO Doc 9303-11 9.7.1; BSI TR-03110-3 A.2.3).

use std::fmt;

use aes::{Aes128, Aes192, Aes256};
use cipher::block_padding::NoPadding;
use cipher::{BlockDecryptMut, BlockEncryptMut, KeyInit, KeyIvInit};
use cmac::{Cmac, Mac};
use des::{Des, TdesEde2};
use sha1::{Digest, Sha1};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The ciphers that BAC, PACE and chip authentication may agree on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SymmetricCipher {
    /// Two-key 3DES in CBC mode with the retail MAC (ISO/IEC 9797-1 algorithm 3).
    TripleDes,
    /// AES in CBC mode with CMAC (NIST SP 800-38B), cut to eight bytes.
    Aes128,
    Aes192,
    Aes256,
}

impl SymmetricCipher {
    pub fn key_bytes(self) -> usize {
        match self {
            Self::TripleDes | Self::Aes128 => 16,
            Self::Aes192 => 24,
            Self::Aes256 => 32,
        }
    }

    pub fn block_bytes(self) -> usize {
        match self {
            Self::TripleDes => 8,
            Self::Aes128 | Self::Aes192 | Self::Aes256 => 16,
        }
    }
}

/// What a derived key is for: the counter c of 9303-11 9.7.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyUse {
    Encryption = 1,
    Mac = 2,
    /// K_π, which encrypts the nonce of PACE.
    Password = 3,
}

/// A key with its cipher; wiped when dropped, its Debug shows no byte of it.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SymmetricKey {
    #[zeroize(skip)]
    cipher: SymmetricCipher,
    bytes: Vec<u8>,
}

/// Eight bytes of message authentication code.
pub type MacCode = [u8; 8];

impl SymmetricKey {
    /// KDF(K, c): the first bytes of H(K || c); SHA-1 for 3DES and AES-128, SHA-256 for the longer keys.
    pub fn derive(cipher: SymmetricCipher, secret: &[u8], key_use: KeyUse) -> Self {
        let counter = (key_use as u32).to_be_bytes();
        let mut digest: Zeroizing<Vec<u8>> = Zeroizing::new(match cipher {
            SymmetricCipher::TripleDes | SymmetricCipher::Aes128 => {
                Sha1::new().chain_update(secret).chain_update(counter).finalize().to_vec()
            }
            SymmetricCipher::Aes192 | SymmetricCipher::Aes256 => {
                Sha256::new().chain_update(secret).chain_update(counter).finalize().to_vec()
            }
        });
        let mut bytes = digest[..cipher.key_bytes()].to_vec();
        digest.zeroize();
        if cipher == SymmetricCipher::TripleDes {
            for byte in &mut bytes {
                *byte = *byte & 0xFE | u8::from((*byte >> 1).count_ones().is_multiple_of(2));
            }
        }
        Self { cipher, bytes }
    }

    pub fn cipher(&self) -> SymmetricCipher {
        self.cipher
    }

    /// CBC without padding.
    ///
    /// # Panics
    /// If `plain` is not a whole number of blocks: padding is the caller's part of the protocol.
    pub fn encrypt(&self, iv: &[u8], plain: &[u8]) -> Vec<u8> {
        fn run<C: KeyIvInit + BlockEncryptMut>(key: &[u8], iv: &[u8], plain: &[u8]) -> Vec<u8> {
            C::new_from_slices(key, iv).expect("key and IV fit the cipher").encrypt_padded_vec_mut::<NoPadding>(plain)
        }
        match self.cipher {
            SymmetricCipher::TripleDes => run::<cbc::Encryptor<TdesEde2>>(&self.bytes, iv, plain),
            SymmetricCipher::Aes128 => run::<cbc::Encryptor<Aes128>>(&self.bytes, iv, plain),
            SymmetricCipher::Aes192 => run::<cbc::Encryptor<Aes192>>(&self.bytes, iv, plain),
            SymmetricCipher::Aes256 => run::<cbc::Encryptor<Aes256>>(&self.bytes, iv, plain),
        }
    }

    /// CBC without padding. `None` if `secret` is not a whole number of blocks.
    pub fn decrypt(&self, iv: &[u8], secret: &[u8]) -> Option<Vec<u8>> {
        fn run<C: KeyIvInit + BlockDecryptMut>(key: &[u8], iv: &[u8], secret: &[u8]) -> Option<Vec<u8>> {
            C::new_from_slices(key, iv)
                .expect("key and IV fit the cipher")
                .decrypt_padded_vec_mut::<NoPadding>(secret)
                .ok()
        }
        match self.cipher {
            SymmetricCipher::TripleDes => run::<cbc::Decryptor<TdesEde2>>(&self.bytes, iv, secret),
            SymmetricCipher::Aes128 => run::<cbc::Decryptor<Aes128>>(&self.bytes, iv, secret),
            SymmetricCipher::Aes192 => run::<cbc::Decryptor<Aes192>>(&self.bytes, iv, secret),
            SymmetricCipher::Aes256 => run::<cbc::Decryptor<Aes256>>(&self.bytes, iv, secret),
        }
    }

    /// An all-zero IV of the right size.
    pub fn zero_iv(&self) -> &'static [u8] {
        &[0; 16][..self.cipher.block_bytes()]
    }

    /// The MAC as tokens and mutual authentication use it: 3DES pads the message (ISO/IEC 9797-1 method 2), CMAC needs
    /// no padding.
    pub fn mac(&self, message: &[u8]) -> MacCode {
        fn cmac<C: Mac + KeyInit>(key: &[u8], message: &[u8]) -> MacCode {
            let mut mac = <C as KeyInit>::new_from_slice(key).expect("the key fits the cipher");
            mac.update(message);
            first_eight(&mac.finalize().into_bytes())
        }
        match self.cipher {
            SymmetricCipher::TripleDes => retail_mac(&self.bytes, &pad(message, 8)),
            SymmetricCipher::Aes128 => cmac::<Cmac<Aes128>>(&self.bytes, message),
            SymmetricCipher::Aes192 => cmac::<Cmac<Aes192>>(&self.bytes, message),
            SymmetricCipher::Aes256 => cmac::<Cmac<Aes256>>(&self.bytes, message),
        }
    }

    /// The MAC as secure messaging uses it: every cipher pads (9303-11 9.8.6).
    pub fn padded_mac(&self, message: &[u8]) -> MacCode {
        match self.cipher {
            SymmetricCipher::TripleDes => self.mac(message),
            SymmetricCipher::Aes128 | SymmetricCipher::Aes192 | SymmetricCipher::Aes256 => {
                self.mac(&pad(message, self.cipher.block_bytes()))
            }
        }
    }
}

impl fmt::Debug for SymmetricKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SymmetricKey({:?}, {} bytes)", self.cipher, self.bytes.len())
    }
}

/// K_ENC and K_MAC.
#[derive(Clone, Debug, ZeroizeOnDrop)]
pub struct SessionKeys {
    pub encryption: SymmetricKey,
    pub mac: SymmetricKey,
}

impl SessionKeys {
    /// Both keys from one shared secret.
    pub fn derive(cipher: SymmetricCipher, secret: &[u8]) -> Self {
        Self {
            encryption: SymmetricKey::derive(cipher, secret, KeyUse::Encryption),
            mac: SymmetricKey::derive(cipher, secret, KeyUse::Mac),
        }
    }

    pub fn cipher(&self) -> SymmetricCipher {
        self.encryption.cipher
    }
}

/// ISO/IEC 9797-1 padding method 2: one `80`, then zeros.
pub fn pad(message: &[u8], block_bytes: usize) -> Vec<u8> {
    let mut padded = Vec::with_capacity(message.len() + block_bytes);
    padded.extend_from_slice(message);
    padded.push(0x80);
    padded.resize(padded.len().next_multiple_of(block_bytes), 0);
    padded
}

/// Takes padding method 2 off. `None` if it is not there.
pub fn unpad(padded: &[u8]) -> Option<&[u8]> {
    let end = padded.iter().rposition(|byte| *byte != 0)?;
    (padded[end] == 0x80).then(|| &padded[..end])
}

/// Compared in constant time.
pub fn mac_matches(expected: &MacCode, received: &[u8]) -> bool {
    expected.as_slice().ct_eq(received).into()
}

fn first_eight(bytes: &[u8]) -> MacCode {
    let mut code = [0; 8];
    code.copy_from_slice(&bytes[..8]);
    code
}

/// ISO/IEC 9797-1 MAC algorithm 3: single DES in CBC mode under the first half, the last block once more under both.
fn retail_mac(key: &[u8], padded: &[u8]) -> MacCode {
    let (first, second) = key.split_at(8);
    let chain = cbc::Encryptor::<Des>::new_from_slices(first, &[0; 8])
        .expect("a DES key has 8 bytes")
        .encrypt_padded_vec_mut::<NoPadding>(padded);
    let mut block = des::cipher::generic_array::GenericArray::clone_from_slice(&chain[chain.len() - 8..]);
    Des::new_from_slice(second).expect("a DES key has 8 bytes").decrypt_block_mut(&mut block);
    Des::new_from_slice(first).expect("a DES key has 8 bytes").encrypt_block_mut(&mut block);
    first_eight(&block)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hex::decode;

    #[test]
    fn keys_of_the_worked_example_d_1_come_out() {
        // 9303-11 D.1
        let seed = decode("239AB9CB282DAF66231DC5A4DF6BFBAE").expect("hex");
        let keys = SessionKeys::derive(SymmetricCipher::TripleDes, &seed);
        assert_eq!(hex::encode_upper(&keys.encryption.bytes), "AB94FDECF2674FDFB9B391F85D7F76F2");
        assert_eq!(hex::encode_upper(&keys.mac.bytes), "7962D9ECE03D1ACD4C76089DCE131543");
    }

    #[test]
    fn padding_is_taken_off_only_where_it_is() {
        assert_eq!(pad(&[1, 2], 8), [1, 2, 0x80, 0, 0, 0, 0, 0]);
        assert_eq!(pad(&[0; 8], 8).len(), 16);
        assert_eq!(unpad(&pad(&[1, 2], 16)), Some(&[1, 2][..]));
        assert_eq!(unpad(&[0; 8]), None);
        assert_eq!(unpad(&[1, 2, 3]), None);
        assert_eq!(unpad(&[]), None);
    }

    #[test]
    fn a_key_never_shows_in_debug_output() {
        let key = SymmetricKey::derive(SymmetricCipher::Aes256, b"secret", KeyUse::Mac);
        assert_eq!(format!("{key:?}"), "SymmetricKey(Aes256, 32 bytes)");
    }
}

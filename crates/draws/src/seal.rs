use ed25519_compact::{KeyPair, Noise, PublicKey, Seed as KeySeed, Signature};

use crate::hash::{from_hex, to_hex};

/// The public key of the 32 secret bytes with which an office signs.
pub fn public_key(secret: &[u8; 32]) -> [u8; 32] {
    *KeyPair::from_seed(KeySeed::new(*secret)).pk
}

/// Adds a last line `signature HEX` to a statement: Ed25519 (RFC 8032) over all lines before it. The same statement and secret give
/// the same bytes.
///
/// ```
/// let sealed = draws::seal("第一小学 1 班 40 人\n", &[7; 32]);
/// let key = draws::public_key(&[7; 32]);
/// assert_eq!(draws::sealed_by(&sealed, &key), Some("第一小学 1 班 40 人\n"));
/// assert_eq!(draws::sealed_by(&sealed.replace("40", "41"), &key), None);
/// ```
pub fn seal(statement: &str, secret: &[u8; 32]) -> String {
    format!("{statement}signature {}\n", to_hex(&sign(statement, secret)))
}

/// The statement, if the last line is its signature by that key.
pub fn sealed_by<'a>(sealed: &'a str, key: &[u8; 32]) -> Option<&'a str> {
    let body = sealed.strip_suffix('\n')?;
    let start = body.rfind('\n')? + 1;
    let (statement, line) = (&sealed[..start], &body[start..]);
    let signature = from_hex(line.strip_prefix("signature ")?)?;
    signed(statement, &signature, key).then_some(statement)
}

pub(crate) fn sign(statement: &str, secret: &[u8; 32]) -> [u8; 64] {
    *KeyPair::from_seed(KeySeed::new(*secret)).sk.sign(statement, None::<Noise>)
}

pub(crate) fn signed(statement: &str, signature: &[u8; 64], key: &[u8; 32]) -> bool {
    PublicKey::new(*key).verify(statement, &Signature::new(*signature)).is_ok()
}

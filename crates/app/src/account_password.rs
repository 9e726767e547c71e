//! Passwords: what they must be, and how they are kept.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use facts::text;

use crate::Failure;
use crate::rights::Passwords;

/// Memory in KiB, passes, lanes: what OWASP asks of argon2id at least. A guess costs as much as a login.
const COST: (u32, u32, u32) = (19_456, 2, 1);
/// Longer ones are refused before they are hashed.
const LENGTH_MAX: usize = 200;

/// The hash of a password in the PHC form, with the salt given.
pub fn hash(password: &str, salt: &[u8]) -> Result<String, Failure> {
    let hashed =
        hasher().and_then(|argon2| argon2.hash_password_with_salt(password.as_bytes(), salt).map_err(|error| error.to_string()));
    hashed.map(|hash| hash.to_string()).map_err(|why| not_hashed(&why))
}

/// Whether a password is the one that was hashed.
pub fn fits(password: &str, phc: &str) -> bool {
    let Ok(hash) = PasswordHash::new(phc) else { return false };
    password.len() <= LENGTH_MAX && hasher().is_ok_and(|argon2| argon2.verify_password(password.as_bytes(), &hash).is_ok())
}

/// Refuses a password that is too easy, and says why.
pub fn strong(password: &str, person: &str, rules: &Passwords) -> Result<(), Failure> {
    let (length, length_min, kinds_min) = (password.chars().count(), rules.length_min, rules.kinds_min);
    let is_sign = |c: char| !c.is_alphanumeric() || !c.is_ascii();
    let kinds = [
        password.chars().any(|c| c.is_ascii_uppercase()),
        password.chars().any(|c| c.is_ascii_lowercase()),
        password.chars().any(|c| c.is_ascii_digit()),
        password.chars().any(is_sign),
    ];
    let n_kinds = kinds.into_iter().filter(|has| *has).count();
    let small = password.to_lowercase();
    let is_name = !person.is_empty() && small.contains(&person.to_lowercase());
    if length >= length_min && length <= LENGTH_MAX && n_kinds >= kinds_min && !is_name {
        return Ok(());
    }
    Err(Failure::wrong_use(
        text!("这个口令太简单", "this password is too easy"),
        text!(
            "至少 {length_min} 个字，大写、小写、数字、符号中至少 {kinds_min} 种，不含账号",
            "at least {length_min} characters, at least {kinds_min} of capitals, small letters, digits and signs, and not the account's name"
        ),
    ))
}

/// A first password from random bytes: four groups that can be read out and typed.
pub fn first(random: &[u8; 16]) -> String {
    // No letters or digits that are taken for one another.
    const SIGNS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789A";
    let words: Vec<String> =
        random.chunks(4).map(|four| four.iter().map(|byte| char::from(SIGNS[usize::from(byte & 31)])).collect()).collect();
    words.join("-")
}

fn hasher() -> Result<Argon2<'static>, String> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).map_err(|error| error.to_string())?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn not_hashed(why: &str) -> Failure {
    Failure::prevented(
        text!("口令没有保存：{why}", "the password was not kept: {why}"),
        text!("换一个口令再试", "try another password"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_its_own_hash_only() {
        let phc = hash("Kunlun-2026", b"sixteen bytes ok").unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        assert!(fits("Kunlun-2026", &phc) && !fits("kunlun-2026", &phc) && !fits("Kunlun-2026", "junk"));
        assert_ne!(phc, hash("Kunlun-2026", b"another 16 bytes").unwrap());
    }

    #[test]
    fn easy_passwords_are_refused() {
        let rules = Passwords {
            source: String::new(),
            confirmed: false,
            length_min: 10,
            kinds_min: 3,
            days_max: 90,
            first_days: 7,
            tries_max: 5,
            shut_minutes: 30,
        };
        let check = |password: &str, expected: bool| assert_eq!(strong(password, "li", &rules).is_ok(), expected, "{password}");
        check("Kunlun-2026", true);
        check("昆仑山下有雪Abc12", true);
        check("kunlun2026", false);
        check("Kl-2026", false);
        check("Li-kunlun-2026", false);
        check(&"aB3-".repeat(60), false);
    }

    #[test]
    fn a_first_password_can_be_read_out() {
        assert_eq!(first(&[0; 16]), "aaaa-aaaa-aaaa-aaaa");
        assert_eq!(first(b"0123456789abcdef").len(), 19);
    }
}

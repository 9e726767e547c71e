//! The second step of a login: RFC 6238 codes of six digits, every thirty seconds, as telephones make them.

use totp_rs::{Builder, Secret, Totp};

/// The period to which a code belongs, if it is one of now, a little earlier or later, and none up to `last` was used: no code
/// serves twice.
pub fn code_fits(secret: &str, code: &str, seconds: i64, last: i64) -> Option<i64> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let step = totp(secret)?.check(&code, u64::try_from(seconds).ok()?)?;
    i64::try_from(step).ok().filter(|step| *step > last)
}

/// A secret from random bytes, in base 32.
pub fn secret_of(random: &[u8; 20]) -> String {
    Secret::from(random.as_slice()).to_base32()
}

/// The address that puts a secret into a telephone.
pub fn otpauth(secret: &str, person: &str) -> String {
    let plain: String = person.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("otpauth://totp/Junheng:{plain}?secret={secret}&issuer=Junheng")
}

/// The address as a square of dark and light that a telephone reads: its side, and the path of the dark squares as SVG writes
/// it, each a unit wide.
pub fn square(address: &str) -> (usize, String) {
    use std::fmt::Write as _;
    let Ok(code) = qrcode::QrCode::new(address) else { return (0, String::new()) };
    let (side, colors, mut path) = (code.width(), code.to_colors(), String::new());
    for (at, _) in colors.iter().enumerate().filter(|(_, color)| **color == qrcode::Color::Dark) {
        let _ = write!(path, "M{} {}h1v1h-1z", at % side, at / side);
    }
    (side, path)
}

fn totp(secret: &str) -> Option<Totp> {
    Builder::new().with_secret(Secret::try_from_base32(secret).ok()?).build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238, appendix B, and the last six digits of its codes for SHA-1.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = secret_of(b"12345678901234567890");
        assert_eq!(secret, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (2_000_000_000, "279037")] {
            assert_eq!(code_fits(&secret, code, seconds, 0), Some(seconds / 30), "{seconds}");
        }
    }

    #[test]
    fn the_square_has_its_three_corners() {
        let (side, path) = square(&otpauth("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "li"));
        assert!(side > 20 && (side - 17) % 4 == 0, "{side}");
        let is_dark = |x: usize, y: usize| path.contains(&format!("M{x} {y}h1"));
        for (x, y) in [(0, 0), (side - 7, 0), (0, side - 7)] {
            assert!(is_dark(x, y) && is_dark(x + 3, y + 3) && !is_dark(x + 1, y + 1), "{x} {y}");
        }
    }

    #[test]
    fn a_code_serves_once_and_not_for_long() {
        let secret = secret_of(b"12345678901234567890");
        assert_eq!(code_fits(&secret, "287 082", 59, 0), Some(1));
        assert_eq!(code_fits(&secret, "287082", 59, 1), None);
        assert_eq!(code_fits(&secret, "287082", 59 + 30, 0), Some(1));
        assert_eq!(code_fits(&secret, "287082", 59 + 90, 0), None);
        assert_eq!(code_fits(&secret, "287083", 59, 0), None);
        assert_eq!(code_fits("no base 32!", "287082", 59, 0), None);
    }
}

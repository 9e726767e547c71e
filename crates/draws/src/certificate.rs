use crate::hash::{from_hex, to_hex};
use crate::seal::{sign, signed};
use crate::{Draw, Hash, PROTOCOL, Reveals, Seed};

/// The signed statement: this result, and no other, came of this draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    pub draw: Hash,
    pub seed: Seed,
    /// Of `result.csv`.
    pub result: Hash,
    pub rows: usize,
    pub admitted: usize,
    /// Ed25519 (RFC 8032), over all lines before the signature's own.
    pub signature: [u8; 64],
}

/// Signs the result. The signature follows from its arguments, so a run that is done again after a crash gives the same bytes.
pub fn certify(draw: &Draw, reveals: &Reveals, result: &str, secret: &[u8; 32]) -> Certificate {
    let rows = result.lines().count().saturating_sub(1);
    let admitted = result.lines().filter(|line| line.ends_with(",admitted")).count();
    let mut certificate = Certificate {
        draw: draw.id(),
        seed: reveals.seed(),
        result: Hash::of(result.as_bytes()),
        rows,
        admitted,
        signature: [0; 64],
    };
    certificate.signature = sign(&certificate.statement(), secret);
    certificate
}

impl Certificate {
    /// The lines that are signed.
    fn statement(&self) -> String {
        format!(
            "{PROTOCOL} certificate\ndraw {}\nseed {}\nresult {}\nrows {}\nadmitted {}\n",
            self.draw, self.seed.0, self.result, self.rows, self.admitted
        )
    }

    /// The text that is published as `certificate.txt`.
    pub fn write(&self) -> String {
        format!("{}signature {}\n", self.statement(), to_hex(&self.signature))
    }

    pub fn read(words: &str) -> Option<Certificate> {
        let mut lines = words.lines();
        let mut value = |word: &str| lines.next()?.strip_prefix(word)?.strip_prefix(' ');
        value(PROTOCOL).filter(|kind| *kind == "certificate")?;
        let certificate = Certificate {
            draw: Hash::parse(value("draw")?)?,
            seed: Seed(Hash::parse(value("seed")?)?),
            result: Hash::parse(value("result")?)?,
            rows: value("rows")?.parse().ok()?,
            admitted: value("admitted")?.parse().ok()?,
            signature: from_hex(value("signature")?)?,
        };
        (certificate.write() == words).then_some(certificate)
    }

    /// Whether the signature is that of the key.
    pub fn signed_by(&self, key: &[u8; 32]) -> bool {
        signed(&self.statement(), &self.signature, key)
    }
}

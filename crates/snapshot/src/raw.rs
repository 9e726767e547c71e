//! Raw files: kept as they came, sealed, under the hash of their bytes.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

use facts::FileHash;
use sha2::{Digest, Sha256};

use crate::content::hex;
use crate::durable::{Temporary, sync_folder};
use crate::seal::{HomeKey, SealFault, Sealer, Unsealer};
use crate::{Act, Home, HomeError};

/// Seals what `from` gives and keeps it; `named` is where it comes from, for messages.
pub(crate) fn store(home: &Home, key: &HomeKey, mut from: impl Read, named: &Path) -> Result<FileHash, HomeError> {
    let folder = home.raw();
    let failed = |error| HomeError::io(Act::KeepRaw, &folder, error);
    let temporary = Temporary::in_folder(&folder, "raw");
    let file = temporary.create_private().map_err(failed)?;
    let mut sealer = Sealer::new(BufWriter::new(file), key).map_err(failed)?;
    let mut hash = Sha256::new();
    let mut piece = vec![0; 1 << 16];
    loop {
        let n = match from.read(&mut piece) {
            Ok(0) => break,
            Ok(n) => n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(HomeError::io(Act::KeepRaw, named, error)),
        };
        hash.update(&piece[..n]);
        sealer.write_all(&piece[..n]).map_err(failed)?;
    }
    drop(sealer.finish().map_err(failed)?);
    let hash = FileHash(hex(&hash.finalize()));
    let path = home.raw_path(&hash);
    let length = |path: &Path| path.metadata().map(|data| data.len()).ok();
    // Kept already. Were it cut short, its length would differ, and the new one mends it.
    if length(&path).is_some() && length(&path) == length(temporary.path()) {
        return Ok(hash);
    }
    temporary.publish(&path).and_then(|()| sync_folder(&folder)).map_err(failed)?;
    Ok(hash)
}

/// The bytes of a raw file, proved piece by piece against the key and at the end against the hash.
pub struct RawReader {
    inner: Unsealer<BufReader<File>>,
    hash: Sha256,
    wanted: FileHash,
    ended: bool,
}

impl RawReader {
    pub(crate) fn new(file: BufReader<File>, key: &HomeKey, wanted: &FileHash) -> io::Result<RawReader> {
        Ok(RawReader { inner: Unsealer::new(file, key)?, hash: Sha256::new(), wanted: wanted.clone(), ended: false })
    }
}

impl Read for RawReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(out)?;
        self.hash.update(&out[..n]);
        if n == 0 && !out.is_empty() && !self.ended {
            self.ended = true;
            if hex(&self.hash.clone().finalize()) != self.wanted.0.to_ascii_lowercase() {
                return Err(io::Error::new(io::ErrorKind::InvalidData, SealFault::Changed));
            }
        }
        Ok(n)
    }
}

/// Shows which file, never its content.
impl std::fmt::Debug for RawReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RawReader({})", self.wanted)
    }
}

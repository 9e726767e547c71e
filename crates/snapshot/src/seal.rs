//! Sealing of streams with AES-256-GCM, chunk by chunk, so that a file of any length passes through bounded memory.
//!
//! A sealed file is a header (magic, the key's fingerprint, a random salt) and chunks of 64 KiB, each with its tag; the last
//! one may be shorter. Every file has a key of its own, SHA-256 over the home's key and the salt, so a nonce is never used
//! twice: it is the chunk's number and whether it is the last. Chunks left out, repeated, moved or cut off are noticed.

use std::io::{self, Read, Write};

use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use sha2::{Digest, Sha256};

const MAGIC: &[u8; 8] = b"JHSEAL01";
const CHUNK: usize = 64 * 1024;
const TAG: usize = 16;
const HEADER: usize = 8 + 8 + 32;

/// The home's key.
#[derive(Clone)]
pub(crate) struct HomeKey(pub(crate) [u8; 32]);

impl HomeKey {
    /// Tells keys apart without telling anything of them.
    fn fingerprint(&self) -> [u8; 8] {
        let digest = Sha256::new().chain_update(b"junheng key fingerprint").chain_update(self.0).finalize();
        let mut first = [0; 8];
        first.copy_from_slice(&digest[..8]);
        first
    }

    fn cipher(&self, salt: &[u8]) -> Aes256Gcm {
        let digest = Sha256::new().chain_update(b"junheng file key").chain_update(self.0).chain_update(salt).finalize();
        Aes256Gcm::new(&digest)
    }
}

/// Why a sealed stream cannot be opened; carried inside an `io::Error` of kind `InvalidData`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SealFault {
    NotSealed,
    OtherKey,
    Changed,
}

impl std::fmt::Display for SealFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            SealFault::NotSealed => "not a sealed file",
            SealFault::OtherKey => "sealed with another key",
            SealFault::Changed => "changed or cut short",
        })
    }
}

impl std::error::Error for SealFault {}

impl SealFault {
    /// Finds the fault in an error that came out of an [`Unsealer`], also through other readers.
    pub(crate) fn of(error: &io::Error) -> Option<SealFault> {
        error.get_ref()?.downcast_ref::<SealFault>().copied()
    }

    fn error(self) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, self)
    }
}

/// Seals what is written to it. Nothing is whole before [`Sealer::finish`].
pub(crate) struct Sealer<W> {
    sink: W,
    cipher: Aes256Gcm,
    header: [u8; HEADER],
    n_chunks: u64,
    chunk: Vec<u8>,
}

impl<W: Write> Sealer<W> {
    pub(crate) fn new(mut sink: W, key: &HomeKey) -> io::Result<Sealer<W>> {
        let mut header = [0; HEADER];
        header[..8].copy_from_slice(MAGIC);
        header[8..16].copy_from_slice(&key.fingerprint());
        getrandom::fill(&mut header[16..]).map_err(io::Error::other)?;
        sink.write_all(&header)?;
        let cipher = key.cipher(&header[16..]);
        Ok(Sealer { sink, cipher, header, n_chunks: 0, chunk: Vec::with_capacity(CHUNK + TAG) })
    }

    /// Writes the last chunk and gives the sink back.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        self.seal_chunk(true)?;
        self.sink.flush()?;
        Ok(self.sink)
    }

    fn seal_chunk(&mut self, last: bool) -> io::Result<()> {
        let nonce = nonce(self.n_chunks, last);
        self.cipher.encrypt_in_place(&nonce, &self.header, &mut self.chunk).map_err(io::Error::other)?;
        self.sink.write_all(&self.chunk)?;
        self.chunk.clear();
        self.n_chunks += 1;
        Ok(())
    }
}

impl<W: Write> Write for Sealer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.chunk.len() == CHUNK && !bytes.is_empty() {
            self.seal_chunk(false)?;
        }
        let n = bytes.len().min(CHUNK - self.chunk.len());
        self.chunk.extend_from_slice(&bytes[..n]);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Opens a sealed stream; gives no byte that has not been proved.
pub(crate) struct Unsealer<R> {
    source: R,
    cipher: Aes256Gcm,
    header: [u8; HEADER],
    n_chunks: u64,
    /// The chunk that is being given out, and how far.
    chunk: Vec<u8>,
    given: usize,
    /// The sealed chunk after it; empty at the end.
    ahead: Vec<u8>,
}

impl<R: Read> Unsealer<R> {
    pub(crate) fn new(mut source: R, key: &HomeKey) -> io::Result<Unsealer<R>> {
        let mut header = [0; HEADER];
        let n = read_full(&mut source, &mut header)?;
        if n < HEADER || header[..8] != *MAGIC {
            return Err(SealFault::NotSealed.error());
        }
        if header[8..16] != key.fingerprint() {
            return Err(SealFault::OtherKey.error());
        }
        let cipher = key.cipher(&header[16..]);
        let mut unsealer = Unsealer { source, cipher, header, n_chunks: 0, chunk: Vec::new(), given: 0, ahead: Vec::new() };
        unsealer.read_ahead()?;
        unsealer.open_chunk()?;
        Ok(unsealer)
    }

    fn read_ahead(&mut self) -> io::Result<()> {
        self.ahead.resize(CHUNK + TAG, 0);
        let n = read_full(&mut self.source, &mut self.ahead)?;
        self.ahead.truncate(n);
        Ok(())
    }

    fn open_chunk(&mut self) -> io::Result<()> {
        std::mem::swap(&mut self.chunk, &mut self.ahead);
        self.given = 0;
        self.read_ahead()?;
        let nonce = nonce(self.n_chunks, self.ahead.is_empty());
        self.n_chunks += 1;
        let opened = self.cipher.decrypt_in_place(&nonce, &self.header, &mut self.chunk);
        if opened.is_err() {
            self.chunk.clear();
            self.ahead.clear();
            return Err(SealFault::Changed.error());
        }
        Ok(())
    }
}

impl<R: Read> Read for Unsealer<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.given == self.chunk.len() && !self.ahead.is_empty() {
            self.open_chunk()?;
        }
        let n = out.len().min(self.chunk.len() - self.given);
        out[..n].copy_from_slice(&self.chunk[self.given..self.given + n]);
        self.given += n;
        Ok(n)
    }
}

fn nonce(n: u64, last: bool) -> Nonce<aes_gcm::aead::consts::U12> {
    let mut bytes = [0; 12];
    bytes[3..11].copy_from_slice(&n.to_be_bytes());
    bytes[11] = u8::from(last);
    bytes.into()
}

fn read_full(source: &mut impl Read, out: &mut [u8]) -> io::Result<usize> {
    let mut n = 0;
    while n < out.len() {
        match source.read(&mut out[n..]) {
            Ok(0) => break,
            Ok(read) => n += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(n)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal(plain: &[u8], key: &HomeKey) -> Vec<u8> {
        let mut sealer = Sealer::new(Vec::new(), key).unwrap();
        sealer.write_all(plain).unwrap();
        sealer.finish().unwrap()
    }

    fn open(sealed: &[u8], key: &HomeKey) -> Result<Vec<u8>, SealFault> {
        let mut plain = Vec::new();
        let read = Unsealer::new(sealed, key).and_then(|mut unsealer| unsealer.read_to_end(&mut plain));
        read.map(|_| plain).map_err(|error| SealFault::of(&error).unwrap())
    }

    const KEY: HomeKey = HomeKey([7; 32]);

    #[test]
    fn every_length_comes_back() {
        for n in [0, 1, 15, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 5] {
            let plain: Vec<u8> = (0..n).map(|i| (i * 31 % 251) as u8).collect();
            let sealed = seal(&plain, &KEY);
            assert_eq!(open(&sealed, &KEY).unwrap(), plain, "{n} bytes");
            if n > 8 {
                assert!(!sealed.windows(8).any(|window| window == &plain[..8]), "{n} bytes in the clear");
            }
        }
    }

    #[test]
    fn any_change_is_noticed() {
        let plain = vec![5; 2 * CHUNK + 100];
        let sealed = seal(&plain, &KEY);
        let piece = CHUNK + TAG;
        let cut_at_chunk = sealed[..HEADER + 2 * piece].to_vec();
        let mut swapped = sealed.clone();
        swapped[HEADER..HEADER + 2 * piece].rotate_left(piece);
        let mut flipped = sealed.clone();
        flipped[HEADER + piece + 9] ^= 1;
        let mut salted = sealed.clone();
        salted[20] ^= 1;
        let longer = [sealed.as_slice(), b"x"].concat();
        for changed in
            [cut_at_chunk, sealed[..sealed.len() - 1].to_vec(), sealed[..HEADER].to_vec(), swapped, flipped, salted, longer]
        {
            assert_eq!(open(&changed, &KEY), Err(SealFault::Changed));
        }
        assert_eq!(open(b"PK\x03\x04", &KEY), Err(SealFault::NotSealed));
        assert_eq!(open(&sealed, &HomeKey([8; 32])), Err(SealFault::OtherKey));
    }

    #[test]
    fn two_sealings_of_one_text_differ() {
        assert_ne!(seal(b"same", &KEY), seal(b"same", &KEY));
    }
}

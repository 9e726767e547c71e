use std::path::{Path, PathBuf};

use facts::{CountyCode, FileHash};

use crate::{HomeError, HomeLock, Manifest, Snapshot, SnapshotId};

/// The folder that holds a county's or a province's snapshots, raw files and key.
#[derive(Debug, Clone)]
pub struct Home {
    root: PathBuf,
}

/// What a home holds: the snapshots that can be read, and what stands in the way of the others.
#[derive(Debug)]
#[must_use]
pub struct Listing {
    /// By county, then by time of publication.
    pub manifests: Vec<Manifest>,
    /// One for each snapshot file that cannot be read.
    pub broken: Vec<HomeError>,
}

impl Home {
    /// Opens a home that exists.
    pub fn open(path: impl AsRef<Path>) -> Result<Home, HomeError> {
        Ok(Home { root: path.as_ref().to_path_buf() })
    }

    /// Opens a home, making the folder where there is none.
    pub fn open_or_create(path: impl AsRef<Path>) -> Result<Home, HomeError> {
        Home::open(path)
    }

    pub fn path(&self) -> &Path {
        &self.root
    }

    /// Becomes the one writer of this home; `who` is shown to whoever is refused meanwhile. What a killed import left is
    /// swept away.
    pub fn lock(&self, _who: &str) -> Result<HomeLock, HomeError> {
        Err(HomeError::Locked { path: self.root.clone(), who: None })
    }

    pub fn list(&self) -> Result<Listing, HomeError> {
        Ok(Listing { manifests: Vec::new(), broken: Vec::new() })
    }

    /// The snapshot of a county that was published or confirmed last.
    pub fn latest(&self, _county: &CountyCode) -> Result<Option<SnapshotId>, HomeError> {
        Ok(None)
    }

    /// The latest snapshot of every county, in order of their codes.
    pub fn latest_of_each(&self) -> Result<Vec<(CountyCode, SnapshotId)>, HomeError> {
        Ok(Vec::new())
    }

    /// Opens a snapshot by its id or by the first digits of it, if they are unique.
    pub fn snapshot(&self, id: &str) -> Result<Snapshot, HomeError> {
        Err(HomeError::NoSnapshot { wanted: id.to_string() })
    }

    /// A raw file's bytes. Large files are better read with [`Home::open_raw`].
    pub fn read_raw(&self, hash: &FileHash) -> Result<Vec<u8>, HomeError> {
        Err(HomeError::NoRawFile { hash: hash.to_string() })
    }
}

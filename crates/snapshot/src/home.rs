use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use facts::{CountyCode, FileHash, text};

use crate::content::hex;
use crate::durable::make_folder;
use crate::key;
use crate::open::read_manifest;
use crate::raw::RawReader;
use crate::seal::{Sealer, Unsealer};
use crate::{Act, HomeError, HomeLock, Manifest, Snapshot, SnapshotId};

/// What sealed words begin with.
const SEALED: &str = "sealed:";

/// The folder that holds a county's or a province's snapshots, raw files and key.
///
/// ```text
/// snapshots/<county>/<id>.sqlite   the facts; no person can be told from them
/// snapshots/<county>/<id>.people   the columns that identify people, sealed
/// snapshots/<county>/latest        the id of the county's snapshot in force
/// raw/<sha256>.sealed              the files as they came, sealed
/// keys/home.key                    the key to both
/// looked.log                       every look at people's data
/// lock                             held by whoever writes
/// ```
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
    /// Opens a home that exists. Reading needs no right to write, except for looks at people.
    pub fn open(path: impl AsRef<Path>) -> Result<Home, HomeError> {
        let root = path.as_ref().to_path_buf();
        if root.join("snapshots").is_dir() { Ok(Home { root }) } else { Err(HomeError::NoHome { path: root }) }
    }

    /// Opens a home, making the folder where there is none.
    ///
    /// ```
    /// # let dir = tempfile::tempdir().unwrap();
    /// let home = snapshot::Home::open_or_create(dir.path().join("junheng-data")).unwrap();
    /// assert!(home.list().unwrap().manifests.is_empty());
    /// ```
    pub fn open_or_create(path: impl AsRef<Path>) -> Result<Home, HomeError> {
        let home = Home { root: path.as_ref().to_path_buf() };
        for folder in [home.root.clone(), home.snapshots(), home.raw(), home.keys()] {
            make_folder(&folder).map_err(|error| HomeError::io(Act::CreateHome, &folder, error))?;
        }
        Ok(home)
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// Becomes the one writer of this home; `who` is shown to whoever is refused meanwhile. What a killed import left is
    /// swept away.
    pub fn lock(&self, who: &str) -> Result<HomeLock, HomeError> {
        HomeLock::take(self, who)
    }

    /// Every snapshot; one that cannot be read does not hide the others.
    pub fn list(&self) -> Result<Listing, HomeError> {
        let mut listing = Listing { manifests: Vec::new(), broken: Vec::new() };
        for county in self.counties()? {
            for id in self.ids(&county)? {
                match read_manifest(&self.snapshot_path(&county, &id), &county, &id) {
                    Ok(manifest) => listing.manifests.push(manifest),
                    Err(error) => listing.broken.push(error),
                }
            }
        }
        let order = |manifest: &Manifest| (manifest.county.clone(), manifest.created, manifest.id.clone());
        listing.manifests.sort_by_key(order);
        Ok(listing)
    }

    /// The snapshot of a county that was published or confirmed last.
    pub fn latest(&self, county: &CountyCode) -> Result<Option<SnapshotId>, HomeError> {
        let named = fs::read_to_string(self.county(county).join("latest")).unwrap_or_default();
        if let Some(id) = SnapshotId::parse(named.trim()).filter(|id| self.snapshot_path(county, id).is_file()) {
            return Ok(Some(id));
        }
        // The note is gone or names a snapshot that is: the newest that can be read takes its place.
        let readable = self.ids(county)?.into_iter().filter_map(|id| {
            let manifest = read_manifest(&self.snapshot_path(county, &id), county, &id).ok()?;
            Some((manifest.created, id))
        });
        Ok(readable.max().map(|(_, id)| id))
    }

    /// The latest snapshot of every county, in order of their codes.
    pub fn latest_of_each(&self) -> Result<Vec<(CountyCode, SnapshotId)>, HomeError> {
        let mut all = Vec::new();
        for county in self.counties()? {
            all.extend(self.latest(&county)?.map(|id| (county, id)));
        }
        Ok(all)
    }

    /// Opens a snapshot by its id or by the first digits of it, if they are unique.
    pub fn snapshot(&self, id: &str) -> Result<Snapshot, HomeError> {
        let wanted = id.trim().to_ascii_lowercase();
        let mut found = Vec::new();
        for county in self.counties()? {
            found.extend(self.ids(&county)?.into_iter().map(|id| (county.clone(), id)));
        }
        found.retain(|(_, id)| !wanted.is_empty() && id.as_str().starts_with(&wanted));
        match found.as_slice() {
            [] => Err(HomeError::NoSnapshot { wanted: id.to_string() }),
            [(county, id)] => Snapshot::open(self, county, id),
            several => {
                let candidates = several.iter().map(|(_, id)| id.clone()).collect();
                Err(HomeError::AmbiguousId { wanted: id.to_string(), candidates })
            }
        }
    }

    /// A raw file's bytes. Large files are better read with [`Home::open_raw`].
    pub fn read_raw(&self, hash: &FileHash) -> Result<Vec<u8>, HomeError> {
        let mut bytes = Vec::new();
        let path = self.raw_path(hash);
        self.open_raw(hash)?.read_to_end(&mut bytes).map_err(|error| HomeError::sealed(Act::ReadRaw, &path, error))?;
        Ok(bytes)
    }

    /// Reads a raw file piece by piece. Bytes that are not the file's are never given out; a whole file that is another
    /// than its name says is an error at its end.
    pub fn open_raw(&self, hash: &FileHash) -> Result<RawReader, HomeError> {
        let unknown = || HomeError::NoRawFile { hash: hash.to_string() };
        // Anything but a hash would be a path to somewhere else.
        if hash.0.len() != 64 || !hash.0.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(unknown());
        }
        let path = self.raw_path(hash);
        let file = File::open(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => unknown(),
            _ => HomeError::io(Act::ReadRaw, &path, error),
        })?;
        let key = key::read(self)?.ok_or_else(|| HomeError::KeyMissing { path: key::path(self) })?;
        RawReader::new(BufReader::new(file), &key, hash).map_err(|error| HomeError::sealed(Act::ReadRaw, &path, error))
    }

    /// Seals a few words with the home's key, as the columns are sealed that identify people; a new home gets its key.
    ///
    /// ```
    /// # let dir = tempfile::tempdir().unwrap();
    /// let home = snapshot::Home::open_or_create(dir.path()).unwrap();
    /// let sealed = home.seal_words("某某").unwrap();
    /// assert!(sealed.starts_with("sealed:") && !sealed.contains("某某"));
    /// assert_eq!(home.unseal_words(&sealed).unwrap(), "某某");
    /// ```
    pub fn seal_words(&self, words: &str) -> Result<String, HomeError> {
        Ok(format!("{SEALED}{}", hex(&self.seal_bytes(words.as_bytes())?)))
    }

    /// Seals a file's bytes in the same way.
    ///
    /// ```
    /// # let dir = tempfile::tempdir().unwrap();
    /// let home = snapshot::Home::open_or_create(dir.path()).unwrap();
    /// let sealed = home.seal_bytes(b"%PDF-").unwrap();
    /// assert!(!sealed.windows(5).any(|five| five == b"%PDF-"));
    /// assert_eq!(home.unseal_bytes(&sealed).unwrap(), b"%PDF-");
    /// ```
    pub fn seal_bytes(&self, bytes: &[u8]) -> Result<Vec<u8>, HomeError> {
        let key = match key::read(self)? {
            Some(key) => key,
            None => key::read_or_create(&self.lock("duty")?)?,
        };
        let sealed = Sealer::new(Vec::new(), &key).and_then(|mut sealer| {
            sealer.write_all(bytes)?;
            sealer.finish()
        });
        sealed.map_err(|error| HomeError::io(Act::SealWords, &key::path(self), error))
    }

    /// Opens what [`Home::seal_bytes`] sealed.
    pub fn unseal_bytes(&self, sealed: &[u8]) -> Result<Vec<u8>, HomeError> {
        let path = key::path(self);
        let key = key::read(self)?.ok_or_else(|| HomeError::KeyMissing { path: path.clone() })?;
        let mut bytes = Vec::new();
        Unsealer::new(sealed, &key)
            .and_then(|mut unsealer| unsealer.read_to_end(&mut bytes))
            .map_err(|error| HomeError::sealed(Act::ReadPeople, &path, error))?;
        Ok(bytes)
    }

    /// Opens words that [`Home::seal_words`] sealed; words that were never sealed come back as they are.
    pub fn unseal_words(&self, sealed: &str) -> Result<String, HomeError> {
        let Some(digits) = sealed.strip_prefix(SEALED) else { return Ok(sealed.to_string()) };
        let bytes: Option<Vec<u8>> =
            digits.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect();
        let words = String::from_utf8(self.unseal_bytes(&bytes.unwrap_or_default())?);
        words.map_err(|error| HomeError::sealed(Act::ReadPeople, &key::path(self), io::Error::other(error)))
    }

    pub(crate) fn snapshots(&self) -> PathBuf {
        self.root.join("snapshots")
    }

    pub(crate) fn county(&self, county: &CountyCode) -> PathBuf {
        self.snapshots().join(county.as_str())
    }

    pub(crate) fn snapshot_path(&self, county: &CountyCode, id: &SnapshotId) -> PathBuf {
        self.county(county).join(format!("{id}.sqlite"))
    }

    pub(crate) fn people_path(&self, county: &CountyCode, id: &SnapshotId) -> PathBuf {
        self.county(county).join(format!("{id}.people"))
    }

    pub(crate) fn raw(&self) -> PathBuf {
        self.root.join("raw")
    }

    pub(crate) fn raw_path(&self, hash: &FileHash) -> PathBuf {
        self.raw().join(format!("{hash}.sealed"))
    }

    pub(crate) fn keys(&self) -> PathBuf {
        self.root.join("keys")
    }

    /// The counties of which there is a folder, in order.
    pub(crate) fn counties(&self) -> Result<Vec<CountyCode>, HomeError> {
        let names = file_names(&self.snapshots())?;
        let mut counties: Vec<CountyCode> =
            names.iter().filter_map(|name| CountyCode::parse(name).filter(|county| county.as_str() == name)).collect();
        counties.sort();
        Ok(counties)
    }

    /// The ids of a county's snapshots, in order; other files are none of ours.
    pub(crate) fn ids(&self, county: &CountyCode) -> Result<Vec<SnapshotId>, HomeError> {
        let names = file_names(&self.county(county))?;
        let mut ids: Vec<SnapshotId> = names.iter().filter_map(|name| SnapshotId::parse(name.strip_suffix(".sqlite")?)).collect();
        ids.sort();
        Ok(ids)
    }
}

/// The names in a folder; none where there is no folder.
pub(crate) fn file_names(folder: &Path) -> Result<Vec<String>, HomeError> {
    let failed = |error| HomeError::io(Act::List, folder, error);
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed)?,
    };
    let mut names = Vec::new();
    for entry in entries {
        names.extend(entry.map_err(failed)?.file_name().into_string());
    }
    Ok(names)
}

impl HomeError {
    /// An error met while reading a sealed file.
    pub(crate) fn sealed(act: Act, path: &Path, error: io::Error) -> HomeError {
        use crate::seal::SealFault;
        let path_owned = path.to_path_buf();
        match (SealFault::of(&error), error.kind()) {
            (Some(SealFault::OtherKey), _) => HomeError::OtherKey { path: path_owned },
            (Some(_), _) | (None, io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof) => HomeError::Damaged {
                path: path_owned,
                why: text!("加密内容不完整或被改动", "its sealed content was changed or cut short"),
            },
            _ => HomeError::io(act, path, error),
        }
    }
}

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use facts::FileHash;

use crate::durable::TEMPORARY;
use crate::home::file_names;
use crate::{Act, Home, HomeError, key, raw};

/// The right to write to a home, held by one process at a time; the system takes it back when the process ends.
#[derive(Debug)]
pub struct HomeLock {
    home: Home,
    /// Unlocked when it is closed.
    _file: File,
}

impl HomeLock {
    pub(crate) fn take(home: &Home, who: &str) -> Result<HomeLock, HomeError> {
        let path = home.path().join("lock");
        let failed = |error| HomeError::io(Act::Lock, &path, error);
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(HomeError::Locked { path: home.path().to_path_buf(), who: holder(&mut file) });
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        file.set_len(0).and_then(|()| file.write_all(who.as_bytes())).map_err(failed)?;
        let lock = HomeLock { home: home.clone(), _file: file };
        lock.sweep()?;
        Ok(lock)
    }

    /// The home that is locked.
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// Keeps a raw file, sealed, under the hash of its bytes. Bounded memory for any length.
    pub fn store_raw(&self, from: impl Read) -> Result<FileHash, HomeError> {
        let key = key::read_or_create(self)?;
        raw::store(&self.home, &key, from, &self.home.raw())
    }

    /// Keeps a raw file on disk as [`HomeLock::store_raw`] does.
    pub fn store_raw_file(&self, path: &Path) -> Result<FileHash, HomeError> {
        let file = File::open(path).map_err(|error| HomeError::io(Act::KeepRaw, path, error))?;
        let key = key::read_or_create(self)?;
        raw::store(&self.home, &key, file, path)
    }

    /// Removes what a killed writer left: temporary files, and people without their facts. Only the holder of the lock may,
    /// as anybody else's temporary files may be in use.
    fn sweep(&self) -> Result<(), HomeError> {
        let mut leftovers = temporary_files(&self.home.raw())?;
        leftovers.extend(temporary_files(&self.home.keys())?);
        for county in self.home.counties()? {
            let folder = self.home.county(&county);
            leftovers.extend(temporary_files(&folder)?);
            let whole = self.home.ids(&county)?;
            for name in file_names(&folder)? {
                let Some(stem) = name.strip_suffix(".people") else { continue };
                if !whole.iter().any(|id| id.as_str() == stem) {
                    leftovers.push(folder.join(name));
                }
            }
        }
        for path in leftovers {
            fs::remove_file(&path).map_err(|error| HomeError::io(Act::Sweep, &path, error))?;
        }
        Ok(())
    }
}

fn temporary_files(folder: &Path) -> Result<Vec<PathBuf>, HomeError> {
    let mut names = file_names(folder)?;
    names.retain(|name| Path::new(name).extension().is_some_and(|ending| ending == TEMPORARY));
    Ok(names.into_iter().map(|name| folder.join(name)).collect())
}

/// What the holder of the lock wrote about itself.
fn holder(file: &mut File) -> Option<String> {
    let mut bytes = Vec::new();
    file.take(1000).read_to_end(&mut bytes).ok()?;
    let words = facts::plain(&String::from_utf8_lossy(&bytes));
    (!words.is_empty()).then_some(words)
}

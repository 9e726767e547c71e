//! Files that appear whole or not at all: written under a temporary name, flushed to the disk, renamed, and the folder
//! flushed after them.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// The ending by which a later sweep knows what a killed process left behind.
pub(crate) const TEMPORARY: &str = "tmp";

/// A temporary file's name in a folder; the file is removed when this is dropped before [`Temporary::publish`].
#[derive(Debug)]
pub(crate) struct Temporary {
    path: PathBuf,
    published: bool,
}

impl Temporary {
    pub(crate) fn in_folder(folder: &Path, stem: &str) -> Temporary {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{stem}-{}-{count}.{TEMPORARY}", std::process::id());
        Temporary { path: folder.join(name), published: false }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Creates the file so that only its owner can read it.
    pub(crate) fn create_private(&self) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&self.path)
    }

    /// Gives the finished file its name. The caller flushes the folder with [`sync_folder`] once all names are given.
    pub(crate) fn publish(mut self, to: &Path) -> io::Result<()> {
        File::open(&self.path)?.sync_all()?;
        fs::rename(&self.path, to)?;
        self.published = true;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.published {
            // It may never have been created; what cannot be removed now is swept by the next writer.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Replaces a small file at once.
pub fn write_whole(folder: &Path, name: &str, content: &[u8]) -> io::Result<()> {
    let temporary = Temporary::in_folder(folder, name);
    temporary.create_private()?.write_all(content)?;
    temporary.publish(&folder.join(name))?;
    sync_folder(folder)
}

/// Makes names given or removed in a folder last through a power cut.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Makes a folder that only its owner can look into, and its name last.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    folder.parent().filter(|parent| !parent.as_os_str().is_empty()).map_or(Ok(()), sync_folder)
}

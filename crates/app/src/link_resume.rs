//! Where the work of linking stands, in a file: a run that was stopped, however that came about, goes on from there.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use facts::{Finding, Place, Severity, text};
use linkage::Standing;
use sha2::{Digest, Sha256};

use crate::Failure;
use crate::link_files::LinkAsked;
use crate::link_output::write_whole;

/// The file, and of what inputs it speaks.
pub(crate) struct StandingFile {
    path: PathBuf,
    inputs: [u8; 32],
    written: Instant,
    failed: bool,
}

/// So often, at most, it is written again.
const EVERY: Duration = Duration::from_secs(2);

impl StandingFile {
    /// Opens the file for these inputs; what an earlier run of the same inputs left in it comes back.
    pub(crate) fn open(path: &Path, asked: &LinkAsked<'_>) -> Result<(StandingFile, Option<Standing>), Failure> {
        let mut hasher = Sha256::new();
        for input in [Some(asked.settings), Some(asked.left), asked.right, asked.decisions] {
            match input {
                None => hasher.update([0]),
                Some(input) => {
                    let bytes = std::fs::read(input)
                        .map_err(|error| Failure::io(text!("读取要比对的表", "read the register"), input, &error))?;
                    hasher.update(Sha256::digest(&bytes));
                }
            }
        }
        let file =
            StandingFile { path: path.to_path_buf(), inputs: hasher.finalize().into(), written: Instant::now(), failed: false };
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok((file, None)),
            Err(error) => return Err(Failure::io(text!("读取续做文件", "read where the work stood"), path, &error)),
        };
        let standing = bytes.strip_prefix(&file.inputs).and_then(Standing::from_bytes);
        if standing.is_none() {
            let at = path.display();
            return Err(Failure::wrong_use(
                text!("{at} 不是这次比对留下的续做文件", "{at} does not say where this work stood"),
                text!(
                    "表、设置或判定改过就要重做：删去它，或换个文件名",
                    "registers, settings or decisions that changed begin anew: remove it, or choose another name"
                ),
            ));
        }
        Ok((file, standing))
    }

    /// Writes where the work stands, now and then. The old file is there until the new one is whole.
    pub(crate) fn keep(&mut self, standing: &Standing) {
        if self.written.elapsed() < EVERY || self.failed {
            return;
        }
        let bytes = [&self.inputs[..], &standing.to_bytes()].concat();
        self.failed = write_whole(&self.path, &bytes).is_err();
        self.written = Instant::now();
    }

    /// The work is done: the file goes. Says so where it could not be kept.
    pub(crate) fn done(self) -> Option<Finding> {
        let at = self.path.display().to_string();
        if !self.failed {
            // One that was never written is gone already.
            let _ = std::fs::remove_file(&self.path);
            return None;
        }
        Some(Finding::new(
            Severity::Note,
            "link-standing-not-kept",
            Place::file(&at),
            text!(
                "续做文件写不进 {at}，中断后只能重做",
                "where the work stands could not be written to {at}: a stopped run would begin anew"
            ),
            text!("换一个能写的文件夹；这次的结果不受影响", "choose a folder that can be written; the result is none the worse"),
        ))
    }
}

//! A draw on the disk: six published files, a journal, and a lock while somebody is at work on it.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use draws::{Draw, DrawList, Hash, Published, Reveals};
use facts::{Finding, text};

use crate::Failure;

/// The files of a draw, as texts; those that are not there yet are empty.
#[derive(Debug, Default)]
pub(crate) struct DrawFiles {
    pub draw: String,
    pub list: String,
    pub commitments: String,
    pub reveals: String,
    pub result: String,
    pub certificate: String,
}

pub(crate) const DRAW: &str = "draw.txt";
pub(crate) const LIST: &str = "list.csv";
pub(crate) const COMMITMENTS: &str = "commitments.txt";
pub(crate) const REVEALS: &str = "reveals.txt";
pub(crate) const RESULT: &str = "result.csv";
pub(crate) const CERTIFICATE: &str = "certificate.txt";
pub(crate) const JOURNAL: &str = "journal.txt";

/// A folder in which one process at a time works on one draw.
pub(crate) struct DrawFolder {
    folder: PathBuf,
    _lock: File,
}

impl DrawFolder {
    /// Takes a folder for oneself; a second officer who starts at the same time is refused.
    pub fn lock(folder: &Path) -> Result<DrawFolder, Failure> {
        let path = folder.join(".lock");
        let opened = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let lock = opened.map_err(|error| Failure::io(text!("打开派位文件夹", "open the folder of the draw"), folder, &error))?;
        match lock.try_lock() {
            Ok(()) => Ok(DrawFolder { folder: folder.to_path_buf(), _lock: lock }),
            Err(fs::TryLockError::WouldBlock) => Err(Failure {
                busy: true,
                ..Failure::prevented(
                    text!("另一个人正在操作这次派位", "somebody else is at work on this draw"),
                    text!("等他完成后再试", "try again when they are done"),
                )
            }),
            Err(fs::TryLockError::Error(error)) => {
                Err(Failure::io(text!("锁定派位文件夹", "lock the folder of the draw"), folder, &error))
            }
        }
    }

    pub fn read(&self) -> Result<DrawFiles, Failure> {
        read_files(&self.folder)
    }

    /// Writes a file so that after a crash at any moment it is there whole, or not at all.
    pub fn write(&self, name: &str, words: &str) -> Result<(), Failure> {
        snapshot::write_whole(&self.folder, name, words.as_bytes())
            .map_err(|error| Failure::io(text!("写派位文件", "write a file of the draw"), &self.folder.join(name), &error))
    }

    /// Adds a line to the journal, each holding the hash of all before it, and waits until it is on the disk.
    pub fn note(&self, event: &str, detail: &str) -> Result<(), Failure> {
        let path = self.folder.join(JOURNAL);
        let failed = |error: &std::io::Error| Failure::io(text!("写派位日志", "write the journal of the draw"), &path, error);
        let before = match fs::read_to_string(&path) {
            Ok(words) => words,
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(error) => return Err(failed(&error)),
        };
        // A line that a crash has cut off is no line; what it would have said is said again now.
        let whole = before.rfind('\n').map_or(0, |end| end + 1);
        let before = &before[..whole];
        let now = crate::now();
        let late = before.lines().filter_map(|line| line.split(' ').nth(1)).max().is_some_and(|last| last > now.as_str());
        let behind = if late { " clock-behind-the-journal" } else { "" };
        let line = format!("{} {now} {event} {detail}{behind} {}\n", before.lines().count() + 1, Hash::of(before.as_bytes()));
        let written = OpenOptions::new().create(true).truncate(false).write(true).open(&path).and_then(|mut file| {
            file.set_len(whole as u64)?;
            std::io::Seek::seek(&mut file, std::io::SeekFrom::End(0))?;
            file.write_all(line.as_bytes())?;
            file.sync_all()
        });
        written.map_err(|error| failed(&error))
    }
}

/// A further file of a folder; empty where it is not there.
pub(crate) fn read_text(folder: &Path, name: &str) -> Result<String, Failure> {
    match fs::read(folder.join(name)) {
        Ok(bytes) => String::from_utf8(bytes).map_err(|_| {
            Failure::wrong_use(
                text!("{name} 不是 UTF-8 文本", "{name} is no UTF-8 text"),
                text!("用公布的原文件", "use the file as it was published"),
            )
        }),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(Failure::io(text!("读派位文件", "read a file of the draw"), &folder.join(name), &error)),
    }
}

pub(crate) fn read_files(folder: &Path) -> Result<DrawFiles, Failure> {
    let read = |name: &str| read_text(folder, name);
    if let Err(error) = fs::metadata(folder.join(DRAW)) {
        return Err(Failure::io(text!("读派位文件", "read a file of the draw"), &folder.join(DRAW), &error));
    }
    Ok(DrawFiles {
        draw: read(DRAW)?,
        list: read(LIST)?,
        commitments: read(COMMITMENTS)?,
        reveals: read(REVEALS)?,
        result: read(RESULT)?,
        certificate: read(CERTIFICATE)?,
    })
}

impl DrawFiles {
    pub fn published(&self) -> Published<'_> {
        Published {
            draw: &self.draw,
            list: &self.list,
            commitments: &self.commitments,
            reveals: &self.reveals,
            result: &self.result,
            certificate: &self.certificate,
        }
    }

    /// The draw with its list, which must be the one that was published.
    pub fn draw_and_list(&self) -> Result<(Draw, DrawList), Failure> {
        let draw = Draw::read(&self.draw, DRAW).map_err(refused)?;
        let (list, mut findings) = DrawList::read(&self.list, LIST);
        findings.extend(draw.fits(&list));
        if findings.is_empty() { Ok((draw, list)) } else { Err(Failure::found(&findings)) }
    }

    /// What the witnesses have promised and shown so far.
    pub fn witnesses(&self, draw: &Draw) -> Result<(Vec<(String, Hash)>, Reveals), Failure> {
        let commitments = if self.commitments.is_empty() {
            Vec::new()
        } else {
            draws::read_commitments(&self.commitments, draw).map_err(refused)?
        };
        let reveals = if self.reveals.is_empty() {
            Reveals::new(draw.id())
        } else {
            Reveals::read(&self.reveals, draw, &commitments).map_err(refused)?
        };
        Ok((commitments, reveals))
    }
}

/// A refusal of the protocol is a wrong use: nothing has been changed.
pub(crate) fn refused(finding: Box<Finding>) -> Failure {
    let place = finding.place.words();
    let Finding { what, hint, .. } = *finding;
    if place.zh.is_empty() {
        return Failure::wrong_use(what, hint);
    }
    Failure::wrong_use(facts::Text::new(format!("{}：{}", place.zh, what.zh), format!("{}: {}", place.en, what.en)), hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_set_back_and_a_torn_line_are_noted() {
        let folder = tempfile::tempdir().expect("a folder");
        let journal = folder.path().join(JOURNAL);
        let first = format!("1 2999-01-01T09:00:00Z prepared abc {}\n", Hash::of(b""));
        fs::write(&journal, format!("{first}2 2999-01-01T0")).expect("written");
        DrawFolder::lock(folder.path()).expect("locked").note("committed", "家长代表 abc").expect("noted");
        let words = fs::read_to_string(&journal).expect("read");
        let line = words.strip_prefix(&first).expect("the line before stays, and the torn one goes");
        assert!(line.starts_with("2 ") && line.contains(" committed 家长代表 abc clock-behind-the-journal "), "{line}");
        assert!(line.ends_with(&format!("{}\n", Hash::of(first.as_bytes()))), "{line}");
    }
}

use std::io::Write;
use std::path::{Path, PathBuf};

use facts::{Text, text};
use serde::Serialize;
use store::Head;

use crate::Failure;
use crate::duty_ledger::store_meant;
use crate::library::paths_under;

/// What a look at the whole log found.
#[derive(Debug, Serialize)]
pub struct LogVerified {
    pub head: Head,
    /// What does not fit the chain; nothing where all of it does.
    pub broken: Option<Text>,
}

/// Reads the whole log and compares every line with the chain.
pub fn verify_log(home: &Path, store: Option<&str>) -> Result<LogVerified, Failure> {
    let mut store = opened(home, store)?;
    let head = store.head()?;
    // The log of looks and logins has a chain of its own.
    let broken = match store::verify(&mut *store)?.err() {
        None => store.verify_traces()?.err(),
        broken => broken,
    };
    Ok(LogVerified { broken, head })
}

/// Writes the whole log, a JSON document a line: number, case, time, content and hash. Gives the number of lines.
pub fn export_log(home: &Path, store: Option<&str>, out: &Path) -> Result<u64, Failure> {
    let mut store = opened(home, store)?;
    let act = || text!("导出日志", "export the log");
    let file = std::fs::File::create(out).map_err(|error| Failure::io(act(), out, &error))?;
    let mut file = std::io::BufWriter::new(file);
    let (mut lines, mut failed) = (0, None);
    let stopped = store.scan(&mut |line, hash| {
        let words = serde_json::json!({
            "no": line.no, "case": line.case, "seq": line.seq, "at": line.at, "body": line.body, "hash": hash,
        });
        lines += 1;
        writeln!(file, "{words}").map_err(|error| {
            failed = Some(Failure::io(act(), out, &error));
            Text::new("", "")
        })
    })?;
    match (stopped, failed) {
        (Err(_), Some(failure)) => Err(failure),
        _ => {
            file.flush().map_err(|error| Failure::io(act(), out, &error))?;
            Ok(lines)
        }
    }
}

/// What a backup holds.
#[derive(Debug, Serialize)]
pub struct BackedUp {
    pub lines: u64,
    pub files: usize,
}

/// Copies a home into a new folder while others work in it: the ledger as it stands at one moment, and every other file.
pub fn backup_home(home: &Path, store: Option<&str>, out: &Path) -> Result<BackedUp, Failure> {
    let act = || text!("备份", "back up");
    if out.exists() {
        let at = out.display();
        return Err(Failure::wrong_use(
            text!("{at} 已经存在", "{at} is there already"),
            text!("换一个名字", "choose another name"),
        ));
    }
    let part = part_of(out);
    let mut files = 0;
    // The folder gets its name only when it is whole.
    let copied = (|| {
        let ledger = part.join("duty");
        std::fs::create_dir_all(&ledger).map_err(|error| Failure::io(act(), &ledger, &error))?;
        let url = store_meant(home, store);
        let lines =
            if store.is_some() || Path::new(&url).is_file() { store::backup(&url, &ledger.join("log.sqlite"))? } else { 0 };
        for path in if home.is_dir() { paths_under(home)? } else { Vec::new() } {
            let below = path.strip_prefix(home).unwrap_or(&path).to_path_buf();
            let name = below.to_string_lossy();
            if name.contains(".sqlite-")
                || name == "duty/log.sqlite"
                || name == "lock"
                || name.contains(".part")
                || name.ends_with(".tmp")
            {
                continue;
            }
            copy(&path, &part.join(&below))?;
            files += 1;
        }
        std::fs::rename(&part, out).map_err(|error| Failure::io(act(), out, &error))?;
        Ok(BackedUp { lines, files })
    })();
    if copied.is_err() {
        let _ = std::fs::remove_dir_all(&part);
    }
    copied
}

/// Makes a home from a backup; the ledger goes into its own file, or into the store that is named. The home must be empty.
pub fn restore_home(from: &Path, home: &Path, store: Option<&str>) -> Result<BackedUp, Failure> {
    let log = from.join("duty").join("log.sqlite");
    let at = from.display();
    if !from.join("duty").is_dir() {
        let hint = text!("给出 junheng backup 写出的目录", "name a folder that `junheng backup` wrote");
        return Err(Failure::unknown(text!("{at} 不是备份", "{at} is no backup"), hint));
    }
    if home.is_dir() && !paths_under(home)?.is_empty() {
        let home = home.display();
        let what = text!("{home} 不是空的", "{home} is not empty");
        return Err(Failure::wrong_use(what, text!("恢复到一个空目录（--home）", "restore into an empty folder (--home)")));
    }
    let mut files = 0;
    for path in paths_under(from)?.into_iter().filter(|path| *path != log) {
        let below = path.strip_prefix(from).unwrap_or(&path).to_path_buf();
        if !below.to_string_lossy().contains(".sqlite-") {
            copy(&path, &home.join(below))?;
            files += 1;
        }
    }
    let lines = if log.is_file() { store::restore(&log, &store_meant(home, store))? } else { 0 };
    Ok(BackedUp { lines, files })
}

fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    let act = || text!("复制文件", "copy a file");
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder).map_err(|error| Failure::io(act(), folder, &error))?;
    }
    std::fs::copy(from, to).map(|_| ()).map_err(|error| Failure::io(act(), to, &error))
}

fn part_of(out: &Path) -> PathBuf {
    let name = out.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    out.with_file_name(format!("{name}.part"))
}

fn opened(home: &Path, store: Option<&str>) -> Result<Box<dyn store::Store + Send>, Failure> {
    let url = store_meant(home, store);
    if store.is_none() && !Path::new(&url).is_file() {
        let hint = text!("先运行：junheng duty sync", "run first: junheng duty sync");
        return Err(Failure::unknown(text!("还没有台账", "there is no ledger yet"), hint));
    }
    Ok(store::open(&url, false)?)
}

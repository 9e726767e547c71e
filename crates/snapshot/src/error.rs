use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use facts::{Text, text};

use crate::SnapshotId;

/// What stood in the way of keeping or reading facts. Each names the act that failed, its place, and the way on.
#[derive(Debug)]
#[non_exhaustive]
pub enum HomeError {
    /// There is no data folder here, and nobody asked to make one.
    NoHome { path: PathBuf },
    /// Somebody else is writing.
    Locked { path: PathBuf, who: Option<String> },
    /// The disk is full; nothing was published.
    DiskFull { act: Act, path: PathBuf },
    /// The folder or file may not be written.
    ReadOnly { act: Act, path: PathBuf },
    /// The operating system refused an act.
    Io { act: Act, path: PathBuf, source: io::Error },
    /// SQLite refused an act for a reason that has no name here.
    Sql { act: Act, path: PathBuf, source: rusqlite::Error },
    /// The system gave no random bytes, without which nothing can be sealed.
    NoRandomness { path: PathBuf },
    /// A file is cut short, changed or not what its name says.
    Damaged { path: PathBuf, why: Text },
    /// A snapshot was written with another layout of the tables.
    SchemaVersion { path: PathBuf, found: u32, known: u32 },
    /// No snapshot has this id.
    NoSnapshot { wanted: String },
    /// Several snapshots begin with these digits.
    AmbiguousId { wanted: String, candidates: Vec<SnapshotId> },
    /// The key is not there although files have been sealed with it.
    KeyMissing { path: PathBuf },
    /// The key file does not hold a key.
    KeyDamaged { path: PathBuf },
    /// A file was sealed with another key than the home's.
    OtherKey { path: PathBuf },
    /// No raw file is kept under this hash.
    NoRawFile { hash: String },
    /// A filter that is not a plain condition over one fact table.
    FilterRefused { filter: String, why: Text },
    /// A filter that takes more steps than any honest one.
    FilterTooLong { filter: String },
    /// A row does not fit its table: a fault of the form that made it.
    WrongValue { table: &'static str, column: &'static str, place: String, why: Text },
    /// A row came after the key conflicts had been asked for.
    RowTooLate { table: &'static str },
    /// Rows contradict each other and must not be published.
    Contradictions { n: u64 },
    /// A look at people must say who looks and why.
    LookUnsigned,
}

/// What was being done when something failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    CreateHome,
    Lock,
    List,
    OpenSnapshot,
    ReadSnapshot,
    WriteSnapshot,
    Publish,
    KeepRaw,
    ReadRaw,
    ReadKey,
    CreateKey,
    ReadPeople,
    SealWords,
    LogLook,
    Sweep,
}

impl Act {
    fn words(self) -> Text {
        match self {
            Act::CreateHome => text!("建立数据目录", "create the data folder"),
            Act::Lock => text!("锁定数据目录", "lock the data folder"),
            Act::List => text!("列出快照", "list the snapshots"),
            Act::OpenSnapshot => text!("打开快照", "open the snapshot"),
            Act::ReadSnapshot => text!("读取快照", "read the snapshot"),
            Act::WriteSnapshot => text!("写入快照", "write the snapshot"),
            Act::Publish => text!("发布快照", "publish the snapshot"),
            Act::KeepRaw => text!("保存原始文件", "keep the raw file"),
            Act::ReadRaw => text!("读取原始文件", "read the raw file"),
            Act::ReadKey => text!("读取密钥", "read the key"),
            Act::CreateKey => text!("生成密钥", "create the key"),
            Act::ReadPeople => text!("读取个人信息", "read the people's data"),
            Act::SealWords => text!("密封文字", "seal words"),
            Act::LogLook => text!("登记个人信息查阅记录", "log the look at people's data"),
            Act::Sweep => text!("清理上次中断的导入", "clear what a broken import left"),
        }
    }
}

impl HomeError {
    /// The message for people, Chinese and English.
    pub fn words(&self) -> Text {
        match self {
            HomeError::NoHome { path } => {
                let at = path.display();
                text!(
                    "没有找到数据目录 {at}。请先导入数据，或用 --home 指定目录。",
                    "There is no data folder {at}. Import some files first, or name the folder with --home."
                )
            }
            HomeError::Locked { path, who: Some(who) } => {
                let at = path.display();
                text!(
                    "数据目录 {at} 正由 {who} 写入。请等它结束后再试。",
                    "The data folder {at} is being written by {who}. Try again when that has ended."
                )
            }
            HomeError::Locked { path, who: None } => {
                let at = path.display();
                text!(
                    "数据目录 {at} 正由另一个程序写入。请等它结束后再试。",
                    "The data folder {at} is being written by another program. Try again when that has ended."
                )
            }
            HomeError::DiskFull { act, path } => {
                let (Text { zh, en }, at) = (act.words(), path.display());
                text!(
                    "无法{zh}：磁盘已满（{at}）。原有快照没有改变；请腾出空间后重试。",
                    "Could not {en}: the disk is full ({at}). Earlier snapshots are unchanged; make room and try again."
                )
            }
            HomeError::ReadOnly { act, path } => {
                let (Text { zh, en }, at) = (act.words(), path.display());
                text!(
                    "无法{zh}：没有写入权限（{at}）。请检查目录权限，或用 --home 另选目录。",
                    "Could not {en}: {at} may not be written. Check its permissions, or choose another folder with --home."
                )
            }
            HomeError::Io { act, path, source } => {
                let (Text { zh, en }, at) = (act.words(), path.display());
                text!("无法{zh}：{at}：{source}。", "Could not {en}: {at}: {source}.")
            }
            HomeError::Sql { act, path, source } => {
                let (Text { zh, en }, at) = (act.words(), path.display());
                text!("无法{zh}：{at}：{source}。", "Could not {en}: {at}: {source}.")
            }
            HomeError::NoRandomness { path } => {
                let at = path.display();
                text!(
                    "系统没有给出随机数，无法加密 {at}。请稍后重试。",
                    "The system gave no random bytes, so {at} cannot be sealed. Try again later."
                )
            }
            HomeError::Damaged { path, why: Text { zh, en } } => {
                let at = path.display();
                text!(
                    "文件已损坏：{at}（{zh}）。请从备份恢复此文件，或重新导入原始文件。",
                    "This file is damaged: {at} ({en}). Restore it from a backup, or import the raw files again."
                )
            }
            HomeError::SchemaVersion { path, found, known } => {
                let at = path.display();
                text!(
                    "快照 {at} 由另一版本的程序写成（表结构 {found:x}，本程序识别 {known:x}）。较早版本写的，请重新导入原始文件；较新版本写的，请升级本程序。",
                    "The snapshot {at} was written by another version (table layout {found:x}; this program knows {known:x}). If by an older one, import the raw files again; if by a newer one, upgrade this program."
                )
            }
            HomeError::NoSnapshot { wanted } => {
                text!(
                    "没有编号以“{wanted}”开头的快照。用 junheng snapshots 查看全部快照。",
                    "No snapshot's id begins with \"{wanted}\". See them all with junheng snapshots."
                )
            }
            HomeError::AmbiguousId { wanted, candidates } => {
                let list = candidates.iter().map(SnapshotId::short).collect::<Vec<_>>().join(" ");
                text!(
                    "有多个快照的编号以“{wanted}”开头：{list}。请多写几位。",
                    "Several snapshots' ids begin with \"{wanted}\": {list}. Give more digits."
                )
            }
            HomeError::KeyMissing { path } => {
                let at = path.display();
                text!(
                    "找不到密钥 {at}，而已有文件用它加密。请从备份恢复密钥。",
                    "The key {at} is not there although files are sealed with it. Restore the key from a backup."
                )
            }
            HomeError::KeyDamaged { path } => {
                let at = path.display();
                text!("密钥文件 {at} 已损坏。请从备份恢复密钥。", "The key file {at} is damaged. Restore it from a backup.")
            }
            HomeError::OtherKey { path } => {
                let at = path.display();
                text!(
                    "{at} 是用另一把密钥加密的。请把当时的密钥放回 keys 目录。",
                    "{at} was sealed with another key. Put that key back into the folder keys."
                )
            }
            HomeError::NoRawFile { hash } => {
                text!("没有保存原始文件 {hash}。请重新导入该文件。", "The raw file {hash} is not kept here. Import it again.")
            }
            HomeError::FilterRefused { filter, why: Text { zh, en } } => {
                text!(
                    "口径条件“{filter}”不被接受：{zh}。请改写该条件。",
                    "The filter \"{filter}\" is refused: {en}. Write it otherwise."
                )
            }
            HomeError::FilterTooLong { filter } => {
                text!(
                    "口径条件“{filter}”计算过久，已停止。请简化该条件。",
                    "The filter \"{filter}\" took far too many steps and was stopped. Make it simpler."
                )
            }
            HomeError::WrongValue { table, column, place, why: Text { zh, en } } => {
                text!(
                    "{place}：数据不符合表 {table} 的列 {column}（{zh}）。请检查该文件所用的导入表单。",
                    "{place}: the value does not fit column {column} of table {table} ({en}). Check the form by which this file is imported."
                )
            }
            HomeError::RowTooLate { table } => {
                text!(
                    "表 {table} 的数据行在核对重复之后才到达，未被接受。请重新导入。",
                    "A row of table {table} came after the check for conflicts and was refused. Import again."
                )
            }
            HomeError::Contradictions { n } => {
                text!(
                    "有 {n} 处数据互相矛盾，未生成快照。请按所列位置改正后重新导入。",
                    "{n} facts contradict each other; no snapshot was made. Correct them at the places listed and import again."
                )
            }
            HomeError::LookUnsigned => {
                text!(
                    "未能查阅个人信息：没有写明查阅人或用途。请写明后再查阅。",
                    "People's data were not shown: a look must say who looks and for what purpose. Say so and look again."
                )
            }
        }
    }

    pub(crate) fn io(act: Act, path: &Path, source: io::Error) -> HomeError {
        let path = path.to_path_buf();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => HomeError::DiskFull { act, path },
            io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => HomeError::ReadOnly { act, path },
            _ => HomeError::Io { act, path, source },
        }
    }

    pub(crate) fn sql(act: Act, path: &Path, source: rusqlite::Error) -> HomeError {
        use rusqlite::ErrorCode::*;
        let path = path.to_path_buf();
        match source.sqlite_error_code() {
            Some(DiskFull) => HomeError::DiskFull { act, path },
            Some(ReadOnly | PermissionDenied) => HomeError::ReadOnly { act, path },
            Some(DatabaseCorrupt | NotADatabase) => {
                HomeError::Damaged { path, why: text!("不是完整的 SQLite 文件", "not a whole SQLite file") }
            }
            _ => HomeError::Sql { act, path, source },
        }
    }
}

/// Chinese comes first, as everywhere.
impl fmt::Display for HomeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.words().fmt(f)
    }
}

impl std::error::Error for HomeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            HomeError::Io { source, .. } => Some(source),
            HomeError::Sql { source, .. } => Some(source),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both languages say the place and, after it, the way on.
    fn check(error: HomeError, place: &str) {
        let Text { zh, en } = error.words();
        for words in [&zh, &en] {
            assert!(words.contains(place) && !words.contains(['{', '}']), "{words}");
        }
        assert!(zh.ends_with('。') && zh.matches(['。', '，', '；']).count() > 1, "{zh}");
        assert!(en.ends_with('.') && en.is_ascii(), "{en}");
    }

    #[test]
    fn an_error_of_the_system_is_told_by_its_kind() {
        let path = Path::new("/data/junheng");
        for (kind, way_on) in [
            (io::ErrorKind::StorageFull, "腾出空间"),
            (io::ErrorKind::QuotaExceeded, "腾出空间"),
            (io::ErrorKind::ReadOnlyFilesystem, "--home"),
            (io::ErrorKind::PermissionDenied, "--home"),
        ] {
            let error = HomeError::io(Act::Publish, path, kind.into());
            assert!(error.words().zh.contains(way_on));
            check(error, "/data/junheng");
        }
        let sql = |code| rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None);
        let full = HomeError::sql(Act::WriteSnapshot, path, sql(rusqlite::ffi::SQLITE_FULL));
        assert!(matches!(full, HomeError::DiskFull { .. }));
        let read_only = HomeError::sql(Act::WriteSnapshot, path, sql(rusqlite::ffi::SQLITE_READONLY));
        assert!(matches!(read_only, HomeError::ReadOnly { .. }));
        let corrupt = HomeError::sql(Act::ReadSnapshot, path, sql(rusqlite::ffi::SQLITE_CORRUPT));
        check(corrupt, "/data/junheng");
    }

    #[test]
    fn every_error_names_its_place_and_the_way_on() {
        let path = || PathBuf::from("/data/x");
        let why = || text!("太长", "too long");
        check(HomeError::NoHome { path: path() }, "/data/x");
        check(HomeError::Locked { path: path(), who: None }, "/data/x");
        check(HomeError::Locked { path: path(), who: Some("junheng 7".into()) }, "junheng 7");
        check(HomeError::NoRandomness { path: path() }, "/data/x");
        check(HomeError::SchemaVersion { path: path(), found: 1, known: 2 }, "/data/x");
        check(HomeError::NoSnapshot { wanted: "0a".into() }, "0a");
        check(HomeError::AmbiguousId { wanted: "0a".into(), candidates: Vec::new() }, "0a");
        check(HomeError::KeyMissing { path: path() }, "/data/x");
        check(HomeError::KeyDamaged { path: path() }, "/data/x");
        check(HomeError::OtherKey { path: path() }, "/data/x");
        check(HomeError::NoRawFile { hash: "0a".into() }, "0a");
        check(HomeError::FilterTooLong { filter: "size > 1".into() }, "size > 1");
        check(HomeError::FilterRefused { filter: "size > 1".into(), why: why() }, "size > 1");
        check(HomeError::WrongValue { table: "classes", column: "size", place: "a 7".into(), why: why() }, "a 7");
        check(HomeError::RowTooLate { table: "classes" }, "classes");
        check(HomeError::Contradictions { n: 3 }, "3");
        check(HomeError::LookUnsigned, "");
    }
}

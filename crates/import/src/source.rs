use std::borrow::Cow;
use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use facts::{FileHash, Finding, text};
use sha2::{Digest, Sha256};

use crate::fault::Fault;
use crate::sniff::{self, Looks};

/// A file to be read: one that stood in a folder, or one inside a zip.
///
/// ```
/// let source = import::Source::of_bytes("学籍.csv", b"a,b\n".to_vec());
/// assert_eq!(source.name(), "学籍.csv");
/// assert_eq!(source.hash().0.len(), 64);
/// ```
#[derive(Debug, Clone)]
pub struct Source {
    name: String,
    hash: FileHash,
    size: u64,
    content: Content,
}

#[derive(Debug, Clone)]
enum Content {
    Whole(Arc<[u8]>),
    /// A large file in its folder, read when its turn comes: the files of an import need not stand in memory together.
    Lying(PathBuf),
    /// An entry of a zip: unpacked when it is read, so that a folder of a thousand workbooks does not stand in memory at once.
    Packed {
        archive: Archive,
        index: usize,
    },
}

/// A zip with files to be read: in memory, or, where it is large, in its folder.
#[derive(Debug, Clone)]
enum Archive {
    Whole(Arc<[u8]>),
    Lying(PathBuf),
}

trait ReadSeek: Read + Seek {}
impl<R: Read + Seek> ReadSeek for R {}
type Zip<'a> = zip::ZipArchive<Box<dyn ReadSeek + 'a>>;

impl Archive {
    fn open(&self) -> Result<Zip<'_>, Fault> {
        let bytes: Box<dyn ReadSeek> = match self {
            Archive::Whole(bytes) => Box::new(Cursor::new(&bytes[..])),
            Archive::Lying(path) => Box::new(BufReader::new(File::open(path).map_err(unreadable)?)),
        };
        zip::ZipArchive::new(bytes).map_err(damaged)
    }
}

/// The largest file that is taken; a county's largest roll is a tenth of it.
const FILE_BYTES_MAX: u64 = 1 << 30;
/// What all entries of one zip may unpack to.
const UNPACKED_BYTES_MAX: u64 = 8 << 30;
/// An honest workbook shrinks to a fiftieth at best.
const RATIO_MAX: u64 = 200;
/// Below this size the ratio says nothing: an empty sheet shrinks to almost nothing.
const RATIO_FREE_BYTES: u64 = 16 << 20;
const ENTRIES_MAX: usize = 20_000;
/// Smaller files are held in memory until the import has ended.
const LARGE_BYTES: u64 = 4 << 20;

/// Opens a file of a folder: one source, or, for a zip, one for each file inside. `name` is how the official knows it.
pub fn open_path(name: &str, path: &Path) -> (Vec<Source>, Vec<Finding>) {
    let name = without_controls(name);
    match open_file(&name, path) {
        Ok(opened) => opened,
        Err(fault) => (Vec::new(), vec![fault.finding(&name)]),
    }
}

fn open_file(name: &str, path: &Path) -> Result<(Vec<Source>, Vec<Finding>), Fault> {
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    // Looked at before it is opened: a pipe waits for a writer, and a device never ends.
    if !metadata.is_file() {
        return Err(no_file());
    }
    let size = metadata.len();
    let mut file = File::open(path).map_err(unreadable)?;
    if size > FILE_BYTES_MAX {
        return Err(too_large(size));
    }
    let mut begin = [0; 2];
    if size <= LARGE_BYTES || file.read_exact(&mut begin).is_err() {
        return Ok(open(name, std::fs::read(path).map_err(unreadable)?));
    }
    if begin == *b"PK" {
        let archive = Archive::Lying(path.to_path_buf());
        match archive.open() {
            Ok(zip) if sniff::archive_looks(&zip) == Looks::Zip => return open_zip(name, &archive, zip),
            // A workbook is a zip too.
            Ok(_) => {}
            // Without its list of names, which stands at the end, it takes a look at the bytes to say what it was.
            Err(_) => return Ok(open(name, std::fs::read(path).map_err(unreadable)?)),
        }
    }
    let (hash, size) = hash_of_file(path).map_err(unreadable)?;
    let source = Source { name: name.to_string(), hash, size, content: Content::Lying(path.to_path_buf()) };
    Ok((vec![source], Vec::new()))
}

fn no_file() -> Fault {
    Fault::new(
        "file-not-regular",
        text!("不是普通文件（可能是管道或设备），未读取", "it is no regular file (a pipe or a device?) and was not read"),
        text!("把数据存成文件后再导入", "save the data as a file and import that"),
    )
}

fn unreadable(error: std::io::Error) -> Fault {
    use std::io::ErrorKind::{IsADirectory, NotFound, PermissionDenied};
    let why: String = match error.kind() {
        NotFound => "没有这个文件".into(),
        PermissionDenied => "没有读取权限".into(),
        IsADirectory => "这是文件夹".into(),
        _ => error.raw_os_error().map_or_else(|| "系统未能读出".into(), |number| format!("系统错误 {number}")),
    };
    Fault::new(
        "file-unreadable",
        text!("读取文件失败：{why}", "the file could not be read: {error}"),
        text!(
            "检查文件是否存在、是否正被其他程序占用、是否有读取权限",
            "see whether it exists, is held open elsewhere, or may not be read"
        ),
    )
}

/// Opens a file that is in memory already, as [`open_path`] does.
///
/// ```
/// let (sources, findings) = import::open("学籍.csv", b"a,b\n".to_vec());
/// assert_eq!((sources.len(), findings.len()), (1, 0));
/// ```
pub fn open(name: &str, bytes: Vec<u8>) -> (Vec<Source>, Vec<Finding>) {
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return (Vec::new(), vec![too_large(bytes.len() as u64).finding(name)]);
    }
    if sniff::looks(&bytes) != Looks::Zip {
        return (vec![Source::of_bytes(name, bytes)], Vec::new());
    }
    let archive = Archive::Whole(bytes.into());
    match archive.open().and_then(|zip| open_zip(name, &archive, zip)) {
        Ok(opened) => opened,
        Err(fault) => (Vec::new(), vec![fault.finding(name)]),
    }
}

impl Source {
    pub fn of_bytes(name: &str, bytes: Vec<u8>) -> Source {
        let hash = hash_of(&bytes);
        Source { name: name.to_string(), hash, size: bytes.len() as u64, content: Content::Whole(bytes.into()) }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// In bytes, unpacked.
    pub fn size(&self) -> u64 {
        self.size
    }

    pub fn hash(&self) -> &FileHash {
        &self.hash
    }

    /// The file's bytes, as they are to be kept.
    pub fn read(&self) -> Result<Cow<'_, [u8]>, Box<Finding>> {
        self.bytes().map_err(|fault| Box::new(fault.finding(&self.name)))
    }

    /// As [`Source::read`], piece by piece where the file lies in its folder; whoever reads it must compare its hash, for it may have
    /// been changed since.
    pub fn open_again(&self) -> Result<Box<dyn Read + '_>, Box<Finding>> {
        let told = |fault: Fault| Box::new(fault.finding(&self.name));
        match &self.content {
            Content::Lying(path) => Ok(Box::new(File::open(path).map_err(unreadable).map_err(told)?)),
            _ => Ok(Box::new(Cursor::new(self.read()?))),
        }
    }

    /// What is told where [`Source::open_again`] gave something else.
    pub fn was_changed(&self) -> Finding {
        changed().finding(&self.name)
    }

    pub(crate) fn bytes(&self) -> Result<Cow<'_, [u8]>, Fault> {
        match &self.content {
            Content::Whole(bytes) => Ok(Cow::Borrowed(bytes)),
            Content::Lying(path) => {
                let bytes = std::fs::read(path).map_err(unreadable)?;
                // What is read must be what is kept and named by its hash.
                if hash_of(&bytes) == self.hash { Ok(Cow::Owned(bytes)) } else { Err(changed()) }
            }
            Content::Packed { archive, index } => {
                let bytes = unpack(&mut archive.open()?, *index)?;
                let may_have_changed = matches!(archive, Archive::Lying(_));
                if may_have_changed && hash_of(&bytes) != self.hash { Err(changed()) } else { Ok(Cow::Owned(bytes)) }
            }
        }
    }
}

fn hash_of(bytes: &[u8]) -> FileHash {
    in_digits(&Sha256::digest(bytes))
}

/// The hash and length of a file, piece by piece.
fn hash_of_file(path: &Path) -> std::io::Result<(FileHash, u64)> {
    let (mut file, mut hash, mut size) = (File::open(path)?, Sha256::new(), 0);
    let mut piece = vec![0; 1 << 20];
    loop {
        let length = file.read(&mut piece)?;
        if length == 0 {
            return Ok((in_digits(&hash.finalize()), size));
        }
        hash.update(&piece[..length]);
        size += length as u64;
    }
}

fn in_digits(hash: &[u8]) -> FileHash {
    FileHash(hash.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn changed() -> Fault {
    Fault::new(
        "file-changed",
        text!("文件在读取过程中被改动了", "the file was changed while it was being read"),
        text!("关闭正在编辑它的程序，再导入一次", "close the program that edits it and import again"),
    )
}

fn open_zip(name: &str, archive: &Archive, mut zip: Zip<'_>) -> Result<(Vec<Source>, Vec<Finding>), Fault> {
    if zip.len() > ENTRIES_MAX {
        let number = zip.len();
        return Err(Fault::new(
            "zip-too-many-files",
            text!(
                "压缩包里有 {number} 个文件，超过 {ENTRIES_MAX} 个的上限",
                "the zip holds {number} files, more than {ENTRIES_MAX}"
            ),
            text!("分成几个压缩包，或解压后导入文件夹", "split it, or unpack it and import the folder"),
        ));
    }
    let (mut sources, mut findings) = (Vec::new(), Vec::new());
    let mut unpacked = 0;
    for index in 0..zip.len() {
        let (inner, climbs, skipped) = match zip.by_index_raw(index) {
            Ok(entry) => {
                let raw = entry.name_raw();
                let climbs = raw.windows(3).any(|part| part == b"../" || part == b"..\\");
                (entry_name(raw), climbs, entry.is_dir() || entry.is_symlink())
            }
            Err(error) => {
                findings.push(damaged(error).finding(name));
                continue;
            }
        };
        if skipped || is_by_product(&inner) {
            continue;
        }
        let shown = format!("{name}/{inner}");
        if climbs {
            findings.push(climbing().finding(&shown));
        }
        match unpack(&mut zip, index) {
            Ok(bytes) => {
                unpacked += bytes.len() as u64;
                if unpacked > UNPACKED_BYTES_MAX {
                    return Err(bomb());
                }
                if sniff::looks(&bytes) == Looks::Zip {
                    findings.push(nested().finding(&shown));
                    continue;
                }
                let hash = hash_of(&bytes);
                let (size, content) = (bytes.len() as u64, Content::Packed { archive: archive.clone(), index });
                sources.push(Source { name: shown, hash, size, content });
            }
            Err(fault) => findings.push(fault.finding(&shown)),
        }
    }
    if sources.is_empty() && findings.is_empty() {
        let what = text!("压缩包里没有可读的文件", "the zip holds no file to read");
        findings.push(
            Fault::new("zip-empty", what, text!("检查是否打包了正确的文件夹", "see whether the right folder was packed"))
                .finding(name),
        );
    }
    Ok((sources, findings))
}

/// Unpacks one entry and stops as soon as it is larger than it may be, whatever its header promises.
fn unpack(zip: &mut Zip<'_>, index: usize) -> Result<Vec<u8>, Fault> {
    let entry = zip.by_index(index).map_err(damaged)?;
    let (packed, size) = (entry.compressed_size(), entry.size());
    check_ratio(packed, size)?;
    let mut bytes = Vec::with_capacity(size.min(1 << 20) as usize);
    let limit = packed.saturating_mul(RATIO_MAX).clamp(RATIO_FREE_BYTES, FILE_BYTES_MAX);
    entry.take(limit + 1).read_to_end(&mut bytes).map_err(|error| damaged(error.into()))?;
    if bytes.len() as u64 > limit { Err(bomb()) } else { Ok(bytes) }
}

/// Refuses an entry that promises to unpack to more than an honest one could.
pub(crate) fn check_ratio(packed: u64, size: u64) -> Result<(), Fault> {
    let swollen = size > RATIO_FREE_BYTES && size / packed.max(1) > RATIO_MAX;
    if swollen || size > UNPACKED_BYTES_MAX { Err(bomb()) } else { Ok(()) }
}

/// How many bytes an entry may give, whatever it promises.
pub(crate) fn unpacked_max(packed: u64) -> u64 {
    packed.saturating_mul(RATIO_MAX).clamp(RATIO_FREE_BYTES, UNPACKED_BYTES_MAX)
}

pub(crate) fn bomb() -> Fault {
    Fault::new(
        "unpacks-too-large",
        text!(
            "压缩内容展开后异常地大（疑似压缩炸弹），已停止读取",
            "it unpacks to far more than an honest file would (a zip bomb?); reading was stopped"
        ),
        text!(
            "用 Excel 或 WPS 打开原表，另存为新的 .xlsx 后再导入",
            "open the original in a spreadsheet program, save it as a new .xlsx, and import that"
        ),
    )
}

fn climbing() -> Fault {
    Fault::new(
        "zip-path-outside",
        text!(
            "压缩包内的路径指向文件夹之外（..），已当作普通文件名读取",
            "its path in the zip leads out of the folder (..); it was read under its plain name"
        ),
        text!("确认压缩包来源可靠", "make sure where the zip comes from"),
    )
    .note()
}

fn nested() -> Fault {
    Fault::new(
        "zip-in-zip",
        text!("压缩包里又有压缩包，未读取", "a zip inside a zip is not read"),
        text!("先解压里面的压缩包，再一起导入", "unpack the inner one first, then import all together"),
    )
}

fn too_large(size: u64) -> Fault {
    let (mb, max) = (size >> 20, FILE_BYTES_MAX >> 20);
    Fault::new(
        "file-too-large",
        text!("文件有 {mb} MB，超过 {max} MB 的上限", "the file has {mb} MB, more than {max} MB"),
        text!("按学校或学年分成几个文件", "split it by school or by year"),
    )
}

pub(crate) fn damaged(error: zip::result::ZipError) -> Fault {
    if matches!(error, zip::result::ZipError::UnsupportedArchive(words) if words == zip::result::ZipError::PASSWORD_REQUIRED) {
        return encrypted();
    }
    Fault::new(
        "file-damaged",
        text!("文件已损坏或不完整，无法展开", "the file is damaged or cut short and cannot be unpacked ({error})"),
        text!(
            "重新下载或拷贝；或用 Excel、WPS 打开后另存为新的 .xlsx",
            "copy or download it again, or open and save it anew as .xlsx"
        ),
    )
}

pub(crate) fn encrypted() -> Fault {
    Fault::new(
        "file-encrypted",
        text!("文件设有打开密码，无法读取", "the file is locked by a password and cannot be read"),
        text!("在 Excel 或 WPS 中打开，取消密码后另存", "open it, take the password off, and save it"),
    )
}

/// A path that climbs (`../../etc`) loses its climbing parts; it is only ever shown, nothing is written under it.
fn entry_name(raw: &[u8]) -> String {
    let name = name_of(raw);
    let parts: Vec<&str> = name.split(['/', '\\']).filter(|part| !matches!(*part, "" | "." | "..")).collect();
    without_controls(&parts.join("/"))
}

/// A path as people know it: names are in UTF-8, or, as Windows in China writes them without saying so, in GB18030.
///
/// ```
/// assert_eq!(import::shown_path(std::path::Path::new("名册/学籍.csv")), "名册/学籍.csv");
/// ```
pub fn shown_path(path: &Path) -> String {
    without_controls(&name_of(path.as_os_str().as_encoded_bytes())).replace('\\', "/")
}

fn name_of(raw: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(raw) {
        Ok(name) => Cow::Borrowed(name),
        Err(_) => encoding_rs::GB18030.decode_without_bom_handling(raw).0,
    }
}

/// A name without what would steer a terminal or turn the direction of writing, and no longer than anybody can read: the format of
/// zips allows for 65,535 bytes.
fn without_controls(name: &str) -> String {
    let steers = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let name = name.replace(steers, "");
    let n = name.chars().count();
    if n <= NAME_MAX {
        return name;
    }
    let half = NAME_MAX / 2;
    name.chars().take(half).chain(['…']).chain(name.chars().skip(n - half)).collect()
}

/// In characters. No system lets a file's own name be longer than 255; a few folders stand before it.
const NAME_MAX: usize = 400;

/// What systems and programs leave beside the files.
fn is_by_product(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or(name);
    name.starts_with("__MACOSX/") || last.starts_with("~$") || last.starts_with('.') || last.eq_ignore_ascii_case("thumbs.db")
}

//! Files on their way in: streamed to the disk, never under the name that they bring.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::Multipart;
use axum::extract::multipart::Field;
use axum::http::StatusCode;
use axum::http::header::CONTENT_LENGTH;
use facts::{CountyCode, plain, text};
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::jobs::{Folder, Order, Stored};
use crate::refusal::Refusal;
use crate::server::Server;
use crate::visit::Visit;

/// The largest file that an upload may bring: reading one takes some times its size of memory, and the roll of a county of
/// a million pupils is a sixth of a gigabyte. From the command line it may be larger.
pub const FILE_BYTES_MAX: u64 = 512 << 20;
/// What one upload may weigh.
pub const ALL_BYTES_MAX: u64 = 2 << 30;
/// How many files one upload may bring.
pub const FILES_MAX: usize = 5_000;
/// A client that sends nothing for so long has gone away.
const SILENCE_MAX: Duration = Duration::from_secs(60);
const WORDS_MAX: usize = 200;
const NAME_CHARS_MAX: usize = 255;

/// Receives all files of a form and orders their import. Where anything goes wrong, or the browser goes away, nothing stays.
pub async fn receive(server: &Arc<Server>, visit: &Visit, mut form: Multipart) -> Result<String, Refusal> {
    let Ok(_slot) = server.uploads.try_acquire() else { return Err(too_many()) };
    let promised = visit.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if promised.is_some_and(|promised| promised > ALL_BYTES_MAX + (1 << 20)) {
        return Err(too_large());
    }
    let folder = server.jobs.folder().map_err(|error| not_written(&error))?;
    let mut order = Order::default();
    let mut received = 0;
    while let Some(field) = within(form.next_field()).await? {
        match field.name().unwrap_or_default() {
            "file" => {
                if order.files.len() == FILES_MAX {
                    return Err(too_many_files());
                }
                let name = shown_name(field.file_name().unwrap_or_default(), order.files.len());
                let path = folder.path().join(format!("{:05}", order.files.len()));
                let room = FILE_BYTES_MAX.min(ALL_BYTES_MAX - received);
                let bytes = store(field, folder.clone(), &path, room).await?;
                received += bytes;
                order.files.push(Stored { name, path, bytes });
            }
            "by" => order.by = Some(words(field).await?).filter(|words| !words.is_empty()),
            "fresh" => order.fresh = words(field).await? == "true",
            "county" => {
                let given = words(field).await?;
                order.county = CountyCode::parse(&given);
                if order.county.is_none() && !given.is_empty() {
                    return Err(no_county(&given));
                }
            }
            // What else a form brings is read and left.
            _ => drop(words(field).await),
        }
    }
    if order.files.is_empty() {
        return Err(Refusal::new(
            StatusCode::BAD_REQUEST,
            text!("没有收到文件", "no file was received"),
            text!("选择要导入的文件、文件夹或压缩包", "choose files, a folder or a zip to import"),
        ));
    }
    Ok(server.jobs.start(server, folder, order))
}

pub async fn within<T>(part: impl Future<Output = Result<T, axum::extract::multipart::MultipartError>>) -> Result<T, Refusal> {
    match timeout(SILENCE_MAX, part).await {
        Ok(Ok(part)) => Ok(part),
        Ok(Err(_)) | Err(_) => Err(Refusal::bad_upload()),
    }
}

/// Writes a file as it comes, on a thread that may wait for the disk; gives its length.
pub async fn store(mut field: Field<'_>, folder: Arc<Folder>, path: &Path, room: u64) -> Result<u64, Refusal> {
    let (pieces, mut waiting) = mpsc::channel::<Bytes>(8);
    let path: PathBuf = path.to_path_buf();
    let writer = spawn_blocking(move || -> std::io::Result<u64> {
        // Where the upload is given up before this thread has begun, the folder stays until it has ended.
        let _folder = folder;
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let (mut file, mut length) = (options.open(path)?, 0);
        while let Some(piece) = waiting.blocking_recv() {
            file.write_all(&piece)?;
            length += piece.len() as u64;
        }
        Ok(length)
    });
    let mut length = 0;
    while let Some(piece) = within(field.chunk()).await? {
        length += piece.len() as u64;
        if length > room {
            return Err(too_large());
        }
        // The writer has stopped: what stopped it comes out below.
        if pieces.send(piece).await.is_err() {
            break;
        }
    }
    drop(pieces);
    match writer.await {
        Ok(written) => written.map_err(|error| not_written(&error)),
        Err(_) => Err(Refusal::bad_upload()),
    }
}

async fn words(mut field: Field<'_>) -> Result<String, Refusal> {
    let mut bytes = Vec::new();
    while let Some(piece) = within(field.chunk()).await? {
        if bytes.len() + piece.len() > WORDS_MAX {
            return Err(Refusal::bad_upload());
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(plain(&String::from_utf8_lossy(&bytes)))
}

/// The name by which the official knows a file, with its folders, fit to be shown: nothing in it climbs, hides or controls.
pub fn shown_name(given: &str, number: usize) -> String {
    let parts = given.split(['/', '\\']).map(str::trim).filter(|part| !matches!(*part, "" | "." | ".."));
    let joined = parts.collect::<Vec<_>>().join("/");
    let hidden = |c: char| {
        c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let name: String = joined.chars().filter(|c| !hidden(*c)).collect();
    // The end tells what kind of file it is, so that the beginning is cut.
    let n_chars = name.chars().count();
    let name: String = name.chars().skip(n_chars.saturating_sub(NAME_CHARS_MAX)).collect();
    if name.is_empty() { format!("{}", number + 1) } else { name }
}

fn too_large() -> Refusal {
    let (file, all) = (FILE_BYTES_MAX >> 20, ALL_BYTES_MAX >> 20);
    Refusal::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        text!(
            "上传的文件太大：单个不超过 {file} MB，一次合计不超过 {all} MB",
            "the upload is too large: {file} MB a file, {all} MB in all"
        ),
        text!(
            "按学校或学年分几次导入，或在服务器上用命令行导入",
            "import by school or year, or from the command line of the server"
        ),
    )
}

fn too_many_files() -> Refusal {
    Refusal::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        text!("一次最多上传 {FILES_MAX} 个文件", "at most {FILES_MAX} files can be sent at once"),
        text!("打成一个 zip 压缩包，或分几次导入", "pack them into one zip, or import in parts"),
    )
}

pub fn too_many() -> Refusal {
    Refusal::new(
        StatusCode::SERVICE_UNAVAILABLE,
        text!("正有别人在上传文件", "others are sending files at the moment"),
        text!("稍等一会儿再上传", "send yours in a moment"),
    )
}

fn no_county(given: &str) -> Refusal {
    Refusal::new(
        StatusCode::BAD_REQUEST,
        text!("“{given}”不是县级区划代码", "`{given}` is no county code"),
        text!("写 6 位数字，例如 539901", "write six digits, such as 539901"),
    )
}

pub fn not_written(error: &std::io::Error) -> Refusal {
    Refusal::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        text!("收到的文件无法写入数据目录：{error}", "what was received cannot be written into the home: {error}"),
        text!("检查磁盘空间和读写权限", "look at the room on the disk and the permissions"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_only_shown() {
        let check = |given: &str, expected: &str| assert_eq!(shown_name(given, 2), expected, "{given:?}");
        check("学籍.csv", "学籍.csv");
        check("2025-2026/统计报表/小学.xlsx", "2025-2026/统计报表/小学.xlsx");
        check("../../etc/passwd", "etc/passwd");
        check("D:\\数据\\学籍.xls", "D:/数据/学籍.xls");
        check("a\u{202e}slx.exe", "aslx.exe");
        check("a\r\nSet-Cookie: x", "aSet-Cookie: x");
        check("", "3");
        check("..", "3");
        check(&"长".repeat(300), &"长".repeat(255));
    }
}

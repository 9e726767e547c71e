//! A deed with its evidence on its way in: words first, then files, each under the kind of proof that it is.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::extract::Multipart;
use axum::http::StatusCode;
use facts::text;
use serde::de::DeserializeOwned;
use tokio::sync::Semaphore;

use crate::jobs::Folder;
use crate::refusal::{Refusal, json_of};
use crate::server::Server;
use crate::upload;

/// What one deed may weigh.
const BYTES_MAX: u64 = 200 << 20;
const FILES_MAX: usize = 30;
const WORDS_MAX: usize = 64 << 10;

/// What may come in at once.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// All files together.
    pub bytes: u64,
    pub files: usize,
    /// Photos, PDF, sound and film, by what they are and not by what they are called; and called by that alone.
    pub only_media: bool,
}

/// Files that lie in a folder of their own until the deed is done; dropped, the folder goes.
pub struct Brought {
    files: Vec<(String, PathBuf)>,
    _folder: Arc<Folder>,
}

impl Brought {
    /// The first file of a kind.
    pub fn path(&self, kind: &str) -> Option<PathBuf> {
        self.files.iter().find(|(of, _)| of == kind).map(|(_, path)| path.clone())
    }

    /// `kind=path`, as the use cases take it.
    pub fn evidence(&self) -> Vec<String> {
        self.files.iter().map(|(kind, path)| format!("{kind}={}", path.display())).collect()
    }
}

/// Receives a deed: the part `deed` as JSON, and files.
pub async fn receive<T: DeserializeOwned>(server: &Arc<Server>, form: Multipart) -> Result<(T, Brought), Refusal> {
    let limits = Limits { bytes: BYTES_MAX, files: FILES_MAX, only_media: false };
    receive_within(server, &server.uploads, limits, form).await
}

/// The same within other limits, and beside other senders.
pub async fn receive_within<T: DeserializeOwned>(
    server: &Arc<Server>,
    slots: &Semaphore,
    limits: Limits,
    mut form: Multipart,
) -> Result<(T, Brought), Refusal> {
    let Ok(_slot) = slots.try_acquire() else { return Err(upload::too_many()) };
    let folder = server.jobs.folder().map_err(|error| upload::not_written(&error))?;
    let (mut deed, mut files, mut received) = (None, Vec::new(), 0);
    while let Some(mut field) = upload::within(form.next_field()).await? {
        let kind = field.name().unwrap_or_default().to_string();
        if kind == "deed" {
            let mut bytes = Vec::new();
            while let Some(piece) = upload::within(field.chunk()).await? {
                if bytes.len() + piece.len() > WORDS_MAX {
                    return Err(Refusal::bad_upload());
                }
                bytes.extend_from_slice(&piece);
            }
            deed = Some(json_of(&bytes)?);
            continue;
        }
        if files.len() == limits.files {
            return Err(too_much(limits));
        }
        // A name is shown, never a path: each file lies in a folder of its own number.
        let shown = upload::shown_name(field.file_name().unwrap_or_default(), files.len());
        let name = shown.rsplit('/').next().unwrap_or_default().replace(['\\', ':'], "_");
        let inside = folder.path().join(format!("{:03}", files.len()));
        std::fs::create_dir_all(&inside).map_err(|error| upload::not_written(&error))?;
        let mut path = inside.join(if name.is_empty() { "file".to_string() } else { cut(&name) });
        let room = limits.bytes.saturating_sub(received);
        received += upload::store(field, folder.clone(), &path, room)
            .await
            .map_err(|refusal| if refusal.status() == StatusCode::PAYLOAD_TOO_LARGE { too_much(limits) } else { refusal })?;
        if limits.only_media {
            path = renamed(&path).map_err(|error| upload::not_written(&error))?.ok_or_else(no_media)?;
        }
        files.push((kind.replace('=', "_"), path));
    }
    match deed {
        Some(deed) => Ok((deed, Brought { files, _folder: folder })),
        None => Err(Refusal::new(
            StatusCode::BAD_REQUEST,
            text!("没有说明办理什么", "it is not said what is to be done"),
            text!("表单要有 deed 一项（JSON）", "the form needs a part `deed` with JSON"),
        )),
    }
}

/// File systems take 255 bytes; the end, which tells the kind of file, is kept.
fn cut(name: &str) -> String {
    let mut start = name.len().saturating_sub(200);
    while !name.is_char_boundary(start) {
        start += 1;
    }
    name[start..].to_string()
}

fn too_much(limits: Limits) -> Refusal {
    let (n, most) = (limits.files, limits.bytes >> 20);
    Refusal::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        text!("一次最多附 {n} 份材料，合计 {most} MB", "at most {n} files at once, of {most} MB together"),
        text!("压缩照片、合并后再附，或分几次", "shrink photos, put several into one, or send them in parts"),
    )
}

/// Gives a file the name of what it is; nothing where it is none of what is taken.
fn renamed(path: &Path) -> std::io::Result<Option<PathBuf>> {
    let mut head = Vec::new();
    std::fs::File::open(path)?.take(16).read_to_end(&mut head)?;
    let Some(end) = media(&head) else { return Ok(None) };
    let named = path.with_file_name(format!("file.{end}"));
    std::fs::rename(path, &named)?;
    Ok(Some(named))
}

/// What a file is by its first bytes, of what people photograph, record or scan.
fn media(head: &[u8]) -> Option<&'static str> {
    let at = |from: usize, words: &[u8]| head.get(from..from + words.len()) == Some(words);
    Some(match () {
        () if at(0, b"\xff\xd8\xff") => "jpg",
        () if at(0, b"\x89PNG\r\n\x1a\n") => "png",
        () if at(0, b"%PDF-") => "pdf",
        () if at(0, b"RIFF") && at(8, b"WEBP") => "webp",
        () if at(0, b"RIFF") && at(8, b"WAVE") => "wav",
        () if at(4, b"ftyphei") || at(4, b"ftypmif1") => "heic",
        () if at(4, b"ftypM4A") => "m4a",
        () if at(4, b"ftyp") => "mp4",
        () if at(0, b"ID3") || at(0, b"\xff\xfb") || at(0, b"\xff\xf3") => "mp3",
        () if at(0, b"#!AMR") => "amr",
        () => return None,
    })
}

fn no_media() -> Refusal {
    Refusal::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        text!("只收照片、PDF、录音和录像", "only photos, PDF, sound and film are taken"),
        text!("文档请另存为 PDF，或拍照", "save a document as PDF, or photograph it"),
    )
}

#[cfg(test)]
mod tests {
    use super::media;

    #[test]
    fn a_file_is_what_it_is_and_not_what_it_is_called() {
        for (head, expected) in [
            (&b"\xff\xd8\xff\xe0"[..], Some("jpg")),
            (b"%PDF-1.7", Some("pdf")),
            (b"\0\0\0\x18ftypheic", Some("heic")),
            (b"\0\0\0\x18ftypisom", Some("mp4")),
            (b"RIFF....WEBP", Some("webp")),
            (b"MZ\x90\0", None),
            (b"X5O!P%@AP[4\\PZX54", None),
            (b"<svg onload=", None),
            (b"PK\x03\x04", None),
            (b"", None),
        ] {
            assert_eq!(media(head), expected, "{head:?}");
        }
    }
}

//! A deed with its evidence on its way in: words first, then files, each under the kind of proof that it is.

use std::path::PathBuf;
use std::sync::Arc;

use axum::extract::Multipart;
use axum::http::StatusCode;
use facts::text;
use serde::de::DeserializeOwned;

use crate::jobs::Folder;
use crate::refusal::{Refusal, json_of};
use crate::server::Server;
use crate::upload;

/// What one deed may weigh.
const BYTES_MAX: u64 = 200 << 20;
const FILES_MAX: usize = 30;
const WORDS_MAX: usize = 64 << 10;

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
pub async fn receive<T: DeserializeOwned>(server: &Arc<Server>, mut form: Multipart) -> Result<(T, Brought), Refusal> {
    let Ok(_slot) = server.uploads.try_acquire() else { return Err(upload::too_many()) };
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
        if files.len() == FILES_MAX {
            return Err(too_much());
        }
        // A name is shown, never a path: each file lies in a folder of its own number.
        let shown = upload::shown_name(field.file_name().unwrap_or_default(), files.len());
        let name = shown.rsplit('/').next().unwrap_or_default().replace(['\\', ':'], "_");
        let inside = folder.path().join(format!("{:03}", files.len()));
        std::fs::create_dir_all(&inside).map_err(|error| upload::not_written(&error))?;
        let path = inside.join(if name.is_empty() { "file".to_string() } else { cut(&name) });
        let room = BYTES_MAX - received;
        received += upload::store(field, folder.clone(), &path, room).await?;
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

fn too_much() -> Refusal {
    let n = FILES_MAX;
    Refusal::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        text!("一次最多附 {n} 份材料", "at most {n} files with one deed"),
        text!("合并后再附，或分几步办理", "put several into one, or do it in steps"),
    )
}

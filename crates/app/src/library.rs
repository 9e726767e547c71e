use std::path::{Path, PathBuf};

use facts::{Finding, Item, ItemList, Severity, text};
use import::Forms;
use include_dir::{Dir, include_dir};
use policy::{PackFiles, PackSet};
use sha2::{Digest, Sha256};

use crate::Failure;

static POLICIES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../policies");
static FORMS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../forms");

/// The packs and forms in force: those in the binary, those in the home's own `policies/` and `forms/`, and those named on
/// the command line. A pack or form of the same id that comes later stands in the place of the earlier one.
pub struct Library {
    pub packs: PackSet,
    pub forms: Forms,
    /// What is wrong with packs and forms that are not the binary's own; the faulty ones are left out.
    pub findings: Vec<Finding>,
}

/// Loads the library of a home.
pub fn library(home: &Path, extra: &[PathBuf]) -> Result<Library, Failure> {
    let mut packs = own_packs();
    let mut forms = own_forms();
    let of_home = home.join("policies");
    let folders = of_home.is_dir().then_some(of_home).into_iter().chain(extra.iter().cloned());
    for folder in folders {
        for pack in packs_under(&folder)? {
            packs.retain(|known| known.id != pack.id);
            packs.push(pack);
        }
    }
    let of_home = home.join("forms");
    if of_home.is_dir() {
        for (path, bytes) in files_under(&of_home)? {
            forms.retain(|(known, _)| *known != path);
            forms.push((path, bytes));
        }
    }
    Ok(assemble(&packs, &forms))
}

/// Checks packs and forms together: the items that packs declare are known to forms, and the items of forms to packs.
pub fn assemble(packs: &[PackFiles], forms: &[(String, Vec<u8>)]) -> Library {
    let (of_forms, mut findings) = import::read_items(forms);
    let (packs, of_packs) = policy::check(packs, &of_forms);
    findings.extend(of_packs);
    let mut items: Vec<Item> = of_forms.iter().cloned().collect();
    items.extend(packs.ids().filter_map(|id| packs.get(id)).flat_map(|pack| pack.figures.clone()));
    let (forms, of_forms) = Forms::check(forms, ItemList::new(items));
    findings.extend(of_forms);
    Library { packs, forms, findings }
}

impl Library {
    /// The findings that keep a pack or form out of force.
    pub fn faults(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity == Severity::Logic)
    }
}

/// The packs in the binary.
pub fn own_packs() -> Vec<PackFiles> {
    let mut files = Vec::new();
    embedded(&POLICIES, &mut files);
    group(files.into_iter().map(|(path, bytes)| (path, String::from_utf8_lossy(&bytes).into_owned())).collect())
}

/// Every file below `policies/` in the binary, as text.
pub(crate) fn own_policy_files() -> Vec<(String, String)> {
    let mut files = Vec::new();
    embedded(&POLICIES, &mut files);
    files.into_iter().map(|(path, bytes)| (path, String::from_utf8_lossy(&bytes).into_owned())).collect()
}

/// The forms in the binary.
pub fn own_forms() -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    embedded(&FORMS, &mut files);
    files.sort();
    files
}

/// Every pack in or below a folder. The id of a pack is its path below the folder, or below the nearest folder called
/// `policies` above it.
pub fn packs_under(folder: &Path) -> Result<Vec<PackFiles>, Failure> {
    let whole =
        folder.canonicalize().map_err(|error| Failure::io(text!("读取标准目录", "read the folder of packs"), folder, &error))?;
    let root = match whole.ancestors().find(|ancestor| ancestor.file_name().is_some_and(|name| name == "policies")) {
        Some(root) => root.to_path_buf(),
        None if whole.join("pack.toml").is_file() => whole.parent().and_then(Path::parent).unwrap_or(&whole).to_path_buf(),
        None => whole.clone(),
    };
    let below = whole.strip_prefix(&root).unwrap_or(Path::new("")).to_string_lossy().replace('\\', "/");
    let files = files_under(&whole)?
        .into_iter()
        .map(|(path, bytes)| {
            let path = if below.is_empty() { path } else { format!("{below}/{path}") };
            (path, String::from_utf8_lossy(&bytes).into_owned())
        })
        .collect();
    Ok(group(files))
}

/// All files below a folder with their relative paths, in order of path; hidden ones and symbolic links are left out.
pub fn files_under(folder: &Path) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let mut files = Vec::new();
    for path in paths_under(folder)? {
        let bytes = std::fs::read(&path).map_err(|error| Failure::io(text!("读取文件", "read a file"), &path, &error))?;
        let shown = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        files.push((shown, bytes));
    }
    Ok(files)
}

/// The paths of all files below a folder, in order; hidden ones and symbolic links are left out.
pub fn paths_under(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let act = || text!("读取文件夹", "read a folder");
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| Failure::io(act(), folder, &error))? {
        entries.push(entry.map_err(|error| Failure::io(act(), folder, &error))?);
    }
    entries.sort_by_key(std::fs::DirEntry::file_name);
    let mut paths = Vec::new();
    for entry in entries {
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        let kind = entry.file_type().map_err(|error| Failure::io(act(), &entry.path(), &error))?;
        if kind.is_dir() {
            paths.extend(paths_under(&entry.path())?);
        } else if kind.is_file() {
            paths.push(entry.path());
        }
    }
    Ok(paths)
}

fn embedded(dir: &Dir<'_>, files: &mut Vec<(String, Vec<u8>)>) {
    for file in dir.files() {
        files.push((file.path().to_string_lossy().replace('\\', "/"), file.contents().to_vec()));
    }
    for dir in dir.dirs() {
        embedded(dir, files);
    }
}

/// Files below one root → packs: a folder with a `pack.toml` is one, with everything below it. So is one that holds entries and no
/// `pack.toml`, that it may be told what it lacks.
fn group(mut files: Vec<(String, String)>) -> Vec<PackFiles> {
    files.sort();
    let mut ids: Vec<String> = files.iter().filter_map(|(path, _)| path.strip_suffix("/pack.toml").map(str::to_string)).collect();
    for (path, text) in &files {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let folder = folder.strip_suffix("/cases").unwrap_or(folder);
        let of_known = ids.iter().any(|id| folder == id || folder.starts_with(&format!("{id}/")));
        let has_entries =
            ["[[parameter]]", "[[stock]]", "[[indicator]]", "[[replace]]", "[[case]]"].iter().any(|head| text.contains(head));
        if !of_known && !folder.is_empty() && path.ends_with(".toml") && has_entries {
            ids.push(folder.to_string());
        }
    }
    ids.into_iter()
        .map(|id| {
            let below = format!("{id}/");
            let of_pack: Vec<(String, String)> =
                files.iter().filter_map(|(path, text)| Some((path.strip_prefix(&below)?.to_string(), text.clone()))).collect();
            let version = version(&of_pack);
            PackFiles { id, files: of_pack, version }
        })
        .collect()
}

/// The first twelve digits of the hash over a pack's files.
fn version(files: &[(String, String)]) -> String {
    let mut hash = Sha256::new();
    for (path, text) in files {
        hash.update((path.len() as u64).to_le_bytes());
        hash.update(path.as_bytes());
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    }
    hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use facts::{FileHash, Stage, text};
use snapshot::{Home, HomeLock};

use crate::Failure;
use crate::draw_folder::read_text;

/// Which papers a draw was made from: their hashes and names. The papers themselves lie sealed among the raw files of the home.
pub(super) const MATERIALS: &str = "materials.txt";
const HEAD: &str = "junheng-draw-materials/1";

/// The papers of a draw, once they are brought back.
pub(super) struct Materials {
    pub stage: Option<Stage>,
    /// By kind: `roll`, `plan`, `applications`, `travel`, `rules`.
    pub files: BTreeMap<String, PathBuf>,
}

impl Materials {
    /// The county's own rule, or the one in the binary.
    pub fn rules<'a>(&'a self, own: &'a str) -> &'a str {
        self.files.get("rules").and_then(|path| path.to_str()).unwrap_or(own)
    }

    pub fn file(&self, kind: &str) -> Result<&Path, Failure> {
        self.files.get(kind).map(PathBuf::as_path).ok_or_else(no_materials)
    }
}

/// Seals the papers, and gives the text that says which they are.
pub(super) fn seal(lock: &HomeLock, stage: Option<Stage>, files: &BTreeMap<String, PathBuf>) -> Result<String, Failure> {
    let mut words = format!("{HEAD}\nstage {}\n", stage.map_or("-", Stage::id));
    for (kind, path) in files {
        let name = path.file_name().map(|name| name.to_string_lossy().replace('\n', " ")).unwrap_or_default();
        words.push_str(&format!("{kind} {} {name}\n", lock.store_raw_file(path)?.0));
    }
    Ok(words)
}

/// Brings the papers of a draw back into a folder, from which whoever calls takes them away again.
pub(super) fn unseal(home: &Path, folder: &Path, work: &Path) -> Result<Materials, Failure> {
    let words = read_text(folder, MATERIALS)?;
    let mut lines = words.lines();
    if lines.next() != Some(HEAD) {
        return Err(no_materials());
    }
    let mut materials = Materials { stage: None, files: BTreeMap::new() };
    let home = Home::open(home)?;
    for line in lines {
        let mut parts = line.splitn(3, ' ');
        match (parts.next(), parts.next(), parts.next()) {
            (Some("stage"), Some(stage), None) => materials.stage = Stage::from_id(stage),
            (Some(kind), Some(hash), Some(name)) => {
                // The name is only that: it leads nowhere else.
                let name = Path::new(name).file_name().unwrap_or_default();
                let inside = work.join(kind.replace(['/', '\\', '.'], "_"));
                let path = inside.join(name);
                let bytes = home.read_raw(&FileHash(hash.to_string()))?;
                let failed =
                    |error: &std::io::Error| Failure::io(text!("取出封存的材料", "bring back the sealed papers"), &path, error);
                snapshot::make_folder(&inside).and_then(|()| std::fs::write(&path, bytes)).map_err(|error| failed(&error))?;
                materials.files.insert(kind.to_string(), path);
            }
            _ => return Err(no_materials()),
        }
    }
    Ok(materials)
}

fn no_materials() -> Failure {
    Failure::wrong_use(
        text!("这里没有封存这次派位的材料", "the papers of this draw are not kept here"),
        text!(
            "它是用命令行准备的：用 junheng classes run 或 junheng admit 并指明材料",
            "it was prepared on the command line: use junheng classes run or junheng admit with the papers"
        ),
    )
}

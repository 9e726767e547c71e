//! The repository as the checks see it: every text file that is not ignored, and what cargo says of the crates.

use std::path::Path;
use std::process::Command;

use crate::json::Json;

pub struct Tree {
    /// In order of path; paths are relative, with `/`.
    pub files: Vec<File>,
    /// What `cargo metadata --no-deps` says.
    pub crates: Vec<Crate>,
}

pub struct File {
    pub path: String,
    /// Empty for a file that is not UTF-8.
    pub text: String,
}

/// A member of the workspace and what it depends on directly.
#[derive(Debug, PartialEq, Eq)]
pub struct Crate {
    pub name: String,
    /// Sorted.
    pub needs: Vec<Dependency>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dependency {
    pub name: String,
    pub ours: bool,
    /// Needed by tests only.
    pub dev: bool,
}

impl Tree {
    pub fn read(root: &Path) -> Result<Tree, String> {
        let ignored = std::fs::read_to_string(root.join(".gitignore")).unwrap_or_default();
        let ignored: Vec<&str> =
            ignored.lines().map(|line| line.trim().trim_matches('/')).filter(|line| !line.is_empty()).collect();
        let mut files = Vec::new();
        walk(root, root, &ignored, &mut files)?;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
        let metadata = Command::new(cargo)
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .current_dir(root)
            .output()
            .map_err(|error| format!("cargo metadata cannot be started: {error}"))?;
        if !metadata.status.success() {
            return Err(format!("cargo metadata: {}", String::from_utf8_lossy(&metadata.stderr).trim()));
        }
        let crates = crates(&String::from_utf8_lossy(&metadata.stdout)).ok_or("cargo metadata says something unexpected")?;
        Ok(Tree { files, crates })
    }

    /// A tree of strings. `metadata.json`, where there is one, stands for what cargo says.
    #[cfg(test)]
    pub fn of(files: &[(&str, &str)]) -> Tree {
        let (said, files): (Vec<_>, Vec<_>) = files.iter().partition(|(path, _)| *path == "metadata.json");
        let crates = said.first().and_then(|(_, text)| crates(text)).unwrap_or_default();
        Tree { files: files.iter().map(|(path, text)| File { path: path.to_string(), text: text.to_string() }).collect(), crates }
    }

    pub fn get(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// Whether there is such a file, or a folder with something in it.
    pub fn has(&self, path: &str) -> bool {
        let folder = format!("{path}/");
        path.is_empty() || self.files.iter().any(|file| file.path == path || file.path.starts_with(&folder))
    }

    pub fn with_ending<'a>(&'a self, ending: &'a str) -> impl Iterator<Item = &'a File> {
        self.files.iter().filter(move |file| file.path.ends_with(ending))
    }

    /// The source of the crates, without their tests and benches.
    pub fn sources(&self) -> impl Iterator<Item = &File> {
        self.with_ending(".rs").filter(|file| {
            let mut parts = file.path.split('/');
            parts.next() == Some("crates")
                && parts.nth(1) == Some("src")
                && !file.path.ends_with("/tests.rs")
                && !file.path.contains("/tests/")
        })
    }
}

impl File {
    /// The lines with their numbers, counted from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    pub fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }
}

fn walk(root: &Path, folder: &Path, ignored: &[&str], files: &mut Vec<File>) -> Result<(), String> {
    let unreadable = |error: std::io::Error| format!("{} cannot be read: {error}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let Some(relative) = path.strip_prefix(root).ok().and_then(Path::to_str).map(|path| path.replace('\\', "/")) else {
            continue;
        };
        let name = relative.rsplit('/').next().unwrap_or_default();
        if name == ".git" || name == "target" || ignored.contains(&name) || ignored.contains(&relative.as_str()) {
            continue;
        }
        if path.is_dir() {
            walk(root, &path, ignored, files)?;
        } else {
            // A file that another program takes away meanwhile is none of ours.
            let Ok(bytes) = std::fs::read(&path) else { continue };
            files.push(File { path: relative, text: String::from_utf8(bytes).unwrap_or_default() });
        }
    }
    Ok(())
}

fn crates(metadata: &str) -> Option<Vec<Crate>> {
    let json = Json::read(metadata)?;
    let mut crates = Vec::new();
    for package in json.get("packages")?.list() {
        let mut needs = Vec::new();
        for dependency in package.get("dependencies")?.list() {
            needs.push(Dependency {
                name: dependency.get("name")?.str()?.to_string(),
                ours: dependency.get("path").is_some_and(|path| path.str().is_some()),
                dev: dependency.get("kind").and_then(Json::str) == Some("dev"),
            });
        }
        needs.sort();
        crates.push(Crate { name: package.get("name")?.str()?.to_string(), needs });
    }
    crates.sort_by(|a, b| a.name.cmp(&b.name));
    Some(crates)
}

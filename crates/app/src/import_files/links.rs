use std::path::{Path, PathBuf};

use facts::{Finding, Place, Severity, text};

use crate::Failure;

/// A remark for each symbolic link below a folder, at whatever depth: it could lead anywhere, so it is not followed, and whoever
/// filled a folder with links must hear of it.
pub fn remarks(folder: &Path) -> Result<Vec<Finding>, Failure> {
    let mut links = Vec::new();
    find(folder, &mut links)?;
    links.sort();
    Ok(links.iter().map(|link| not_followed(link.strip_prefix(folder.parent().unwrap_or(folder)).unwrap_or(link))).collect())
}

fn find(folder: &Path, links: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let failed = |path: &Path, error: &std::io::Error| Failure::io(text!("读取文件夹", "read a folder"), path, error);
    for entry in std::fs::read_dir(folder).map_err(|error| failed(folder, &error))? {
        let entry = entry.map_err(|error| failed(folder, &error))?;
        let kind = entry.file_type().map_err(|error| failed(&entry.path(), &error))?;
        // Hidden files are no data, whatever they are.
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        if kind.is_symlink() {
            links.push(entry.path());
        } else if kind.is_dir() {
            find(&entry.path(), links)?;
        }
    }
    Ok(())
}

fn not_followed(link: &Path) -> Finding {
    Finding::new(
        Severity::Note,
        "link-not-followed",
        Place::file(import::shown_path(link)),
        text!("这是符号链接（快捷方式），没有沿着它读取", "this is a symbolic link; it was not followed"),
        text!(
            "要导入它指向的文件，请直接给出那个文件，或把文件拷贝到这里",
            "to import what it leads to, name that file, or copy it here"
        ),
    )
}

#[cfg(test)]
mod tests {
    #[cfg(unix)]
    #[test]
    fn links_are_told_and_hidden_ones_are_not() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("名册");
        std::fs::create_dir_all(folder.join("一校")).unwrap();
        std::fs::write(folder.join("一校/学籍.csv"), "x").unwrap();
        for link in ["一校/b.csv", "a.csv", ".隐藏.csv", "一校/没有的.csv"] {
            let target = if link.contains("没有") { "nowhere" } else { "学籍.csv" };
            std::os::unix::fs::symlink(target, folder.join(link)).unwrap();
        }
        let told: Vec<String> = super::remarks(&folder).unwrap().iter().map(|finding| finding.place.words().zh).collect();
        assert_eq!(told, ["名册/a.csv", "名册/一校/b.csv", "名册/一校/没有的.csv"]);
    }
}

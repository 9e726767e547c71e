//! Real homes made from the sample, and servers over them.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use tempfile::TempDir;

/// A server in this process, on a port of its own. It ends with the process.
pub fn serve(home: &Path) -> SocketAddr {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let setting = http_server::Setting { names: vec!["console.test".into()], ..http_server::Setting::default() };
    let serving = http_server::bind(home.to_path_buf(), any, setting).unwrap();
    let address = serving.address();
    std::thread::spawn(move || serving.run_until(std::future::pending()).unwrap());
    address
}

struct Sample {
    folder: TempDir,
    home: PathBuf,
}

/// Three townships of the sample county, imported year by year; made once.
fn sample() -> &'static Sample {
    static SAMPLE: OnceLock<Sample> = OnceLock::new();
    SAMPLE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let (files, home) = (folder.path().join("files"), folder.path().join("home"));
        sample::write(&files, 1, sample::Size::Townships).unwrap();
        let library = app::library(&home, &[]).unwrap();
        for year in years(&files) {
            let request = app::ImportRequest {
                home: &home,
                paths: &[year],
                uploads: &[],
                dry_run: false,
                explanations: None,
                county: None,
                fresh: false,
            };
            let report = app::import_files(&library, &request, &mut |_| std::ops::ControlFlow::Continue(())).unwrap();
            let grave: Vec<_> = report.findings.iter().filter(|finding| finding.must_fix()).collect();
            assert!(!report.published().is_empty(), "{grave:?}");
        }
        Sample { folder, home }
    })
}

fn years(files: &Path) -> Vec<PathBuf> {
    let mut years: Vec<PathBuf> = std::fs::read_dir(files).unwrap().map(|entry| entry.unwrap().path()).collect();
    years.retain(|path| path.is_dir() && path.file_name().unwrap().to_str().unwrap().starts_with("20"));
    years.sort();
    years
}

pub fn sample_home() -> &'static Path {
    &sample().home
}

/// The folder of the sample's files.
pub fn sample_files() -> PathBuf {
    sample().folder.path().join("files")
}

/// The server over the sample, started once.
pub fn sample_server() -> SocketAddr {
    static SERVER: OnceLock<SocketAddr> = OnceLock::new();
    *SERVER.get_or_init(|| serve(sample_home()))
}

/// The files of a school year of the sample: name within the year's folder, and bytes.
pub fn files_of(year: &str) -> Vec<(String, Vec<u8>)> {
    fn collect(folder: &Path, root: &Path, files: &mut Vec<(String, Vec<u8>)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, root, files);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
                files.push((name, std::fs::read(&path).unwrap()));
            }
        }
    }
    let root = sample().folder.path().join("files");
    let mut files = Vec::new();
    collect(&root.join(year), &root, &mut files);
    files.sort();
    files
}

/// A home of its own with the same snapshots, for tests that change something.
pub fn copy_of_sample() -> (TempDir, PathBuf) {
    fn copy(from: &Path, to: &Path) {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            let target = to.join(path.file_name().unwrap());
            if path.is_dir() { copy(&path, &target) } else { std::fs::copy(&path, &target).map(|_| ()).unwrap() }
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    copy(sample_home(), &home);
    (folder, home)
}

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A PostgreSQL server of a test's own; it ends with the test.
pub struct Server {
    folder: TempDir,
    port: u16,
}

impl Server {
    pub fn start() -> Server {
        Server::start_in(tempfile::tempdir().unwrap(), "--wal-segsize=16")
    }

    /// A server in a folder, its log of writes cut into pieces of some size.
    pub fn start_in(folder: TempDir, pieces: &str) -> Server {
        let data = folder.path().join("data");
        if is_root() {
            // initdb refuses root, so the folder goes to the package's own user.
            run(Command::new("chown").arg("postgres").arg(folder.path()));
        }
        run(as_postgres("initdb")
            .args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", pieces, "-D"])
            .arg(&data));
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = Server { folder, port };
        server.run();
        server
    }

    /// Starts the program; also after it gave up.
    pub fn run(&self) {
        let options = format!("-p {} -c listen_addresses=127.0.0.1 -k {}", self.port, self.folder.path().display());
        run(self.control().args(["-w", "-o", &options, "-l"]).arg(self.folder.path().join("log")).arg("start"));
    }

    pub fn url(&self, database: &str) -> String {
        let mut create = as_postgres("createdb");
        run(create.args(["-h", "127.0.0.1", "-U", "postgres", "-p", &self.port.to_string(), database]));
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    fn control(&self) -> Command {
        let mut command = as_postgres("pg_ctl");
        command.arg("-D").arg(self.folder.path().join("data"));
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.control().args(["-m", "immediate", "stop"]).output();
    }
}

fn run(command: &mut Command) {
    let output = command.current_dir("/").stdin(std::process::Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn as_postgres(program: &str) -> Command {
    let program = bin().join(program);
    if is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    }
}

fn bin() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").expect("scripts/install-debian-packages.sh installs PostgreSQL");
    let mut found: Vec<PathBuf> = versions.map(|entry| entry.unwrap().path().join("bin")).collect();
    found.sort();
    found.into_iter().rfind(|bin| Path::new(bin).join("initdb").is_file()).expect("a PostgreSQL with initdb")
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().unwrap();
    output.stdout.starts_with(b"0\n")
}

//! A disk that is full: what does not fit is refused in words, what was acknowledged stays, and nothing is torn.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use store::{Store, StoreError, open, verify};
use tempfile::TempDir;

use crate::server::Server;
use crate::{batch, entry};

/// Names the store to a child that writes until there is no room.
const CHILD: &str = "JUNHENG_TEST_FILL";

#[test]
fn a_full_disk_is_refused_in_words_and_tears_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let url = folder.path().join("a.sqlite").display().to_string();
    drop(open(&url, false).unwrap());
    // A limit on the size of files stands for the full disk; the signal that comes with it is ignored.
    let script = "trap '' XFSZ; ulimit -f 1024; exec \"$0\" --exact full::child --nocapture";
    let output =
        Command::new("bash").args(["-c", script]).arg(std::env::current_exe().unwrap()).env(CHILD, &url).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    let acknowledged = told.lines().filter(|line| line.contains("ack")).count();
    assert!(told.contains("refused Full"), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(acknowledged > 10, "{acknowledged} events before the disk was full");
    // With room again everything acknowledged is there, the chain fits, and work goes on.
    let mut store = open(&url, false).unwrap();
    assert_eq!(store.events("F-1").unwrap().len(), acknowledged);
    assert_eq!(verify(&mut *store).unwrap(), Ok(acknowledged as u64));
    store.append(&batch([entry("F-1", acknowledged as u64)])).unwrap();
    assert_eq!(verify(&mut *store).unwrap(), Ok(acknowledged as u64 + 1));
}

/// Not a test of its own: what the child does. Without the variable there is nothing to do.
#[test]
fn child() {
    let Ok(url) = std::env::var(CHILD) else { return };
    let mut store = open(&url, false).unwrap();
    for seen in 0..1_000_000 {
        let mut large = entry("F-1", seen);
        large.row.finding = "大班额".repeat(1000);
        match store.append(&batch([large])) {
            Ok(_) => println!("ack {seen}"),
            Err(error) => {
                println!("refused {}", if error == StoreError::Full { "Full".to_string() } else { format!("{error:?}") });
                return;
            }
        }
    }
}

/// A disk of a few megabytes, gone with the test. Only root can mount one.
struct SmallDisk(TempDir);

impl SmallDisk {
    fn new(megabytes: u32) -> Option<SmallDisk> {
        let folder = tempfile::tempdir().unwrap();
        let size = format!("size={megabytes}m");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "none"]).arg(folder.path()).status();
        if mounted.is_ok_and(|status| status.success()) {
            return Some(SmallDisk(folder));
        }
        eprintln!("no small disk could be mounted (not root?): PostgreSQL was not tried on a full one");
        None
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Takes room away until so much is left; removing the file gives it back.
    fn fill_but(&self, kilobytes: u64) -> std::path::PathBuf {
        let file = self.path().join("ballast");
        let left = Command::new("df").args(["--output=avail", "-k"]).arg(self.path()).output().unwrap();
        let left: u64 = String::from_utf8_lossy(&left.stdout).split_whitespace().last().unwrap().parse().unwrap();
        let length = format!("{}K", left.saturating_sub(kilobytes));
        assert!(Command::new("fallocate").args(["-l", &length]).arg(&file).status().unwrap().success());
        file
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

/// Writes large events until one is refused; how many were acknowledged, and why not the next.
fn write_until_refused(store: &mut dyn Store) -> (u64, StoreError) {
    let first = store.row("F-1").unwrap().map_or(0, |row| row.seq);
    for seen in first..1_000_000 {
        let mut large = entry("F-1", seen);
        large.row.finding = "大班额".repeat(1000);
        // Digits of hashes, which no database packs into less.
        large.events[0].actor.name =
            (0..200).map(|n| duty::chain::hex(&duty::chain::digest(format!("{seen} {n}").as_bytes()))).collect();
        if let Err(error) = store.append(&batch([large])) {
            return (seen, error);
        }
    }
    panic!("the disk was never full");
}

#[test]
fn a_full_disk_under_the_tables_of_postgresql_is_refused_in_words_and_tears_nothing() {
    let Some(disk) = SmallDisk::new(12) else { return };
    let server = Server::start();
    let url = server.url("a");
    // The database lies on the small disk, the server's own files do not.
    let space = disk.path().join("space");
    std::fs::create_dir(&space).unwrap();
    assert!(Command::new("chown").arg("postgres").args([disk.path(), &space]).status().unwrap().success());
    let mut admin = postgres::Client::connect(&url, postgres::NoTls).unwrap();
    admin.batch_execute(&format!("CREATE TABLESPACE small LOCATION '{}'", space.display())).unwrap();
    admin.batch_execute("ALTER DATABASE a SET default_tablespace = small").unwrap();
    let mut store = open(&url, false).unwrap();
    let (acknowledged, refused) = write_until_refused(&mut *store);
    assert_eq!(refused, StoreError::Full, "after {acknowledged} events");
    assert!(acknowledged > 10 && refused.words().zh.contains("磁盘已满") && !refused.hint().en.is_empty());
    // The same connection goes on reading, and refuses again instead of losing something.
    assert_eq!(store.events("F-1").unwrap().len() as u64, acknowledged);
    assert_eq!(verify(&mut *store).unwrap(), Ok(acknowledged));
    assert_eq!(write_until_refused(&mut *store), (acknowledged, StoreError::Full));
    // With room again work goes on where it stopped.
    let size = "remount,size=48m";
    assert!(Command::new("mount").args(["-o", size]).arg(disk.path()).status().unwrap().success());
    for seen in acknowledged..acknowledged + 20 {
        store.append(&batch([entry("F-1", seen)])).unwrap();
    }
    assert_eq!(verify(&mut *store).unwrap(), Ok(acknowledged + 20));
    // The server goes before the disk.
    drop((store, admin, server, disk));
}

#[test]
fn a_full_disk_under_all_of_postgresql_loses_nothing_that_was_acknowledged() {
    let Some(disk) = SmallDisk::new(96) else { return };
    let server = Server::start_in(TempDir::new_in(disk.path()).unwrap(), "--wal-segsize=1");
    let url = server.url("a");
    let mut store = open(&url, false).unwrap();
    for seen in 0..20 {
        store.append(&batch([entry("F-1", seen)])).unwrap();
    }
    let ballast = disk.fill_but(3_000);
    // Where there is no room for its own log the server stops at once: refused as full, or the connection is gone.
    let (acknowledged, refused) = write_until_refused(&mut *store);
    assert!(matches!(refused, StoreError::Full | StoreError::Lost { .. }), "{refused:?}");
    assert!(acknowledged >= 20);
    drop(store);
    std::fs::remove_file(ballast).unwrap();
    let mut store = again(&server, &url);
    let there = store.events("F-1").unwrap().len() as u64;
    // An event whose answer was lost may be there, never one that was answered and is not.
    assert!(there == acknowledged || there == acknowledged + 1, "{acknowledged} were acknowledged, {there} are there");
    assert_eq!(verify(&mut *store).unwrap(), Ok(there));
    store.append(&batch([entry("F-1", there)])).unwrap();
    assert_eq!(verify(&mut *store).unwrap(), Ok(there + 1));
    drop((store, server, disk));
}

/// Opens the store of a server that may be recovering, or have given up.
fn again(server: &Server, url: &str) -> Box<dyn Store + Send> {
    for _ in 0..20 {
        if let Ok(store) = open(url, false) {
            return store;
        }
        std::thread::sleep(Duration::from_millis(500));
    }
    server.run();
    open(url, false).unwrap()
}

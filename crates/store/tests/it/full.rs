//! A disk that is full: what does not fit is refused in words, what was acknowledged stays, and nothing is torn.

use std::process::Command;

use store::{StoreError, open, verify};

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

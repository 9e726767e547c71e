//! kill -9 at any moment of an import leaves the last snapshot whole, and the next import works.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const TIMES: u32 = 100;

#[test]
fn an_import_killed_a_hundred_times_at_random_moments_leaves_the_last_snapshot_whole() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    write_list(&at.join("first.csv"), 0);
    junheng(at, &["import", "first.csv", "--county", "539901"]);
    let before = ids(at);
    assert_eq!(before.len(), 1);

    write_list(&at.join("second.csv"), 1);
    let started = Instant::now();
    junheng(at, &["import", "second.csv", "--county", "539901", "--dry-run"]);
    // A real import takes somewhat longer than a dry run; moments up to twice that cover its whole length and beyond.
    let longest = started.elapsed() * 2;

    let mut finished = 0;
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..TIMES {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let moment = longest.mul_f64((state >> 11) as f64 / (1_u64 << 53) as f64);
        let mut child = command(at, &["import", "second.csv", "--county", "539901"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(moment);
        let _ = child.kill();
        let _ = child.wait();
        let now = ids(at);
        assert!(now.len() == before.len() || now.len() == before.len() + 1, "{now:?}");
        assert!(now.contains(&before[0]), "the first snapshot is gone: {now:?}");
        for id in &now {
            verify(at, id);
        }
        if now.len() > before.len() {
            finished += 1;
            remove(at, &now, &before);
        }
    }
    assert!(finished < TIMES, "no import was killed before its end: the test shows nothing");

    junheng(at, &["import", "second.csv", "--county", "539901"]);
    assert_eq!(ids(at).len(), 2);
    let left: Vec<_> = std::fs::read_dir(at.join("home/snapshots/539901"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.contains("tmp") || name.contains("part"))
        .collect();
    assert!(left.is_empty(), "left over: {left:?}");
}

/// A list of 3,000 figures, so that an import lasts long enough to be met in each of its steps.
fn write_list(path: &Path, change: u32) {
    let mut list = String::from("学校标识码,学校名称,办学类型,举办者,城乡,学段,学年,在校生数,项目,数值,单位\n");
    for school in 0..1000_u32 {
        let pupils = 100 + school % 700 + change;
        for (item, value, unit) in
            [("图书", 900 + school, "册"), ("教学用计算机", 20 + school % 9, "台"), ("专任教师", 9 + school % 30, "人")]
        {
            list.push_str(&format!(
                "2153{school:06},第{school}小学,小学,公办,镇中心区,小学,2025-2026,{pupils},{item},{value},{unit}\n"
            ));
        }
    }
    std::fs::write(path, list).unwrap();
}

fn command(at: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_junheng"));
    command.args(arguments).args(["--home", "home"]).current_dir(at);
    command
}

fn junheng(at: &Path, arguments: &[&str]) -> String {
    let output = command(at, arguments).output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{arguments:?}: {printed}{}", String::from_utf8_lossy(&output.stderr));
    printed
}

fn ids(at: &Path) -> Vec<String> {
    let listed: serde_json::Value = serde_json::from_str(&junheng(at, &["snapshots", "--format", "json"])).unwrap();
    listed.as_array().unwrap().iter().map(|manifest| manifest["id"].as_str().unwrap().to_string()).collect()
}

/// Evaluating reads the whole snapshot; `snapshots --verify` compares it with its id.
fn verify(at: &Path, id: &str) {
    let output = command(at, &["snapshots", "--verify", id]).output().unwrap();
    assert!(output.status.success(), "{id}: {}", String::from_utf8_lossy(&output.stderr));
}

fn remove(at: &Path, now: &[String], before: &[String]) {
    for id in now.iter().filter(|id| !before.contains(id)) {
        for entry in std::fs::read_dir(at.join("home/snapshots/539901")).unwrap() {
            let path = entry.unwrap().path();
            if path.file_name().unwrap().to_string_lossy().starts_with(id.as_str()) {
                std::fs::remove_file(path).unwrap();
            }
        }
    }
    std::thread::sleep(Duration::from_millis(1));
}

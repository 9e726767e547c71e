//! A draw from the list to the published files, held with the real binary, recomputed by a stranger's program, killed at
//! random moments.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

const KILLS: u32 = 500;

#[test]
fn a_draw_is_held_published_and_recomputed_by_others() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    write_list(&at.join("名单.csv"), 40);
    prepare(at, "first", &["--places", "一小=25", "--places", "二小=12"]);
    witness(at, "first", "家长代表", "春江潮水连海平");
    let run = ok(at, &["draw", "run", "first", "--format", "json"]);
    assert_eq!((&run["entries"], &run["before"]), (&Value::from(80), &Value::from(false)));
    // Once more: nothing changes.
    let before = published(&at.join("first"));
    assert_eq!(ok(at, &["draw", "run", "first", "--format", "json"])["before"], true);
    assert_eq!(published(&at.join("first")), before);
    assert_eq!(junheng(at, &["draw", "verify", "first"]).status.code(), Some(0));
    let checked = checker(&at.join("first"));
    assert!(checked.status.success(), "{}", words(&checked));
    let shown = ok(at, &["draw", "show", "first", "A-0007", "--format", "json"]);
    assert_eq!((&shown[0]["receipt"], &shown[0]["places"]), (&Value::from("A-0007"), &Value::from(25)));

    // A byte changed in any file is seen by both programs, and neither the query nor the run goes on.
    for (name, text) in &before {
        let path = at.join("first").join(name);
        let flipped = text.replacen("1", "2", 1);
        assert_ne!(&flipped, text, "{name} holds no digit to change");
        std::fs::write(&path, flipped).unwrap();
        assert_eq!(junheng(at, &["draw", "verify", "first"]).status.code(), Some(1), "{name}");
        assert_eq!(checker(&at.join("first")).status.code(), Some(1), "{name}");
        assert_ne!(junheng(at, &["draw", "show", "first", "A-0007"]).status.code(), Some(0), "{name}");
        assert_ne!(junheng(at, &["draw", "run", "first"]).status.code(), Some(0), "{name}");
        std::fs::write(&path, text).unwrap();
    }

    // A second round keeps the first, and says who decided.
    prepare(
        at,
        "second",
        &["--places", "一小=25", "--places", "二小=12", "--after", "first", "--decision", "县教育体育局：名单漏报 3 人"],
    );
    let text = std::fs::read_to_string(at.join("second/draw.txt")).unwrap();
    assert!(text.contains("\nround 2\n") && text.contains(&format!("\nafter {}", run["id"].as_str().unwrap())), "{text}");
    assert_eq!(published(&at.join("first")), before);
}

#[test]
fn every_method_is_recomputed_by_others() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    write_list(&at.join("名单.csv"), 60);
    let places = ["--places", "一小=25", "--places", "二小=12"];
    for (name, more) in [
        ("random", &["--method", "random-number", "--set", "digits=7", "--bound", "pass"][..]),
        (
            "ring",
            &[
                "--method",
                "ring",
                "--public",
                "起始号",
                "--public",
                "间隔号",
                "--set",
                "start=起始号",
                "--set",
                "interval=间隔号",
            ][..],
        ),
        ("ring-of-seed", &["--method", "ring"][..]),
    ] {
        prepare(at, name, &[&places[..], more].concat());
        witness(at, name, "家长代表", "滟滟随波千万里");
        if name == "ring" {
            for (public, value) in [("起始号", "61"), ("间隔号", "7")] {
                ok(at, &["draw", "reveal", name, "--witness", public, "--value", value, "--format", "json"]);
            }
        }
        ok(at, &["draw", "run", name, "--format", "json"]);
        assert_eq!(junheng(at, &["draw", "verify", name]).status.code(), Some(0));
        let checked = checker(&at.join(name));
        assert!(checked.status.success(), "{name}: {}", words(&checked));
    }
}

#[test]
fn a_list_with_names_or_id_numbers_is_refused_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let check = |list: &str, expected: &[&str]| {
        std::fs::write(at.join("名单.csv"), list).unwrap();
        let refused = junheng(at, &preparing("bad", &["--places", "一小=2"]));
        assert_eq!(refused.status.code(), Some(1), "{}", words(&refused));
        for expected in expected {
            assert!(words(&refused).contains(expected), "{expected}: {}", words(&refused));
        }
        assert!(!at.join("bad").exists());
    };
    check("pool,receipt,bound,name\n一小,1,,某某\n", &["draw-list-head", "不要姓名"]);
    check("pool,receipt,bound\n一小,110101201501010018,\n一小,1,\n一小,1,\n", &["draw-list-name", "draw-list-twice"]);
    check("pool,receipt,bound\n二小,1,\n", &["名单里却没有它", "没有写名额"]);
}

#[test]
fn a_run_killed_five_hundred_times_ends_in_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    write_list(&at.join("名单.csv"), 1500);
    prepare(at, "draw", &["--places", "一小=700", "--places", "二小=300"]);
    witness(at, "draw", "家长代表", "何处春江无月明");
    let start = published(&at.join("draw"));
    let started = Instant::now();
    ok(at, &["draw", "run", "draw", "--format", "json"]);
    let longest = started.elapsed();
    let whole = published(&at.join("draw"));

    let (mut cut, mut state) = (0, 0x9e37_79b9_7f4a_7c15_u64);
    for time in 0..KILLS {
        reset(&at.join("draw"), &start);
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let moment = longest.mul_f64((state >> 11) as f64 / (1_u64 << 53) as f64);
        let mut child = command(at, &["draw", "run", "draw"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(moment);
        let _ = child.kill();
        let _ = child.wait();
        let left = published(&at.join("draw"));
        for (name, text) in &left {
            let known = whole.iter().find(|(other, _)| other == name).map(|(_, text)| text);
            assert_eq!(Some(text), known, "{name} is torn after kill {time}");
        }
        cut += u32::from(left.len() < whole.len());
        // Every tenth is taken up again; doing it for each would only take longer.
        if time % 10 == 0 {
            ok(at, &["draw", "run", "draw", "--format", "json"]);
            assert_eq!(published(&at.join("draw")), whole);
        }
    }
    assert!(cut > 0, "no run was killed before its end: the test shows nothing");
    ok(at, &["draw", "run", "draw", "--format", "json"]);
    assert_eq!(published(&at.join("draw")), whole);
    assert_eq!(junheng(at, &["draw", "verify", "draw"]).status.code(), Some(0));
}

/// No file may grow over 1 KB: what a full disk does to a write. The run says so, and the next one ends in the same bytes.
#[test]
fn a_full_disk_is_said_and_tears_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    write_list(&at.join("名单.csv"), 400);
    prepare(at, "draw", &["--places", "一小=70", "--places", "二小=30"]);
    witness(at, "draw", "家长代表", "江流宛转绕芳甸");
    let start = published(&at.join("draw"));
    let limited = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_junheng"), "draw", "run", "draw"])
        .current_dir(at)
        .env("JUNHENG_HOME", at.join("home"))
        .output()
        .unwrap();
    assert_eq!(limited.status.code(), Some(3), "{}", words(&limited));
    assert!(words(&limited).contains("失败") && words(&limited).contains("磁盘"), "{}", words(&limited));
    assert_eq!(published(&at.join("draw")), start);
    ok(at, &["draw", "run", "draw", "--format", "json"]);
    assert_eq!(junheng(at, &["draw", "verify", "draw"]).status.code(), Some(0));
}

#[test]
fn two_officers_who_start_at_once_hold_one_draw() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    write_list(&at.join("名单.csv"), 800);
    prepare(at, "draw", &["--places", "一小=70", "--places", "二小=30"]);
    witness(at, "draw", "家长代表", "月照花林皆似霰");
    let children: Vec<_> = (0..4)
        .map(|_| command(at, &["draw", "run", "draw"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
        .collect();
    let outputs: Vec<Output> = children.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
    assert!(outputs.iter().any(|output| output.status.success()));
    for output in &outputs {
        let told = words(output);
        assert!(output.status.success() || told.contains("另一个人正在操作这次派位"), "{told}");
    }
    let journal = std::fs::read_to_string(at.join("draw/journal.txt")).unwrap();
    assert_eq!(journal.lines().filter(|line| line.contains(" finished ")).count(), 1, "{journal}");
    assert_eq!(junheng(at, &["draw", "verify", "draw"]).status.code(), Some(0));
}

fn write_list(path: &Path, n: usize) {
    let mut list = String::from("pool,receipt,bound\n");
    for child in 0..n {
        let bound = if child % 9 < 2 { format!("t{}", child / 9) } else { String::new() };
        list.push_str(&format!("一小,A-{child:04},{bound}\n二小,B-{child:04},\n"));
    }
    std::fs::write(path, list).unwrap();
}

fn preparing<'a>(out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let fixed =
        ["draw", "prepare", "--list", "名单.csv", "--title", "2026 年秋季 电脑派位", "--witness", "家长代表", "--out", out];
    [&fixed[..], more].concat()
}

fn prepare(at: &Path, out: &str, more: &[&str]) {
    let done = junheng(at, &preparing(out, more));
    assert!(done.status.success(), "{}", words(&done));
}

/// Binds a witness and lets it speak.
fn witness(at: &Path, draw: &str, name: &str, value: &str) {
    let promised = ok(at, &["draw", "commit", draw, "--witness", name, "--value", value, "--format", "json"]);
    let salt = promised["salt"].as_str().unwrap();
    // What was not promised is refused.
    let other = junheng(at, &["draw", "reveal", draw, "--witness", name, "--value", "另一句", "--salt", salt]);
    assert_eq!(other.status.code(), Some(2), "{}", words(&other));
    ok(at, &["draw", "reveal", draw, "--witness", name, "--value", value, "--salt", salt, "--format", "json"]);
}

/// The files that are published, of those that are there.
fn published(folder: &Path) -> Vec<(String, String)> {
    ["draw.txt", "list.csv", "commitments.txt", "reveals.txt", "result.csv", "certificate.txt"]
        .into_iter()
        .filter_map(|name| std::fs::read_to_string(folder.join(name)).ok().map(|text| (name.to_string(), text)))
        .collect()
}

fn reset(folder: &Path, files: &[(String, String)]) {
    for name in ["result.csv", "certificate.txt"] {
        let _ = std::fs::remove_file(folder.join(name));
    }
    for (name, text) in files {
        std::fs::write(folder.join(name), text).unwrap();
    }
}

fn checker(folder: &Path) -> Output {
    let program = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../checker/draw_check.py");
    Command::new("python3").arg(program).arg(folder).env("PYTHONUTF8", "1").output().unwrap()
}

fn command(at: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_junheng"));
    command.args(words).current_dir(at).env("JUNHENG_HOME", at.join("home"));
    command
}

fn junheng(at: &Path, words: &[&str]) -> Output {
    command(at, words).output().unwrap()
}

/// What a command that must succeed prints as JSON.
fn ok(at: &Path, arguments: &[&str]) -> Value {
    // A file that a killed process had locked may stay so for a moment.
    let until = Instant::now() + Duration::from_secs(10);
    loop {
        let output = junheng(at, arguments);
        if output.status.success() {
            return serde_json::from_slice(&output.stdout).unwrap();
        }
        assert!(Instant::now() < until && output.status.code() == Some(3), "{arguments:?}: {}", words(&output));
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

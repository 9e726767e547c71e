//! What went wrong elsewhere, done again with the real binary: each must be refused, or be seen.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Instant;

use serde_json::Value;

/// A leaked class list named who had recommended which child; another sorted pupils by the posts of their parents. Such a column is
/// not read, whoever writes it.
#[test]
fn a_roll_with_recommenders_or_parents_posts_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for (column, code) in [("推荐人", "field-forbidden-recommender"), ("家长职务", "field-forbidden-parents-post")] {
        write_roll(at, 40, Some(column));
        let refused = junheng(at, &["classes", "--roll", "名册.csv", "--stage", "junior", "--classes", "2"]);
        assert_eq!(refused.status.code(), Some(1));
        assert!(words(&refused).contains(code), "{}", words(&refused));
    }
    write_roll(at, 40, None);
    let asked = ["classes", "--roll", "名册.csv", "--stage", "junior", "--classes", "2", "--use", "领导子女"];
    let refused = junheng(at, &asked);
    assert_eq!(refused.status.code(), Some(1));
    assert!(words(&refused).contains("classes-option-outside-rule"), "{}", words(&refused));
    // Primary schools may not even look at scores.
    let refused = junheng(at, &["classes", "--roll", "名册.csv", "--stage", "primary", "--use", "scores", "--use", "sex"]);
    assert!(words(&refused).contains("classes-option-not-at-stage"), "{}", words(&refused));
}

/// Whoever touches the roll, the rule, the classes or the log after the seal is named; a crash between two files is healed with the same bytes.
#[test]
fn classes_are_sealed_made_once_and_changed_only_on_the_record() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    write_roll(at, 60, None);
    // The county's own rule: the sample's, with a shorter search, since a stranger's program does it again.
    let rule = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies/cn/classes/rules.toml");
    std::fs::write(at.join("规则.toml"), std::fs::read_to_string(rule).unwrap().replace("kicks = 2000", "kicks = 40")).unwrap();
    let prepare = [
        "classes",
        "prepare",
        "--roll",
        "名册.csv",
        "--rules",
        "规则.toml",
        "--stage",
        "junior",
        "--classes",
        "3",
        "--title",
        "一中",
        "--out",
        "编班",
    ];
    ok(at, &[&prepare[..], &["--witness", "家长代表", "--format", "json"]].concat());
    witness(at, "编班");
    let held = ok(at, &["classes", "run", "编班", "--roll", "名册.csv", "--format", "json"]);
    assert_eq!((&held["pupils"], &held["before"]), (&Value::from(60), &Value::from(false)));
    assert_eq!(held["written"].as_array().unwrap().len(), 7);
    let made = std::fs::read(at.join("编班/classes.csv")).unwrap();
    // A crash after the classes and before their certificate.
    std::fs::remove_file(at.join("编班/classes-certificate.txt")).unwrap();
    ok(at, &["classes", "run", "编班", "--format", "json"]);
    assert_eq!(std::fs::read(at.join("编班/classes.csv")).unwrap(), made);
    assert_eq!(junheng(at, &["classes", "verify", "编班"]).status.code(), Some(0));
    let checker = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../checker/classes_check.py");
    let checked = Command::new("python3").arg(checker).arg(at.join("编班")).env("PYTHONUTF8", "1").output().unwrap();
    assert!(checked.status.success(), "{}", words(&checked));

    for (file, from, to) in [
        ("classes.csv", "1,J0", "2,J0"),
        ("input.txt", "slack 2", "slack 3"),
        ("rules.toml", "slack = 2", "slack = 3"),
        ("classes-certificate.txt", "penalty ", "penalty 1"),
    ] {
        let path = at.join("编班").join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
        let seen = junheng(at, &["classes", "verify", "编班"]);
        assert_eq!(seen.status.code(), Some(1), "{file}");
        assert_ne!(junheng(at, &["classes", "run", "编班"]).status.code(), Some(0), "{file}");
        std::fs::write(&path, text).unwrap();
    }

    // A change afterwards takes a reason of the rule and two persons.
    let class =
        String::from_utf8(made).unwrap().lines().find_map(|line| line.strip_suffix(",J0007").map(str::to_string)).unwrap();
    let to = if class == "1" { "2" } else { "1" };
    let except = |reason: &str, second: &str| {
        junheng(
            at,
            &[
                "classes",
                "except",
                "编班",
                "J0007",
                "--to",
                to,
                "--reason",
                reason,
                "--words",
                "文书1号",
                "--by",
                "王",
                "--second",
                second,
            ],
        )
    };
    assert_eq!(except("friend", "李").status.code(), Some(2));
    assert_eq!(except("court", "王").status.code(), Some(2));
    assert_eq!(except("court", "李").status.code(), Some(0));
    assert_eq!(junheng(at, &["classes", "verify", "编班"]).status.code(), Some(0));
    let log = at.join("编班/exceptions.txt");
    let text = std::fs::read_to_string(&log).unwrap();
    for changed in [text.replace("court", "error"), text.replacen("1\t", "2\t", 1).replace("J0007", "J0008") + &text] {
        std::fs::write(&log, changed).unwrap();
        assert_eq!(junheng(at, &["classes", "verify", "编班"]).status.code(), Some(1));
    }
}

/// One city's query page showed other results than the sealed ones; another sent messages to the wrong families. Here both read the signed file
/// and nothing else, after somebody has typed in the numbers of the paper.
#[test]
fn the_query_page_opens_with_the_signed_result_only() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    std::fs::write(at.join("计划.csv"), "学校,类型,计划,班数,片区\n一小,公办,3,1,东街\n二小,公办,4,1,东街\n").unwrap();
    let rows: String = (1..=7).map(|n| format!("A{n},某{n},东街,一小,二小\n")).collect();
    std::fs::write(at.join("报名.csv"), format!("受理号,姓名,片区,志愿1,志愿2\n{rows}")).unwrap();
    let papers = ["--plan", "计划.csv", "--applications", "报名.csv"];
    ok(
        at,
        &[&["admit", "prepare", "--title", "2026", "--witness", "家长代表", "--out", "派位", "--format", "json"], &papers[..]]
            .concat(),
    );
    witness(at, "派位");
    ok(at, &["draw", "run", "派位", "--format", "json"]);
    let report = ok(at, &[&["admit", "--draw", "派位", "--out", "录取", "--format", "json"], &papers[..]].concat());
    assert_eq!((&report["admitted"], &report["without"]), (&Value::from(7), &Value::from(0)));
    // Papers that were changed after the draw are refused.
    std::fs::write(
        at.join("报名2.csv"),
        format!("受理号,姓名,片区,志愿1,志愿2\n{rows}").replace("某1,东街,一小,二小", "某1,东街,二小,一小"),
    )
    .unwrap();
    let other = junheng(at, &["admit", "--draw", "派位", "--plan", "计划.csv", "--applications", "报名2.csv"]);
    assert_eq!(other.status.code(), Some(2), "{}", words(&other));

    let shown = junheng(at, &["draw", "serve", "录取"]);
    assert!(words(&shown).contains("--release 7/7"), "{}", words(&shown));
    assert_eq!(junheng(at, &["draw", "serve", "录取", "--release", "7/6"]).status.code(), Some(2));
    let path = at.join("录取/admission.csv");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("一小", "二小", 1)).unwrap();
    let refused = junheng(at, &["draw", "serve", "录取", "--release", "7/7"]);
    assert_eq!(refused.status.code(), Some(2), "{}", words(&refused));
    std::fs::write(&path, text).unwrap();

    std::fs::write(at.join("报到.csv"), "受理号\nA1\nA2\nA3\nA4\nA5\nZ9\n").unwrap();
    let missing = ok(at, &["admit", "unreported", "录取", "--reported", "报到.csv", "--out", "未报到.csv", "--format", "json"]);
    assert_eq!((&missing["unreported"], &missing["unknown"][0]), (&Value::from(2), &Value::from("Z9")));
    let list = std::fs::read_to_string(at.join("未报到.csv")).unwrap();
    assert!(list.contains("A6,") && list.contains("A7,") && !list.contains("A1,"), "{list}");
}

/// The same child twice, a school that is not there, more children than places: all said at once, with who and how many.
#[test]
fn bad_applications_are_said_and_missing_places_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    std::fs::write(at.join("计划.csv"), "学校,计划,班数,片区\n一小,46,1,东街\n").unwrap();
    std::fs::write(
        at.join("报名.csv"),
        "受理号,片区,证件号码,志愿1,家庭收入\nA1,东街,11010519491231002X,一小,1\nA2,东街,11010519491231002X,三小,2\n",
    )
    .unwrap();
    let refused = junheng(at, &["admit", "--plan", "计划.csv", "--applications", "报名.csv", "--seed", "a"]);
    for code in
        ["admission-child-twice", "admission-unknown-school", "admission-over-class-size", "field-forbidden-parents-income"]
    {
        assert!(words(&refused).contains(code), "{code}: {}", words(&refused));
    }
    std::fs::write(at.join("计划.csv"), "学校,计划,片区\n一小,2,东街\n二小,1,西街\n").unwrap();
    let rows: String = (1..=5).map(|n| format!("A{n},东街\n")).collect();
    std::fs::write(at.join("报名.csv"), format!("受理号,片区\n{rows}")).unwrap();
    std::fs::write(at.join("路程.csv"), "片区,学校,分钟\n东街,一小,5\n东街,二小,20\n").unwrap();
    let short =
        junheng(at, &["admit", "--plan", "计划.csv", "--applications", "报名.csv", "--travel", "路程.csv", "--seed", "a"]);
    assert_eq!(short.status.code(), Some(1));
    assert!(words(&short).contains("一小、二小都满了，还缺 2 个学位"), "{}", words(&short));
}

/// Binds the witness and lets it speak.
fn witness(at: &Path, draw: &str) {
    let promised = ok(at, &["draw", "commit", draw, "--witness", "家长代表", "--value", "春江潮水", "--format", "json"]);
    let salt = promised["salt"].as_str().unwrap();
    ok(at, &["draw", "reveal", draw, "--witness", "家长代表", "--value", "春江潮水", "--salt", salt, "--format", "json"]);
}

fn write_roll(at: &Path, n: usize, more: Option<&str>) {
    let mut roll = format!("受理号,姓名,性别,语文,数学,{}\n", more.unwrap_or("寄宿"));
    for pupil in 0..n {
        let (sex, first, second) = (if pupil % 2 == 0 { "男" } else { "女" }, 60 + pupil * 37 % 41, 50 + pupil * 53 % 51);
        roll.push_str(&format!("J{pupil:04},某{pupil},{sex},{first},{second},{}\n", if pupil % 3 == 0 { "是" } else { "否" }));
    }
    std::fs::write(at.join("名册.csv"), roll).unwrap();
}

fn junheng(at: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_junheng"));
    command.args(words).current_dir(at).env("JUNHENG_HOME", at.join("home")).output().unwrap()
}

fn words(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn ok(at: &Path, asked: &[&str]) -> Value {
    let output = junheng(at, asked);
    assert!(output.status.success(), "{asked:?}: {}", words(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// kill -9 at any moment of an assignment: what is there is whole, and the next run ends in the same bytes.
#[test]
fn an_assignment_killed_a_hundred_times_ends_in_the_same_bytes() {
    const FILES: [&str; 4] = ["result.csv", "certificate.txt", "classes.csv", "classes-certificate.txt"];
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    write_roll(at, 120, None);
    let prepare =
        ["classes", "prepare", "--roll", "名册.csv", "--stage", "junior", "--classes", "3", "--title", "一中", "--out", "编班"];
    ok(at, &[&prepare[..], &["--witness", "家长代表", "--format", "json"]].concat());
    witness(at, "编班");
    let read = |name: &str| std::fs::read(at.join("编班").join(name)).ok();
    let started = Instant::now();
    ok(at, &["classes", "run", "编班", "--format", "json"]);
    let (longest, whole) = (started.elapsed(), FILES.map(read));
    let (mut cut, mut state) = (0, 0x9e37_79b9_7f4a_7c15_u64);
    for _ in 0..100 {
        FILES.iter().for_each(|name| std::fs::remove_file(at.join("编班").join(name)).unwrap_or_default());
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut command = Command::new(env!("CARGO_BIN_EXE_junheng"));
        command.args(["classes", "run", "编班"]).current_dir(at).env("JUNHENG_HOME", at.join("home"));
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(longest.mul_f64((state >> 11) as f64 / (1_u64 << 53) as f64));
        let _ = child.kill();
        let _ = child.wait();
        let left = FILES.map(read);
        assert!(left.iter().zip(&whole).all(|(left, whole)| left.is_none() || left == whole), "a file is torn");
        cut += u32::from(left.iter().any(Option::is_none));
    }
    assert!(cut > 0, "no run was killed before its end: the test shows nothing");
    ok(at, &["classes", "run", "编班", "--format", "json"]);
    assert_eq!(FILES.map(read), whole);
    assert_eq!(junheng(at, &["classes", "verify", "编班"]).status.code(), Some(0));
}

/// The sample's papers come to what was planted, and each planted mistake is said with its receipt.
#[test]
fn the_papers_of_the_sample_come_to_what_was_planted() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    junheng(at, &["sample", "--out", "county"]);
    let truth: Value = serde_json::from_slice(&std::fs::read(at.join("county/truth.json")).unwrap()).unwrap();
    let entry = &truth["entry"];
    let papers = ["--plan", "county/新生入学/招生计划.xlsx", "--travel", "county/新生入学/路程.csv", "--seed", "a"];
    let tried =
        junheng(at, &[&["admit", "--applications", "county/新生入学/报名表.xlsx", "--format", "json"], &papers[..]].concat());
    let report: Value = serde_json::from_slice(&tried.stdout).unwrap_or_else(|_| panic!("{}", words(&tried)));
    for count in ["children", "admitted", "diverted", "without"] {
        assert_eq!(report[count], entry[count], "{count}");
    }
    let school_of = |receipt: &Value| {
        let results = report["results"].as_array().unwrap();
        results.iter().find(|child| child["receipt"] == *receipt).map(|child| child["school"].clone())
    };
    for twins in entry["twins"].as_array().unwrap() {
        assert!(school_of(&twins[0]).is_some() && school_of(&twins[0]) == school_of(&twins[1]), "{twins}");
    }
    let check = junheng(at, &[&["admit", "--applications", "county/新生入学/报名表-待核.xlsx"], &papers[..]].concat());
    let roll = junheng(at, &["classes", "--roll", "county/新生入学/编班名册-待核.csv", "--stage", "junior"]);
    assert_eq!((check.status.code(), roll.status.code()), (Some(1), Some(1)));
    let said = words(&check) + &words(&roll);
    for fault in entry["faults"].as_array().unwrap() {
        let (finding, receipt) = (fault["finding"].as_str().unwrap(), fault["receipt"].as_str().unwrap());
        assert!(said.contains(finding) && said.contains(receipt), "{finding} {receipt}: {said}");
    }

    let roll = ["classes", "--roll", "county/新生入学/编班名册.xlsx", "--stage", "junior"];
    let trial = ok(at, &[&roll[..], &["--format", "json"]].concat());
    assert_eq!((&trial["pupils"], &trial["classes"]), (&entry["roll"]["pupils"], &entry["roll"]["classes"]));
    assert_eq!((&trial["unmet"], &trial["ways"][0]["parted"]), (&Value::from(Vec::<Value>::new()), &Value::from(0)));
}

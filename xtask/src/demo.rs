//! `cargo xtask demo`: from a clone to a county's result and the console, with nothing but cargo, a C compiler and, for the
//! console's pages, Node.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::console;
use crate::step::{self, Done};

/// Under which standard the sample county is evaluated.
const PACK: &str = "cn/2017-quality-balance";
/// Where the demo keeps its data, so that the commands it prints can be pasted.
const HOME: &str = "junheng-demo";
/// Where the console is opened; where something else listens there, on any port that is free.
const PORT: u16 = 8420;
const USE: &str = "use: cargo xtask demo [--out DIR] [--no-serve]";

pub fn run(root: &Path, words: &[String]) -> Result<(), String> {
    let (mut county, mut serve, mut words) = (step::target(root).join("demo"), true, words.iter());
    while let Some(word) = words.next() {
        match word.as_str() {
            "--no-serve" => serve = false,
            "--out" => {
                let folder = words.next().ok_or(USE)?;
                county = std::env::current_dir().map_err(|error| error.to_string())?.join(folder);
            }
            _ => return Err(USE.into()),
        }
    }
    let started = Instant::now();
    step::tool("cc", "--version", "Install a C compiler (Debian: apt-get install build-essential): SQLite is compiled with it.")?;

    say(1, "编译", "build");
    let console = build_console(root)?;
    let built = step::run(step::cargo(root).args(["build", "--package", "junheng"]))?;
    ended(&built, &[0], "the build failed; what is wrong stands above")?;
    let binary = step::target(root).join("debug/junheng");

    say(2, "生成样例县", "make the sample county");
    fresh(&county, "truth.json")?;
    fresh(&root.join(HOME), "snapshots")?;
    let made = step::run(Command::new(&binary).arg("sample").arg("--out").arg(&county))?;
    ended(&made, &[0], "the sample county could not be made")?;

    say(
        3,
        "逐年导入，每个学年一个快照；立案、销号、反弹；各种角色的账号",
        "import, one snapshot a school year; cases; accounts of every role",
    );
    for year in years(&county)? {
        let imported = step::run_silently(Command::new(&binary).current_dir(root).args(["import", "--home", HOME]).arg(&year))?;
        // What was refused is shown whole; of what went well, the result.
        let shown = if imported.code == 0 { 3 } else { imported.lines.len() };
        imported.lines.iter().skip(imported.lines.len().saturating_sub(shown)).for_each(|line| println!("{line}"));
        ended(&imported, &[0], &format!("{} was refused", year.display()))?;
        // Cases as they were opened, closed and came back in the autumns of these years: a ledger for practice takes the time.
        let autumn = format!(
            "{}-10-20T09:00",
            year.file_name().and_then(|name| name.to_str()).unwrap_or_default().get(..4).unwrap_or_default()
        );
        let mut sync = Command::new(&binary);
        sync.current_dir(root).args(["duty", "sync", "--home", HOME, "--practice", "--at", &autumn]);
        let synced = step::run_silently(&mut sync)?;
        synced.lines.iter().skip(1).take(1).for_each(|line| println!("{line}"));
        ended(&synced, &[0], "the cases could not be brought up to date")?;
    }
    let accounts = step::run(Command::new(&binary).current_dir(root).args(["users", "demo", "--home", HOME]))?;
    ended(&accounts, &[0], "the accounts could not be made")?;

    say(4, "核算", "evaluate");
    let evaluated = step::run(Command::new(&binary).current_dir(root).args(["evaluate", "--home", HOME, "--pack", PACK]))?;
    // 1 says that the county misses the standard, which the sample county does.
    ended(&evaluated, &[0, 1], "the evaluation failed")?;

    let shown = binary.strip_prefix(root).unwrap_or(&binary).display();
    println!("\n共用时 {}（total）。接着可以试（try next）：", step::duration(started.elapsed()));
    println!("  {shown} evaluate --home {HOME} --pack {PACK} --all");
    println!("  {shown} report tables --home {HOME} --pack {PACK} --out tables.xlsx");
    println!("  {shown} snapshots --home {HOME}");
    println!("  {shown} duty list --home {HOME}");
    let entry = county.join("新生入学");
    let entry = entry.strip_prefix(root).unwrap_or(&entry).display();
    println!("  {shown} classes --roll {entry}/编班名册.xlsx --stage junior");
    println!(
        "  {shown} admit --plan {entry}/招生计划.xlsx --applications {entry}/报名表.xlsx --travel {entry}/路程.csv --seed 试算"
    );
    println!("  {shown} serve --home {HOME}      # 控制台 (the console)");
    println!("  {shown} --help");
    println!();
    match console {
        Some(missing) => println!("{missing}"),
        None if serve => {
            let port = free_port().to_string();
            let mut console = Command::new(&binary);
            console.current_dir(root).args(["serve", "--home", HOME, "--port", &port]);
            return step::hand_over(&mut console);
        }
        None => {}
    }
    Ok(())
}

/// Builds the console's pages, so that they go into the binary; gives what is missing where this machine cannot.
fn build_console(root: &Path) -> Result<Option<String>, String> {
    if let Some(missing) = console::cannot_build() {
        println!("{missing}");
        return Ok(Some(missing));
    }
    for words in [console::PACKAGES, console::PAGES] {
        let done = step::run_silently(&mut console::npm(root, words))?;
        if done.code != 0 {
            done.lines.iter().for_each(|line| println!("{line}"));
            return Err(format!("the console could not be built (npm {}, exit code {})", words.join(" "), done.code));
        }
    }
    Ok(None)
}

/// [`PORT`] where nobody listens there; 0, for any that is free, otherwise.
fn free_port() -> u16 {
    std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, PORT)).map_or(0, |_| PORT)
}

fn say(number: u32, zh: &str, en: &str) {
    println!("\n[{number}/4] {zh} ({en})");
}

/// Says how long a step took, or with what reason it failed.
fn ended(done: &Done, fine: &[i32], reason: &str) -> Result<(), String> {
    println!("      {}", step::duration(done.took));
    if fine.contains(&done.code) { Ok(()) } else { Err(format!("{reason} (exit code {})", done.code)) }
}

/// Takes away what an earlier demo left; what does not look like it is somebody's and stays.
fn fresh(folder: &Path, mark: &str) -> Result<(), String> {
    let empty = std::fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none());
    if empty {
        return Ok(());
    }
    if !folder.join(mark).exists() {
        return Err(format!(
            "{} holds something else than an earlier demo (no {mark}): move it, or name another folder with --out",
            folder.display()
        ));
    }
    std::fs::remove_dir_all(folder).map_err(|error| format!("{} cannot be emptied: {error}", folder.display()))
}

/// The folders of the school years, oldest first: `2023-2024`, `2024-2025` …
fn years(county: &Path) -> Result<Vec<PathBuf>, String> {
    let unreadable = |error: std::io::Error| format!("{} cannot be read: {error}", county.display());
    let mut years = Vec::new();
    for entry in std::fs::read_dir(county).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let is_year =
            name.len() == 9 && name.chars().enumerate().all(|(at, c)| if at == 4 { c == '-' } else { c.is_ascii_digit() });
        if is_year && path.is_dir() {
            years.push(path);
        }
    }
    years.sort();
    if years.is_empty() { Err(format!("{} has no folder of a school year", county.display())) } else { Ok(years) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_demo_left_is_taken_away() {
        let folder = std::env::temp_dir().join(format!("junheng-xtask-demo-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("2024-2025")).unwrap();
        std::fs::create_dir_all(folder.join("2023-2024")).unwrap();
        std::fs::create_dir_all(folder.join("messy")).unwrap();
        let years: Vec<_> = years(&folder).unwrap().iter().map(|year| year.file_name().unwrap().to_owned()).collect();
        assert_eq!(years, ["2023-2024", "2024-2025"]);
        assert!(fresh(&folder, "truth.json").unwrap_err().contains("something else"));
        std::fs::write(folder.join("truth.json"), "{}").unwrap();
        fresh(&folder, "truth.json").unwrap();
        assert!(!folder.exists());
        fresh(&folder, "truth.json").unwrap();
    }
}

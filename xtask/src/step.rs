//! One timed step of a task: a command that is run, seen by the reader, and whose lines can be read afterwards.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How a step ended.
pub struct Done {
    pub code: i32,
    /// Everything it printed, both streams, line by line.
    pub lines: Vec<String>,
    pub took: Duration,
}

/// Runs a command and shows what it prints; `Err` only where it could not be started.
pub fn run(command: &mut Command) -> Result<Done, String> {
    follow(command, true)
}

/// The same, for a command whose lines are wanted only where it fails.
pub fn run_silently(command: &mut Command) -> Result<Done, String> {
    follow(command, false)
}

/// Runs a last command in this one's place: its terminal, its Ctrl-C, its exit code. Returns only where it could not be started,
/// or, where a process cannot take another's place, when it has ended.
pub fn hand_over(command: &mut Command) -> Result<(), String> {
    // What was printed so far comes before what the command prints.
    let _ = std::io::stdout().flush();
    let name = command.get_program().to_string_lossy().into_owned();
    #[cfg(unix)]
    let error = std::os::unix::process::CommandExt::exec(command);
    #[cfg(not(unix))]
    let error = match command.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(error) => error,
    };
    Err(format!("`{name}` cannot be started: {error}"))
}

fn follow(command: &mut Command, shown: bool) -> Result<Done, String> {
    let started = Instant::now();
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("`{name}` cannot be started: {error}"))?;
    let errors = child.stderr.take().map(|stream| thread::spawn(move || pass_on(stream, shown.then(std::io::stderr))));
    let mut lines = child.stdout.take().map(|stream| pass_on(stream, shown.then(std::io::stdout))).unwrap_or_default();
    if let Some(Ok(more)) = errors.map(thread::JoinHandle::join) {
        lines.extend(more);
    }
    let status = child.wait().map_err(|error| format!("`{name}` was lost: {error}"))?;
    Ok(Done { code: status.code().unwrap_or(-1), lines, took: started.elapsed() })
}

/// Passes a stream on as it comes, and keeps its lines. A line that is not UTF-8 is shown as well as can be.
fn pass_on(stream: impl Read, mut to: Option<impl Write>) -> Vec<String> {
    let (mut reader, mut lines, mut bytes) = (BufReader::new(stream), Vec::new(), Vec::new());
    while reader.read_until(b'\n', &mut bytes).is_ok_and(|n| n > 0) {
        if let Some(to) = &mut to {
            // Nobody listening (`| head`) does not stop the step.
            let _ = to.write_all(&bytes).and_then(|()| to.flush());
        }
        lines.push(String::from_utf8_lossy(&bytes).trim_end().to_string());
        bytes.clear();
    }
    lines
}

/// Where cargo puts what it builds.
pub fn target(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}

/// The cargo that runs this task.
pub fn cargo(root: &Path) -> Command {
    let mut cargo = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()));
    cargo.current_dir(root);
    cargo
}

/// Looks whether a program is there, and says in one line what is missing where it is not there.
pub fn tool(name: &str, argument: &str, way_on: &str) -> Result<(), String> {
    let found = Command::new(name).arg(argument).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    match found {
        Ok(status) if status.success() => Ok(()),
        _ => Err(format!("`{name}` is not on this machine. {way_on}")),
    }
}

/// `8.3 s`, `2 min 05 s`.
pub fn duration(took: Duration) -> String {
    let seconds = took.as_secs_f64();
    if seconds < 100.0 { format!("{seconds:.1} s") } else { format!("{} min {:02} s", took.as_secs() / 60, took.as_secs() % 60) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_streams_and_the_code_are_kept() {
        let done = run_silently(Command::new("sh").args(["-c", "echo out; echo err >&2; exit 3"])).unwrap();
        assert_eq!((done.code, done.lines), (3, vec!["out".to_string(), "err".to_string()]));
    }

    #[test]
    fn a_missing_tool_is_named_with_the_way_on() {
        let reason = tool("no-such-tool", "--version", "Install it.").unwrap_err();
        assert_eq!(reason, "`no-such-tool` is not on this machine. Install it.");
    }
}

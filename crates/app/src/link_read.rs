use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use facts::{Finding, Place, Severity, text};
use import::TableLine;
use linkage::{Hands, Settings, Table, read_settings};

use crate::Failure;
use crate::link_parquet;

/// As many threads as the machine has, each taking the next task that nobody has.
fn side_by_side(n: usize, task: &(dyn Fn(usize) + Sync)) {
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(at) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|at| *at < n) {
            task(at);
        }
    };
    let many = std::thread::available_parallelism().map_or(1, |many| many.get()).min(n);
    std::thread::scope(|scope| {
        for _ in 1..many {
            scope.spawn(work);
        }
        work();
    });
}

/// Who does the engine's work.
pub(crate) fn hands() -> Hands<'static> {
    Hands::of(&side_by_side)
}

/// Reads a register: all its columns, or those that are wanted.
pub(crate) fn read_register(path: &Path, wanted: Option<&[String]>) -> Result<(Table, Vec<Finding>), Failure> {
    let name = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
    if !path.is_file() {
        let error = std::fs::metadata(path).err().unwrap_or_else(|| std::io::ErrorKind::IsADirectory.into());
        return Err(Failure::io(text!("读取要比对的表", "read the register"), path, &error));
    }
    if link_parquet::is_parquet(path) {
        let table = link_parquet::read(path, &name, wanted)?;
        let findings = missing_heads(&table, wanted);
        return Ok((table, findings));
    }
    let (sources, mut findings) = import::open_path(&name, path);
    let mut table = Table::new(&name, &[]);
    // Of a zip the first file counts, of a workbook the first sheet that has rows.
    if let Some(source) = sources.first() {
        let mut place: Vec<Option<usize>> = Vec::new();
        findings.extend(import::read_table(source, None, &mut |line| match line {
            TableLine::Heads(heads) => {
                let is_wanted = |head: &&String| wanted.is_none_or(|wanted| wanted.contains(head));
                let kept: Vec<&str> = heads.iter().filter(is_wanted).map(String::as_str).collect();
                let mut next = 0;
                place = heads.iter().map(|head| is_wanted(&head).then(|| (next, next += 1).0)).collect();
                table = Table::new(&name, &kept);
            }
            TableLine::Row(cells) => {
                for (at, words) in cells {
                    if let Some(at) = place.get(*at).copied().flatten() {
                        table.put(at, words);
                    }
                }
                table.end_row();
            }
        }));
    }
    findings.extend(missing_heads(&table, wanted));
    Ok((table, findings))
}

/// The headings that the settings ask for and the file does not have.
fn missing_heads(table: &Table, wanted: Option<&[String]>) -> Vec<Finding> {
    let heads = table.heads();
    let missing = wanted.unwrap_or_default().iter().filter(|head| !head.is_empty() && !heads.contains(&head.as_str()));
    let finding = |head: &String| {
        Finding::new(
            Severity::Logic,
            "link-heading-missing",
            Place::file(table.name()),
            text!("设置里要的列“{head}”在表里没有", "the settings ask for a column `{head}`, which the file does not have"),
            text!(
                "核对表头写法，或改设置里的 from、left、right",
                "look at the heading, or change from, left or right in the settings"
            ),
        )
    };
    missing.map(finding).collect()
}

/// Two registers at the same time, or one.
pub(crate) fn read_registers(
    left: &Path,
    right: Option<&Path>,
    settings: Option<&Settings>,
) -> Result<(Table, Option<Table>, Vec<Finding>), Failure> {
    let wanted = |right: bool| {
        settings.map(|settings| {
            let columns = settings.columns.iter().map(|column| &column.heads).chain([&settings.id]);
            columns.flat_map(|heads| if right { &heads.right } else { &heads.left }).cloned().collect::<Vec<String>>()
        })
    };
    let (wanted_left, wanted_right) = (wanted(false), wanted(true));
    std::thread::scope(|scope| {
        let other = right.map(|right| scope.spawn(move || read_register(right, wanted_right.as_deref())));
        let (left, mut findings) = read_register(left, wanted_left.as_deref())?;
        let Some(other) = other else { return Ok((left, None, findings)) };
        let gave_up = || {
            Err(Failure::prevented(
                text!("读取右边的表时中断", "reading the right register broke off"),
                text!("换一种格式另存后再试", "save it in another format and try again"),
            ))
        };
        let (right, of_right) = other.join().unwrap_or_else(|_| gave_up())?;
        findings.extend(of_right);
        Ok((left, Some(right), findings))
    })
}

/// Reads settings, or says all that is wrong with them.
pub(crate) fn settings_of(path: &Path) -> Result<Settings, Failure> {
    let toml =
        std::fs::read_to_string(path).map_err(|error| Failure::io(text!("读取比对设置", "read the settings"), path, &error))?;
    let (settings, findings) = read_settings(&path.display().to_string(), &toml);
    settings.ok_or_else(|| {
        let lines = |lang| {
            let line = |finding: &Finding| {
                format!("{}: {}（{}）", finding.place.words().get(lang), finding.what.get(lang), finding.hint.get(lang))
            };
            findings.iter().map(line).collect::<Vec<_>>().join("\n")
        };
        let (zh, en) = (lines(facts::Lang::Zh), lines(facts::Lang::En));
        Failure::wrong_use(
            text!("比对设置有误：\n{zh}", "the settings are wrong:\n{en}"),
            text!(
                "改好后再来；junheng link init 可写出一份能用的",
                "mend them and come again; `junheng link init` writes some that work"
            ),
        )
    })
}

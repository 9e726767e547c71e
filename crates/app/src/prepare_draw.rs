use std::fs;
use std::path::{Path, PathBuf};

use draws::{Bound, Draw, DrawList, Earlier, Method, Missing, Witness, WitnessKind, public_key};
use facts::{Finding, Severity, text};
use serde::Serialize;

use crate::Failure;
use crate::draw_folder::{DRAW, DrawFolder, LIST, read_files};
use crate::library::paths_under;
use crate::plain_table::read_plain;
use crate::random::random;

/// What an officer fixes before a draw.
#[derive(Debug, Clone, Default)]
pub struct DrawAsked {
    pub title: String,
    pub list: PathBuf,
    pub out: PathBuf,
    pub method: String,
    pub settings: Vec<(String, String)>,
    pub places: Vec<(String, u32)>,
    pub witnesses: Vec<String>,
    pub public_witnesses: Vec<String>,
    pub bound: String,
    pub missing: String,
    /// The folder of the round that was set aside, and who decided it and why.
    pub after: Option<(PathBuf, String)>,
}

/// A draw that is fixed and may be published.
#[derive(Debug, Clone, Serialize)]
pub struct PreparedDraw {
    pub id: String,
    pub entries: usize,
    pub pools: Vec<PreparedPool>,
    pub witnesses: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct PreparedPool {
    pub name: String,
    pub entries: usize,
    pub lots: usize,
    pub places: u32,
}

/// Fixes list and rules of a draw in a new folder. All that is wrong with the list is said at once; then nothing is written.
pub fn prepare_draw(home: &Path, asked: &DrawAsked) -> Result<Result<PreparedDraw, Vec<Finding>>, Failure> {
    empty_folder(&asked.out)?;
    let (list, findings) = read_list(&asked.list)?;
    if findings.is_empty() { fix_draw(home, asked, &list, &[]) } else { Ok(Err(findings)) }
}

/// A draw has a folder of its own.
pub(crate) fn empty_folder(folder: &Path) -> Result<(), Failure> {
    if folder.is_dir() && !paths_under(folder)?.is_empty() {
        let at = folder.display();
        return Err(Failure::wrong_use(
            text!("{at} 里已有文件；一次派位用一个空文件夹", "there are files in {at}; a draw wants a folder of its own"),
            text!("换一个空文件夹", "name an empty folder"),
        ));
    }
    Ok(())
}

/// The list in its own form (`pool,receipt,bound`), or a table of any kind whose headings say the same in Chinese.
fn read_list(path: &Path) -> Result<(DrawList, Vec<Finding>), Failure> {
    let name = path.to_string_lossy();
    let bytes = fs::read(path).map_err(|error| Failure::io(text!("读名单", "read the list"), path, &error))?;
    if let Ok(words) = String::from_utf8(bytes)
        && words.trim_start_matches('\u{feff}').starts_with("pool,")
    {
        return Ok(DrawList::read(&words, &name));
    }
    let (table, mut findings) = read_plain(path)?;
    let heads = |heads: &[&str]| heads.iter().map(|head| head.to_string()).collect::<Vec<_>>();
    let (pool, receipt) = (heads(&["派位组", "学校", "报名学校", "pool"]), heads(&["受理号", "报名号", "receipt"]));
    let bound = heads(&["捆绑号", "多胞胎", "双胞胎", "bound"]);
    let known = |head: &&String| [&pool, &receipt, &bound].iter().any(|heads| heads.contains(*head)) || head.is_empty();
    let foreign: Vec<&str> = table.heads.iter().filter(|head| !known(head)).map(String::as_str).collect();
    let (Some(pool), Some(receipt), true) = (table.column(&pool), table.column(&receipt), foreign.is_empty()) else {
        let (heads, foreign) = (table.heads.join("、"), foreign.join("、"));
        findings.push(Finding::new(
            Severity::Logic,
            "draw-list-head",
            table.place(),
            text!(
                "名单要有“派位组”“受理号”两栏，可有“捆绑号”；现有：{heads}；多出：{foreign}",
                "a list has the columns 派位组 and 受理号, and may have 捆绑号; it has {heads}; too many: {foreign}"
            ),
            text!("不要姓名、证件号等其他栏", "no names, no id numbers"),
        ));
        return Ok((DrawList::read("pool,receipt,bound\n", &name).0, findings));
    };
    let bound = table.column(&bound);
    let line = |row: &Vec<String>| format!("{},{},{}\n", row[pool], row[receipt], bound.map_or("", |bound| &row[bound]));
    let words: String = table.rows.iter().map(line).collect();
    let (list, of_list) = DrawList::read(&format!("pool,receipt,bound\n{words}"), &name);
    findings.extend(of_list);
    Ok((list, findings))
}

/// Fixes a draw with its list, and further files that its rules name.
pub(crate) fn fix_draw(
    home: &Path,
    asked: &DrawAsked,
    list: &DrawList,
    further: &[(&str, &str)],
) -> Result<Result<PreparedDraw, Vec<Finding>>, Failure> {
    let folder = &asked.out;
    let secret = office_key(home)?;
    let draw = draw_of(asked, list, &secret)?;
    let findings = draw.fits(list);
    if !findings.is_empty() {
        return Ok(Err(findings));
    }
    fs::create_dir_all(folder).map_err(|error| Failure::io(text!("建文件夹", "make the folder"), folder, &error))?;
    let locked = DrawFolder::lock(folder)?;
    // The draw's own text comes last: without it there is no draw, however far a crash let the others come.
    locked.write(LIST, &list.write())?;
    for (name, words) in further {
        locked.write(name, words)?;
    }
    locked.note("prepared", &draw.id().to_string())?;
    locked.write(DRAW, &draw.write())?;
    let pools = list.pools().iter().map(|pool| PreparedPool {
        name: pool.name.clone(),
        entries: pool.n_entries(),
        lots: pool.lots.len(),
        places: draw.places.iter().find(|(name, _)| *name == pool.name).map_or(0, |(_, places)| *places),
    });
    Ok(Ok(PreparedDraw {
        id: draw.id().to_string(),
        entries: list.n_entries(),
        pools: pools.collect(),
        witnesses: draw.witnesses.iter().map(|witness| witness.name.clone()).collect(),
    }))
}

fn draw_of(asked: &DrawAsked, list: &DrawList, secret: &[u8; 32]) -> Result<Draw, Failure> {
    let method = Method::by_id(&asked.method).ok_or_else(|| {
        let (method, known) = (&asked.method, draws::METHODS.iter().map(|method| method.id).collect::<Vec<_>>().join("、"));
        Failure::wrong_use(
            text!("没有“{method}”这种算法", "there is no method `{method}`"),
            text!("可用：{known}", "there are: {known}"),
        )
    })?;
    let word = |word: &str| {
        Failure::wrong_use(
            text!("不认识“{word}”", "`{word}` is not known"),
            text!("看 junheng draw --help", "see junheng draw --help"),
        )
    };
    let after = match &asked.after {
        None => None,
        Some((folder, decision)) => {
            let files = read_files(folder)?;
            let earlier = Draw::read(&files.draw, DRAW).map_err(crate::draw_folder::refused)?;
            let result = (!files.result.is_empty()).then(|| draws::Hash::of(files.result.as_bytes()));
            Some((earlier.round, Earlier { draw: earlier.id(), result, decision: decision.clone() }))
        }
    };
    let named = |names: &[String], kind: WitnessKind| -> Vec<Witness> {
        names.iter().map(|name| Witness { name: name.clone(), kind }).collect()
    };
    let mut draw = Draw {
        title: asked.title.clone(),
        round: after.as_ref().map_or(1, |(round, _)| round + 1),
        list: list.hash(),
        method,
        settings: asked.settings.clone(),
        bound: Bound::by_word(&asked.bound).ok_or_else(|| word(&asked.bound))?,
        places: asked.places.clone(),
        witnesses: [named(&asked.witnesses, WitnessKind::Commit), named(&asked.public_witnesses, WitnessKind::Public)].concat(),
        missing: Missing::by_word(&asked.missing).ok_or_else(|| word(&asked.missing))?,
        key: public_key(secret),
        after: after.map(|(_, earlier)| earlier),
    };
    draw.sort();
    Ok(draw)
}

/// The 32 secret bytes with which this office signs, made when they are first needed.
pub(crate) fn office_key(home: &Path) -> Result<[u8; 32], Failure> {
    let (folder, name) = (home.join("keys"), "draws.key");
    let path = folder.join(name);
    let failed = |error: &std::io::Error| Failure::io(text!("读写签名密钥", "read or write the signing key"), &path, error);
    match fs::read(&path) {
        Ok(bytes) => bytes.try_into().map_err(|_| {
            let at = path.display();
            Failure::prevented(
                text!("签名密钥 {at} 损坏", "the signing key {at} is damaged"),
                text!(
                    "从备份恢复；恢复不了的，移走它，新的派位会用新的密钥",
                    "restore it from a backup; or move it away, and new draws have a new key"
                ),
            )
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let secret = random::<32>()?;
            snapshot::make_folder(&folder)
                .and_then(|()| snapshot::write_whole(&folder, name, &secret))
                .map_err(|error| failed(&error))?;
            Ok(secret)
        }
        Err(error) => Err(failed(&error)),
    }
}

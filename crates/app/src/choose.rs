use std::path::Path;

use facts::{Date, SchoolYear, text};
use snapshot::{Home, Manifest, Snapshot};

use crate::Failure;
use crate::planned::refuse_planned;

/// Every snapshot of a home, by county and time; an empty list where there is no home yet.
pub fn list_snapshots(home: &Path) -> Result<Vec<Manifest>, Failure> {
    if !home.is_dir() {
        return Ok(Vec::new());
    }
    let listing = Home::open(home)?.list()?;
    match listing.broken.into_iter().next() {
        Some(error) if listing.manifests.is_empty() => Err(error.into()),
        _ => Ok(listing.manifests),
    }
}

/// Reads all of a snapshot and compares it with its id; gives the whole id.
pub fn verify_snapshot(home: &Path, id: &str) -> Result<String, Failure> {
    let snapshot = Home::open(home)?.snapshot(id)?;
    snapshot.verify()?;
    Ok(snapshot.manifest().id.to_string())
}

/// The snapshots that are meant: those named, or the latest of each county.
pub fn snapshots(home: &Path, ids: &[String]) -> Result<Vec<Snapshot>, Failure> {
    let home = Home::open(home)?;
    let ids = match ids {
        [] => home.latest_of_each()?.into_iter().map(|(_, id)| id.as_str().to_string()).collect(),
        ids => ids.to_vec(),
    };
    if ids.is_empty() {
        return Err(Failure::wrong_use(
            text!("数据目录里还没有快照", "there is no snapshot yet"),
            text!("先导入：junheng import 文件或文件夹", "import first: junheng import FILES"),
        ));
    }
    ids.iter()
        .map(|id| {
            refuse_planned(id)?;
            Ok(home.snapshot(id)?)
        })
        .collect()
}

/// One snapshot: the one named, or the latest, where the home holds one county only.
pub fn one_snapshot(home: &Path, id: Option<&str>) -> Result<Snapshot, Failure> {
    let ids: Vec<String> = id.map(str::to_string).into_iter().collect();
    let mut found = snapshots(home, &ids)?;
    match (found.pop(), found.is_empty()) {
        (Some(snapshot), true) => Ok(snapshot),
        _ => Err(Failure::wrong_use(
            text!("数据目录里有几个县，要说明是哪一个", "the home holds several counties; say which one"),
            text!("加上 --snapshot 编号（junheng snapshots 列出全部）", "add --snapshot ID (`junheng snapshots` lists them)"),
        )),
    }
}

/// The day asked for, or the statistics date of the snapshot's latest year, and the school year in which it falls.
pub fn day(manifest: &Manifest, on: Option<Date>) -> Result<(SchoolYear, Date), Failure> {
    let on = match (on, manifest.years.last()) {
        (Some(on), _) => on,
        (None, Some(year)) => year.statistics_date(),
        (None, None) => {
            return Err(Failure::wrong_use(
                text!("快照里没有任何学年的数据", "the snapshot holds no school year"),
                text!("导入统计报表或 school-figures 表", "import statistics workbooks or a school-figures list"),
            ));
        }
    };
    let year = SchoolYear::of(on);
    if manifest.years.contains(&year) {
        return Ok((year, on));
    }
    let known: Vec<String> = manifest.years.iter().map(|year| year.id()).collect();
    let known = known.join("、");
    Err(Failure::wrong_use(
        text!(
            "{on} 属于 {year} 学年，快照里没有这个学年的数据",
            "{on} falls in the school year {year}, of which the snapshot has no data"
        ),
        text!("快照里有：{known}", "it has: {known}"),
    ))
}

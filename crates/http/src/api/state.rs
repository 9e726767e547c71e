//! `GET /api/state`: what is there, and what to do first where nothing is.

use std::sync::Arc;

use axum::extract::State as Shared;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::packs::PackLine;
use crate::refusal::Refusal;
use crate::server::{Server, Work};
use crate::shape::{Finding, Words, findings};
use crate::upload;
use crate::visit::Visit;

/// The snapshots and packs there are, and what is meant where nothing is asked for.
#[utoipa::path(get, path = "/api/state", responses((status = 200, body = State), (status = "4XX", body = Refusal)))]
pub async fn state(Shared(server): Shared<Arc<Server>>, visit: Visit) -> Response {
    server.answer(visit, |work, _| shown(work)).await
}

#[derive(Debug, Serialize, ToSchema)]
pub struct State {
    pub version: String,
    /// The folder where data are kept.
    pub home: String,
    /// Whether there is no snapshot yet.
    pub empty: bool,
    /// What to do first, where the home is empty.
    pub next_step: Option<NextStep>,
    /// The newest last.
    pub snapshots: Vec<SnapshotLine>,
    /// Snapshot files that cannot be read.
    pub broken: Vec<Words>,
    /// In force or not on the day of `defaults`, or today where there is none.
    pub packs: Vec<PackLine>,
    pub defaults: Option<Defaults>,
    /// What is wrong with packs and forms that are not the software's own.
    pub faults: Vec<Finding>,
    pub upload: UploadLimits,
}

/// 「换成我的数据」
#[derive(Debug, Serialize, ToSchema)]
pub struct NextStep {
    pub title: Words,
    pub steps: Vec<Words>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SnapshotLine {
    pub id: String,
    /// The first twelve digits.
    pub short: String,
    pub county: String,
    pub county_name: String,
    /// School years of which it holds rows, the oldest first.
    pub years: Vec<YearLine>,
    /// When it was published, RFC 3339.
    pub created: String,
    pub parent: Option<String>,
    pub files: usize,
    pub rows: u64,
    /// Whether it is its county's snapshot in force.
    pub latest: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct YearLine {
    pub id: String,
    /// 1 September
    pub statistics_date: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Defaults {
    pub snapshot: String,
    pub pack: String,
    pub on: String,
    pub year: String,
}

/// What an upload may be: larger ones are refused.
#[derive(Debug, Serialize, ToSchema)]
pub struct UploadLimits {
    pub file_bytes: u64,
    pub all_bytes: u64,
    pub files: usize,
}

fn shown(work: &Work) -> Result<State, app::Failure> {
    let listed = app::list_home(&work.home, &work.viewer)?;
    // What lies there for others is no empty home.
    let empty = listed.snapshots.is_empty() && listed.hidden == 0;
    let defaults = listed.default();
    let on = defaults.as_ref().map(|(_, _, on)| *on);
    Ok(State {
        version: env!("CARGO_PKG_VERSION").to_string(),
        home: work.home.display().to_string(),
        empty,
        next_step: empty.then(next_step),
        broken: listed.broken.iter().map(Words::from).collect(),
        packs: app::pack_rows(&work.library, on).iter().map(PackLine::from).collect(),
        defaults: defaults.map(|(id, year, on)| Defaults {
            snapshot: id.to_string(),
            pack: app::DEFAULT_PACK.to_string(),
            on: on.to_string(),
            year: year.id(),
        }),
        faults: findings(work.library.faults()),
        upload: UploadLimits { file_bytes: upload::FILE_BYTES_MAX, all_bytes: upload::ALL_BYTES_MAX, files: upload::FILES_MAX },
        snapshots: (planned_lines(&listed).into_iter())
            .chain(listed.snapshots.iter().map(|one| {
                SnapshotLine {
                    id: one.manifest.id.to_string(),
                    short: one.manifest.id.short().to_string(),
                    county: one.manifest.county.to_string(),
                    county_name: one.manifest.county_name.clone(),
                    years: (one.manifest.years.iter())
                        .map(|year| YearLine { id: year.id(), statistics_date: year.statistics_date().to_string() })
                        .collect(),
                    created: one.manifest.created.to_string(),
                    parent: one.manifest.parent.as_ref().map(ToString::to_string),
                    files: one.manifest.files.len(),
                    rows: one.manifest.tables.values().sum(),
                    latest: one.latest,
                }
            }))
            .collect(),
    })
}

/// Planned states, under the name that says so; never the latest. They stand before the snapshots, so that a list read from its
/// end shows what is real first.
fn planned_lines(listed: &app::Listed) -> Vec<SnapshotLine> {
    let line = |planned: &app::Planned| {
        let base = listed.snapshots.iter().find(|one| one.manifest.id.as_str() == planned.snapshot)?;
        let year = facts::SchoolYear::of(planned.on);
        Some(SnapshotLine {
            id: planned.id.clone(),
            short: planned.id.clone(),
            county: planned.county.to_string(),
            county_name: planned.marked_name(),
            years: vec![YearLine { id: year.id(), statistics_date: planned.on.to_string() }],
            created: base.manifest.created.to_string(),
            parent: Some(planned.snapshot.clone()),
            files: 0,
            rows: 0,
            latest: false,
        })
    };
    listed.planned.iter().filter_map(line).collect()
}

fn next_step() -> NextStep {
    let words = |zh: &str, en: &str| Words { zh: zh.to_string(), en: en.to_string() };
    NextStep {
        title: words("换成我的数据", "Bring in your own data"),
        steps: vec![
            words(
                "打开“导入”页，把统计报表、学籍、教职工、班级等文件（或整个文件夹、压缩包）拖进去；先只检查，不保存",
                "open the page Import and drop the statistics workbooks, rolls and lists there (files, a folder or a zip); they are checked first, nothing is kept",
            ),
            words(
                "逐条处理必须改正的问题，对经验问题写明原因，然后点“接受”",
                "mend what must be mended, explain what can be explained, then accept",
            ),
            words(
                "还没有文件？在命令行运行 junheng sample --out 样例县，导入其中每个学年的文件夹",
                "no files yet? run `junheng sample --out DIR` and import the folder of each school year",
            ),
        ],
    }
}

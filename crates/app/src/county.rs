use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use evaluate::{ItemRow, Outcome, SpreadExplanation, StockMatrix};
use facts::{Date, DivisionCode, Finding, Place, SchoolCode, SchoolYear, Stage, Text, text, title_of_kind};
use snapshot::{DivisionRow, Home, Manifest, SchoolRow, Snapshot};

use crate::choose::day;
use crate::evaluate_counties::resolve;
use crate::planned::{Planned, list_planned, planned};
use crate::{Failure, Judged, Library, Viewer};

/// The pack that is meant where none is named.
pub const DEFAULT_PACK: &str = "cn/2017-quality-balance";

/// Which outcome is meant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CountyAsked {
    pub pack: String,
    /// An id or the first digits of one; the snapshot published last where none is given.
    pub snapshot: Option<String>,
    /// The day of the facts; the statistics date of the snapshot's latest school year where none is given.
    pub on: Option<Date>,
    /// The day whose rules are applied to these facts, for a what-if of the date; `on` where none is given.
    pub rules_on: Option<Date>,
}

/// A county's outcome with everything that a page says about it: it is worked out once and shown many times.
pub struct County {
    pub library: Arc<Library>,
    pub manifest: Manifest,
    pub judged: Judged,
    /// Every school, campus and attached class on the day, by code.
    pub schools: Vec<SchoolRow>,
    pub divisions: Vec<DivisionRow>,
}

/// What a home holds.
pub struct Listed {
    /// The one published last stands last.
    pub snapshots: Vec<ListedSnapshot>,
    /// Planned states, which are no snapshots; a page may show one beside the real one.
    pub planned: Vec<Planned>,
    /// How many there are beside these, of counties that are not this reader's business.
    pub hidden: usize,
    /// Why some snapshot files cannot be read.
    pub broken: Vec<Text>,
}

pub struct ListedSnapshot {
    pub manifest: Manifest,
    /// Whether it is its county's snapshot in force.
    pub latest: bool,
}

/// The snapshots of a home of whose county somebody may see anything, and which are in force; nothing where there is no home yet.
pub fn list_home(home: &Path, viewer: &Viewer) -> Result<Listed, Failure> {
    let mut listed = list_all(home)?;
    let all = listed.snapshots.len();
    listed.snapshots.retain(|one| viewer.touches(one.manifest.county.as_str()));
    listed.planned.retain(|one| viewer.touches(one.county.as_str()));
    listed.hidden = all - listed.snapshots.len();
    Ok(listed)
}

/// Every snapshot of a home.
pub(crate) fn snapshots_of(home: &Path) -> Result<Vec<ListedSnapshot>, Failure> {
    Ok(list_all(home)?.snapshots)
}

fn list_all(home: &Path) -> Result<Listed, Failure> {
    if !home.join("snapshots").is_dir() {
        return Ok(Listed { snapshots: Vec::new(), planned: Vec::new(), hidden: 0, broken: Vec::new() });
    }
    let planned = list_planned(home);
    let home = Home::open(home)?;
    let in_force = home.latest_of_each()?;
    let listing = home.list()?;
    let mut snapshots: Vec<ListedSnapshot> = (listing.manifests.into_iter())
        .map(|manifest| ListedSnapshot { latest: in_force.iter().any(|(_, id)| *id == manifest.id), manifest })
        .collect();
    snapshots.sort_by(|a, b| (a.manifest.created, &a.manifest.id).cmp(&(b.manifest.created, &b.manifest.id)));
    Ok(Listed { snapshots, planned, hidden: 0, broken: listing.broken.iter().map(|error| error.words()).collect() })
}

/// The id of the snapshot that is meant: the one named by id or first digits, or of those in force the one published last.
pub fn snapshot_meant(home: &Path, id: Option<&str>) -> Result<String, Failure> {
    let none = || {
        Failure::wrong_use(
            text!("数据目录里还没有快照", "there is no snapshot yet"),
            text!("先在“导入”页导入文件", "import files on the page Import first"),
        )
    };
    if !home.join("snapshots").is_dir() {
        return Err(none());
    }
    let opened = Home::open(home)?;
    if let Some(id) = id {
        if let Some(planned) = planned(home, id)? {
            return Ok(planned.id);
        }
        return Ok(opened.snapshot(id)?.manifest().id.to_string());
    }
    let mut newest = None;
    for (_, id) in opened.latest_of_each()? {
        let created = opened.snapshot(id.as_str())?.manifest().created;
        if newest.as_ref().is_none_or(|(known, _)| created > *known) {
            newest = Some((created, id));
        }
    }
    newest.map(|(_, id)| id.to_string()).ok_or_else(none)
}

/// The same request with nothing left out: two that mean one outcome are then equal.
pub fn county_meant(home: &Path, asked: &CountyAsked) -> Result<CountyAsked, Failure> {
    let id = snapshot_meant(home, asked.snapshot.as_deref())?;
    let planned = planned(home, &id)?;
    let on = match (asked.on, &planned) {
        (on, Some(planned)) => planned.day(on)?,
        (Some(on), None) => on,
        (None, None) => day(Home::open(home)?.snapshot(&id)?.manifest(), None)?.1,
    };
    let rules_on = asked.rules_on.filter(|rules_on| *rules_on != on);
    Ok(CountyAsked { pack: asked.pack.clone(), snapshot: Some(id), on: Some(on), rules_on })
}

/// Evaluates a county and gathers what its pages show.
pub(crate) fn judge_county(library: &Arc<Library>, home: &Path, asked: &CountyAsked) -> Result<County, Failure> {
    let id = snapshot_meant(home, asked.snapshot.as_deref())?;
    let planned = planned(home, &id)?;
    let snapshot = Home::open(home)?.snapshot(planned.as_ref().map_or(&*id, |planned| &planned.snapshot))?;
    let mut manifest = snapshot.manifest().clone();
    let asked_on = planned.as_ref().map_or(Ok(asked.on), |planned| planned.day(asked.on).map(Some))?;
    let (year, on) = day(&manifest, asked_on)?;
    let resolved = resolve(library, &asked.pack, asked.rules_on.unwrap_or(on), &manifest)?;
    let matrix: StockMatrix = evaluate::matrix(&snapshot, &resolved, year, on)?;
    let outcome = evaluate::evaluate(&resolved, &matrix);
    let mut judged = Judged { resolved, outcome };
    if let Some(planned) = planned {
        manifest.county_name = planned.marked_name();
        judged = planned.outcome(judged);
    }
    let (schools, divisions) = (snapshot.schools(on)?, snapshot.divisions(on)?);
    Ok(County { library: library.clone(), manifest, judged, schools, divisions })
}

impl Listed {
    /// The snapshot that is meant where none is named, with its latest year and that year's statistics date.
    pub fn default(&self) -> Option<(&str, SchoolYear, Date)> {
        let one = self.snapshots.iter().rev().find(|one| one.latest)?;
        let year = *one.manifest.years.last()?;
        Some((one.manifest.id.as_str(), year, year.statistics_date()))
    }
}

impl County {
    pub fn outcome(&self) -> &Outcome {
        &self.judged.outcome
    }

    /// Opens the facts from which it was worked out.
    pub fn snapshot(&self, home: &Path) -> Result<Snapshot, Failure> {
        Ok(Home::open(home)?.snapshot(self.manifest.id.as_str())?)
    }

    /// The day on which its facts were fixed, in China.
    pub fn created(&self) -> Date {
        jiff::tz::Offset::constant(8).to_datetime(self.manifest.created).date()
    }

    pub fn school_row(&self, code: &SchoolCode) -> Option<&SchoolRow> {
        self.schools.binary_search_by(|row| row.code.cmp(code)).ok().and_then(|at| self.schools.get(at))
    }

    /// A school by its own code or by that of a campus of it.
    pub fn school_index(&self, code: &str) -> Result<usize, Failure> {
        let schools = &self.outcome().matrix.schools;
        let parsed = SchoolCode::parse(code);
        let found = parsed.as_ref().and_then(|code| {
            let of_campus = || schools.iter().position(|school| school.units.iter().any(|unit| unit.code == *code));
            self.outcome().matrix.position(code).or_else(of_campus)
        });
        found.ok_or_else(|| {
            let on = self.outcome().matrix.heading.on;
            Failure::unknown(
                text!("{on} 没有标识码为“{code}”的学校", "there is no school `{code}` on {on}"),
                text!("在“学校”页查找", "look for it on the page Schools"),
            )
        })
    }

    /// An indicator by its id.
    pub fn indicator_index(&self, id: &str) -> Result<usize, Failure> {
        self.judged.resolved.indicator(id).ok_or_else(|| {
            let known: Vec<&str> = self.judged.resolved.indicators.iter().map(|one| one.id.as_str()).collect();
            let known = known.join("、");
            Failure::unknown(
                text!("这个标准没有指标“{id}”", "this pack has no indicator `{id}`"),
                text!("有这些：{known}", "there are: {known}"),
            )
        })
    }

    /// The pupils of a school at a stage, as the pack weighs them.
    pub fn pupils(&self, school: usize, stage: Stage) -> Option<f64> {
        let resolved = &self.judged.resolved;
        let stock = resolved.stock("pupils").or_else(|| resolved.indicators.first().map(|indicator| indicator.weight))?;
        self.outcome().matrix.schools.get(school)?.stocks.get(stage, stock).known()
    }

    /// The indicators over which a judgement takes the mean of their coefficients; none for another kind of judgement.
    pub fn averaged(&self, judgement: usize) -> &[usize] {
        match self.judged.resolved.judgements.get(judgement).map(|one| &one.rule) {
            Some(policy::Rule::CvMean { of, .. }) => of,
            _ => &[],
        }
    }

    /// Every item that looks at this school, those that hold among them, by its place among the items.
    pub fn items_of_school(&self, school: usize) -> Vec<(usize, ItemRow)> {
        evaluate::items_of_school(&self.judged.resolved, &self.judged.outcome, school)
    }

    pub fn kind_title(&self, kind: &str) -> Option<Text> {
        title_of_kind(kind)
    }

    pub fn form_title(&self, form: &str) -> Option<&Text> {
        self.library.forms.title(form)
    }

    /// The names of a division and of those above it, the lowest last.
    pub fn address(&self, division: &DivisionCode) -> Vec<String> {
        let by_code: BTreeMap<&DivisionCode, &DivisionRow> = self.divisions.iter().map(|row| (&row.code, row)).collect();
        let mut names = Vec::new();
        let mut at = by_code.get(division);
        // A tree that goes in a circle ends all the same.
        while let Some(row) = at.filter(|_| names.len() < 8) {
            names.push(row.name.clone());
            at = row.parent.as_ref().filter(|parent| **parent != row.code).and_then(|parent| by_code.get(parent));
        }
        names.reverse();
        names
    }

    /// What was found about a school at import and while it was evaluated.
    pub fn findings_of(&self, codes: &[&SchoolCode]) -> Vec<&Finding> {
        let concerns = |finding: &&Finding| match &finding.place {
            Place::School { code, .. } => codes.contains(&code),
            Place::File { file, .. } => {
                codes.iter().any(|code| file.contains(code.as_str()) || finding.what.zh.contains(code.as_str()))
            }
            Place::Source { .. } | Place::Everywhere => false,
        };
        self.outcome().findings.iter().chain(&self.manifest.findings).filter(concerns).collect()
    }

    /// How the coefficient of variation of an indicator came about.
    pub fn explain_spread(&self, indicator: &str, stage: Stage) -> Result<SpreadExplanation, Failure> {
        evaluate::explain_spread(&self.judged.resolved, &self.outcome().matrix, stage, indicator)
            .map_err(|fault| Failure::unknown(fault.words(), Text::new("", "")))
    }
}

//! A county behind its door: worked out once for all who ask, and read only by somebody who may see it.

use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;

use facts::{Lang, SchoolCode, Stage};

use crate::county::{judge_county, snapshots_of};
use crate::explain_figure::{explain_judged, say_as_written};
use crate::write_reports::{school_workbook, tables_workbook};
use crate::{County, CountyAsked, Explained, Failure, Library, Viewer, Workbook};

/// A county's outcome, kept for whoever asks next. What is in it can be had only by saying who asks and by which right.
#[derive(Clone)]
pub struct KeptCounty(Arc<County>);

/// A county that somebody may see as a whole: what a use case asks for that shows all of it. Only [`KeptCounty::whole`] gives one.
#[derive(Clone)]
pub struct WholeCounty(Arc<County>);

impl Deref for WholeCounty {
    type Target = County;

    fn deref(&self) -> &County {
        &self.0
    }
}

/// One school of a county, for somebody who may see that school and perhaps no other.
pub struct SchoolOfCounty {
    pub county: Arc<County>,
    /// Its place in the outcome.
    pub index: usize,
}

/// The schools of a county that somebody may see, by their place in the outcome.
pub struct PartOfCounty {
    pub county: Arc<County>,
    pub schools: Vec<usize>,
}

/// Evaluates a county and gathers what its pages show.
pub fn open_county(library: &Arc<Library>, home: &Path, asked: &CountyAsked) -> Result<KeptCounty, Failure> {
    Ok(KeptCounty(Arc::new(judge_county(library, home, asked)?)))
}

impl KeptCounty {
    /// The whole of it, for somebody whose right reaches so far.
    pub fn whole(&self, viewer: &Viewer, right: &str) -> Result<WholeCounty, Failure> {
        viewer.must_for_county(right, self.0.manifest.county.as_str())?;
        Ok(WholeCounty(self.0.clone()))
    }

    /// A school, by its own code or by that of a campus, for somebody whose right reaches so far.
    pub fn school(&self, viewer: &Viewer, right: &str, code: &str) -> Result<SchoolOfCounty, Failure> {
        let index = self.0.school_index(code)?;
        let code = &self.0.outcome().matrix.schools[index].code;
        viewer.must_for_school(right, code.as_str(), &division_of(&self.0, code))?;
        Ok(SchoolOfCounty { county: self.0.clone(), index })
    }

    /// The schools to which somebody's right reaches; perhaps none.
    pub fn part(&self, viewer: &Viewer, right: &str) -> Result<PartOfCounty, Failure> {
        viewer.must(right)?;
        let schools = self.0.outcome().matrix.schools.iter().enumerate();
        let seen = schools.filter(|(_, one)| viewer.sees_school(right, one.code.as_str(), &division_of(&self.0, &one.code)));
        Ok(PartOfCounty { schools: seen.map(|(index, _)| index).collect(), county: self.0.clone() })
    }

    /// How many schools it holds in memory; how large it is, and nothing of what is in it.
    pub fn weight(&self) -> usize {
        self.0.outcome().matrix.schools.len() + 1
    }

    /// The same facts in another year, or the facts before: what is asked for beside it, nothing left out.
    pub fn beside(&self, asked: &CountyAsked, on: Option<facts::Date>) -> CountyAsked {
        CountyAsked { snapshot: Some(self.0.manifest.id.to_string()), on, rules_on: None, pack: asked.pack.clone() }
    }

    /// The school years that it knows, and the one as of which it was judged.
    pub fn years(&self) -> (&[facts::SchoolYear], facts::SchoolYear) {
        (&self.0.manifest.years, self.0.outcome().matrix.heading.year)
    }

    /// The snapshot over which its own was laid.
    pub fn parent(&self) -> Option<String> {
        self.0.manifest.parent.as_ref().map(ToString::to_string)
    }
}

/// Explains a figure: of a school to whoever may see the school, of the county to whoever may see the county.
pub fn explain_kept(
    home: &Path,
    viewer: &Viewer,
    kept: &KeptCounty,
    school: Option<&SchoolCode>,
    (stage, figure): (Option<Stage>, &str),
) -> Result<(Arc<County>, Explained), Failure> {
    let county = match school {
        Some(code) => kept.school(viewer, "school:read", code.as_str())?.county,
        None => kept.whole(viewer, "county:read")?.0,
    };
    let snapshot = county.snapshot(home)?;
    let explained = explain_judged(&snapshot, &county.judged, school, stage, figure)?;
    // An item of the county is the county's, whichever school it was asked beside.
    if matches!(&explained, Explained::Item(one) if one.school.is_none()) {
        kept.whole(viewer, "county:read")?;
    }
    let explained = say_as_written(&county.library, home, &snapshot, explained)?;
    Ok((county, explained))
}

/// The official tables of the pack, for whoever may take out figures of the county.
pub fn export_tables(viewer: &Viewer, kept: &KeptCounty, lang: Lang) -> Result<Workbook, Failure> {
    let county = kept.whole(viewer, "county:export")?;
    tables_workbook(&county.judged, county.created(), lang)
}

/// The 核查报告 of a school, for whoever may take out figures of that school.
pub fn export_school(home: &Path, viewer: &Viewer, kept: &KeptCounty, code: &str, lang: Lang) -> Result<Workbook, Failure> {
    let SchoolOfCounty { county, index } = kept.school(viewer, "school:export", code)?;
    school_workbook(&county.snapshot(home)?, &county.judged, index, lang)
}

/// Refuses whoever may not do something with all of the county of a snapshot; with every county of the home, where none is
/// named.
pub fn must_for_counties(home: &Path, viewer: &Viewer, right: &str, snapshot: Option<&str>) -> Result<(), Failure> {
    if viewer.is_alone() {
        return Ok(());
    }
    viewer.must(right)?;
    let all = snapshots_of(home)?;
    let meant: Vec<&str> = (all.iter().filter(|one| snapshot.is_none_or(|wanted| one.manifest.id.as_str().starts_with(wanted))))
        .map(|one| one.manifest.county.as_str())
        .collect();
    // What goes by another name than a snapshot's may be of any county.
    let of_all = all.iter().map(|one| one.manifest.county.as_str()).filter(|_| meant.is_empty());
    meant.iter().copied().chain(of_all).try_for_each(|county| viewer.must_for_county(right, county))
}

/// The code of the division in which a school lies; that of its county where it is not known further.
fn division_of(county: &County, school: &SchoolCode) -> String {
    let known = county.school_row(school).and_then(|row| row.division.as_ref());
    known.map_or_else(|| county.manifest.county.to_string(), ToString::to_string)
}

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use facts::{Finding, Lang, Stage, Text, text};
use serde::Serialize;
use snapshot::Home;

use super::DrawKind;
use super::journal::note_in;
use super::materials::{MATERIALS, seal};
use crate::admit::allocate;
use crate::draw_desk::named;
use crate::draw_folder::DrawFolder;
use crate::{
    AdmitAsked, AdmitNumbers, AdmitReport, ClassTrial, ClassTrialAsked, ClassesAsked, DrawAsked, Failure, PreparedDraw,
    open_draw, prepare_admission, prepare_classes, prepare_draw, prepare_teams, try_classes,
};

/// What an officer brings for a draw of any kind.
#[derive(Debug, Clone, Default)]
pub struct OfficeAsked {
    pub kind: DrawKind,
    /// Title, witnesses, the round before; for places by lot everything else, too.
    pub draw: DrawAsked,
    /// By kind: `roll`, or `plan`, `applications` and `travel`, or `teams`; and `rules`, where the county has its own.
    pub files: BTreeMap<String, PathBuf>,
    pub stage: Option<Stage>,
    /// How many classes; as few as the class size allows where none is given.
    pub classes: Option<u32>,
    /// The options of the rule that are used; all where none is named.
    pub options: Vec<String>,
    /// The draw of the classes for which teams draw.
    pub of: Option<String>,
}

/// What the papers would come to, with chance of no weight in the place of witnesses.
#[derive(Debug, Clone, Serialize)]
pub struct DrawTrial {
    pub classes: Option<ClassTrial>,
    pub admission: Option<AdmitReport>,
}

/// Whence a trial takes its chance.
const TRIAL: &str = "试算";

impl OfficeAsked {
    fn file(&self, kind: &str) -> Result<&Path, Failure> {
        self.files.get(kind).map(PathBuf::as_path).ok_or_else(|| {
            let title = match kind {
                "roll" => text!("名册", "the roll"),
                "plan" => text!("招生计划", "the plan"),
                "applications" => text!("报名表", "the applications"),
                _ => text!("教师团队名单", "the teams"),
            };
            let (zh, en) = (title.zh, title.en);
            Failure::wrong_use(
                text!("没有选{zh}", "{en} was not chosen"),
                text!("选一个文件（工作簿或 CSV）", "choose a file (workbook or CSV)"),
            )
        })
    }

    fn rules<'a>(&'a self, own: &'a str) -> &'a str {
        self.files.get("rules").and_then(|path| path.to_str()).unwrap_or(own)
    }

    fn admission(&self) -> Result<AdmitAsked<'_>, Failure> {
        Ok(AdmitAsked {
            plan: self.file("plan")?,
            applications: self.file("applications")?,
            travel: self.files.get("travel").map(PathBuf::as_path),
            rules: self.rules(OWN_ADMISSION),
            stage: self.stage.unwrap_or(Stage::Primary),
        })
    }
}

pub(super) const OWN_ADMISSION: &str = "cn/admission";
const OWN_CLASSES: &str = "cn/classes";

/// Looks through the papers and tries them: all that is wrong at once, or what they would come to. Nothing is kept.
pub fn try_draw(asked: &OfficeAsked, lang: Lang) -> Result<Result<DrawTrial, Vec<Finding>>, Failure> {
    match asked.kind {
        DrawKind::Classes => {
            let trial = ClassTrialAsked {
                roll: asked.file("roll")?,
                rules: asked.rules(OWN_CLASSES),
                stage: asked.stage,
                classes: asked.classes,
                options: &asked.options,
                seed: TRIAL,
                measure: 0,
                out: None,
                lang,
            };
            Ok(try_classes(&trial)?.map(|trial| DrawTrial { classes: Some(trial), admission: None }))
        }
        DrawKind::Admission => {
            let tried = allocate(&asked.admission()?, AdmitNumbers::Trial(TRIAL))?;
            Ok(tried.map(|(report, _)| DrawTrial { classes: None, admission: Some(report) }))
        }
        DrawKind::Places | DrawKind::Teachers => Err(Failure::wrong_use(
            text!("这一种没有试算", "there is no trial of this kind"),
            text!("直接固定名单", "fix the list"),
        )),
    }
}

/// Fixes a new draw of a home, in a folder under the name given, and seals what it was made from. Whatever is wrong is said at once, and then
/// nothing is kept.
pub fn prepare_draw_here(
    home: &Path,
    name: &str,
    asked: &OfficeAsked,
    who: &str,
) -> Result<Result<PreparedDraw, Vec<Finding>>, Failure> {
    let folder = named(home, name)?;
    let keeps = matches!(asked.kind, DrawKind::Classes | DrawKind::Admission);
    // Whoever else writes to the home is waited for now, and not when the draw is fixed and its papers are not.
    let lock = if keeps { Some(Home::open_or_create(home)?.lock("draw")?) } else { None };
    let draw = DrawAsked { out: folder.clone(), ..asked.draw.clone() };
    let mut options = Vec::new();
    let prepared = match asked.kind {
        DrawKind::Places => prepare_draw(home, &draw)?,
        DrawKind::Classes => {
            let classes = ClassesAsked {
                roll: asked.file("roll")?,
                rules: asked.rules(OWN_CLASSES),
                stage: asked.stage,
                classes: asked.classes,
                options: &asked.options,
                draw,
            };
            prepare_classes(home, &classes)?.map(|prepared| {
                options = prepared.options;
                prepared.draw
            })
        }
        DrawKind::Admission => prepare_admission(home, &asked.admission()?, &draw)?,
        DrawKind::Teachers => {
            let classes = open_draw(home, asked.of.as_deref().unwrap_or_default())?;
            prepare_teams(home, &classes, asked.file("teams")?, &draw)?
        }
    };
    let prepared = match prepared {
        Ok(prepared) => prepared,
        Err(findings) => return Ok(Err(findings)),
    };
    if let Some(lock) = &lock {
        let kept = seal(lock, asked.stage, &asked.files).and_then(|words| DrawFolder::lock(&folder)?.write(MATERIALS, &words));
        if let Err(failure) = kept {
            // Nobody has seen it yet, and it could never be held.
            let _ = std::fs::remove_dir_all(&folder);
            return Err(failure);
        }
    }
    let options: Vec<&str> = options.iter().map(|option: &Text| option.zh.as_str()).collect();
    note_in(&folder, "options", &format!("{} {}", asked.kind.id(), options.join("、")), who)?;
    Ok(Ok(prepared))
}

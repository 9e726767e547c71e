//! The office's side of a draw: what kind it is, the papers it was made from, what it came to, the rolls that are signed, and the record of
//! everything that was done.

mod journal;
mod made;
mod materials;
mod prepare;
mod release;

use draws::Draw;
use facts::{Text, text};
use serde::Serialize;

use crate::admit::is_admission;
use crate::classes::PURPOSE;

pub use journal::{DrawJournal, DrawNote, draw_journal, note_draw};
pub use made::{DrawAdmission, DrawClasses, DrawMove, DrawSchool, draw_paper, hold_draw_here, move_pupil_here};
pub(crate) use made::{admission_of, classes_of, is_made, papers_of};
pub use prepare::{DrawTrial, OfficeAsked, prepare_draw_here, try_draw};
pub use release::{DrawRelease, release_draw, released};

/// What is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DrawKind {
    /// Places by lot.
    #[default]
    Places,
    /// The entry grade is put into classes.
    Classes,
    /// Order numbers are drawn, and then schools are given.
    Admission,
    /// Teams of teachers draw their classes.
    Teachers,
}

impl DrawKind {
    pub fn id(self) -> &'static str {
        match self {
            DrawKind::Places => "places",
            DrawKind::Classes => "classes",
            DrawKind::Admission => "admission",
            DrawKind::Teachers => "teachers",
        }
    }

    pub fn title(self) -> Text {
        match self {
            DrawKind::Places => text!("派位", "places by lot"),
            DrawKind::Classes => text!("均衡编班", "even classes"),
            DrawKind::Admission => text!("招生录取", "admission"),
            DrawKind::Teachers => text!("教师团队抽签", "teams of teachers"),
        }
    }

    /// What kind a draw is, by what it fixed.
    pub(crate) fn of(draw: &Draw) -> DrawKind {
        if draw.setting("for") == Some(PURPOSE) {
            DrawKind::Classes
        } else if is_admission(draw) {
            DrawKind::Admission
        } else if draw.places.iter().map(|(pool, _)| pool.as_str()).eq(crate::classes::TEAM_POOLS) {
            DrawKind::Teachers
        } else {
            DrawKind::Places
        }
    }
}

/// The title without the hash of the papers, which stands in it so that it is bound.
pub(crate) fn shown_title(draw: &Draw) -> &str {
    if is_admission(draw) {
        draw.title.rsplit_once(crate::admit::PAPERS).map_or(&draw.title, |(title, _)| title)
    } else {
        &draw.title
    }
}

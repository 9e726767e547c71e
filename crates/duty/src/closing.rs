//! When a case is over, when it comes back, and looks whether it stays so.

use serde::Deserialize;

use crate::Who;
use crate::calendar::Span;
use crate::procedure::Only;

/// When a case is over.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Close {
    pub article: String,
    pub by: CloseBy,
    /// Who confirms, where the data cannot show it.
    #[serde(default)]
    pub who: Vec<Who>,
    /// Steps that must have been done; one of the names in a pair `a|b` is enough.
    #[serde(default)]
    pub after: Vec<String>,
    #[serde(default)]
    pub needs: Vec<String>,
    /// Values that fields must have: a re-check that was passed.
    #[serde(default)]
    pub only: Only,
    /// Steps done by somebody else; `*` for all of this round, `open` for whoever opened it.
    #[serde(default)]
    pub different_from: Vec<String>,
    #[serde(default, rename = "category")]
    pub categories: Vec<Category>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CloseBy {
    /// A later snapshot no longer shows the condition.
    Data,
    /// Somebody else than those who did the work confirms it.
    SecondPerson,
}

/// A way in which a case is over, with its own proof.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    pub id: String,
    pub title: String,
    pub title_en: String,
    #[serde(default)]
    pub after: Vec<String>,
    #[serde(default)]
    pub needs: Vec<String>,
    #[serde(default)]
    pub stays: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reopen {
    pub article: String,
    /// Who may re-open one by hand.
    #[serde(default)]
    pub who: Vec<Who>,
    /// The step at which it begins again.
    pub at: String,
    /// The role that is told as well of a relapse.
    #[serde(default)]
    pub tell: Option<String>,
}

/// A look some time after the close-out whether it still holds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stay {
    pub id: String,
    pub title: String,
    pub title_en: String,
    pub article: String,
    pub span: Span,
    pub source: String,
    pub confirmed: bool,
    pub who: Vec<Who>,
    #[serde(default)]
    pub needs: Vec<String>,
    /// Steps done by somebody else; `open` for whoever opened the case or made the statement.
    #[serde(default)]
    pub different_from: Vec<String>,
}

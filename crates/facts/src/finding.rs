use serde::{Deserialize, Serialize};

use crate::{Place, Text, text};

/// One thing that somebody should know or mend: what is wrong, where, and the way on.
///
/// Dirty data never makes an engine fail. It gives findings, all of them at once, beside whatever could be made of the data.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    pub severity: Severity,
    /// A stable word for scripts and for explanations: `citizen-id-in-scientific-notation`.
    pub code: String,
    pub place: Place,
    pub what: Text,
    /// How to mend it.
    pub hint: Text,
    /// For [`Severity::Experience`]: what the school or bureau answered; printed beside the figure from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Explanation {
    pub words: String,
    pub by: String,
}

impl Finding {
    pub fn new(severity: Severity, code: impl Into<String>, place: Place, what: Text, hint: Text) -> Finding {
        Finding { severity, code: code.into(), place, what, hint, explanation: None }
    }

    /// Whether it stands in the way: a 逻辑 finding always, a 经验 finding never.
    pub fn must_fix(&self) -> bool {
        self.severity == Severity::Logic
    }

    /// Whether it is a 经验 finding that nobody has answered yet.
    pub fn wants_explanation(&self) -> bool {
        self.severity == Severity::Experience && self.explanation.is_none()
    }
}

/// The two kinds of check of the national statistics, and a remark that asks for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// 逻辑: must be fixed.
    Logic,
    /// 经验: fix it or explain it.
    Experience,
    /// 提示: good to know.
    Note,
}

impl Severity {
    pub fn title(self) -> Text {
        match self {
            Severity::Logic => text!("逻辑", "must fix"),
            Severity::Experience => text!("经验", "fix or explain"),
            Severity::Note => text!("提示", "note"),
        }
    }
}

/// The gravest severity among findings, if there are any.
pub fn worst(findings: &[Finding]) -> Option<Severity> {
    findings.iter().map(|finding| finding.severity).min()
}

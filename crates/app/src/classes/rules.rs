use facts::{Stage, Text, text};
use serde::Deserialize;

use crate::Failure;
use crate::plain_table::rule_text;

/// The county's rule for the assignment to classes: what may be made even, what must be kept apart, how large a class may be.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassRules {
    pub id: String,
    title: String,
    title_en: String,
    pub slack: u64,
    pub kicks: u32,
    pub document: RuleDocument,
    pub(crate) receipt: Vec<String>,
    pub(crate) name: Vec<String>,
    #[serde(rename = "class_size")]
    pub(crate) sizes: Vec<ClassSizeMost>,
    #[serde(rename = "option")]
    pub options: Vec<ClassOption>,
    #[serde(rename = "exception")]
    pub exceptions: Vec<ClassException>,
    /// SHA-256 of the text, in hexadecimal digits.
    #[serde(skip)]
    pub hash: String,
    #[serde(skip)]
    pub(crate) words: String,
}

/// The document that gives a rule its force.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleDocument {
    pub title: String,
    pub number: Option<String>,
    pub confirmed: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClassSizeMost {
    pub stage: Stage,
    pub most: usize,
    pub document: String,
    #[serde(rename = "confirmed")]
    _confirmed: bool,
}

/// One thing that a school may ask of the assignment.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassOption {
    pub id: String,
    title: String,
    title_en: String,
    pub(crate) kind: OptionKind,
    pub(crate) heads: Vec<String>,
    pub(crate) weight: u32,
    /// The stages at which it may be used; all where none is named.
    #[serde(default)]
    pub(crate) stages: Vec<Stage>,
    /// Weight of the sum of all scores; 0 leaves it out.
    #[serde(default)]
    pub(crate) total: u32,
    /// Into how many bands of equal numbers scores are cut, so that classes are alike in spread; 0 for none.
    #[serde(default)]
    pub(crate) bands: u32,
    #[serde(default)]
    pub(crate) band_weight: u32,
    /// As how many pupils one counts.
    #[serde(default)]
    pub(crate) counts_as: u32,
    #[serde(default)]
    pub(crate) wish: Vec<String>,
    #[serde(default)]
    pub(crate) reason: Vec<String>,
    #[serde(default)]
    pub(crate) reasons: Vec<String>,
    #[serde(rename = "document")]
    _document: Option<String>,
    #[serde(rename = "confirmed")]
    _confirmed: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum OptionKind {
    /// Every value is spread.
    Category,
    /// Those who have it are spread.
    Flag,
    /// Those who have it are spread, and their classes are the smaller ones.
    Load,
    Score,
    Namesakes,
    Twins,
    Apart,
}

/// A reason for which a pupil may change the class afterwards.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassException {
    pub code: String,
    title: String,
    title_en: String,
}

impl ClassRules {
    pub fn title(&self) -> Text {
        Text::new(&*self.title, &*self.title_en)
    }

    pub(crate) fn most(&self, stage: Stage) -> Option<&ClassSizeMost> {
        self.sizes.iter().find(|size| size.stage == stage)
    }
}

impl ClassOption {
    pub fn title(&self) -> Text {
        Text::new(&*self.title, &*self.title_en)
    }

    pub(crate) fn at(&self, stage: Stage) -> bool {
        self.stages.is_empty() || self.stages.contains(&stage)
    }
}

impl ClassException {
    pub fn title(&self) -> Text {
        Text::new(&*self.title, &*self.title_en)
    }
}

/// Reads a county's rule: a file, or `cn/classes` for the one in the binary.
pub fn class_rules(named: &str) -> Result<ClassRules, Failure> {
    let (shown, words) = rule_text(named, "rules.toml", text!("读取编班规则", "read the rule for classes"))?;
    read_class_rules(&shown, words)
}

pub(crate) fn read_class_rules(shown: &str, words: String) -> Result<ClassRules, Failure> {
    let refuse = |what: Text| {
        let (zh, en) = (what.zh, what.en);
        Failure::wrong_use(
            text!("编班规则不能用：{shown}：{zh}", "the rule for classes cannot be used: {shown}: {en}"),
            text!("照 policies/cn/classes/rules.toml 的样子写", "write it like policies/cn/classes/rules.toml"),
        )
    };
    let mut rules: ClassRules = toml::from_str(&words).map_err(|error| {
        let why = error.to_string().lines().map(str::trim).collect::<Vec<_>>().join(" ");
        refuse(Text::new(why.clone(), why))
    })?;
    for (at, option) in rules.options.iter().enumerate() {
        let id = &option.id;
        if rules.options[..at].iter().any(|other| other.id == *id) {
            return Err(refuse(text!("“{id}”写了两次", "`{id}` is there twice")));
        }
        let scored = option.kind == OptionKind::Score;
        let heaviest = if scored { plan::SCORE_WEIGHT_MAX } else { plan::COUNT_WEIGHT_MAX };
        if option.weight > heaviest || option.total > plan::SCORE_WEIGHT_MAX || option.band_weight > plan::COUNT_WEIGHT_MAX {
            return Err(refuse(text!("“{id}”的权重超过 {heaviest}", "the weight of `{id}` is above {heaviest}")));
        }
        if option.kind == OptionKind::Load && !(1..=10).contains(&option.counts_as) {
            return Err(refuse(text!("“{id}”的 counts_as 应为 1 至 10", "counts_as of `{id}` must be from 1 to 10")));
        }
        if option.bands > 20 {
            return Err(refuse(text!("“{id}”的分段（bands）应不多于 20", "bands of `{id}` must be 20 at most")));
        }
    }
    rules.hash = draws::Hash::of(words.as_bytes()).to_string();
    rules.words = words;
    Ok(rules)
}

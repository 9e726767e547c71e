use std::collections::BTreeMap;

use facts::{Stage, Text, text};
use serde::Deserialize;

use crate::Failure;
use crate::classes::RuleDocument;
use crate::plain_table::rule_text;

/// The county's rule for admission: what is asked of a family, who comes first, how lots and diversion work.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdmissionRules {
    pub id: String,
    title: String,
    title_en: String,
    pub(crate) mechanism: RuleMechanism,
    pub(crate) lottery: Lottery,
    pub(crate) minutes_most: f64,
    pub document: RuleDocument,
    #[serde(rename = "class_size")]
    pub(crate) sizes: Vec<SizeMost>,
    #[serde(rename = "field")]
    pub(crate) fields: Vec<Field>,
    #[serde(rename = "class")]
    pub(crate) classes: Vec<PriorityClass>,
    /// SHA-256 of the text.
    #[serde(skip)]
    pub hash: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RuleMechanism {
    Deferred,
    Immediate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Lottery {
    One,
    PerSchool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SizeMost {
    pub stage: Stage,
    pub most: u32,
    pub document: String,
    #[serde(rename = "confirmed")]
    _confirmed: bool,
}

/// One thing that an application may hold.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Field {
    pub id: String,
    pub heads: Vec<String>,
    /// Where another register says whether it is so.
    #[serde(default)]
    pub check: Vec<String>,
    #[serde(rename = "purpose")]
    _purpose: String,
    #[serde(default)]
    pub required: bool,
}

/// An ordered class: whoever fulfils all of `when` is in it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PriorityClass {
    pub id: String,
    title: String,
    title_en: String,
    pub when: BTreeMap<String, Condition>,
    #[serde(default)]
    pub verified: Vec<String>,
    #[serde(default)]
    pub schools: SchoolKind,
    #[serde(rename = "confirmed")]
    _confirmed: Option<bool>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Condition {
    OneOf(Vec<String>),
    Word(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SchoolKind {
    #[default]
    Public,
    Private,
}

impl AdmissionRules {
    pub fn title(&self) -> Text {
        Text::new(&*self.title, &*self.title_en)
    }

    pub(crate) fn field(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == id)
    }
}

impl PriorityClass {
    pub fn title(&self) -> Text {
        Text::new(&*self.title, &*self.title_en)
    }
}

/// Reads a county's rule: a file, or `cn/admission` for the one in the binary.
pub fn admission_rules(named: &str) -> Result<AdmissionRules, Failure> {
    let (shown, words) = rule_text(named, "rules.toml", text!("读取招生规则", "read the rule for admission"))?;
    let refuse = |what: Text| {
        let (zh, en) = (what.zh, what.en);
        Failure::wrong_use(
            text!("招生规则不能用：{shown}：{zh}", "the rule for admission cannot be used: {shown}: {en}"),
            text!("照 policies/cn/admission/rules.toml 的样子写", "write it like policies/cn/admission/rules.toml"),
        )
    };
    let mut rules: AdmissionRules = toml::from_str(&words).map_err(|error| {
        let why = error.to_string().lines().map(str::trim).collect::<Vec<_>>().join(" ");
        refuse(Text::new(why.clone(), why))
    })?;
    for class in &rules.classes {
        let named = class.when.keys().chain(&class.verified);
        if let Some(unknown) = named.into_iter().find(|id| rules.field(id).is_none()) {
            let id = &class.id;
            return Err(refuse(text!(
                "类别“{id}”用到没有的栏目“{unknown}”",
                "the class `{id}` names a field `{unknown}` that is not there"
            )));
        }
    }
    if rules.field("receipt").is_none() || rules.field("area").is_none() {
        return Err(refuse(text!("栏目里要有 receipt 和 area", "there must be the fields receipt and area")));
    }
    rules.hash = draws::Hash::of(words.as_bytes()).to_string();
    Ok(rules)
}

use facts::{Stage, Text, text};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::Failure;
use crate::plain_table::rule_text;

/// The rule on who rotates, as a county writes it: `policies/cn/rotation/rules.toml` is the one in the binary.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RotationRules {
    pub id: String,
    title: String,
    title_en: String,
    /// The standard whose coefficients the rotation is to lower.
    pub pack: String,
    pub document: RotationDocument,
    pub eligible: EligibleRule,
    pub quota: QuotaRule,
    pub counts: CountsRule,
    pub travel: TravelRule,
    pub gaps: GapsRule,
    #[serde(rename = "choice")]
    pub choices: Vec<RotationChoice>,
    #[serde(rename = "attribute")]
    pub attributes: Vec<RotationAttribute>,
    /// SHA-256 of the text.
    #[serde(skip)]
    pub hash: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RotationDocument {
    pub title: String,
    pub confirmed: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EligibleRule {
    pub years: i64,
    pub posts: Vec<String>,
    pub retire_within: i16,
    pub retire_men: i16,
    pub retire_women: i16,
    pub rest_after_exchange: bool,
    pub document: String,
    pub confirmed: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuotaRule {
    /// Shares of those eligible.
    pub least: f64,
    pub most: f64,
    pub backbone: f64,
    pub backbone_of: BackboneOf,
    pub document: String,
    pub confirmed: bool,
}

/// What the share of backbone teachers is a share of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BackboneOf {
    Moved,
    Eligible,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountsRule {
    /// Beginnings of urban-rural codes: a move counts where the two schools begin differently.
    pub bands: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TravelRule {
    pub detour: f64,
    pub most_km: f64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GapsRule {
    pub subjects: Vec<String>,
    pub pupils: f64,
}

/// One way to weigh evenness against travel.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RotationChoice {
    pub id: String,
    title: String,
    title_en: String,
    pub per_km: f64,
    pub per_move: f64,
    pub per_gap: f64,
}

/// What of a teacher counts in a stock of the standard.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RotationAttribute {
    pub stock: String,
    title: String,
    title_en: String,
    pub column: String,
    primary: Vec<String>,
    junior: Vec<String>,
    #[serde(default)]
    pub backbone: bool,
    pub weight: f64,
}

impl RotationRules {
    pub fn title(&self) -> Text {
        Text::new(&*self.title, &*self.title_en)
    }
}

impl RotationChoice {
    pub fn title(&self) -> Text {
        Text::new(&*self.title, &*self.title_en)
    }
}

impl RotationAttribute {
    pub fn title(&self) -> Text {
        Text::new(&*self.title, &*self.title_en)
    }
    /// Whether a value of the column counts at a stage.
    pub fn has(&self, stage: Stage, value: &str) -> bool {
        let values = if stage == Stage::Primary { &self.primary } else { &self.junior };
        values.iter().any(|known| known == value)
    }
}

/// Reads a rule: a name such as `cn/rotation`, or a file.
pub fn rotation_rules(named: &str) -> Result<RotationRules, Failure> {
    let (shown, words) = rule_text(named, "rules.toml", text!("读取交流轮岗规则", "read the rule on rotation"))?;
    let refuse = |what: Text| {
        let (zh, en) = (what.zh, what.en);
        Failure::wrong_use(
            text!("交流轮岗规则不能用：{shown}：{zh}", "the rule on rotation cannot be used: {shown}: {en}"),
            text!("照 policies/cn/rotation/rules.toml 的样子写", "write it like policies/cn/rotation/rules.toml"),
        )
    };
    let mut rules: RotationRules = toml::from_str(&words).map_err(|error| {
        let why = error.to_string().lines().map(str::trim).collect::<Vec<_>>().join(" ");
        refuse(Text::new(why.clone(), why))
    })?;
    let quota = &rules.quota;
    let shares = [quota.least, quota.most, quota.backbone];
    if shares.iter().any(|share| !(0.0..=1.0).contains(share)) || quota.least > quota.most {
        return Err(refuse(text!(
            "[quota] 的比例应在 0 和 1 之间，least 不大于 most",
            "the shares of [quota] lie between 0 and 1, least not above most"
        )));
    }
    if rules.choices.is_empty() || rules.attributes.is_empty() {
        return Err(refuse(text!(
            "至少写一个 [[choice]] 和一个 [[attribute]]",
            "there must be a [[choice]] and an [[attribute]]"
        )));
    }
    rules.hash = Sha256::digest(words.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(rules)
}

use std::collections::BTreeMap;
use std::path::Path;

use facts::{Text, text};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::Failure;

/// The price list that lies in the binary: assumptions, to be replaced by a county's own.
const OWN: &str = include_str!("../../../prices/cn-2017-quality-balance.toml");

/// What can be bought and moved, what it costs, and who pays: a price list with its caps.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanSettings {
    /// The standard that is to be met.
    pub pack: String,
    /// What is met stays met, and who lacks does not give.
    #[serde(default = "yes")]
    pub keep: bool,
    /// Yuan in all, at most.
    pub money: Option<f64>,
    /// New posts in all, at most: units bought of the options that are posts.
    pub posts: Option<f64>,
    /// The relative gap at which the search stops.
    #[serde(default = "default_gap")]
    pub gap: f64,
    /// Most branches of the search.
    #[serde(default = "default_branches")]
    pub branches: usize,
    /// Seconds after which the search is stopped from outside.
    #[serde(default = "default_seconds")]
    pub seconds: u64,
    #[serde(rename = "option")]
    pub options: Vec<PlanOption>,
    /// Where less can be had than the standard's arithmetic would like: no land, no room.
    #[serde(default, rename = "limit")]
    pub limits: Vec<PlanLimit>,
    /// SHA-256 of the text.
    #[serde(skip)]
    pub hash: String,
}

/// The most that one school can take of one option.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanLimit {
    /// The school's code.
    pub school: String,
    pub option: String,
    pub most: u32,
}

/// One thing that can be bought or moved.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanOption {
    pub id: String,
    title: String,
    title_en: String,
    unit: String,
    unit_en: String,
    /// What one unit adds to the stocks of a school.
    pub adds: BTreeMap<String, f64>,
    /// A stock that the first of `adds` cannot outgrow, such as the teachers that there are.
    pub within: Option<String>,
    /// Yuan for one unit; none where none can be bought.
    pub price: Option<f64>,
    /// Yuan for moving one unit; none where it stays.
    #[serde(rename = "move")]
    pub move_cost: Option<f64>,
    /// Whether the cost comes back every year.
    #[serde(default)]
    pub yearly: bool,
    /// Whether a unit bought is a new post.
    #[serde(default)]
    pub post: bool,
    fund: String,
    fund_en: String,
    /// Most units bought in the county.
    pub most: Option<f64>,
    pub source: String,
    #[serde(default)]
    pub confirmed: bool,
}

fn yes() -> bool {
    true
}

fn default_gap() -> f64 {
    0.002
}

fn default_branches() -> usize {
    40
}

fn default_seconds() -> u64 {
    60
}

impl PlanOption {
    pub fn title(&self) -> Text {
        Text::new(&*self.title, &*self.title_en)
    }
    pub fn unit(&self) -> Text {
        Text::new(&*self.unit, &*self.unit_en)
    }
    pub fn fund(&self) -> Text {
        Text::new(&*self.fund, &*self.fund_en)
    }
}

/// Reads a price list; without a file, the one in the binary.
pub fn plan_settings(file: Option<&Path>) -> Result<PlanSettings, Failure> {
    let (shown, words) = match file {
        None => ("prices/cn-2017-quality-balance.toml".to_string(), OWN.to_string()),
        Some(file) => {
            let act = || text!("读取价目表", "read the price list");
            let words = std::fs::read_to_string(file).map_err(|error| Failure::io(act(), file, &error))?;
            (file.display().to_string(), words)
        }
    };
    let refuse = |what: Text| {
        let (zh, en) = (what.zh, what.en);
        Failure::wrong_use(
            text!("价目表不能用：{shown}：{zh}", "the price list cannot be used: {shown}: {en}"),
            text!("照 prices/cn-2017-quality-balance.toml 的样子写", "write it like prices/cn-2017-quality-balance.toml"),
        )
    };
    let mut settings: PlanSettings = toml::from_str(&words).map_err(|error| {
        let why = error.to_string().lines().map(str::trim).collect::<Vec<_>>().join(" ");
        refuse(Text::new(why.clone(), why))
    })?;
    for (at, option) in settings.options.iter().enumerate() {
        let id = &option.id;
        let bad = |number: f64| !number.is_finite() || number < 0.0;
        if settings.options[..at].iter().any(|other| other.id == *id) {
            return Err(refuse(text!("“{id}”写了两次", "`{id}` is there twice")));
        }
        if option.adds.is_empty() || option.adds.values().any(|amount| !amount.is_finite() || *amount <= 0.0) {
            return Err(refuse(text!("“{id}”没有写明增加什么（adds）", "`{id}` does not say what it adds")));
        }
        if option.price.is_some_and(bad) || option.move_cost.is_some_and(bad) {
            return Err(refuse(text!("“{id}”的价格为负", "the price of `{id}` is negative")));
        }
        if option.price.is_none() && option.move_cost.is_none() {
            return Err(refuse(text!("“{id}”既不能买也不能调", "`{id}` can be neither bought nor moved")));
        }
        if let (Some(price), Some(moving)) = (option.price, option.move_cost)
            && moving > price
        {
            return Err(refuse(text!(
                "“{id}”调一个（{moving} 元）比买一个（{price} 元）还贵",
                "to move one `{id}` ({moving} yuan) costs more than to buy one ({price} yuan)"
            )));
        }
    }
    let below = |number: Option<f64>| number.is_some_and(|number| number.is_nan() || number < 0.0);
    if below(settings.money) || below(settings.posts) || settings.options.iter().any(|option| below(option.most)) {
        return Err(refuse(text!("money、posts、most 不能为负", "money, posts and most cannot be negative")));
    }
    for limit in &settings.limits {
        let id = &limit.option;
        if !settings.options.iter().any(|option| option.id == *id) {
            return Err(refuse(text!("[[limit]] 里的“{id}”不在价目表里", "[[limit]] names `{id}`, which is no option")));
        }
    }
    settings.hash = Sha256::digest(words.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(settings)
}

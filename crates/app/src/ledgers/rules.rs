use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use facts::{CountyCode, Date, Text, text};
use linkage::Settings;
use serde::Deserialize;

use crate::Failure;
use crate::duty_procedures::below_policies;
use crate::library::own_policy_files;

/// The rules of the three ledgers as they hold in a county: the national ones, and what its province says otherwise.
#[derive(Debug, Clone)]
pub struct LedgerRules {
    pub title: Text,
    pub document: String,
    /// By which cases of children out of school are handled.
    pub procedure: Option<String>,
    pub age: AgeRule,
    pub absence: AbsenceRule,
    pub excused: Vec<String>,
    pub owners: Vec<Owner>,
    /// The first that holds counts.
    pub categories: Vec<Category>,
    pub groups: Vec<Group>,
    pub entitlements: Vec<Entitlement>,
    pub(crate) link: Settings,
}

/// Who is of school age.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgeRule {
    pub from: i16,
    pub to: i16,
    /// Month and day before the school year by which the age is reckoned.
    pub by: String,
    pub source: String,
    pub confirmed: bool,
}

/// From how many days of absence on, without a reason, a pupil is suspected to have dropped out.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AbsenceRule {
    /// The beginning of the division codes where it holds; the longest counts.
    pub place: String,
    pub days: i64,
    pub source: String,
    pub confirmed: bool,
}

/// Who mends a register.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Owner {
    pub register: String,
    pub title: String,
    pub title_en: String,
}

/// Which ledger a category belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Book {
    /// 适龄儿童: accounted for.
    Children,
    Suspected,
    Dropout,
    /// Not of school age, or not a child to be schooled here.
    Other,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    pub id: String,
    title: String,
    title_en: String,
    pub book: Book,
    /// Signs; it holds where all of one line hold.
    pub any: Vec<Vec<String>>,
    #[serde(default)]
    evidence: String,
    #[serde(default)]
    evidence_en: String,
}

/// Children who are watched with particular care.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    pub id: String,
    title: String,
    title_en: String,
    #[serde(default)]
    pub supported: Vec<String>,
    /// A column of the pupil roll.
    #[serde(default)]
    pub pupil: Option<String>,
}

/// What supported families' children are entitled to in a term, in yuan.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entitlement {
    pub item: String,
    title: String,
    title_en: String,
    pub kinds: Vec<String>,
    pub boarding: bool,
    pub from: toml::value::Datetime,
    pub primary: f64,
    pub junior: f64,
    pub source: String,
    pub confirmed: bool,
}

macro_rules! titled {
    ($($kind:ty),*) => {$(
        impl $kind {
            pub fn title(&self) -> Text {
                Text::new(self.title.clone(), self.title_en.clone())
            }
        }
    )*};
}
titled!(Owner, Category, Group, Entitlement);

impl Category {
    /// What proves it, where something has to.
    pub fn evidence(&self) -> Text {
        Text::new(self.evidence.clone(), self.evidence_en.clone())
    }

    fn holds(&self, signs: &BTreeSet<String>) -> bool {
        self.any.iter().any(|all| all.iter().all(|sign| signs.contains(sign)))
    }
}

impl LedgerRules {
    /// The place of the first category that holds; `None` where none does.
    pub(crate) fn category(&self, signs: &BTreeSet<String>) -> Option<usize> {
        self.categories.iter().position(|category| category.holds(signs))
    }

    /// The day by which the age is reckoned, before a school year begins.
    pub(crate) fn age_day(&self, year_begins: i16) -> Date {
        let (month, day) = self.age.by.split_once('-').unwrap_or(("8", "31"));
        Date::new(year_begins, month.parse().unwrap_or(8), day.parse().unwrap_or(31)).unwrap_or(Date::MIN)
    }

    pub(crate) fn owner(&self, register: &str) -> Text {
        let owner = self.owners.iter().find(|owner| owner.register == register);
        owner.map_or_else(|| Text::new(register, register), Owner::title)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRules {
    id: String,
    #[serde(default)]
    extends: Option<String>,
    #[serde(default)]
    procedure: Option<String>,
    #[serde(default)]
    title: String,
    #[serde(default)]
    title_en: String,
    #[serde(default)]
    excused: Option<Vec<String>>,
    document: Option<RawDocument>,
    age: Option<AgeRule>,
    #[serde(default)]
    absence: Vec<AbsenceRule>,
    #[serde(default)]
    owner: Vec<Owner>,
    #[serde(default)]
    category: Vec<Category>,
    #[serde(default)]
    group: Vec<Group>,
    #[serde(default)]
    entitlement: Vec<Entitlement>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDocument {
    number: String,
    issuer: String,
    #[serde(default, rename = "note")]
    _note: String,
    #[serde(default, rename = "note_en")]
    _note_en: String,
}

const NATIONAL: &str = "cn/ledgers";
/// Signs by themselves; others are `kind:word`.
const SIGNS: &[&str] = &[
    "on-roll",
    "not-on-roll",
    "suspended",
    "absent",
    "month-reported",
    "not-present",
    "not-in-population",
    "not-in-hukou",
    "younger",
    "older",
    "doubtful",
    "without-id",
];
const SIGN_KINDS: &[&str] = &["whereabouts", "population", "hukou", "reason"];

/// Reads the rules that hold in a county: those in the binary, in the home's `policies/`, and in further folders.
pub(crate) fn rules(home: &Path, extra: &[PathBuf], county: &CountyCode) -> Result<LedgerRules, Failure> {
    let mut files = own_policy_files();
    let of_home = home.join("policies");
    for folder in of_home.is_dir().then_some(of_home).into_iter().chain(extra.iter().cloned()) {
        for (path, text) in below_policies(&folder)? {
            files.retain(|(known, _)| *known != path);
            files.push((path, text));
        }
    }
    files.sort();
    let county = county.to_string();
    let mut raw = Vec::new();
    for (path, text) in files.iter().filter(|(path, _)| path.ends_with("/ledgers/ledgers.toml")) {
        let read: RawRules = toml::from_str(text).map_err(|error| unreadable(path, error.message()))?;
        if read.extends.is_none() || holds_in(&read.id, &county) {
            raw.push((path.clone(), read));
        }
    }
    // The national ones first, then the province's.
    raw.sort_by_key(|(_, raw)| raw.extends.is_some());
    let mut whole: Option<RawRules> = None;
    for (path, next) in raw {
        check_signs(&path, &next)?;
        whole = Some(match whole {
            None => next,
            Some(base) => laid_over(base, next),
        });
    }
    let link = files.iter().rfind(|(path, _)| path == "cn/ledgers/link.toml").map_or("", |(_, text)| text.as_str());
    let (settings, findings) = linkage::read_settings("cn/ledgers/link.toml", link);
    if let Some(finding) = findings.into_iter().next() {
        return Err(Failure::wrong_use(finding.what, finding.hint));
    }
    let missing = || unreadable(NATIONAL, "[document], [age]");
    let raw = whole.ok_or_else(missing)?;
    let mut absence: Vec<AbsenceRule> = raw.absence.into_iter().filter(|rule| county.starts_with(&rule.place)).collect();
    absence.sort_by_key(|rule| rule.place.len());
    let document = raw.document.ok_or_else(missing)?;
    Ok(LedgerRules {
        title: Text::new(raw.title, raw.title_en),
        document: format!("{} {}", document.issuer, document.number),
        procedure: raw.procedure,
        age: raw.age.ok_or_else(missing)?,
        absence: absence.pop().ok_or_else(|| unreadable(NATIONAL, "[[absence]]"))?,
        excused: raw.excused.unwrap_or_default(),
        owners: raw.owner,
        categories: raw.category,
        groups: raw.group,
        entitlements: raw.entitlement,
        link: settings.ok_or_else(|| unreadable("cn/ledgers/link.toml", ""))?,
    })
}

/// `cn-53-yunnan/ledgers` holds in counties that begin with 53.
fn holds_in(id: &str, county: &str) -> bool {
    id.split(['-', '/']).nth(1).is_some_and(|place| place.bytes().all(|b| b.is_ascii_digit()) && county.starts_with(place))
}

fn laid_over(base: RawRules, over: RawRules) -> RawRules {
    fn by_id<T>(base: Vec<T>, over: Vec<T>, id: impl Fn(&T) -> String) -> Vec<T> {
        let replaced: BTreeSet<String> = over.iter().map(&id).collect();
        // What a province adds is asked first.
        over.into_iter().chain(base.into_iter().filter(|one| !replaced.contains(&id(one)))).collect()
    }
    RawRules {
        id: base.id,
        extends: None,
        procedure: over.procedure.or(base.procedure),
        title: if over.title.is_empty() { base.title } else { over.title },
        title_en: if over.title_en.is_empty() { base.title_en } else { over.title_en },
        excused: over.excused.or(base.excused),
        document: over.document.or(base.document),
        age: over.age.or(base.age),
        absence: base.absence.into_iter().chain(over.absence).collect(),
        owner: by_id(base.owner, over.owner, |owner| owner.register.clone()),
        category: by_id(base.category, over.category, |category| category.id.clone()),
        group: by_id(base.group, over.group, |group| group.id.clone()),
        entitlement: by_id(base.entitlement, over.entitlement, |one| format!("{}{}", one.item, one.from)),
    }
}

fn check_signs(path: &str, rules: &RawRules) -> Result<(), Failure> {
    for sign in rules.category.iter().flat_map(|category| &category.any).flatten() {
        let known = match sign.split_once(':') {
            Some((kind, word)) => SIGN_KINDS.contains(&kind) && !word.is_empty(),
            None => SIGNS.contains(&sign.as_str()),
        };
        if !known {
            let (all, kinds) = (SIGNS.join("、"), SIGN_KINDS.join(":…、"));
            return Err(Failure::wrong_use(
                text!("{path}：没有“{sign}”这种迹象", "{path}: there is no sign `{sign}`"),
                text!("可以是：{all}、{kinds}:…", "it can be: {all}, {kinds}:…"),
            ));
        }
    }
    Ok(())
}

fn unreadable(path: &str, message: &str) -> Failure {
    Failure::wrong_use(
        text!("三本台账的规则读不懂：{path}：{message}", "the rules of the ledgers cannot be read: {path}: {message}"),
        text!("对照 docs/reference/ledgers.md 改正", "mend them by docs/reference/ledgers.md"),
    )
}

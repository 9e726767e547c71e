use std::collections::BTreeMap;

use draws::DrawList;
use facts::{Finding, Severity, Stage, Text, text};
use linkage::DERIVATIONS;
use plan::{BOUND_MAX, ClassCount, ClassInput, ClassProblem, ClassScore, SCORE_MAX};

use super::rules::{ClassOption, ClassRules, OptionKind};
use crate::plain_table::PlainTable;

/// A roll as the search sees it, with what is needed to print it.
pub(crate) struct ClassRoll {
    pub input: ClassInput,
    /// By pupil of the input: its row of the table.
    pub rows: Vec<usize>,
    /// The options that were used.
    pub used: Vec<Text>,
}

/// How many units of a score are one point: `总分 ×2` is in half points.
pub(crate) fn scale_of(title: &str) -> i64 {
    title.rsplit_once(" ×").and_then(|(_, scale)| scale.parse().ok()).unwrap_or(1)
}

/// What is asked of the assignment beside the rule.
#[derive(Debug, Clone)]
pub(crate) struct RollAsked<'a> {
    pub stage: Stage,
    /// How many classes; as few as the class size allows where none is given.
    pub classes: Option<u32>,
    /// The options to use; all that the rule offers and the roll has where none is named.
    pub options: &'a [String],
    pub salt: String,
}

/// The pool of the list that is published before the draw.
pub(crate) const POOL: &str = "编班";

/// States the assignment. Everything that is wrong with the roll is said at once; then there is none.
pub(crate) fn class_roll(table: &PlainTable, rules: &ClassRules, asked: &RollAsked<'_>) -> (Option<ClassRoll>, Vec<Finding>) {
    let mut stating = Stating {
        table,
        rules,
        stage: asked.stage,
        counts: Vec::new(),
        scores: Vec::new(),
        bound: BTreeMap::new(),
        findings: table.forbidden(),
        rows: Vec::new(),
        used: Vec::new(),
    };
    let receipts = stating.receipts();
    stating.use_options(asked.options);
    let most = rules.most(asked.stage).map_or(usize::MAX, |size| size.most);
    let n = receipts.len();
    let classes = asked.classes.unwrap_or_else(|| n.div_ceil(most.max(1)).max(2) as u32);
    if let Some(size) = rules.most(asked.stage).filter(|size| n > 0 && classes > 0 && n.div_ceil(classes as usize) > size.most) {
        let (most, needed, document, each) = (size.most, n.div_ceil(size.most), &size.document, n.div_ceil(classes as usize));
        stating.say(
            Severity::Logic,
            "classes-too-large",
            text!(
                "{n} 人分 {classes} 个班，每班 {each} 人，超过 {most} 人（{document}）",
                "{n} pupils in {classes} classes are {each} in one, above {most} ({document})"
            ),
            text!("至少要 {needed} 个班；或先分流", "at least {needed} classes are needed; or divert pupils first"),
        );
    }
    let Stating { counts, scores, bound, mut findings, rows, used, .. } = stating;
    let input = ClassInput {
        salt: asked.salt.clone(),
        rules: rules.hash.clone(),
        slack: rules.slack,
        kicks: rules.kicks,
        count_titles: counts.iter().map(|(title, _)| title.clone()).collect(),
        score_titles: scores.iter().map(|(title, _)| title.clone()).collect(),
        receipts,
        problem: ClassProblem {
            classes,
            units: units(n, &bound),
            counts: counts.into_iter().map(|(_, count)| count).collect(),
            scores: scores.into_iter().map(|(_, score)| score).collect(),
        },
    };
    if findings.iter().any(Finding::must_fix) {
        return (None, findings);
    }
    // What is sealed is the text; what is searched is what a stranger reads from it.
    match ClassInput::read(&input.write()) {
        Ok(input) => (Some(ClassRoll { input, rows, used }), findings),
        Err(what) => {
            let hint = text!("核对名册人数和各列", "look at the number of pupils and the columns");
            findings.push(Finding::new(Severity::Logic, "classes-not-stated", table.place(), what, hint));
            (None, findings)
        }
    }
}

fn units(n: usize, bound: &BTreeMap<String, Vec<u32>>) -> Vec<Vec<u32>> {
    let together: Vec<&Vec<u32>> = bound.values().filter(|unit| unit.len() > 1).collect();
    let single = (0..n as u32).filter(|pupil| !together.iter().any(|unit| unit.contains(pupil)));
    together.iter().map(|unit| (*unit).clone()).chain(single.map(|pupil| vec![pupil])).collect()
}

struct Stating<'a> {
    table: &'a PlainTable,
    rules: &'a ClassRules,
    stage: Stage,
    counts: Vec<(String, ClassCount)>,
    scores: Vec<(String, ClassScore)>,
    bound: BTreeMap<String, Vec<u32>>,
    findings: Vec<Finding>,
    /// By pupil, in the order of their receipts.
    rows: Vec<usize>,
    used: Vec<Text>,
}

impl Stating<'_> {
    fn say(&mut self, severity: Severity, code: &str, what: Text, hint: Text) {
        self.findings.push(Finding::new(severity, code, self.table.place(), what, hint));
    }

    /// Puts the pupils into the order of their receipts; those without one are numbered as they stand.
    fn receipts(&mut self) -> Vec<String> {
        let column = self.table.column(&self.rules.receipt);
        let numbered = |row: usize| format!("{:05}", row + 1);
        let mut receipts: Vec<(String, usize)> = (self.table.rows.iter().enumerate())
            .map(|(at, row)| (column.map(|column| row[column].clone()).unwrap_or_else(|| numbered(at)), at))
            .collect();
        receipts.sort();
        let text: String = receipts.iter().map(|(receipt, _)| format!("{POOL},{receipt},\n")).collect();
        let (_, findings) = DrawList::read(&format!("pool,receipt,bound\n{text}"), &self.table.name);
        self.findings.extend(findings.into_iter().map(|finding| Finding { place: self.table.place(), ..finding }));
        if column.is_none() {
            self.say(
                Severity::Note,
                "classes-no-receipt",
                text!("名册没有受理号，按行次编号", "the roll has no receipts; rows are numbered"),
                text!("公布名单时请用这些编号", "publish the list with these numbers"),
            );
        }
        self.rows = receipts.iter().map(|(_, row)| *row).collect();
        receipts.into_iter().map(|(receipt, _)| receipt).collect()
    }

    fn use_options(&mut self, wanted: &[String]) {
        let rules = self.rules;
        for id in wanted.iter().filter(|id| !rules.options.iter().any(|option| option.id == **id)) {
            let known = rules.options.iter().map(|option| option.id.as_str()).collect::<Vec<_>>().join("、");
            self.say(
                Severity::Logic,
                "classes-option-outside-rule",
                text!("编班条件“{id}”不在县里的规则内，已标记", "the option `{id}` is not in the county's rule; it is flagged"),
                text!("只能用：{known}", "there are: {known}"),
            );
        }
        let mut read: Vec<usize> =
            [self.table.column(&rules.receipt), self.table.column(&rules.name)].into_iter().flatten().collect();
        for option in &rules.options {
            let heads = || option.heads.iter().chain(&option.wish).chain(&option.reason);
            let columns: Vec<usize> = (0..self.table.heads.len())
                .filter(|at| heads().any(|head| head.eq_ignore_ascii_case(&self.table.heads[*at])))
                .collect();
            read.extend(&columns);
            let named = wanted.contains(&option.id);
            let has = self.table.column(&option.heads).is_some();
            let title = option.title();
            let (zh, en, stage) = (title.zh, title.en, self.stage.title());
            let (stage_zh, stage_en) = (stage.zh, stage.en);
            if named && !has {
                let heads = option.heads.join("、");
                self.say(
                    Severity::Logic,
                    "classes-option-without-column",
                    text!(
                        "要求按“{zh}”编班，名册里没有这一列",
                        "classes are to be even in {en}, and the roll has no such column"
                    ),
                    text!("列名写成：{heads}", "call it one of: {heads}"),
                );
            } else if has && !option.at(self.stage) {
                let severity = if named { Severity::Logic } else { Severity::Experience };
                self.say(
                    severity,
                    "classes-option-not-at-stage",
                    text!(
                        "规则不许{stage_zh}按“{zh}”编班，这一列没有用",
                        "the rule does not let {en} be used at the {stage_en} stage; the column is not used"
                    ),
                    text!("名册里不需要的列请删去", "delete columns that are not needed"),
                );
            } else if has && (named || wanted.is_empty()) {
                self.used.push(option.title());
                self.use_option(option);
            }
        }
        let unread: Vec<&str> = (0..self.table.heads.len())
            .filter(|at| !read.contains(at))
            .map(|at| self.table.heads[at].as_str())
            .filter(|head| !head.is_empty())
            .collect();
        if !unread.is_empty() {
            let unread = unread.join("、");
            self.say(
                Severity::Note,
                "classes-column-unused",
                text!("这些列不在规则内，没有用：{unread}", "these columns are not in the rule and were not used: {unread}"),
                text!("只交编班需要的列", "hand in only what the assignment needs"),
            );
        }
    }

    fn use_option(&mut self, option: &ClassOption) {
        let title = option.title().zh;
        match option.kind {
            OptionKind::Category => {
                let values = self.groups(&option.heads);
                for (value, pupils) in values.iter().filter(|_| values.len() > 1) {
                    self.count(format!("{title} {value}"), option.weight, pupils.iter().map(|pupil| (*pupil, 1)).collect());
                }
            }
            OptionKind::Flag => {
                let flagged = self.flagged(&option.heads);
                self.count(title, option.weight, flagged.iter().map(|pupil| (*pupil, 1)).collect());
            }
            OptionKind::Load => {
                let flagged = self.flagged(&option.heads);
                if !flagged.is_empty() {
                    self.count(title.clone(), option.weight, flagged.iter().map(|pupil| (*pupil, 1)).collect());
                    let counts_as = |pupil: u32| if flagged.contains(&pupil) { option.counts_as } else { 1 };
                    let load = (0..self.rows.len() as u32).map(|pupil| (pupil, counts_as(pupil))).collect();
                    self.count(format!("{title} 折算人数"), option.weight, load);
                }
            }
            OptionKind::Score => self.use_scores(option),
            OptionKind::Namesakes => self.use_namesakes(option),
            OptionKind::Twins => self.use_twins(option),
            OptionKind::Apart => self.use_apart(option),
        }
    }

    fn count(&mut self, title: String, weight: u32, amounts: Vec<(u32, u32)>) {
        if !amounts.is_empty() {
            self.counts.push((title, ClassCount { weight, amounts }));
        }
    }

    /// The words of the first of these columns, by pupil.
    fn words(&self, heads: &[String]) -> Vec<&str> {
        let column = self.table.column(heads);
        self.rows.iter().map(|row| column.map_or("", |column| self.table.rows[*row][column].as_str())).collect()
    }

    /// The pupils by what stands in the column; blank cells make no group.
    fn groups(&self, heads: &[String]) -> BTreeMap<String, Vec<u32>> {
        let mut groups: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for (pupil, word) in self.words(heads).into_iter().enumerate().filter(|(_, word)| !word.is_empty()) {
            groups.entry(word.to_string()).or_default().push(pupil as u32);
        }
        groups
    }

    fn flagged(&self, heads: &[String]) -> Vec<u32> {
        const NONE: [&str; 9] = ["", "否", "无", "不", "没有", "0", "N", "no", "-"];
        let words = self.words(heads);
        words
            .iter()
            .enumerate()
            .filter(|(_, word)| !NONE.iter().any(|none| none.eq_ignore_ascii_case(word)))
            .map(|(pupil, _)| pupil as u32)
            .collect()
    }

    fn use_scores(&mut self, option: &ClassOption) {
        let columns: Vec<usize> = (0..self.table.heads.len())
            .filter(|at| option.heads.iter().any(|head| head.eq_ignore_ascii_case(&self.table.heads[*at])))
            .collect();
        let mut read: Vec<(String, Vec<Option<f64>>)> = Vec::new();
        for column in columns {
            let head = self.table.heads[column].clone();
            let points: Vec<Option<f64>> = self
                .rows
                .iter()
                .map(|row| {
                    self.table.rows[*row][column].parse().ok().filter(|points: &f64| points.is_finite() && points.abs() < 1e6)
                })
                .collect();
            let missing = points.iter().filter(|points| points.is_none()).count();
            if missing == points.len() {
                continue;
            }
            if missing > 0 {
                self.say(
                    Severity::Experience,
                    "classes-score-missing",
                    text!(
                        "“{head}”有 {missing} 人没有成绩，按平均分计",
                        "{missing} pupils have no score in {head}; they count as average"
                    ),
                    text!("补上成绩，或说明缺考", "add the scores, or explain why there are none"),
                );
            }
            read.push((head, points));
        }
        let sum = |pupil: usize| read.iter().map(|(_, points)| points[pupil]).sum::<Option<f64>>();
        if option.total > 0 && read.len() > 1 {
            let total: Vec<Option<f64>> = (0..self.rows.len()).map(sum).collect();
            self.score("总分".into(), option.total, &total, option);
        }
        for (head, points) in &read {
            self.score(head.clone(), option.weight, points, option);
        }
    }

    /// A score in whole units: points, tenths or hundredths, whatever it takes; and its bands.
    fn score(&mut self, title: String, weight: u32, points: &[Option<f64>], option: &ClassOption) {
        let known: Vec<f64> = points.iter().flatten().copied().collect();
        let whole = |scale: f64| {
            known.iter().all(|points| {
                (points * scale - (points * scale).round()).abs() < 1e-6 && (points * scale).abs() <= f64::from(SCORE_MAX)
            })
        };
        let scale = [1.0, 2.0, 10.0, 100.0].into_iter().find(|scale| whole(*scale)).unwrap_or(1.0);
        let mean = known.iter().sum::<f64>() / known.len().max(1) as f64;
        let values: Vec<i32> = points.iter().map(|points| (points.unwrap_or(mean) * scale).round() as i32).collect();
        let n = values.len();
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by_key(|pupil| (std::cmp::Reverse(values[*pupil]), *pupil));
        for band in 0..option.bands as usize {
            let (from, to) = (band * n / option.bands as usize, (band + 1) * n / option.bands as usize);
            let mut pupils: Vec<(u32, u32)> = order[from..to].iter().map(|pupil| (*pupil as u32, 1)).collect();
            pupils.sort_unstable();
            let nth = band + 1;
            self.count(format!("{title} 第{nth}段"), option.band_weight, pupils);
        }
        let title = if scale > 1.0 { format!("{title} ×{scale}") } else { title };
        self.scores.push((title, ClassScore { weight, values }));
    }

    fn use_namesakes(&mut self, option: &ClassOption) {
        let pinyin = DERIVATIONS.iter().find(|derivation| derivation.id() == "pinyin");
        let mut sounds: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for (pupil, name) in self.words(&option.heads).into_iter().enumerate().filter(|(_, name)| !name.is_empty()) {
            let mut sound = String::new();
            if let Some(pinyin) = pinyin {
                pinyin.derive(name, 0, &mut sound);
            }
            sounds.entry(if sound.is_empty() { name.to_string() } else { sound }).or_default().push(pupil as u32);
        }
        // Whose names they are is not said: the input is read by others.
        for (at, pupils) in sounds.into_values().filter(|pupils| pupils.len() > 1).enumerate() {
            let nth = at + 1;
            self.count(format!("同音 {nth}"), option.weight, pupils.into_iter().map(|pupil| (pupil, 1)).collect());
        }
    }

    fn use_twins(&mut self, option: &ClassOption) {
        let wishes: Vec<String> = self.words(&option.wish).into_iter().map(str::to_string).collect();
        for (household, pupils) in self.groups(&option.heads) {
            let of: Vec<&str> =
                pupils.iter().map(|pupil| wishes[*pupil as usize].as_str()).filter(|wish| !wish.is_empty()).collect();
            let apart = |wish: &str| wish.contains('分') || wish.eq_ignore_ascii_case("apart");
            let n = pupils.len();
            if of.iter().any(|wish| apart(wish)) && !of.iter().all(|wish| apart(wish)) {
                self.say(
                    Severity::Logic,
                    "classes-twins-disagree",
                    text!("多胞胎“{household}”的意愿前后不一", "the wishes for the twins `{household}` contradict each other"),
                    text!("问清家庭意愿，同一户写同一个", "ask the family, and write the same for each"),
                );
            } else if n > BOUND_MAX {
                self.say(
                    Severity::Logic,
                    "classes-twins-too-many",
                    text!(
                        "多胞胎“{household}”有 {n} 人，超过 {BOUND_MAX} 人",
                        "the twins `{household}` are {n}, above {BOUND_MAX}"
                    ),
                    text!("核对多胞胎一列：一户一个词", "look at the column: one word for a household"),
                );
            } else if of.iter().any(|wish| apart(wish)) {
                self.count(
                    format!("多胞胎分班 {household}"),
                    option.weight,
                    pupils.into_iter().map(|pupil| (pupil, 1)).collect(),
                );
            } else {
                self.bound.insert(household, pupils);
            }
        }
    }

    fn use_apart(&mut self, option: &ClassOption) {
        let reasons: Vec<String> = self.words(&option.reason).into_iter().map(str::to_string).collect();
        for (group, pupils) in self.groups(&option.heads) {
            let known = |reason: &str| option.reasons.iter().any(|known| known == reason);
            if !pupils.iter().any(|pupil| known(&reasons[*pupil as usize])) {
                let known = option.reasons.join("、");
                self.say(
                    Severity::Logic,
                    "classes-apart-without-reason",
                    text!(
                        "分开组“{group}”没有写明规则认可的原因",
                        "the group `{group}` is to be apart without a reason that the rule knows"
                    ),
                    text!("原因只能是：{known}", "reasons are: {known}"),
                );
            }
            self.count(format!("因故分开 {group}"), option.weight, pupils.into_iter().map(|pupil| (pupil, 1)).collect());
        }
    }
}

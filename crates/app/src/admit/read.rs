use std::collections::BTreeMap;
use std::path::Path;

use facts::{CitizenId, Finding, Severity, Stage, Text, text};

use super::rules::{AdmissionRules, Condition, PriorityClass, SchoolKind};
use crate::Failure;
use crate::plain_table::{PlainTable, read_plain};

/// A school with its plan.
#[derive(Debug, Clone)]
pub(crate) struct PlannedSchool {
    pub name: String,
    pub kind: SchoolKind,
    pub places: u32,
    pub areas: Vec<String>,
    /// Schools whose leavers come here.
    pub feeders: Vec<String>,
}

/// One child's application.
#[derive(Debug, Clone)]
pub(crate) struct Application {
    pub receipt: String,
    pub name: String,
    /// By field.
    pub said: BTreeMap<String, String>,
    /// Fields that another register has looked at: whether it is so.
    pub checked: BTreeMap<String, bool>,
    /// Places among the schools, in order; the private one first.
    pub wishes: Vec<usize>,
    pub twins: String,
}

/// The plan, the applications, and what is wrong with them.
pub(crate) struct Applied {
    pub schools: Vec<PlannedSchool>,
    /// By receipt.
    pub applications: Vec<Application>,
    /// By area: schools and minutes.
    pub travel: BTreeMap<String, Vec<(usize, f64)>>,
    pub findings: Vec<Finding>,
}

fn column(table: &PlainTable, heads: &[&str]) -> Option<usize> {
    table.column(&heads.iter().map(|head| head.to_string()).collect::<Vec<_>>())
}

fn missing_column(table: &PlainTable, head: &str) -> Finding {
    Finding::new(
        Severity::Logic,
        "admission-column-missing",
        table.place(),
        text!("缺“{head}”一列", "the column {head} is missing"),
        text!("照指南的样子补上", "add it as the guide says"),
    )
}

/// Reads plan, applications and travel times.
pub(crate) fn read_applied(
    plan: &Path,
    applications: &Path,
    travel: Option<&Path>,
    rules: &AdmissionRules,
    stage: Stage,
) -> Result<Applied, Failure> {
    let (table, mut findings) = read_plain(plan)?;
    let schools = read_plan(&table, rules, stage, &mut findings);
    let (table, of_table) = read_plain(applications)?;
    findings.extend(of_table);
    findings.extend(table.forbidden());
    let applications = read_applications(&table, rules, &schools, &mut findings);
    let mut times: BTreeMap<String, Vec<(usize, f64)>> = BTreeMap::new();
    if let Some(path) = travel {
        let (table, of_table) = read_plain(path)?;
        findings.extend(of_table);
        match (column(&table, &["片区", "area"]), column(&table, &["学校", "school"]), column(&table, &["分钟", "minutes"]))
        {
            (Some(area), Some(school), Some(minutes)) => {
                for row in &table.rows {
                    let school = schools.iter().position(|known| known.name == row[school]);
                    if let (Some(school), Ok(minutes)) = (school, row[minutes].parse::<f64>()) {
                        times.entry(row[area].clone()).or_default().push((school, minutes));
                    }
                }
            }
            _ => findings.push(missing_column(&table, "片区、学校、分钟")),
        }
    }
    times.values_mut().for_each(|times| times.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0))));
    Ok(Applied { schools, applications, travel: times, findings })
}

fn read_plan(table: &PlainTable, rules: &AdmissionRules, stage: Stage, findings: &mut Vec<Finding>) -> Vec<PlannedSchool> {
    let (Some(name), Some(places)) = (column(table, &["学校", "school"]), column(table, &["计划", "招生计划", "places"]))
    else {
        findings.push(missing_column(table, "学校、计划"));
        return Vec::new();
    };
    let kind = column(table, &["类型", "办学类型", "kind"]);
    let (classes, areas) = (column(table, &["班数", "classes"]), column(table, &["片区", "areas"]));
    let feeders = column(table, &["对口学校", "feeders"]);
    let listed = |row: &[String], at: Option<usize>| -> Vec<String> {
        let words = at.map_or("", |at| row[at].as_str());
        words.split(['、', ';', '；', '|']).map(str::trim).filter(|word| !word.is_empty()).map(str::to_string).collect()
    };
    let mut schools: Vec<PlannedSchool> = Vec::new();
    for row in &table.rows {
        let (school, planned) = (&row[name], &row[places]);
        let Ok(places) = planned.parse::<u32>() else {
            let what = text!("“{school}”的计划“{planned}”不是整数", "the plan of {school}, `{planned}`, is no whole number");
            findings.push(Finding::new(
                Severity::Logic,
                "admission-plan",
                table.place(),
                what,
                text!("写成人数", "write a number"),
            ));
            continue;
        };
        if schools.iter().any(|known| known.name == *school) {
            let what = text!("“{school}”在计划里有两行", "{school} stands twice in the plan");
            findings.push(Finding::new(Severity::Logic, "admission-plan", table.place(), what, text!("合成一行", "make it one")));
            continue;
        }
        let size = rules.sizes.iter().find(|size| size.stage == stage);
        if let (Some(size), Some(classes)) = (size, classes.and_then(|at| row[at].parse::<u32>().ok()))
            && places > classes * size.most
        {
            let (most, document) = (classes * size.most, &size.document);
            findings.push(Finding::new(
                Severity::Logic,
                "admission-over-class-size",
                table.place(),
                text!(
                    "“{school}”计划 {places} 人，{classes} 个班最多 {most} 人（{document}）",
                    "{school} plans {places} for {classes} classes, which hold {most} ({document})"
                ),
                text!("减计划、加班或分流", "plan fewer, open a class or divert"),
            ));
        }
        let private = kind.is_some_and(|at| row[at].contains("民办") || row[at].eq_ignore_ascii_case("private"));
        let kind = if private { SchoolKind::Private } else { SchoolKind::Public };
        schools.push(PlannedSchool {
            name: school.clone(),
            kind,
            places,
            areas: listed(row, areas),
            feeders: listed(row, feeders),
        });
    }
    schools
}

fn read_applications(
    table: &PlainTable,
    rules: &AdmissionRules,
    schools: &[PlannedSchool],
    findings: &mut Vec<Finding>,
) -> Vec<Application> {
    let mut say =
        |severity, code: &str, what: Text, hint: Text| findings.push(Finding::new(severity, code, table.place(), what, hint));
    for field in rules.fields.iter().filter(|field| field.required && table.column(&field.heads).is_none()) {
        let head = &field.heads[0];
        say(
            Severity::Logic,
            "admission-column-missing",
            text!("缺“{head}”一列", "the column {head} is missing"),
            text!("照指南的样子补上", "add it as the guide says"),
        );
    }
    let known: Vec<&String> = rules.fields.iter().flat_map(|field| field.heads.iter().chain(&field.check)).collect();
    for head in table.heads.iter().filter(|head| !head.is_empty() && !known.contains(head)) {
        say(
            Severity::Experience,
            "admission-field-not-needed",
            text!("“{head}”不在最少栏目里，没有读入", "`{head}` is not one of the fields that are needed; it was not read"),
            text!("不需要的不收：从报名表里删去", "do not collect what is not needed: take it out of the form"),
        );
    }
    let Some(receipt) = rules.field("receipt").and_then(|field| table.column(&field.heads)) else { return Vec::new() };
    let place_of = |name: &str| schools.iter().position(|school| school.name == name);
    let mut applications: Vec<Application> = Vec::new();
    for row in &table.rows {
        let cell = |heads: &[String]| table.column(heads).map_or("", |at| row[at].as_str()).to_string();
        let (mut said, mut checked) = (BTreeMap::new(), BTreeMap::new());
        for field in rules.fields.iter().filter(|field| field.id != "wishes") {
            let words = cell(&field.heads);
            if !words.is_empty() {
                said.insert(field.id.clone(), words);
            }
            if !field.check.is_empty() && table.column(&field.check).is_some() {
                checked.insert(field.id.clone(), ["通过", "一致", "是", "yes"].contains(&cell(&field.check).as_str()));
            }
        }
        let mut named = Vec::new();
        named.extend(said.get("private").cloned());
        if let Some(wishes) = rules.field("wishes") {
            named.extend(wishes.heads.iter().map(|head| cell(std::slice::from_ref(head))).filter(|word| !word.is_empty()));
        }
        let of = &row[receipt];
        let mut wishes = Vec::new();
        for name in named {
            match place_of(&name) {
                Some(school) if wishes.contains(&school) => {}
                Some(school) => wishes.push(school),
                None => say(
                    Severity::Logic,
                    "admission-unknown-school",
                    text!("{of} 的志愿“{name}”不在招生计划里", "the wish of {of}, `{name}`, is not in the plan"),
                    text!("照计划里的校名写", "write the name as in the plan"),
                ),
            }
        }
        // Whoever names no public school asks at those of their area; a linked school comes first.
        if !wishes.iter().any(|school| schools[*school].kind == SchoolKind::Public) {
            let (area, feeder) = (said.get("area"), said.get("feeder"));
            let linked = |school: &PlannedSchool| feeder.is_some_and(|feeder| school.feeders.contains(feeder));
            let near = |school: &PlannedSchool| area.is_some_and(|area| school.areas.contains(area));
            let open = |of: &dyn Fn(&PlannedSchool) -> bool| -> Vec<usize> {
                (0..schools.len()).filter(|at| schools[*at].kind == SchoolKind::Public && of(&schools[*at])).collect()
            };
            let own: Vec<usize> = open(&linked).into_iter().chain(open(&near)).collect();
            own.into_iter().for_each(|school| {
                if !wishes.contains(&school) {
                    wishes.push(school)
                }
            });
        }
        let area = said.get("area").cloned().unwrap_or_default();
        if !schools.iter().any(|school| school.areas.contains(&area)) {
            say(
                Severity::Experience,
                "admission-unknown-area",
                text!("{of} 的片区“{area}”不属于任何学校", "the area `{area}` of {of} belongs to no school"),
                text!("核对住址；没有学校的，列入统筹", "look at the address; who has no school is diverted"),
            );
        }
        let (name, twins) = (said.get("name").cloned().unwrap_or_default(), said.get("twins").cloned().unwrap_or_default());
        applications.push(Application { receipt: of.clone(), name, said, checked, wishes, twins });
    }
    applications.sort_by(|a, b| a.receipt.cmp(&b.receipt));
    for pair in applications.windows(2).filter(|pair| pair[0].receipt == pair[1].receipt) {
        let receipt = &pair[0].receipt;
        say(
            Severity::Logic,
            "admission-receipt-twice",
            text!("受理号 {receipt} 出现两次", "the receipt {receipt} stands twice"),
            text!("两名儿童不能同号", "two children cannot have one number"),
        );
    }
    let mut children: BTreeMap<&str, &str> = BTreeMap::new();
    for application in &applications {
        let Some(id) = application.said.get("child_id") else { continue };
        let receipt = &application.receipt;
        if CitizenId::parse(id).is_err() {
            say(
                Severity::Experience,
                "admission-id-unread",
                text!("{receipt} 的证件号码有误，无法查重", "the id number of {receipt} cannot be read; doubles cannot be found"),
                text!("核对证件", "look at the paper"),
            );
        }
        if let Some(first) = children.insert(id, receipt) {
            say(
                Severity::Logic,
                "admission-child-twice",
                text!("同一名儿童报了两次：{first} 和 {receipt}", "one child has applied twice: {first} and {receipt}"),
                text!("留一份，另一份注明作废", "keep one, and void the other"),
            );
        }
    }
    applications
}

/// The first class that a child is in at a school.
pub(crate) fn class_at<'a>(
    rules: &'a AdmissionRules,
    school: &PlannedSchool,
    application: &Application,
) -> Option<(usize, &'a PriorityClass)> {
    let holds = |field: &String, condition: &Condition| {
        let said = application.said.get(field).map_or("", String::as_str);
        match condition {
            Condition::OneOf(words) => words.iter().any(|word| word == said),
            Condition::Word(word) => match word.as_str() {
                "any" => !said.is_empty(),
                "catchment" => school.areas.iter().any(|area| area == said),
                "linked" => school.feeders.iter().any(|feeder| feeder == said),
                "here" => school.name == said,
                word => match (word.strip_prefix(">=").and_then(|least| least.trim().parse::<f64>().ok()), said.parse::<f64>()) {
                    (Some(least), Ok(number)) => number >= least,
                    (Some(_), Err(_)) => false,
                    (None, _) => word == said,
                },
            },
        }
    };
    let verified = |field: &String| application.checked.get(field).copied().unwrap_or(true);
    let fits = |class: &PriorityClass| {
        class.schools == school.kind
            && class.when.iter().all(|(field, condition)| holds(field, condition))
            && class.verified.iter().all(verified)
    };
    rules.classes.iter().enumerate().find(|(_, class)| fits(class))
}

//! A rotation proved by a reading of its own: rule, roll and places are read again here, and everything that the plan says is worked
//! out from them. It shares no function with the planner, with what states its problem, or with what reads the roll for it.

use std::collections::{BTreeMap, BTreeSet};

use evaluate::{Scope, StockMatrix};
use facts::{Date, Finding, Place, SchoolCode, SchoolYear, Severity, Stage, Text, text};
use jiff::Timestamp;
use plan::{MoveLine, RotationFile};
use snapshot::{Look, Snapshot};
use toml::{Table, Value};

use crate::Failure;
use crate::datum::Datum;
use crate::plain_table::read_plain;

/// What a rotation is held against.
pub(crate) struct Against<'a> {
    pub snapshot: &'a Snapshot,
    pub matrix: &'a StockMatrix,
    pub scope: &'a [Scope],
    /// The text of the rule.
    pub rule: &'a str,
    pub exempt: Option<&'a std::path::Path>,
    pub year: SchoolYear,
    pub on: Date,
    pub who: &'a str,
}

/// A teacher of the roll, as far as the rule asks.
struct Person {
    key: String,
    at: usize,
    stage: Stage,
    subject: String,
    brings: BTreeSet<String>,
    backbone: bool,
    eligible: bool,
}

struct Proof<'a> {
    against: &'a Against<'a>,
    rule: Table,
    people: Vec<Person>,
    /// By school: longitude and latitude in radians.
    places: Vec<Option<(f64, f64)>>,
    findings: Vec<Finding>,
}

/// Everything in which a rotation breaks its rule or says what is not so.
pub(crate) fn prove_rotation(against: &Against<'_>, plan: &RotationFile) -> Result<Vec<Finding>, Failure> {
    let rule: Table = toml::from_str(against.rule).map_err(|error| {
        let why = error.to_string().lines().map(str::trim).collect::<Vec<_>>().join(" ");
        Failure::wrong_use(
            text!("交流轮岗规则读不懂：{why}", "the rule on rotation cannot be read: {why}"),
            text!("照 policies/cn/rotation/rules.toml 的样子写", "write it like policies/cn/rotation/rules.toml"),
        )
    })?;
    let places = places(against.snapshot, against.matrix, against.on)?;
    let mut proof = Proof { against, rule, people: Vec::new(), places, findings: Vec::new() };
    proof.read_people()?;
    let found = proof.find(plan);
    proof.each_move(&found);
    proof.posts(&found, plan);
    proof.quotas(&found, plan);
    proof.evenness(&found, plan);
    Ok(proof.findings)
}

/// A line of the plan with the person and the school that it names.
type Found<'p> = (&'p MoveLine, usize, usize);

impl Proof<'_> {
    fn value(&self, group: &str, key: &str) -> Option<&Value> {
        self.rule.get(group)?.get(key)
    }

    fn number(&self, group: &str, key: &str) -> f64 {
        self.value(group, key).and_then(as_number).unwrap_or(0.0)
    }

    fn list(&self, group: &str, key: &str) -> Vec<String> {
        words(self.value(group, key))
    }

    fn attributes(&self) -> impl Iterator<Item = &Table> {
        self.rule.get("attribute").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table)
    }

    fn wrong(&mut self, code: &str, school: Option<usize>, what: Text) {
        let place = school
            .and_then(|at| self.against.matrix.schools.get(at))
            .map_or(Place::Everywhere, |school| Place::School { code: school.code.clone(), name: Some(school.name.clone()) });
        let hint = text!("修改方案后再核对，或重新编制", "mend the plan and check it again, or make it anew");
        self.findings.push(Finding::new(Severity::Logic, code, place, what, hint));
    }

    fn private(&self, at: usize) -> bool {
        self.against.matrix.schools[at].traits.owner.as_deref() == Some("private")
    }

    fn pupils(&self, at: usize, stage: Stage) -> f64 {
        let matrix = self.against.matrix;
        matrix.stock("pupils").and_then(|stock| matrix.schools[at].stocks.get(stage, stock).known()).unwrap_or(0.0)
    }

    fn km(&self, a: usize, b: usize) -> Option<f64> {
        Some(apart(self.places[a]?, self.places[b]?) * self.number("travel", "detour"))
    }

    /// The roll, with what the rule says of each.
    fn read_people(&mut self) -> Result<(), Failure> {
        let Against { snapshot, matrix, year, on, who, .. } = *self.against;
        let Some(table) = facts::table("teachers") else { return Ok(()) };
        let look = Look { who, purpose: "核对交流轮岗方案 / plan check: a rotation", when: Timestamp::now() };
        let rows = snapshot.whole_rows(table, year, &look)?;
        let rests = self.value("eligible", "rest_after_exchange").and_then(Value::as_bool).unwrap_or(false);
        let mut went = BTreeSet::new();
        if rests && snapshot.manifest().years.contains(&year.previous()) {
            for row in snapshot.whole_rows(table, year.previous(), &look)? {
                if row.integer(table, "exchange") == Some(1) {
                    went.insert(row.words(table, "citizen_id"));
                }
            }
        }
        let exempt = self.exempt()?;
        let (posts, years) = (self.list("eligible", "posts"), self.number("eligible", "years"));
        let within = self.number("eligible", "retire_within");
        let ages = [self.number("eligible", "retire_men"), self.number("eligible", "retire_women")];
        let mut people = Vec::new();
        for row in &rows {
            let word = |column: &str| row.words(table, column);
            let stage = match word("stage").as_str() {
                "primary" => Stage::Primary,
                "junior" => Stage::Junior,
                _ => continue,
            };
            let code = word("school");
            let here = |school: &evaluate::School| {
                school.code.as_str() == code || school.units.iter().any(|unit| unit.code.as_str() == code)
            };
            let Some(at) = matrix.schools.iter().position(|school| here(school)) else { continue };
            let subject = word("subject");
            if subject.is_empty() || !posts.contains(&word("post")) {
                continue;
            }
            let values = if stage == Stage::Primary { "primary" } else { "junior" };
            let mut brings = BTreeSet::new();
            let mut backbone = false;
            for attribute in self.attributes() {
                let column = attribute.get("column").and_then(Value::as_str).unwrap_or_default();
                if words(attribute.get(values)).contains(&word(column)) {
                    brings.extend(attribute.get("stock").and_then(Value::as_str).map(str::to_string));
                    backbone |= attribute.get("backbone").and_then(Value::as_bool).unwrap_or(false);
                }
            }
            let retires = ages[usize::from(word("sex") == "2")];
            let near_end = word("birth_date").parse::<Date>().is_ok_and(|born| {
                let birthday_to_come = (on.month(), on.day()) < (born.month(), born.day());
                f64::from(on.year() - born.year()) - f64::from(u8::from(birthday_to_come)) >= retires - within
            });
            let id = word("citizen_id");
            let stays = self.private(at)
                || exempt.contains(&(word("school"), word("name")))
                || row.integer(table, "years_at_school").is_none_or(|served| (served as f64) < years)
                || row.integer(table, "exchange") == Some(1)
                || (!id.is_empty() && went.contains(&id))
                || near_end;
            let key = format!("{}:{}:{}", row.at.file.0.get(..12).unwrap_or_default(), row.at.sheet, row.at.row);
            people.push(Person { key, at, stage, subject, brings, backbone, eligible: !stays });
        }
        self.people = people;
        Ok(())
    }

    fn exempt(&self) -> Result<BTreeSet<(String, String)>, Failure> {
        let Some(file) = self.against.exempt else { return Ok(BTreeSet::new()) };
        let (table, _) = read_plain(file)?;
        let column = |names: &[&str]| table.column(&names.iter().map(|name| (*name).to_string()).collect::<Vec<_>>());
        let (Some(school), Some(name)) = (column(&["学校标识码", "school"]), column(&["姓名", "name"])) else {
            return Ok(BTreeSet::new());
        };
        Ok(table.rows.iter().map(|row| (row[school].clone(), row[name].clone())).collect())
    }

    fn find<'p>(&mut self, plan: &'p RotationFile) -> Vec<Found<'p>> {
        let mut found = Vec::new();
        for line in &plan.moves {
            let school = |code: &SchoolCode| self.against.matrix.schools.iter().position(|school| school.code == *code);
            let person = self.people.iter().position(|person| person.key == line.teacher);
            match (person, school(&line.school), school(&line.to)) {
                (Some(person), Some(from), Some(to)) if self.people[person].at == from => found.push((line, person, to)),
                (_, from, _) => self.wrong(
                    "rotation-unknown-teacher",
                    from,
                    text!(
                        "名册里没有方案中的这名教师，或去往学校不存在",
                        "the roll has no such teacher, or there is no such school to go to"
                    ),
                ),
            }
        }
        found
    }

    fn each_move(&mut self, found: &[Found<'_>]) {
        let bands = self.list("counts", "bands");
        let most = self.number("travel", "most_km");
        let mut seen = BTreeSet::new();
        for (line, person, to) in found {
            let (at, eligible) = (self.people[*person].at, self.people[*person].eligible);
            let says = |proof: &mut Self, what: Text| proof.wrong("rotation-against-rule", Some(at), what);
            if !seen.insert(*person) {
                says(self, text!("同一名教师调动两次", "a teacher moves twice"));
            }
            if !eligible {
                says(self, text!("该教师不符合交流条件", "a teacher is not eligible"));
            }
            let band = |at: usize| {
                let code = self.against.matrix.schools[at].traits.urban_rural.clone()?;
                bands.iter().position(|band| code.starts_with(band.as_str()))
            };
            let counts = band(at).zip(band(*to)).is_some_and(|(a, b)| a != b);
            if at == *to || !counts || self.private(*to) || self.private(at) {
                says(
                    self,
                    text!(
                        "去往学校不算交流（城乡类别相同、民办或就是本校）",
                        "the move does not count: same band, a private school, or the school itself"
                    ),
                );
            }
            match self.km(at, *to) {
                Some(km) if km > most * (1.0 + 1e-9) => {
                    says(self, text!("路程 {km:.1} 公里，超过 {most}", "{km:.1} km, more than {most}"))
                }
                Some(km) if (km - line.km).abs() > 0.01 => {
                    let said = line.km;
                    says(self, text!("路程应为 {km:.2} 公里，写成 {said:.2}", "the way is {km:.2} km, not {said:.2}"));
                }
                None => says(self, text!("学校没有经纬度，路程未知", "a school has no coordinates, so the way is unknown")),
                Some(_) => {}
            }
            let person = &self.people[*person];
            let brings: BTreeSet<String> = line.brings.iter().map(|(stock, _)| stock.clone()).collect();
            if person.stage != line.stage || person.subject != line.subject || person.brings != brings {
                says(
                    self,
                    text!("学段、学科或条件与名册不符", "stage, subject or what the teacher brings is not as on the roll"),
                );
            }
        }
    }

    /// How many teach a subject at each school, before and after, and how many it needs.
    fn posts(&mut self, found: &[Found<'_>], plan: &RotationFile) {
        let mut have: BTreeMap<(Stage, String), BTreeMap<usize, i64>> = BTreeMap::new();
        for person in &self.people {
            *have.entry((person.stage, person.subject.clone())).or_default().entry(person.at).or_default() += 1;
        }
        let (listed, least) = (self.list("gaps", "subjects"), self.number("gaps", "pupils"));
        let mut gaps = 0;
        for ((stage, subject), mut schools) in have {
            if listed.contains(&subject) {
                for at in 0..self.against.matrix.schools.len() {
                    if self.pupils(at, stage) >= least {
                        schools.entry(at).or_default();
                    }
                }
            }
            let all: i64 = schools.values().sum();
            let pupils: f64 = schools.keys().map(|at| self.pupils(*at, stage)).sum();
            let moves = |person: &usize| self.people[*person].stage == stage && self.people[*person].subject == subject;
            let mut then = schools.clone();
            let mut nowhere = Vec::new();
            for (_, person, to) in found.iter().filter(|(_, person, _)| moves(person)) {
                *then.entry(self.people[*person].at).or_default() -= 1;
                match schools.contains_key(to) {
                    true => *then.entry(*to).or_default() += 1,
                    false => nowhere.push(*to),
                }
            }
            for to in nowhere {
                self.wrong(
                    "rotation-against-rule",
                    Some(to),
                    text!("去往学校没有{subject}这门学科", "{subject} is not taught there"),
                );
            }
            for (at, had) in &schools {
                let share = if pupils > 0.0 { (all as f64 / pupils * self.pupils(*at, stage)).ceil() as i64 } else { *had };
                let need = if *had == 0 { 1 } else { share.clamp(1, *had) };
                let has = then.get(at).copied().unwrap_or(0);
                gaps += (need - has).max(0);
                if has < need.min(*had) || has > need.max(*had) {
                    self.wrong(
                        "rotation-against-rule",
                        Some(*at),
                        text!(
                            "{subject}教师由 {had} 人变为 {has} 人，本校需要 {need} 人",
                            "teachers of {subject}: {had} before, {has} after, {need} needed"
                        ),
                    );
                }
            }
        }
        if gaps != i64::from(plan.end.gaps) {
            let said = plan.end.gaps;
            self.wrong(
                "plan-sum-wrong",
                None,
                text!("缺学科教师的岗位应为 {gaps} 个，写成 {said}", "{gaps} posts lack a teacher, not {said}"),
            );
        }
    }

    fn quotas(&mut self, found: &[Found<'_>], plan: &RotationFile) {
        let eligible = self.people.iter().filter(|person| person.eligible).count();
        let backbone = found.iter().filter(|(_, person, _)| self.people[*person].backbone).count();
        let (moved, said) = (found.len(), plan.eligible);
        if eligible != said || plan.end.moved != plan.moves.len() || plan.end.backbone != backbone {
            self.wrong(
                "plan-sum-wrong",
                None,
                text!(
                    "名册上符合条件 {eligible} 人（写成 {said}），交流 {moved} 人，其中骨干 {backbone} 人",
                    "{eligible} are eligible by the roll ({said} are said), {moved} move, {backbone} of them backbone teachers"
                ),
            );
        }
        let least = (self.number("quota", "least") * eligible as f64 - 1e-9).ceil();
        // Two exchange: an odd number may need one more.
        let most = (self.number("quota", "most") * eligible as f64).floor().max(least + 1.0);
        if (moved as f64) < least {
            self.wrong(
                "rotation-against-rule",
                None,
                text!("交流 {moved} 人，规定至少 {least} 人", "{moved} move, at least {least} must"),
            );
        }
        if moved as f64 > most {
            self.wrong(
                "rotation-against-rule",
                None,
                text!("交流 {moved} 人，规则的上限是 {most} 人", "{moved} move, at most {most} may"),
            );
        }
        let of_eligible = self.value("quota", "backbone_of").and_then(Value::as_str) == Some("eligible");
        let of = if of_eligible { eligible } else { moved };
        let wanted = self.number("quota", "backbone") * of as f64;
        if (backbone as f64) < wanted - 1e-9 {
            self.wrong(
                "rotation-against-rule",
                None,
                text!(
                    "骨干教师 {backbone} 人，规定至少 {wanted:.1} 人",
                    "{backbone} backbone teachers move, at least {wanted:.1} must"
                ),
            );
        }
    }

    /// Points and kilometres of the plan, by the definition of the coefficient.
    fn evenness(&mut self, found: &[Found<'_>], plan: &RotationFile) {
        let km: f64 = found.iter().filter_map(|(_, person, to)| self.km(self.people[*person].at, *to)).sum();
        let choices = self.rule.get("choice").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table);
        let Some(choice) = choices.into_iter().find(|choice| choice.get("id").and_then(Value::as_str) == Some(&plan.choice))
        else {
            let id = plan.choice.clone();
            self.wrong("plan-other-settings", None, text!("规则里没有“{id}”这种取舍", "the rule has no choice `{id}`"));
            return;
        };
        let per = |key: &str| choice.get(key).and_then(as_number).unwrap_or(0.0);
        let mut points = per("per_km") * km + per("per_move") * found.len() as f64 + per("per_gap") * f64::from(plan.end.gaps);
        let matrix = self.against.matrix;
        for attribute in self.attributes() {
            let Some(name) = attribute.get("stock").and_then(Value::as_str) else { continue };
            let Some(stock) = matrix.stock(name) else { continue };
            let weight = attribute.get("weight").and_then(as_number).unwrap_or(0.0);
            for stage in [Stage::Primary, Stage::Junior] {
                let mut schools = Vec::new();
                for (at, school) in matrix.schools.iter().enumerate().filter(|(at, _)| self.against.scope[*at] == Scope::In) {
                    let (pupils, Some(had)) = (self.pupils(at, stage), school.stocks.get(stage, stock).known()) else { continue };
                    if pupils <= 0.0 {
                        continue;
                    }
                    let counts =
                        |person: &usize| self.people[*person].stage == stage && self.people[*person].brings.contains(name);
                    let gone = found.iter().filter(|(_, person, _)| counts(person) && self.people[*person].at == at).count();
                    let come = found.iter().filter(|(_, person, to)| counts(person) && *to == at).count();
                    schools.push((pupils, (had - gone as f64 + come as f64) / pupils));
                }
                let all: f64 = schools.iter().map(|(pupils, _)| pupils).sum();
                let mean = schools.iter().map(|(pupils, value)| pupils * value).sum::<f64>() / all;
                if mean > 0.0 {
                    let variance = schools.iter().map(|(pupils, value)| pupils / all * (value - mean).powi(2)).sum::<f64>();
                    points += weight * (1.0 + variance / mean.powi(2)).sqrt();
                } else {
                    points += weight;
                }
            }
        }
        let said = plan.end.points;
        if (points - said).abs() > 1e-6 * said.abs().max(1.0) || (km - plan.end.km).abs() > 0.5 {
            self.wrong(
                "plan-sum-wrong",
                None,
                text!("合计应为 {points:.4} 分，写成 {said:.4} 分", "the plan comes to {points:.4} points, not {said:.4}"),
            );
        }
        if plan.bound > said + 1e-6 {
            self.wrong("plan-bound-wrong", None, text!("下界高于方案", "the bound is above the plan"));
        }
    }
}

/// By school: longitude and latitude in radians, where they are known.
pub(crate) fn places(snapshot: &Snapshot, matrix: &StockMatrix, on: Date) -> Result<Vec<Option<(f64, f64)>>, Failure> {
    let rows = snapshot.schools(on)?;
    let place = |code: &SchoolCode| {
        let row = rows.iter().find(|row| row.code == *code)?;
        let datum = row.datum.as_deref().and_then(Datum::read).unwrap_or(Datum::Wgs84);
        let (lon, lat) = datum.to_wgs84((row.lon?, row.lat?));
        Some((lon.to_radians(), lat.to_radians()))
    };
    Ok(matrix.schools.iter().map(|school| place(&school.code)).collect())
}

/// Kilometres between two places, from the angle between their vectors.
pub(crate) fn apart(a: (f64, f64), b: (f64, f64)) -> f64 {
    let vector = |(lon, lat): (f64, f64)| [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()];
    let (a, b) = (vector(a), vector(b));
    let cross = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
    let length = cross.iter().map(|part| part * part).sum::<f64>().sqrt();
    let dot: f64 = a.iter().zip(b).map(|(x, y)| x * y).sum();
    6371.0 * length.atan2(dot)
}

pub(crate) fn as_number(value: &Value) -> Option<f64> {
    value.as_float().or_else(|| value.as_integer().map(|number| number as f64))
}

fn words(value: Option<&Value>) -> Vec<String> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_string).collect()
}

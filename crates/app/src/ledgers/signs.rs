use std::collections::BTreeSet;

use facts::{CitizenId, Date, SchoolYear, Text, parse_date, text};
use snapshot::SchoolRow;

use super::presence::Presence;
use super::together::{Together, whole};
use super::{LedgerChild, LedgerRules, Registers, Towns};

/// What the registers say of a child, its category and its groups.
#[expect(clippy::too_many_arguments, reason = "a child is seen in the light of everything there is")]
pub(crate) fn child(
    at: usize,
    together: &Together,
    registers: &Registers,
    rules: &LedgerRules,
    presence: &Presence,
    schools: &[SchoolRow],
    towns: &Towns,
    year: SchoolYear,
) -> LedgerChild {
    let record = whole(registers, together);
    let birth = born(registers, together, year);
    let mut signs: BTreeSet<String> = BTreeSet::new();
    let mut basis: Vec<Text> = Vec::new();
    let mut child = LedgerChild { at, ..LedgerChild::default() };
    let mut sign = |words: &str| {
        signs.insert(words.to_string());
    };
    match together.roll {
        None => sign("not-on-roll"),
        Some(pupil) => {
            sign("on-roll");
            let word = |column: &str| registers.roll.word(pupil, column);
            if word("status") == "suspended" {
                sign("suspended");
            }
            child.student_no = word("student_no");
            child.school = word("school");
            (child.grade, child.class) = (word("grade"), word("class"));
            child.school_name = school_name(schools, &child.school);
            let (school, grade, class) = (&child.school_name, &child.grade, &child.class);
            basis.push(text!("学籍：{school} {grade} 年级 {class}", "roll: {school}, grade {grade}, {class}"));
            if presence.schools.contains(&child.school) {
                sign("month-reported");
            }
            let month = presence.month.as_deref().unwrap_or_default();
            match presence.of_pupil.get(&pupil) {
                None if presence.month.is_some() => {
                    sign("not-present");
                    basis.push(text!("出勤 {month}：没有这名学生", "attendance {month}: not on the list"));
                }
                None => {}
                Some(row) => {
                    let reason = registers.presence.word(*row, "reason");
                    let run = registers.presence.integer(*row, "days_running").unwrap_or(0);
                    if !reason.is_empty() {
                        sign(&format!("reason:{reason}"));
                    }
                    if run >= rules.absence.days && !rules.excused.contains(&reason) {
                        sign("absent");
                        basis.push(text!("出勤 {month}：连续缺课 {run} 天", "attendance {month}: absent {run} days in a row"));
                    }
                }
            }
        }
    }
    for (rows, register, id, missing, title) in [
        (
            &together.population,
            &registers.population,
            "population",
            "not-in-population",
            text!("人口登记", "population register"),
        ),
        (&together.hukou, &registers.hukou, "hukou", "not-in-hukou", text!("户籍", "household register")),
    ] {
        if rows.is_empty() {
            sign(missing);
        }
        for row in rows {
            let (state, whereabouts) = (register.word(*row, "state"), register.word(*row, "whereabouts"));
            if !state.is_empty() {
                sign(&format!("{id}:{state}"));
            }
            if !whereabouts.is_empty() {
                sign(&format!("whereabouts:{whereabouts}"));
            }
            let place = &register.records[*row].row.at;
            let (file, line, Text { zh, en }) = (&place.file_name, place.row, &title);
            basis.push(text!("{zh}：{file} 第 {line} 行", "{en}: {file} row {line}"));
        }
    }
    if together.roll.is_none() && !together.doubtful.is_empty() {
        sign("doubtful");
    }
    if CitizenId::parse(&record.id_no).is_err() {
        sign("without-id");
    }
    let age = birth.map(|birth| age_on(birth, rules.age_day(year.start())));
    if age.is_some_and(|age| age < rules.age.from) {
        sign("younger");
    } else if age.is_some_and(|age| age > rules.age.to) {
        sign("older");
    }
    child.kinds = together.supported.iter().map(|row| registers.supported.word(*row, "kind")).collect();
    child.kinds.sort();
    child.kinds.dedup();
    for group in &rules.groups {
        let listed = child.kinds.iter().any(|kind| group.supported.contains(kind));
        let of_roll = group.pupil.as_ref().zip(together.roll).map(|(column, pupil)| registers.roll.word(pupil, column));
        let marked = of_roll.is_some_and(|word| !matches!(word.as_str(), "" | "0" | "none"));
        if listed || marked {
            child.groups.push(group.title());
        }
    }
    child.category = rules.category(&signs);
    child.division = division(registers, together, towns);
    child.key = record.key;
    child.birth = birth.map_or(record.birth, |birth| birth.to_string());
    (child.name, child.sex, child.id_no) = (record.name, record.sex, record.id_no);
    (child.town, child.village) = (record.town, record.village);
    (child.guardian, child.phone) = (record.guardian, record.phone);
    child.basis = basis;
    child
}

/// The code of the village where it lives, in force today, or as the register has it.
fn division(registers: &Registers, together: &Together, towns: &Towns) -> String {
    let population = together.population.first().map(|row| registers.population.word(*row, "division"));
    let hukou = together.hukou.first().map(|row| registers.hukou.word(*row, "division"));
    let codes: Vec<String> = [population, hukou].into_iter().flatten().filter(|code| !code.is_empty()).collect();
    let in_force = codes.iter().find(|code| towns.knows(code));
    in_force.or(codes.first()).cloned().unwrap_or_default()
}

pub(crate) fn school_name(schools: &[SchoolRow], code: &str) -> String {
    let found = schools.iter().find(|school| school.code.as_str() == code);
    found.map_or_else(|| code.to_string(), |school| school.name.clone())
}

fn age_on(birth: Date, day: Date) -> i16 {
    let years = day.year() - birth.year();
    if (day.month(), day.day()) < (birth.month(), birth.day()) { years - 1 } else { years }
}

/// The birth date that most registers and ids agree upon; of equals the one of the register whose clerks saw the papers.
pub(crate) fn born(registers: &Registers, together: &Together, year: SchoolYear) -> Option<Date> {
    let mut votes: Vec<(Date, u8)> = Vec::new();
    let mut vote = |date: Option<Date>| {
        // The id of a parent in the child's column tells the birth of the parent.
        let Some(date) = date.filter(|date| (2..=22).contains(&(year.start() - date.year()))) else { return };
        match votes.iter_mut().find(|(known, _)| *known == date) {
            Some((_, many)) => *many += 1,
            None => votes.push((date, 1)),
        }
    };
    let hukou = together.hukou.iter().filter_map(|row| registers.hukou.records.get(*row));
    let roll = together.roll.and_then(|row| registers.roll.records.get(row));
    let population = together.population.iter().filter_map(|row| registers.population.records.get(*row));
    for record in roll.into_iter().chain(hukou).chain(population) {
        vote(parse_date(&record.birth));
        vote(CitizenId::parse(&record.id_no).ok().map(|id| id.birth_date()));
    }
    let most = votes.iter().map(|(_, many)| *many).max()?;
    votes.into_iter().find(|(_, many)| *many == most).map(|(date, _)| date)
}

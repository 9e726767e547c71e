use std::collections::{BTreeMap, BTreeSet};

use facts::CitizenId;

use super::Registers;

/// What the latest attendance says of each pupil, by the place on the roll.
#[derive(Debug, Default)]
pub(crate) struct Presence {
    pub month: Option<String>,
    /// The row of the attendance list.
    pub of_pupil: BTreeMap<usize, usize>,
    /// Schools that reported the month.
    pub schools: BTreeSet<String>,
}

/// Finds pupils in the attendance of the latest month: by 学籍号, then by a valid id, then by name within the class where it is the
/// only one.
pub(crate) fn presence(registers: &Registers) -> Presence {
    let list = &registers.presence;
    let month = (0..list.records.len()).map(|at| list.word(at, "month")).max();
    let Some(latest) = month.clone() else { return Presence::default() };
    let known = Known::new(registers);
    let mut presence = Presence { month, ..Presence::default() };
    for at in (0..list.records.len()).filter(|at| list.word(*at, "month") == latest) {
        let school = list.word(at, "school");
        let pupil = known.pupil(
            &list.word(at, "student_no"),
            &list.records[at].id_no,
            &[&school, &list.word(at, "class"), &list.records[at].name],
        );
        presence.schools.insert(school);
        if let Some(pupil) = pupil {
            presence.of_pupil.insert(pupil, at);
        }
    }
    presence
}

/// The roll by what its own lists call a pupil.
pub(crate) struct Known {
    student_no: BTreeMap<String, usize>,
    id_no: BTreeMap<String, usize>,
    /// School, class and name; none where two share them.
    name: BTreeMap<String, Option<usize>>,
}

impl Known {
    pub(crate) fn new(registers: &Registers) -> Known {
        let roll = &registers.roll;
        let mut known = Known { student_no: BTreeMap::new(), id_no: BTreeMap::new(), name: BTreeMap::new() };
        for (at, record) in roll.records.iter().enumerate() {
            known.student_no.insert(roll.word(at, "student_no"), at);
            if CitizenId::parse(&record.id_no).is_ok() {
                known.id_no.insert(record.id_no.clone(), at);
            }
            let name = [roll.word(at, "school"), roll.word(at, "class"), record.name.clone()].join("\n");
            known.name.entry(name).and_modify(|one| *one = None).or_insert(Some(at));
        }
        known
    }

    /// A pupil by number, id, or the parts of a place and the name.
    pub(crate) fn pupil(&self, student_no: &str, id_no: &str, name: &[&str; 3]) -> Option<usize> {
        let by = |map: &BTreeMap<String, usize>, word: &str| map.get(word).copied().filter(|_| !word.is_empty());
        by(&self.student_no, student_no)
            .or_else(|| by(&self.id_no, id_no))
            .or_else(|| self.name.get(&name.join("\n")).copied().flatten())
    }
}

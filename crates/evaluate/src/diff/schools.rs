use facts::SchoolCode;

use super::{SchoolChange, SchoolEvent};
use crate::outcome::Outcome;

/// Schools that came, went, merged, separated, or entered or left the scope; by code.
pub(super) fn schools(before: &Outcome, after: &Outcome) -> Vec<SchoolChange> {
    let mut changes = Vec::new();
    for (index, school) in before.matrix.schools.iter().enumerate() {
        let change = match after.matrix.position(&school.code) {
            Some(position) if before.scope[index] == after.scope[position] => continue,
            Some(position) => SchoolEvent::Scope { before: before.scope[index], after: after.scope[position] },
            None => match campus_of(after, &school.code) {
                Some(into) => SchoolEvent::Merged { into },
                None => SchoolEvent::Vanished,
            },
        };
        changes.push(SchoolChange { school: school.code.clone(), name: school.name.clone(), change });
    }
    for school in after.matrix.schools.iter().filter(|school| before.matrix.position(&school.code).is_none()) {
        let change = match campus_of(before, &school.code) {
            Some(from) => SchoolEvent::Separated { from },
            None => SchoolEvent::Appeared,
        };
        changes.push(SchoolChange { school: school.code.clone(), name: school.name.clone(), change });
    }
    changes.sort_by(|a, b| a.school.cmp(&b.school));
    changes
}

/// The school of which this is a campus.
fn campus_of(outcome: &Outcome, code: &SchoolCode) -> Option<SchoolCode> {
    let school = outcome.matrix.schools.iter().find(|school| school.units.iter().skip(1).any(|unit| unit.code == *code))?;
    Some(school.code.clone())
}

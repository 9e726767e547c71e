use duty::Actor;
use facts::text;

use crate::{Failure, Ledger};

/// Adds a user, or changes one: level and line follow from the role.
pub fn put_user(ledger: &mut Ledger, person: &str, name: &str, role: &str, unit: &str) -> Result<Actor, Failure> {
    let user = user_of(ledger, person, name, role, unit)?;
    ledger.store.put_user(&user)?;
    Ok(user)
}

/// A user with the level and line of their role.
pub(crate) fn user_of(ledger: &Ledger, person: &str, name: &str, role: &str, unit: &str) -> Result<Actor, Failure> {
    let Some(known) = ledger.procedures.roles.role(role) else {
        let roles: Vec<&str> = ledger.procedures.roles.roles.iter().map(|role| role.id.as_str()).collect();
        let roles = roles.join("、");
        return Err(Failure::unknown(
            text!("没有角色“{role}”", "there is no role `{role}`"),
            text!("有这些：{roles}", "there are: {roles}"),
        ));
    };
    known_unit(unit)?;
    Ok(Actor {
        person: person.to_string(),
        name: name.to_string(),
        role: role.to_string(),
        level: known.level.clone(),
        line: known.line.clone(),
        unit: unit.to_string(),
    })
}

/// Refuses what is neither the beginning of a division code nor a school's code.
pub(crate) fn known_unit(unit: &str) -> Result<(), Failure> {
    if unit.len() >= 2 && unit.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(());
    }
    Err(Failure::wrong_use(
        text!(
            "“{unit}”不是区划代码的开头，也不是学校标识码",
            "`{unit}` is neither the beginning of a division code nor a school code"
        ),
        text!("县 6 位、乡 9 位、村 12 位，学校 10 位", "6 digits for a county, 9 a township, 12 a village, 10 a school"),
    ))
}

pub fn list_users(ledger: &mut Ledger) -> Result<Vec<Actor>, Failure> {
    Ok(ledger.store.users()?)
}

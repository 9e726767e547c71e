//! What goes wrong when a child is written into a register, and how often.

use facts::Date;

use super::Child;
use super::names;
use crate::person::PEOPLES;
use crate::random::Random;

/// How often each thing goes wrong in a register.
pub(super) struct Rates {
    pub id_wrong: f64,
    pub id_missing: f64,
    pub name: f64,
    pub birth: f64,
    pub moved: f64,
    pub phone_other: f64,
    pub phone_missing: f64,
    pub phone_shared: f64,
    pub guardian_other: f64,
}

/// A child as a register has it.
pub(super) struct Written {
    pub id: String,
    pub name: String,
    pub former: String,
    pub birth: String,
    pub guardian: String,
    pub phone: String,
    pub village: usize,
    pub slips: Vec<&'static str>,
}

/// Writes a child down with the errors of a register. `n_villages` is how many the township has, `shared` the telephone that half a
/// village gives.
pub(super) fn written(random: &mut Random, child: &Child, rates: &Rates, n_villages: usize, shared: &str) -> Written {
    let mut slips = Vec::new();
    let id = match &child.citizen_id {
        None => String::new(),
        Some(_) if random.chance(rates.id_missing) => {
            slips.push("id-missing");
            String::new()
        }
        Some(id) if random.chance(rates.id_wrong) => {
            let (id, kind) = wrong_id(random, id, child.birth);
            slips.push(kind);
            id
        }
        Some(id) => id.clone(),
    };
    let people = PEOPLES[child.people].0;
    let (mut name, mut former) = (child.name.clone(), String::new());
    if random.chance(rates.name)
        && let Some((other, kind)) = names::slipped(random, &child.name, people)
    {
        if matches!(kind, "name-own-language" | "name-surname-changed") && random.chance(0.6) {
            former = child.name.clone();
        }
        name = other;
        slips.push(kind);
    }
    let mut birth = child.birth.to_string().replace('-', "");
    if random.chance(rates.birth) {
        let (other, kind) = wrong_birth(random, child.birth);
        birth = other;
        slips.push(kind);
    }
    let mut phone = child.phone.clone();
    if random.chance(rates.phone_missing) {
        phone.clear();
        slips.push("phone-missing");
    } else if random.chance(rates.phone_shared) {
        phone = shared.to_string();
        slips.push("phone-shared");
    } else if random.chance(rates.phone_other) {
        phone = crate::person::phone(random);
        slips.push("phone-other");
    }
    let mut guardian = child.guardian.clone();
    if random.chance(rates.guardian_other) {
        let sex = if random.chance(0.5) { crate::person::Sex::Male } else { crate::person::Sex::Female };
        guardian = crate::person::name(random, sex, people);
        slips.push("guardian-other");
    }
    let mut village = child.village;
    if random.chance(rates.moved) && n_villages > 1 {
        village = (village + 1 + random.below(n_villages - 1)) % n_villages;
        slips.push("moved");
    }
    Written { id, name, former, birth, guardian, phone, village, slips }
}

fn wrong_id(random: &mut Random, id: &str, birth: Date) -> (String, &'static str) {
    let mut signs: Vec<u8> = id.bytes().collect();
    match random.below(20) {
        0..8 => {
            let at = random.below(17);
            let digit = signs[at] - b'0';
            signs[at] = b'0' + (digit + 1 + random.below(9) as u8) % 10;
            (String::from_utf8_lossy(&signs).into_owned(), "id-digit")
        }
        8..12 => {
            let places: Vec<usize> = (0..16).filter(|at| signs[*at] != signs[at + 1]).collect();
            let at = *random.pick(&places);
            signs.swap(at, at + 1);
            (String::from_utf8_lossy(&signs).into_owned(), "id-swapped")
        }
        12..15 => {
            // A parent's, some thirty years older.
            let parent = birth.year() - 22 - random.below(14) as i16;
            let day = Date::new(parent, birth.month(), birth.day().min(28)).unwrap_or(birth);
            (crate::person::citizen_id("539901", day, random.below(380) as u16), "id-of-a-parent")
        }
        15..17 => (format!("{}{}", &id[..6], &id[8..17]), "id-fifteen"),
        17 => (format!("{}000", &id[..15]), "id-digits-lost"),
        18 => ("5.39901E+17".to_string(), "id-scientific"),
        _ => {
            let at = random.below(18);
            signs.remove(at);
            (String::from_utf8_lossy(&signs).into_owned(), "id-short")
        }
    }
}

fn wrong_birth(random: &mut Random, birth: Date) -> (String, &'static str) {
    let words = |date: Date| date.to_string().replace('-', "");
    match random.below(4) {
        0 => (format!("{}0101", birth.year()), "birth-new-year"),
        // The day of the old calendar in the place of the new one's: some weeks earlier.
        1 => {
            let days = 20 + random.below(30) as u64;
            let earlier = birth.checked_sub(std::time::Duration::from_secs(days * 86_400)).unwrap_or(birth);
            (words(earlier), "birth-lunar")
        }
        2 => {
            let (month, day) = (birth.month(), birth.day());
            let swapped = Date::new(birth.year(), day, month).unwrap_or(birth);
            (words(swapped), "birth-swapped")
        }
        _ => {
            let other = Date::new(birth.year() - 1, birth.month(), birth.day().min(28)).unwrap_or(birth);
            (words(other), "birth-year")
        }
    }
}

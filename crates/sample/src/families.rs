//! Brothers, sisters and twins: some children of a village share guardian, telephone, house and surname. Nobody's school, grade
//! or sex changes, so no count does.

use std::collections::BTreeMap;

use crate::county::Pupil;
use crate::person::{self, Sex};
use crate::random::Random;

/// Of the children whose elder neighbour is fit for it, so many are the younger brother or sister.
const SIBLINGS: f64 = 0.3;
/// So many are born on one day with a child of their village and age.
const TWINS: f64 = 0.03;
/// Sequence numbers that no other id of the county has: twins begin here.
const TWIN_SEQUENCE: u16 = 700;

/// Makes families of the pupils of each village.
pub(crate) fn join(seed: u64, pupils: &mut [Pupil]) {
    let mut villages: BTreeMap<(usize, usize, usize, bool), Vec<usize>> = BTreeMap::new();
    for (at, pupil) in pupils.iter().enumerate() {
        villages.entry((pupil.town, pupil.village, pupil.people, pupil.migrant)).or_default().push(at);
    }
    let mut random = Random::new(seed, &[81]);
    let mut issued: BTreeMap<(String, Sex), u16> = BTreeMap::new();
    for neighbours in villages.values() {
        let mut taken = vec![false; neighbours.len()];
        for n in 1..neighbours.len() {
            if random.chance(TWINS) {
                let like = |m: usize| !taken[m] && may_be_twins(&pupils[neighbours[m]], &pupils[neighbours[n]]);
                if let Some(m) = (n.saturating_sub(40)..n).rev().find(|m| like(*m)) {
                    twin(&mut random, &mut issued, pupils, neighbours[m], neighbours[n]);
                    (taken[m], taken[n]) = (true, true);
                }
            } else if !taken[n] && !taken[n - 1] && random.chance(SIBLINGS) {
                sibling(pupils, neighbours[n - 1], neighbours[n]);
                taken[n] = true;
            }
        }
    }
}

/// Born in one school year, so that their grade is the same, and both with a citizen id.
fn may_be_twins(first: &Pupil, second: &Pupil) -> bool {
    let year = |pupil: &Pupil| facts::SchoolYear::of(pupil.birth);
    year(first) == year(second) && first.citizen_id.is_some() && second.citizen_id.is_some() && !first.name.contains('·')
}

fn twin(random: &mut Random, issued: &mut BTreeMap<(String, Sex), u16>, pupils: &mut [Pupil], first: usize, second: usize) {
    let elder = pupils[first].clone();
    let younger = &mut pupils[second];
    let number = issued.entry((elder.birth.to_string(), younger.sex)).or_insert(TWIN_SEQUENCE);
    let id = person::citizen_id("539901", elder.birth, *number + u16::from(younger.sex == Sex::Male));
    *number += 2;
    younger.student_no = format!("G{id}");
    younger.citizen_id = Some(id);
    younger.birth = elder.birth;
    // 李子涵, 李子轩: twins like to share a sign.
    let mut signs = elder.name.chars();
    let (surname, shared) = (signs.next(), signs.next());
    let last = younger.name.chars().next_back().filter(|last| !elder.name.ends_with(*last)).unwrap_or('双');
    younger.name = match (surname, shared.filter(|_| random.chance(0.6))) {
        (Some(surname), Some(shared)) => [surname, shared, last].iter().collect(),
        (Some(surname), None) => [surname, '小', last].iter().collect(),
        _ => younger.name.clone(),
    };
    under_one_roof(&elder, younger);
}

fn sibling(pupils: &mut [Pupil], first: usize, second: usize) {
    let elder = pupils[first].clone();
    let younger = &mut pupils[second];
    // Ten months apart at least.
    if elder.birth.duration_until(younger.birth).as_hours().abs() < 300 * 24 {
        return;
    }
    if !elder.name.contains('·') && !younger.name.contains('·') {
        let given: String = younger.name.chars().skip(1).collect();
        younger.name = elder.name.chars().take(1).chain(given.chars()).collect();
    }
    under_one_roof(&elder, younger);
}

fn under_one_roof(elder: &Pupil, younger: &mut Pupil) {
    younger.guardian.clone_from(&elder.guardian);
    younger.phone.clone_from(&elder.phone);
    younger.house = elder.house;
}

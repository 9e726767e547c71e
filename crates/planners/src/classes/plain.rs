use plan::ClassProblem;

/// A composition by lot alone: sizes are right, bound pupils are together, and nothing else is looked at. `None` where bound
/// pupils fit into no class.
pub fn class_lot(problem: &ClassProblem, below: &mut dyn FnMut(u64) -> u64) -> Option<Vec<u32>> {
    let dealt = deal(problem, below)?;
    let mut class_of = vec![0; problem.n_pupils()];
    for (class, units) in dealt.iter().enumerate() {
        for pupil in units.iter().flat_map(|unit| &problem.units[*unit as usize]) {
            class_of[*pupil as usize] = class as u32;
        }
    }
    Some(class_of)
}

/// The order that goes there and back, as it is done by hand: pupils in the order of the keys, the greatest first, and of equal keys
/// the first pupil first; 1, 2, … K, K, … 2, 1, and so on. It knows nothing of bound pupils.
pub fn class_snake(keys: &[(i64, i64)], classes: u32) -> Vec<u32> {
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by_key(|pupil| (std::cmp::Reverse(keys[*pupil]), *pupil));
    let mut class_of = vec![0; keys.len()];
    for (place, pupil) in order.into_iter().enumerate() {
        let (round, at) = (place as u32 / classes, place as u32 % classes);
        class_of[pupil] = if round.is_multiple_of(2) { at } else { classes - 1 - at };
    }
    class_of
}

/// The units of each class at the start: of those of one size, the larger first, shuffled; bound ones go one by one into a class
/// that still has room, each such class as likely as the other; single ones fill the places that are left, class by class.
pub(super) fn deal(problem: &ClassProblem, below: &mut dyn FnMut(u64) -> u64) -> Option<Vec<Vec<u32>>> {
    let (n, classes) = (problem.n_pupils(), problem.classes as usize);
    let mut room: Vec<usize> = (0..classes).map(|class| n / classes + usize::from(class < n % classes)).collect();
    let mut dealt: Vec<Vec<u32>> = room.iter().map(|room| Vec::with_capacity(*room)).collect();
    let largest = problem.units.iter().map(Vec::len).max().unwrap_or(0);
    for size in (1..=largest).rev() {
        let mut units: Vec<u32> =
            (0..problem.units.len() as u32).filter(|unit| problem.units[*unit as usize].len() == size).collect();
        shuffle(&mut units, below);
        if size == 1 {
            let places: Vec<usize> =
                room.iter().enumerate().flat_map(|(class, room)| std::iter::repeat_n(class, *room)).collect();
            units.iter().zip(places).for_each(|(unit, class)| dealt[class].push(*unit));
            continue;
        }
        for unit in units {
            let open: Vec<usize> = (0..classes).filter(|class| room[*class] >= size).collect();
            if open.is_empty() {
                return None;
            }
            let class = open[below(open.len() as u64) as usize];
            dealt[class].push(unit);
            room[class] -= size;
        }
    }
    Some(dealt)
}

/// The numbers from 0 to n − 1 in an order drawn by lot.
pub(super) fn shuffled(n: u32, below: &mut dyn FnMut(u64) -> u64) -> Vec<u32> {
    let mut numbers: Vec<u32> = (0..n).collect();
    shuffle(&mut numbers, below);
    numbers
}

/// From the last place down, each is exchanged with one at or before it.
fn shuffle(things: &mut [u32], below: &mut dyn FnMut(u64) -> u64) {
    for last in (1..things.len()).rev() {
        things.swap(last, below(last as u64 + 1) as usize);
    }
}

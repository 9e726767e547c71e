//! Places at schools: deferred acceptance, immediate acceptance, and the diversion of those who are left.

use std::collections::{BinaryHeap, VecDeque};

use plan::{NO_SEAT, SeatProblem};

/// How wishes are weighed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mechanism {
    /// Nobody is passed over for somebody who stands behind, and nobody gains by another list than the true one. A place counts only
    /// when all have been heard.
    Deferred,
    /// A school takes those who named it first, for good. Whoever names a school that is too popular loses the next one, too: lists are
    /// then a gamble.
    Immediate,
}

/// An allocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seats {
    /// By applicant: which of its wishes, or [`NO_SEAT`].
    pub granted: Vec<u32>,
    /// By school: how many children are in.
    pub filled: Vec<u32>,
    /// By school: the rank of the last applicant who is in.
    pub last: Vec<Option<u64>>,
}

/// Allocates places. Where the last applicant of a school is several children, all of them come in.
///
/// ```
/// use plan::{NO_SEAT, SeatProblem};
/// use planners::{Mechanism, assign_seats};
/// // Three children, two schools with one place each; the second and third both begin with school 0.
/// let problem = SeatProblem {
///     places: vec![1, 1],
///     children: vec![1, 1, 1],
///     starts: vec![0, 1, 3, 4],
///     schools: vec![1, 0, 1, 0],
///     ranks: vec![5, 2, 1, 1],
/// };
/// let seats = assign_seats(&problem, Mechanism::Deferred);
/// assert_eq!(seats.granted, [NO_SEAT, 1, 0]);
/// assert_eq!(assign_seats(&problem, Mechanism::Immediate).granted, [0, NO_SEAT, 0]);
/// ```
pub fn assign_seats(problem: &SeatProblem, mechanism: Mechanism) -> Seats {
    match mechanism {
        Mechanism::Deferred => deferred(problem),
        Mechanism::Immediate => immediate(problem),
    }
}

fn deferred(problem: &SeatProblem) -> Seats {
    let n = problem.n_applicants();
    let mut held: Vec<BinaryHeap<(u64, u32)>> =
        problem.places.iter().map(|places| BinaryHeap::with_capacity(*places as usize + 4)).collect();
    let mut filled = vec![0u32; problem.places.len()];
    let mut next = problem.starts[..n].to_vec();
    for first in 0..n as u32 {
        let mut asking = first;
        // One asks; whoever has to leave asks on.
        loop {
            let wish = next[asking as usize] as usize;
            if wish == problem.starts[asking as usize + 1] as usize {
                break;
            }
            next[asking as usize] += 1;
            let school = problem.schools[wish] as usize;
            held[school].push((problem.ranks[wish], asking));
            filled[school] += u32::from(problem.children[asking as usize]);
            match leaves(problem, &mut held[school], &mut filled[school], problem.places[school]) {
                Leaves::Nobody => break,
                Leaves::One(applicant) => asking = applicant,
                Leaves::Several(applicants) => {
                    // Rare: children who are bound make room for, or take it from, several.
                    let mut waiting = applicants;
                    while let Some(applicant) = waiting.pop() {
                        ask_on(problem, applicant, &mut next, &mut held, &mut filled, &mut waiting);
                    }
                    break;
                }
            }
        }
    }
    let mut seats = Seats { granted: vec![NO_SEAT; n], filled, last: vec![None; problem.places.len()] };
    for (school, held) in held.iter().enumerate() {
        seats.last[school] = held.peek().map(|(rank, _)| *rank);
        for (_, applicant) in held {
            let at = *applicant as usize;
            seats.granted[at] = next[at] - 1 - problem.starts[at];
        }
    }
    seats
}

enum Leaves {
    Nobody,
    One(u32),
    Several(Vec<u32>),
}

/// The last ones leave as long as those before them fill the school.
fn leaves(problem: &SeatProblem, held: &mut BinaryHeap<(u64, u32)>, filled: &mut u32, places: u32) -> Leaves {
    let mut left = Leaves::Nobody;
    while let Some((_, last)) = held.peek() {
        let (last, children) = (*last, u32::from(problem.children[*last as usize]));
        if *filled - children < places {
            break;
        }
        held.pop();
        *filled -= children;
        left = match left {
            Leaves::Nobody => Leaves::One(last),
            Leaves::One(first) => Leaves::Several(vec![first, last]),
            Leaves::Several(mut all) => {
                all.push(last);
                Leaves::Several(all)
            }
        };
    }
    left
}

fn ask_on(
    problem: &SeatProblem,
    applicant: u32,
    next: &mut [u32],
    held: &mut [BinaryHeap<(u64, u32)>],
    filled: &mut [u32],
    waiting: &mut Vec<u32>,
) {
    let wish = next[applicant as usize] as usize;
    if wish == problem.starts[applicant as usize + 1] as usize {
        return;
    }
    next[applicant as usize] += 1;
    let school = problem.schools[wish] as usize;
    held[school].push((problem.ranks[wish], applicant));
    filled[school] += u32::from(problem.children[applicant as usize]);
    match leaves(problem, &mut held[school], &mut filled[school], problem.places[school]) {
        Leaves::Nobody => {}
        Leaves::One(one) => waiting.push(one),
        Leaves::Several(all) => waiting.extend(all),
    }
}

fn immediate(problem: &SeatProblem) -> Seats {
    let n = problem.n_applicants();
    let longest = (0..n).map(|applicant| problem.wishes(applicant).len()).max().unwrap_or(0);
    let mut seats =
        Seats { granted: vec![NO_SEAT; n], filled: vec![0; problem.places.len()], last: vec![None; problem.places.len()] };
    for nth in 0..longest {
        let mut asking: Vec<(u32, u64, u32)> = Vec::new();
        for applicant in (0..n).filter(|applicant| seats.granted[*applicant] == NO_SEAT) {
            if let Some(wish) = problem.wishes(applicant).nth(nth) {
                asking.push((problem.schools[wish], problem.ranks[wish], applicant as u32));
            }
        }
        asking.sort_unstable();
        for (school, rank, applicant) in asking {
            let school = school as usize;
            if seats.filled[school] < problem.places[school] {
                seats.filled[school] += u32::from(problem.children[applicant as usize]);
                seats.granted[applicant as usize] = nth as u32;
                seats.last[school] = Some(seats.last[school].map_or(rank, |last| last.max(rank)));
            }
        }
    }
    seats
}

/// Those without a place, and the schools that each can reach in time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diversion {
    /// By school: places that are left.
    pub free: Vec<u32>,
    /// By applicant, in the order in which they are served: how many children.
    pub children: Vec<u8>,
    /// By applicant: schools within reach, the nearest first.
    pub reach: Vec<Vec<u32>>,
}

/// Where they go, and for whom there is nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diverted {
    /// By applicant: the school, or [`NO_SEAT`].
    pub school: Vec<u32>,
    /// Schools that are full together, and how many children within reach of nothing else are left: so many places are missing there.
    pub missing: Vec<(Vec<u32>, u32)>,
}

/// Gives those without a place the nearest one in reach, in their order; where it is taken, somebody diverted before moves to another
/// within their own reach, if that makes room. So no other way serves more children, and nobody served earlier is dropped for a later one
/// (children bound to each other neither move nor are moved for).
///
/// ```
/// use plan::NO_SEAT;
/// use planners::{Diversion, divert};
/// let diversion = Diversion { free: vec![1, 1], children: vec![1, 1, 1], reach: vec![vec![0, 1], vec![0], vec![0, 1]] };
/// let diverted = divert(&diversion);
/// assert_eq!(diverted.school, [1, 0, NO_SEAT]);
/// assert_eq!(diverted.missing, [(vec![0, 1], 1)]);
/// ```
pub fn divert(diversion: &Diversion) -> Diverted {
    let n = diversion.children.len();
    let mut school = vec![NO_SEAT; n];
    let mut free = diversion.free.clone();
    let mut inside: Vec<Vec<u32>> = vec![Vec::new(); free.len()];
    let mut missing: std::collections::BTreeMap<Vec<u32>, u32> = std::collections::BTreeMap::new();
    for applicant in 0..n {
        let children = u32::from(diversion.children[applicant]);
        let direct = diversion.reach[applicant].iter().find(|at| free[**at as usize] >= children);
        if let Some(at) = direct {
            free[*at as usize] -= children;
            school[applicant] = *at;
            inside[*at as usize].push(applicant as u32);
            continue;
        }
        match make_room(diversion, &free, &inside, applicant) {
            Ok(moves) if children == 1 => {
                // From the free place back: each goes where the one before has left.
                for (moved, from, to) in moves {
                    if let Some(from) = from {
                        inside[from as usize].retain(|other| *other != moved);
                        free[from as usize] += 1;
                    }
                    free[to as usize] -= 1;
                    inside[to as usize].push(moved);
                    school[moved as usize] = to;
                }
            }
            Ok(_) => *missing.entry(diversion.reach[applicant].clone()).or_default() += children,
            Err(full) => *missing.entry(full).or_default() += children,
        }
    }
    Diverted { school, missing: missing.into_iter().collect() }
}

/// One child moves: from a school, or from nowhere, to another.
type Move = (u32, Option<u32>, u32);

/// A chain of moves that ends at a free place, the free end first; or the schools that are full together.
fn make_room(diversion: &Diversion, free: &[u32], inside: &[Vec<u32>], applicant: usize) -> Result<Vec<Move>, Vec<u32>> {
    // By school: who comes to it in the chain, and whence.
    let mut came: Vec<Option<(u32, Option<u32>)>> = vec![None; free.len()];
    let mut waiting = VecDeque::new();
    for to in &diversion.reach[applicant] {
        if came[*to as usize].is_none() {
            came[*to as usize] = Some((applicant as u32, None));
            waiting.push_back(*to);
        }
    }
    while let Some(at) = waiting.pop_front() {
        if free[at as usize] > 0 {
            let (mut moves, mut to) = (Vec::new(), Some(at));
            while let Some((moved, from)) = to.and_then(|to| came[to as usize]) {
                moves.push((moved, from, to.unwrap_or(at)));
                to = from;
            }
            return Ok(moves);
        }
        for moved in inside[at as usize].iter().filter(|moved| diversion.children[**moved as usize] == 1) {
            for to in &diversion.reach[*moved as usize] {
                if came[*to as usize].is_none() {
                    came[*to as usize] = Some((*moved, Some(at)));
                    waiting.push_back(*to);
                }
            }
        }
    }
    Err((0..free.len() as u32).filter(|school| came[*school as usize].is_some()).collect())
}

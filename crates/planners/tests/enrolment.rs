//! Places: no envy that is justified, nothing better that is stable, nothing gained by another list than the true one.

use plan::{NO_SEAT, SeatProblem, seat_faults};
use planners::{Diversion, Mechanism, assign_seats, divert};

/// A generator of the test's own.
fn dice(seed: u64) -> impl FnMut(u64) -> u64 {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move |n| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) % n.max(1)
    }
}

/// Lists of one to three schools in random order, three classes, one number for each applicant; some are twins.
fn problem(n: usize, schools: u64, places: u64, twins: bool, seed: u64) -> SeatProblem {
    let mut below = dice(seed);
    let mut numbers: Vec<u64> = (1..=n as u64).collect();
    for last in (1..n).rev() {
        numbers.swap(last, below(last as u64 + 1) as usize);
    }
    let mut problem = SeatProblem {
        places: (0..schools).map(|_| below(places + 1) as u32).collect(),
        starts: vec![0],
        ..SeatProblem::default()
    };
    for number in numbers {
        let mut all: Vec<u32> = (0..schools as u32).collect();
        for last in (1..all.len()).rev() {
            all.swap(last, below(last as u64 + 1) as usize);
        }
        for school in all.into_iter().take(1 + below(3) as usize) {
            problem.schools.push(school);
            problem.ranks.push(below(3) << 32 | number);
        }
        problem.children.push(if twins && below(5) == 0 { 2 } else { 1 });
        problem.starts.push(problem.schools.len() as u32);
    }
    problem
}

#[test]
fn nobody_is_passed_over() {
    for seed in 0..300 {
        let problem = problem(30, 5, 9, seed % 2 == 0, seed);
        assert_eq!(problem.faults(), []);
        let seats = assign_seats(&problem, Mechanism::Deferred);
        assert_eq!(seat_faults(&problem, &seats.granted, false), [], "seed {seed}");
        let immediate = assign_seats(&problem, Mechanism::Immediate);
        assert_eq!(seat_faults(&problem, &immediate.granted, true), [], "seed {seed}");
        // The check sees what is wrong: whoever has a place loses it.
        if let Some(first) = seats.granted.iter().position(|nth| *nth != NO_SEAT) {
            let mut robbed = seats.granted.clone();
            robbed[first] = NO_SEAT;
            assert_ne!(seat_faults(&problem, &robbed, false), []);
        }
    }
}

/// Every allocation of a few applicants is looked at: of those in which nobody is passed over, each applicant likes this one best.
#[test]
fn no_other_fair_allocation_is_better_for_anybody() {
    for seed in 0..60 {
        let problem = problem(6, 3, 2, false, seed);
        let ours = assign_seats(&problem, Mechanism::Deferred).granted;
        let lengths: Vec<u32> = (0..6).map(|applicant| problem.wishes(applicant).len() as u32).collect();
        let mut trial = [0u32; 6];
        'all: loop {
            let granted: Vec<u32> =
                trial.iter().zip(&lengths).map(|(nth, length)| if nth == length { NO_SEAT } else { *nth }).collect();
            if seat_faults(&problem, &granted, false).is_empty() {
                assert!(ours.iter().zip(&granted).all(|(ours, other)| ours <= other), "seed {seed}: {ours:?} {granted:?}");
            }
            for at in 0..6 {
                trial[at] += 1;
                if trial[at] <= lengths[at] {
                    continue 'all;
                }
                trial[at] = 0;
            }
            break;
        }
    }
}

/// Where every applicant is one child: no other order or choice of schools gets anybody a place that they like better.
#[test]
fn another_list_than_the_true_one_gains_nothing() {
    let mut lies = 0;
    for seed in 0..400 {
        let mut below = dice(seed + 1000);
        let honest = problem(14, 4, 4, false, seed);
        let liar = below(14) as usize;
        let true_list: Vec<u32> = honest.wishes(liar).map(|wish| honest.schools[wish]).collect();
        let rank = honest.ranks[honest.wishes(liar).start] & 0xffff_ffff;
        let got = |problem: &SeatProblem| {
            let nth = assign_seats(problem, Mechanism::Deferred).granted[liar];
            let school = (nth != NO_SEAT).then(|| problem.schools[problem.wishes(liar).start + nth as usize]);
            school.and_then(|school| true_list.iter().position(|known| *known == school)).unwrap_or(usize::MAX)
        };
        let with_truth = got(&honest);
        for _ in 0..20 {
            // The class at a school follows from the application, not from the list: the lie keeps it.
            let class_at = |school: u32| {
                honest.wishes(liar).find(|wish| honest.schools[*wish] == school).map_or(2, |wish| honest.ranks[wish] >> 32)
            };
            let mut schools: Vec<u32> = (0..4).collect();
            for last in (1..4).rev() {
                schools.swap(last, below(last as u64 + 1) as usize);
            }
            schools.truncate(1 + below(4) as usize);
            let mut lying = SeatProblem {
                places: honest.places.clone(),
                children: honest.children.clone(),
                starts: vec![0],
                ..SeatProblem::default()
            };
            for applicant in 0..14 {
                if applicant == liar {
                    lying.schools.extend(&schools);
                    lying.ranks.extend(schools.iter().map(|school| class_at(*school) << 32 | rank));
                } else {
                    lying.schools.extend(&honest.schools[honest.wishes(applicant)]);
                    lying.ranks.extend(&honest.ranks[honest.wishes(applicant)]);
                }
                lying.starts.push(lying.schools.len() as u32);
            }
            assert!(got(&lying) >= with_truth, "seed {seed}: {schools:?} instead of {true_list:?}");
            lies += 1;
        }
    }
    assert_eq!(lies, 8000);
}

/// Immediate acceptance promises no such thing, and this shows why it is not advised.
#[test]
fn immediate_acceptance_rewards_a_lie() {
    // Applicant 2 likes school 0 best, which is full of better numbers; by then school 1 is gone.
    let of = |second: [u32; 2]| SeatProblem {
        places: vec![1, 1],
        children: vec![1; 3],
        starts: vec![0, 1, 2, 4],
        schools: vec![0, 1, second[0], second[1]],
        ranks: vec![1, 3, 2, 2],
    };
    assert_eq!(assign_seats(&of([0, 1]), Mechanism::Immediate).granted[2], NO_SEAT);
    assert_eq!(assign_seats(&of([1, 0]), Mechanism::Immediate).granted[2], 0);
    assert_eq!(assign_seats(&of([0, 1]), Mechanism::Deferred).granted[2], 1);
}

/// As many are served as any way could serve, and nobody is dropped for one who comes later.
#[test]
fn diversion_serves_as_many_as_can_be() {
    for seed in 0..300 {
        let mut below = dice(seed);
        let free: Vec<u32> = (0..3).map(|_| below(3) as u32).collect();
        let reach: Vec<Vec<u32>> = (0..6).map(|_| (0..3).filter(|_| below(2) == 0).collect()).collect();
        let diverted = divert(&Diversion { free: free.clone(), children: vec![1; 6], reach: reach.clone() });
        let served = diverted.school.iter().filter(|school| **school != NO_SEAT).count();
        for (school, free) in free.iter().enumerate() {
            assert!(diverted.school.iter().filter(|at| **at as usize == school).count() <= *free as usize);
        }
        assert!(diverted.school.iter().zip(&reach).all(|(school, reach)| *school == NO_SEAT || reach.contains(school)));
        let best = most(&free, &reach, 0);
        assert_eq!(served, best, "seed {seed}");
        assert_eq!(diverted.missing.iter().map(|(_, children)| *children as usize).sum::<usize>(), 6 - served);
    }
}

/// By trying everything.
fn most(free: &[u32], reach: &[Vec<u32>], from: usize) -> usize {
    let Some(own) = reach.get(from) else { return 0 };
    let mut best = most(free, reach, from + 1);
    for school in own.iter().filter(|school| free[**school as usize] > 0) {
        let mut left = free.to_vec();
        left[*school as usize] -= 1;
        best = best.max(1 + most(&left, reach, from + 1));
    }
    best
}

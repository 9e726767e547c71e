//! Deferred acceptance on random instances: seconds, children without a place; for the benches.
//!
//! `seat_bench CHILDREN SCHOOLS WISHES [--print]` makes its own; `seat_bench --file FILE` reads `places…` in the first line and then one line an applicant,
//! `school:rank` in order, and prints the school of each.
#![expect(clippy::disallowed_methods, reason = "a bench reads arguments, files and the clock")]

use std::time::Instant;

use plan::{NO_SEAT, SeatProblem, seat_faults};
use planners::{Mechanism, assign_seats};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (problem, print) = if words.first().is_some_and(|word| word == "--file") {
        (read(&std::fs::read_to_string(&words[1]).expect("a file")), true)
    } else {
        let number = |at: usize| words[at].parse::<usize>().expect("a number");
        (random(number(0), number(1), number(2)), false)
    };
    let started = Instant::now();
    let seats = assign_seats(&problem, Mechanism::Deferred);
    let seconds = started.elapsed().as_secs_f64();
    let without = seats.granted.iter().filter(|nth| **nth == NO_SEAT).count();
    if print {
        for (applicant, nth) in seats.granted.iter().enumerate() {
            let wish = problem.wishes(applicant).start + *nth as usize;
            println!("{}", if *nth == NO_SEAT { "-".to_string() } else { problem.schools[wish].to_string() });
        }
    }
    assert_eq!(seat_faults(&problem, &seats.granted, false), []);
    eprintln!(
        "{} children, {} schools, {} wishes: {seconds:.4} s, {without} without a place",
        problem.children.len(),
        problem.places.len(),
        problem.schools.len()
    );
}

fn random(n: usize, schools: usize, wishes: usize) -> SeatProblem {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut below = move |n: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) % n
    };
    let mut numbers: Vec<u64> = (0..n as u64).collect();
    for last in (1..n).rev() {
        numbers.swap(last, below(last as u64 + 1) as usize);
    }
    let places = vec![(n * 51 / 50).div_ceil(schools) as u32; schools];
    let mut problem = SeatProblem { places, children: vec![1; n], starts: vec![0], ..SeatProblem::default() };
    for number in numbers {
        // Near home, and popular schools more often: the smaller of two.
        let home = below(schools as u64);
        let mut chosen: Vec<u32> = Vec::with_capacity(wishes);
        while chosen.len() < wishes.min(schools) {
            let near = ((home + below(2 * wishes as u64 + 1)) % schools as u64).min(below(schools as u64)) as u32;
            if !chosen.contains(&near) {
                chosen.push(near);
            }
        }
        for school in chosen {
            problem.schools.push(school);
            problem.ranks.push(below(3) << 32 | number);
        }
        problem.starts.push(problem.schools.len() as u32);
    }
    problem
}

fn read(words: &str) -> SeatProblem {
    let mut lines = words.lines();
    let places = lines.next().unwrap_or_default().split_whitespace().map(|word| word.parse().expect("a number")).collect();
    let mut problem = SeatProblem { places, starts: vec![0], ..SeatProblem::default() };
    for line in lines {
        for wish in line.split_whitespace() {
            let (school, rank) = wish.split_once(':').expect("school:rank");
            problem.schools.push(school.parse().expect("a number"));
            problem.ranks.push(rank.parse().expect("a number"));
        }
        problem.children.push(1);
        problem.starts.push(problem.schools.len() as u32);
    }
    problem
}

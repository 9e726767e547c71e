//! Children to be given places at schools, and what an allocation must not do to any of them.

use facts::{Text, text};

/// Applicants, their wishes in order, and the places of schools.
///
/// An applicant is a child, or children who must be at one school. Wishes lie one after another; those of applicant *i* are
/// `starts[i]..starts[i + 1]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeatProblem {
    /// By school.
    pub places: Vec<u32>,
    /// By applicant: how many children.
    pub children: Vec<u8>,
    /// One more than there are applicants.
    pub starts: Vec<u32>,
    /// By wish: the school.
    pub schools: Vec<u32>,
    /// By wish: the applicant's rank at that school; the smaller goes first. Class above, number below.
    pub ranks: Vec<u64>,
}

/// No wish was granted.
pub const NO_SEAT: u32 = u32::MAX;

impl SeatProblem {
    pub fn n_applicants(&self) -> usize {
        self.children.len()
    }

    /// The places in `schools` and `ranks` of an applicant's wishes.
    pub fn wishes(&self, applicant: usize) -> std::ops::Range<usize> {
        self.starts[applicant] as usize..self.starts[applicant + 1] as usize
    }

    /// What makes it no problem: lists that do not fit each other, a school that does not exist.
    pub fn faults(&self) -> Vec<Text> {
        let wishes = self.schools.len();
        let fits = self.starts.len() == self.children.len() + 1
            && self.starts.first() == Some(&0)
            && self.starts.last().is_some_and(|last| *last as usize == wishes)
            && self.starts.windows(2).all(|pair| pair[0] <= pair[1])
            && self.ranks.len() == wishes;
        let mut faults = Vec::new();
        if !fits {
            faults.push(text!("志愿与申请人对不上", "wishes do not fit applicants"));
        }
        if self.schools.iter().any(|school| *school as usize >= self.places.len()) {
            faults.push(text!("志愿里有不存在的学校", "a wish names a school that does not exist"));
        }
        if self.children.contains(&0) {
            faults.push(text!("有申请人没有孩子", "an applicant is no child"));
        }
        faults
    }
}

/// What is wrong with an allocation, whoever made it: a wish that is not the applicant's, a school over its places, an applicant
/// passed over for one who stands behind.
///
/// `granted` names the wish of each applicant, counted within its own list, or [`NO_SEAT`]. A school may go over its places by those of the
/// last applicant alone, who are children bound to each other. With `by_wish`, whoever named a school earlier in the list goes first there
/// (immediate acceptance), and such a place is no reason to complain.
pub fn seat_faults(problem: &SeatProblem, granted: &[u32], by_wish: bool) -> Vec<Text> {
    if granted.len() != problem.n_applicants() {
        return vec![text!("结果与申请人对不上", "the result does not fit the applicants")];
    }
    let mut faults = Vec::new();
    // By school: (rank, children) of those who are in, then how many stand before each.
    let mut inside: Vec<Vec<(u64, u64)>> = vec![Vec::new(); problem.places.len()];
    let rank_of =
        |wish: usize, nth: u32| if by_wish { (u64::from(nth) << 56) | problem.ranks[wish] } else { problem.ranks[wish] };
    for (applicant, nth) in granted.iter().enumerate().filter(|(_, nth)| **nth != NO_SEAT) {
        let wishes = problem.wishes(applicant);
        let wish = wishes.start + *nth as usize;
        if wish >= wishes.end {
            faults.push(text!(
                "申请人 {applicant} 得到的不是自己的志愿",
                "applicant {applicant} was granted a wish of somebody else"
            ));
            continue;
        }
        inside[problem.schools[wish] as usize].push((rank_of(wish, *nth), u64::from(problem.children[applicant])));
    }
    for (school, inside) in inside.iter_mut().enumerate() {
        inside.sort_unstable();
        let mut before = 0;
        for (_, children) in inside.iter_mut() {
            if before >= u64::from(problem.places[school]) {
                faults.push(text!("学校 {school} 录取超过计划", "school {school} is over its places"));
                break;
            }
            (before, *children) = (before + *children, before + *children);
        }
    }
    for (applicant, nth) in granted.iter().enumerate() {
        for (better, wish) in problem.wishes(applicant).enumerate().take_while(|(better, _)| *better as u32 != *nth) {
            let school = problem.schools[wish] as usize;
            let rank = rank_of(wish, better as u32);
            let ahead = inside[school].partition_point(|(of, _)| *of < rank);
            let taken = ahead.checked_sub(1).map_or(0, |last| inside[school][last].1);
            if taken < u64::from(problem.places[school]) {
                faults.push(text!(
                    "申请人 {applicant} 应在学校 {school} 录取：那里排在前面的没有占满",
                    "applicant {applicant} should be at school {school}: those ahead do not fill it"
                ));
            }
        }
    }
    faults
}

use std::collections::BTreeSet;

/// Things in an order in which each comes after all that it rests on; or one circle of them.
///
/// `rests_on[i]` are the things that `i` needs. Of several that could come next, the one with the lowest index does, so that
/// the order is always the same.
pub(crate) fn order(rests_on: &[BTreeSet<usize>]) -> Result<Vec<usize>, Vec<usize>> {
    let mut open: Vec<usize> = rests_on.iter().map(BTreeSet::len).collect();
    let mut needed_by: Vec<Vec<usize>> = vec![Vec::new(); rests_on.len()];
    for (index, needs) in rests_on.iter().enumerate() {
        for need in needs {
            needed_by[*need].push(index);
        }
    }
    let mut ready: BTreeSet<usize> = (0..rests_on.len()).filter(|index| open[*index] == 0).collect();
    let mut done = Vec::new();
    while let Some(next) = ready.pop_first() {
        done.push(next);
        for follower in &needed_by[next] {
            open[*follower] -= 1;
            if open[*follower] == 0 {
                ready.insert(*follower);
            }
        }
    }
    if done.len() == rests_on.len() { Ok(done) } else { Err(circle(rests_on, &open)) }
}

/// Walks from need to need among what is left until it comes back to where it was.
fn circle(rests_on: &[BTreeSet<usize>], open: &[usize]) -> Vec<usize> {
    let mut path: Vec<usize> = Vec::new();
    let mut next = open.iter().position(|open| *open > 0);
    while let Some(at) = next {
        if let Some(start) = path.iter().position(|known| *known == at) {
            return path.split_off(start);
        }
        path.push(at);
        next = rests_on[at].iter().copied().find(|need| open[*need] > 0);
    }
    path
}

use plan::ClassProblem;

/// The units in the form in which exchanges are weighed.
pub(super) struct Table {
    sizes: Vec<u8>,
    /// By unit: what it counts for, by count ascending.
    amounts: Vec<Vec<(u32, i64)>>,
    /// Units with the same number count for the same.
    kinds: Vec<u32>,
    /// By unit, then by score.
    values: Vec<i64>,
    spans: Vec<Span>,
    score_weights: Vec<i64>,
    /// By score: twice the square of its weight.
    squares: Vec<i64>,
    /// By class at the start, then by score: what falls to a class of its size.
    shares: Vec<i64>,
}

struct Span {
    weight: i64,
    least: i64,
    most: i64,
}

impl Span {
    /// The weighted distance of a number from the span.
    fn outside(&self, number: i64) -> i64 {
        self.weight * ((number - self.most).max(0) + (self.least - number).max(0))
    }
}

impl Table {
    pub fn of(problem: &ClassProblem) -> Table {
        let (n, classes) = (problem.n_pupils(), problem.classes as usize);
        let mut unit_of = vec![0usize; n];
        for (unit, pupils) in problem.units.iter().enumerate() {
            pupils.iter().for_each(|pupil| unit_of[*pupil as usize] = unit);
        }
        let mut amounts: Vec<Vec<(u32, i64)>> = vec![Vec::new(); problem.units.len()];
        for (count, counted) in problem.counts.iter().enumerate() {
            for (pupil, amount) in &counted.amounts {
                let of_unit = &mut amounts[unit_of[*pupil as usize]];
                match of_unit.last_mut() {
                    Some((last, sum)) if *last as usize == count => *sum += i64::from(*amount),
                    _ => of_unit.push((count as u32, i64::from(*amount))),
                }
            }
        }
        let mut kinds_known = std::collections::BTreeMap::new();
        let kinds = amounts.iter().map(|amounts| {
            let next = kinds_known.len() as u32;
            *kinds_known.entry(amounts.clone()).or_insert(next)
        });
        let kinds = kinds.collect();
        let values = problem.units.iter().flat_map(|unit| {
            problem.scores.iter().map(|score| unit.iter().map(|pupil| i64::from(score.values[*pupil as usize])).sum::<i64>())
        });
        let size = |class: usize| n / classes + usize::from(class < n % classes);
        let shares = (0..classes).flat_map(|class| problem.scores.iter().map(move |score| problem.share(score, size(class))));
        let spans = problem.counts.iter().map(|count| {
            let (least, most) = problem.span(count);
            Span { weight: i64::from(count.weight), least: least as i64, most: most as i64 }
        });
        Table {
            sizes: problem.units.iter().map(|unit| unit.len() as u8).collect(),
            amounts,
            kinds,
            values: values.collect(),
            spans: spans.collect(),
            score_weights: problem.scores.iter().map(|score| i64::from(score.weight)).collect(),
            squares: problem.scores.iter().map(|score| 2 * i64::from(score.weight).pow(2)).collect(),
            shares: shares.collect(),
        }
    }
}

/// A composition with all that an exchange changes.
pub(super) struct State<'a> {
    table: &'a Table,
    /// The units of each class; exchanged units change places.
    pub slots: Vec<Vec<u32>>,
    /// By class, then by count.
    counts: Vec<i64>,
    /// By class: how far its counts are outside their spans, weighted.
    outside: Vec<i64>,
    /// By class, then by score: the sum above the class's share.
    above: Vec<i64>,
    /// What one point of a count weighs against squares of points: see [`State::weigh`].
    factor: i64,
    /// By pair of classes: whether neither changed since no exchange between them helped.
    settled: Vec<bool>,
    pub exchanges: u64,
}

impl Clone for State<'_> {
    fn clone(&self) -> Self {
        State {
            table: self.table,
            slots: self.slots.clone(),
            counts: self.counts.clone(),
            outside: self.outside.clone(),
            above: self.above.clone(),
            factor: self.factor,
            settled: self.settled.clone(),
            exchanges: self.exchanges,
        }
    }

    /// Keeps the room of what is there; the number of exchanges goes on.
    fn clone_from(&mut self, other: &Self) {
        self.slots.iter_mut().zip(&other.slots).for_each(|(own, other)| own.clone_from(other));
        self.counts.clone_from(&other.counts);
        self.outside.clone_from(&other.outside);
        self.above.clone_from(&other.above);
        self.factor = other.factor;
        self.settled.clone_from(&other.settled);
        self.exchanges = self.exchanges.max(other.exchanges);
    }
}

impl<'a> State<'a> {
    pub fn new(table: &'a Table, slots: Vec<Vec<u32>>) -> State<'a> {
        let (classes, n_counts, n_scores) = (slots.len(), table.spans.len(), table.score_weights.len());
        let mut counts = vec![0; classes * n_counts];
        let mut above: Vec<i64> = table.shares.iter().map(|share| -share).collect();
        for (class, units) in slots.iter().enumerate() {
            for unit in units.iter().map(|unit| *unit as usize) {
                for (count, amount) in &table.amounts[unit] {
                    counts[class * n_counts + *count as usize] += amount;
                }
                for score in 0..n_scores {
                    above[class * n_scores + score] += table.values[unit * n_scores + score];
                }
            }
        }
        let outside = (0..classes).map(|class| {
            table.spans.iter().enumerate().map(|(count, span)| span.outside(counts[class * n_counts + count])).sum()
        });
        let outside = outside.collect();
        let mut state =
            State { table, slots, counts, outside, above, factor: 1, settled: vec![false; classes * classes], exchanges: 0 };
        state.weigh();
        state
    }

    /// The penalty as it is published.
    pub fn penalty(&self) -> u64 {
        (self.outside.iter().sum::<i64>() + self.ranges().sum::<i64>()).unsigned_abs()
    }

    /// By score: the weighted range.
    fn ranges(&self) -> impl Iterator<Item = i64> {
        let weights = &self.table.score_weights;
        weights.iter().enumerate().map(|(score, weight)| {
            let above = || self.above.iter().skip(score).step_by(weights.len());
            weight * (above().max().unwrap_or(&0) - above().min().unwrap_or(&0))
        })
    }

    /// Below which an exchange of a shake stays.
    pub fn shake_limit(&self) -> i64 {
        6 * self.factor
    }

    /// Weighs counts against the squares as the penalty does at the ranges there are now: the square of a deviation d grows by about
    /// 2 d a point.
    pub fn weigh(&mut self) {
        let factor = 1 + self.ranges().max().unwrap_or(0);
        if factor != self.factor {
            self.factor = factor;
            self.settled.fill(false);
        }
    }

    /// Goes through all pairs of classes and all pairs of their units, and makes every exchange that lessens the unevenness, until a
    /// whole round makes none.
    pub fn improve(&mut self) {
        let classes = self.slots.len();
        loop {
            let before = self.exchanges;
            for p in 0..classes {
                for q in p + 1..classes {
                    // Where neither class has changed, the round would find nothing.
                    if !self.settled[p * classes + q] {
                        self.settled[p * classes + q] = !self.pass(p, q, 0);
                    }
                }
            }
            if self.exchanges == before {
                return;
            }
        }
    }

    /// Goes through the pairs of units of two classes and makes every exchange that adds less than `limit` to the unevenness, which is
    /// factor × Σ weighted distances of counts + Σ (weight × points above the share)². Says whether any was made.
    pub fn pass(&mut self, p: usize, q: usize, limit: i64) -> bool {
        let before = self.exchanges;
        let n = self.table.score_weights.len();
        for i in 0..self.slots[p].len() {
            let mut u = self.slots[p][i] as usize;
            for j in 0..self.slots[q].len() {
                let v = self.slots[q][j] as usize;
                let (values_u, values_v) = (&self.table.values[u * n..u * n + n], &self.table.values[v * n..v * n + n]);
                let (above_p, above_q) = (&self.above[p * n..p * n + n], &self.above[q * n..q * n + n]);
                let mut change = 0;
                for score in 0..n {
                    // (a + x)² + (b − x)² − a² − b²
                    let x = values_v[score] - values_u[score];
                    change += self.table.squares[score] * x * (x + above_p[score] - above_q[score]);
                }
                // Counts can gain no more than they are outside now.
                if change - self.factor * (self.outside[p] + self.outside[q]) >= limit {
                    continue;
                }
                if self.table.sizes[u] != self.table.sizes[v] {
                    continue;
                }
                if self.table.kinds[u] != self.table.kinds[v] {
                    let (in_p, in_q) = self.change_of_counts(p, u, q, v);
                    change += self.factor * (in_p + in_q);
                }
                if change < limit {
                    self.exchange(p, i, q, j);
                    u = v;
                }
            }
        }
        self.exchanges != before
    }

    /// By how much the counts of both classes come to be further outside, when u goes from p to q and v from q to p.
    fn change_of_counts(&self, p: usize, u: usize, q: usize, v: usize) -> (i64, i64) {
        let (mut in_p, mut in_q) = (0, 0);
        self.each_change(u, v, |count, amount| {
            let (span, n) = (&self.table.spans[count], self.table.spans.len());
            let (had_p, had_q) = (self.counts[p * n + count], self.counts[q * n + count]);
            in_p += span.outside(had_p + amount) - span.outside(had_p);
            in_q += span.outside(had_q - amount) - span.outside(had_q);
        });
        (in_p, in_q)
    }

    /// What the class of u has more of each count when v comes for it.
    fn each_change(&self, u: usize, v: usize, mut take: impl FnMut(usize, i64)) {
        let (mut out, mut into) = (self.table.amounts[u].iter().peekable(), self.table.amounts[v].iter().peekable());
        loop {
            let next = match (out.peek(), into.peek()) {
                (None, None) => return,
                (Some((count, _)), None) | (None, Some((count, _))) => *count,
                (Some((a, _)), Some((b, _))) => *a.min(b),
            };
            let lost = out.next_if(|(count, _)| *count == next).map_or(0, |(_, amount)| *amount);
            let won = into.next_if(|(count, _)| *count == next).map_or(0, |(_, amount)| *amount);
            if won != lost {
                take(next as usize, won - lost);
            }
        }
    }

    /// Exchanges two units of the same size, whatever it does; units of other sizes stay.
    pub fn exchange(&mut self, p: usize, i: usize, q: usize, j: usize) {
        let (u, v) = (self.slots[p][i] as usize, self.slots[q][j] as usize);
        if self.table.sizes[u] != self.table.sizes[v] {
            return;
        }
        let (in_p, in_q) = self.change_of_counts(p, u, q, v);
        self.outside[p] += in_p;
        self.outside[q] += in_q;
        let (n_counts, n_scores) = (self.table.spans.len(), self.table.score_weights.len());
        let mut changes = Vec::new();
        self.each_change(u, v, |count, amount| changes.push((count, amount)));
        for (count, amount) in changes {
            self.counts[p * n_counts + count] += amount;
            self.counts[q * n_counts + count] -= amount;
        }
        for score in 0..n_scores {
            let x = self.table.values[v * n_scores + score] - self.table.values[u * n_scores + score];
            self.above[p * n_scores + score] += x;
            self.above[q * n_scores + score] -= x;
        }
        self.slots[p][i] = v as u32;
        self.slots[q][j] = u as u32;
        self.exchanges += 1;
        let classes = self.slots.len();
        for other in 0..classes {
            for changed in [p, q] {
                self.settled[changed.min(other) * classes + changed.max(other)] = false;
            }
        }
    }

    pub fn class_of(&self, problem: &ClassProblem) -> Vec<u32> {
        let mut class_of = vec![0; problem.n_pupils()];
        for (class, units) in self.slots.iter().enumerate() {
            for pupil in units.iter().flat_map(|unit| &problem.units[*unit as usize]) {
                class_of[*pupil as usize] = class as u32;
            }
        }
        class_of
    }
}

//! A rotation in the making, with its points kept up to date.

use plan::RotationProblem;

use super::Group;

/// One of a group goes to a post; where two exchange, one of another group comes in return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Action {
    pub group: usize,
    pub other: Option<usize>,
    pub to_post: usize,
}

impl Action {
    /// Groups and the schools that they go to.
    pub fn moves(&self, problem: &RotationProblem, groups: &[Group]) -> Vec<(usize, usize)> {
        let mut moves = vec![(self.group, problem.posts[self.to_post].school)];
        moves.extend(self.other.map(|other| (other, problem.posts[groups[self.group].post].school)));
        moves
    }
}

pub(super) struct State<'a> {
    problem: &'a RotationProblem,
    groups: &'a [Group],
    pub taken: Vec<Action>,
    /// By group: how many are not moved.
    free: Vec<usize>,
    have: Vec<i64>,
    /// By spread and school: how many have it.
    has: Vec<Vec<f64>>,
    /// By spread: Σ T²/n, Σ T, Σ n.
    sums: Vec<(f64, f64, f64)>,
    moved: usize,
    backbone: usize,
    /// Points of everything but the spreads.
    other: f64,
}

impl<'a> State<'a> {
    pub fn of(problem: &'a RotationProblem, groups: &'a [Group]) -> State<'a> {
        let has = |spread: &plan::Spread| spread.schools.iter().map(|school| school.map_or(0.0, |(_, has)| has)).collect();
        let sums = |spread: &plan::Spread| {
            let known = || spread.schools.iter().flatten().filter(|(pupils, _)| *pupils > 0.0);
            let squares: f64 = known().map(|(pupils, has)| has * has / pupils).sum();
            (squares, known().map(|(_, has)| has).sum(), known().map(|(pupils, _)| pupils).sum())
        };
        let gaps: i64 = problem.posts.iter().map(|post| (i64::from(post.need) - i64::from(post.have)).max(0)).sum();
        State {
            problem,
            groups,
            taken: Vec::new(),
            free: groups.iter().map(|group| group.teachers.len()).collect(),
            have: problem.posts.iter().map(|post| i64::from(post.have)).collect(),
            has: problem.spreads.iter().map(has).collect(),
            sums: problem.spreads.iter().map(sums).collect(),
            moved: 0,
            backbone: 0,
            other: problem.per_gap * gaps as f64,
        }
    }

    pub fn points(&self) -> f64 {
        self.other + self.problem.spreads.iter().zip(&self.sums).map(|(spread, sums)| spread.weight * root(*sums)).sum::<f64>()
    }

    pub fn quotas_met(&self) -> bool {
        let problem = self.problem;
        self.moved >= problem.least_moved
            && self.moved <= problem.most_moved
            && self.backbone >= problem.least_backbone
            && self.share_met(self.backbone, self.moved)
    }

    fn share_met(&self, backbone: usize, moved: usize) -> bool {
        backbone as f64 >= self.problem.backbone_share * moved as f64 - 1e-9
    }

    /// The action with the fewest points a head, among those that quotas and needs allow.
    pub fn best(&self, actions: &[Action]) -> Option<(Action, f64)> {
        let mut best: Option<(f64, Action, f64)> = None;
        for action in actions {
            if !self.allowed(action) {
                continue;
            }
            let change = self.change(action);
            let score = change / if action.other.is_some() { 2.0 } else { 1.0 };
            if best.is_none_or(|(known, _, _)| score < known - 1e-12) {
                best = Some((score, *action, change));
            }
        }
        best.map(|(_, action, change)| (action, change))
    }

    fn allowed(&self, action: &Action) -> bool {
        let people = 1 + usize::from(action.other.is_some());
        let backbone = |group: usize| usize::from(self.groups[group].backbone);
        let more = backbone(action.group) + action.other.map_or(0, backbone);
        let (then_backbone, then_moved) = (self.backbone + more, self.moved + people);
        if self.free[action.group] == 0 || action.other.is_some_and(|other| self.free[other] == 0) {
            return false;
        }
        if then_moved > self.problem.most_moved {
            return false;
        }
        // While too few backbone teachers move, each action must bring some.
        if (!self.share_met(then_backbone, then_moved) && !self.share_met(more, people))
            || (self.moved >= self.problem.least_moved && self.backbone < self.problem.least_backbone && more == 0)
        {
            return false;
        }
        if action.other.is_none() {
            let from = self.groups[action.group].post;
            let (post, to) = (&self.problem.posts[from], &self.problem.posts[action.to_post]);
            return self.have[from] > i64::from(post.need.min(post.have)) && self.have[action.to_post] < i64::from(to.need);
        }
        true
    }

    /// How the points change with an action.
    fn change(&self, action: &Action) -> f64 {
        let (from, to) = self.ends(action);
        let mut change = self.other_points(action);
        for spread in 0..self.sums.len() {
            let net = self.net(action, spread);
            if net != 0.0 {
                let sums = self.moved_sums(spread, from, to, net);
                change += self.problem.spreads[spread].weight * (root(sums) - root(self.sums[spread]));
            }
        }
        change
    }

    /// How many more than before of a spread go from here to there.
    fn net(&self, action: &Action, spread: usize) -> f64 {
        let counts = |group: usize| f64::from(u8::from(self.groups[group].spreads.contains(&spread)));
        counts(action.group) - action.other.map_or(0.0, counts)
    }

    fn ends(&self, action: &Action) -> (usize, usize) {
        (self.problem.posts[self.groups[action.group].post].school, self.problem.posts[action.to_post].school)
    }

    fn other_points(&self, action: &Action) -> f64 {
        let (from, to) = self.ends(action);
        let problem = self.problem;
        let one = |from: usize, to: usize| problem.per_km * problem.km[from][to] + problem.per_move;
        match action.other {
            Some(_) => one(from, to) + one(to, from),
            None => one(from, to) - problem.per_gap,
        }
    }

    fn moved_sums(&self, spread: usize, from: usize, to: usize, net: f64) -> (f64, f64, f64) {
        let (mut squares, mut total, pupils) = self.sums[spread];
        for (school, change) in [(from, -net), (to, net)] {
            if let Some((n, _)) = self.problem.spreads[spread].schools[school].filter(|(n, _)| *n > 0.0) {
                let has = self.has[spread][school];
                squares += ((has + change) * (has + change) - has * has) / n;
                total += change;
            }
        }
        (squares, total, pupils)
    }

    pub fn take(&mut self, action: Action) {
        self.take_at(self.taken.len(), action);
    }

    pub fn take_at(&mut self, at: usize, action: Action) {
        self.apply(&action, true);
        self.taken.insert(at, action);
    }

    pub fn give_back(&mut self, at: usize) -> Action {
        let action = self.taken.remove(at);
        self.apply(&action, false);
        action
    }

    fn apply(&mut self, action: &Action, forwards: bool) {
        let (from, to) = self.ends(action);
        let sign = if forwards { 1.0 } else { -1.0 };
        for spread in 0..self.sums.len() {
            let net = sign * self.net(action, spread);
            if net != 0.0 {
                self.sums[spread] = self.moved_sums(spread, from, to, net);
                self.has[spread][from] -= net;
                self.has[spread][to] += net;
            }
        }
        self.other += sign * self.other_points(action);
        for group in [Some(action.group), action.other].into_iter().flatten() {
            let backbone = usize::from(self.groups[group].backbone);
            if forwards {
                self.free[group] -= 1;
                self.moved += 1;
                self.backbone += backbone;
            } else {
                self.free[group] += 1;
                self.moved -= 1;
                self.backbone -= backbone;
            }
        }
        if action.other.is_none() {
            let step = if forwards { 1 } else { -1 };
            self.have[self.groups[action.group].post] -= step;
            self.have[action.to_post] += step;
        }
    }
}

/// √(1 + CV²) = √(Σn · Σ T²/n) ÷ ΣT.
fn root((squares, total, pupils): (f64, f64, f64)) -> f64 {
    if total > 0.0 { (squares * pupils).max(0.0).sqrt() / total } else { 1.0 }
}

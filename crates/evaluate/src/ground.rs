//! What a rule is worked out on at one school and stage: its stocks and the parameters that hold for it, exceptions applied.

use facts::Stage;
use policy::expr::{Env, Leaf, Number, Program, School as Traits};
use policy::{Exception, Resolved, StockLevel, Substitute, Target};

use crate::exact::{Exact, Quick, decided};
use crate::matrix::{Cell, Division, Lack, School, slot};

/// A pack made ready to be applied to many schools.
#[derive(Debug, Clone)]
pub(crate) struct Rules<'a> {
    pub resolved: &'a Resolved,
    pub division: Division<'a>,
    /// Parameters before any exception, by slot.
    parameters: [Vec<Option<f64>>; 4],
    /// What has exceptions, each after all that it rests on; with whether rules on stages, and on whole schools, use it.
    excepted: Vec<Excepted>,
    /// By stock: whether its unit counts people or things, of which there is no half.
    things: Vec<bool>,
}

/// A parameter or stock with exceptions.
#[derive(Debug, Clone)]
struct Excepted {
    exceptions: Vec<usize>,
    /// Whether rules on schools and stages use it, and whether rules on whole schools do.
    at_stages: bool,
    at_schools: bool,
    /// Whether any of these rests on it.
    needed: bool,
}

/// Which exceptions are worth looking at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Those on which the rules rest.
    Rules,
    /// All, because queries may use any.
    Everything,
}

impl<'a> Rules<'a> {
    pub fn of(resolved: &'a Resolved) -> Rules<'a> {
        let at = |stage: Stage| {
            resolved.parameters.iter().map(|parameter| parameter.at(stage).map(|cited| cited.value)).collect::<Vec<_>>()
        };
        let at_stages = used_at_stages(resolved);
        let at_schools = used_at_schools(resolved);
        let needed = with_foundations(resolved, [at_stages.as_slice(), &at_schools].concat());
        let excepted = resolved.order.iter().filter_map(|target| {
            let exceptions = resolved.exceptions.iter().enumerate().filter(|(_, exception)| exception.target == *target);
            let excepted = Excepted {
                exceptions: exceptions.map(|(index, _)| index).collect(),
                at_stages: at_stages.contains(target),
                at_schools: at_schools.contains(target),
                needed: needed.contains(target),
            };
            (!excepted.exceptions.is_empty()).then_some(excepted)
        });
        let excepted = excepted.collect();
        let parameters = Stage::ALL.map(at);
        let things = resolved.stocks.iter().map(|stock| is_thing(&stock.unit)).collect();
        Rules { resolved, division: Division::of(resolved), parameters, excepted, things }
    }

    /// Whether a stock is counted in whole things.
    pub fn counts_things(&self, stock: usize) -> bool {
        self.things.get(stock).copied().unwrap_or(false)
    }

    /// A parameter as it holds for the county, at a stage.
    pub fn county_parameter(&self, index: usize, stage: Stage) -> Option<f64> {
        *self.parameters[slot(stage)].get(index)?
    }
}

/// The stocks and parameters of one school at one stage; `Whole` for rules about the school as such.
#[derive(Debug, Clone)]
pub(crate) struct Ground<'a, N> {
    pub rules: &'a Rules<'a>,
    pub school: &'a School,
    county: &'a [Cell],
    pub stage: Stage,
    replaced: Vec<(Target, Option<N>)>,
    /// The exceptions that cover the school, in the order of application.
    covering: Vec<usize>,
    /// Those of them that replaced something used at this stage.
    pub applied: Vec<usize>,
    /// Exceptions of which it cannot be told whether they cover the school.
    pub undecided: Vec<usize>,
}

/// A kind of number with its way to a stock of a school.
pub(crate) trait Measured: Number {
    fn stock(ground: &Ground<'_, Self>, index: usize) -> Option<Self>
    where
        Self: Sized;
    /// A formula's value, beyond the doubts of rounding.
    fn worked_out(ground: &Ground<'_, Self>, formula: &Program) -> Option<Self>
    where
        Self: Sized;
    /// The number as people are shown it.
    fn shown(&self) -> f64;
}

impl Measured for Quick {
    fn stock(ground: &Ground<'_, Quick>, index: usize) -> Option<Quick> {
        let school = ground.school;
        let value = school.stocks.get(ground.stage, index).known()?;
        // A sum or a share has been rounded; a figure taken as it was reported has not.
        let split = ground.rules.resolved.stocks.get(index).is_some_and(|stock| stock.split);
        let divided = school.combined && (split || ground.stage == Stage::Whole);
        Some(if school.units.len() > 1 || divided { Quick::rounded(value) } else { Quick::of(value) })
    }

    fn worked_out(ground: &Ground<'_, Quick>, formula: &Program) -> Option<Quick> {
        let exactly = || formula.number::<Exact>(&ground.exactly()).map(|number| Quick::rounded(number.to_f64()));
        decided(|| formula.number::<Quick>(ground), exactly)
    }

    fn shown(&self) -> f64 {
        self.value
    }
}

impl Measured for Exact {
    fn stock(ground: &Ground<'_, Exact>, index: usize) -> Option<Exact> {
        ground.rules.division.school(&ground.school.units, ground.stage, index).ok()
    }

    fn worked_out(ground: &Ground<'_, Exact>, formula: &Program) -> Option<Exact> {
        formula.number(ground)
    }

    fn shown(&self) -> f64 {
        self.to_f64()
    }
}

impl<N: Measured> Env<N> for Ground<'_, N> {
    fn stock(&self, index: usize) -> Option<N> {
        if let Some(value) = self.replacement(Target::Stock(index)) {
            return value.clone();
        }
        match self.rules.resolved.stocks.get(index)?.level {
            StockLevel::County => self.county.get(index)?.known().map(N::of),
            StockLevel::School => N::stock(self, index),
        }
    }

    fn parameter(&self, index: usize) -> Option<N> {
        if let Some(value) = self.replacement(Target::Parameter(index)) {
            return value.clone();
        }
        self.agreed(|stage| *self.rules.parameters[slot(stage)].get(index)?).map(N::of)
    }

    fn school(&self) -> Option<&Traits> {
        Some(&self.school.traits)
    }

    fn over_stages(&self, each: &dyn Fn(&dyn Env<N>) -> Option<N>) -> Option<N> {
        if self.stage != Stage::Whole {
            return each(self);
        }
        let mut sum: Option<N> = None;
        for stage in self.rules.division.judged.iter().filter(|stage| self.rules.teaches(self.school, **stage)) {
            let mut ground = self.blank(*stage);
            for index in &self.covering {
                ground.substitute(&self.rules.resolved.exceptions[*index]);
            }
            let part = each(&ground)?;
            sum = Some(match sum {
                Some(sum) => sum.plus(part),
                None => part,
            });
        }
        sum
    }
}

impl<'a, N: Measured> Ground<'a, N> {
    fn blank<M>(&self, stage: Stage) -> Ground<'a, M> {
        Ground {
            rules: self.rules,
            school: self.school,
            county: self.county,
            stage,
            replaced: Vec::new(),
            covering: self.covering.clone(),
            applied: Vec::new(),
            undecided: Vec::new(),
        }
    }

    fn replacement(&self, target: Target) -> Option<&Option<N>> {
        self.replaced.iter().rev().find(|(of, _)| *of == target).map(|(_, value)| value)
    }

    /// A number that may differ by stage; for a whole school that of its stages, if they agree.
    fn agreed(&self, at: impl Fn(Stage) -> Option<f64>) -> Option<f64> {
        let own = at(self.stage);
        if own.is_some() || self.stage != Stage::Whole {
            return own;
        }
        let mut values =
            self.rules.division.judged.iter().filter(|stage| self.rules.teaches(self.school, **stage)).map(|s| at(*s));
        let first = values.next()??;
        values.all(|value| value == Some(first)).then_some(first)
    }

    fn substitute(&mut self, exception: &Exception) -> bool {
        let value = match &exception.value {
            Substitute::Number(_) => match self.agreed(|stage| exception.number_at(stage)) {
                Some(number) => Some(N::of(number)),
                None => return false,
            },
            Substitute::Formula(program) => N::worked_out(self, program),
        };
        self.replaced.push((exception.target, value));
        true
    }
}

impl<'a> Ground<'a, Quick> {
    /// The ground for rules on a whole school. Whether an exception covers it is decided here: a school is covered or not,
    /// all its stages alike.
    pub fn of(rules: &'a Rules<'a>, county: &'a [Cell], school: &'a School, need: Need) -> Ground<'a, Quick> {
        let mut ground = Ground {
            rules,
            school,
            county,
            stage: Stage::Whole,
            replaced: Vec::new(),
            covering: Vec::new(),
            applied: Vec::new(),
            undecided: Vec::new(),
        };
        for excepted in rules.excepted.iter().filter(|excepted| excepted.needed || need == Need::Everything) {
            for index in &excepted.exceptions {
                let exception = &rules.resolved.exceptions[*index];
                match ground.truth(&exception.applies) {
                    Some(true) => {
                        ground.covering.push(*index);
                        if ground.substitute(exception) && excepted.at_schools {
                            ground.applied.push(*index);
                        }
                    }
                    Some(false) => {}
                    None => ground.undecided.push(*index),
                }
            }
        }
        ground
    }

    /// The ground for rules on one of the school's stages.
    pub fn at(&self, stage: Stage) -> Ground<'a, Quick> {
        let mut ground = self.blank(stage);
        for index in &self.covering {
            let used = self.rules.excepted.iter().any(|excepted| excepted.at_stages && excepted.exceptions.contains(index));
            if ground.substitute(&self.rules.resolved.exceptions[*index]) && used {
                ground.applied.push(*index);
            }
        }
        ground
    }

    /// The same in exact numbers.
    pub fn exactly(&self) -> Ground<'a, Exact> {
        let mut ground = self.blank(self.stage);
        for index in &self.covering {
            ground.substitute(&self.rules.resolved.exceptions[*index]);
        }
        ground
    }

    /// Whether a condition holds, beyond the doubts of rounding.
    pub fn truth(&self, condition: &Program) -> Option<bool> {
        decided(|| condition.truth::<Quick>(self), || condition.truth::<Exact>(&self.exactly()))
    }

    /// A number, for display.
    pub fn number(&self, program: &Program) -> Option<f64> {
        Quick::worked_out(self, program).map(|number| number.value)
    }
}

impl Rules<'_> {
    /// Whether a school has, or must be taken to have, pupils of a stage.
    pub fn teaches(&self, school: &School, stage: Stage) -> bool {
        let Some(pupils) = self.division.pupils else { return true };
        match school.stocks.get(stage, pupils) {
            Cell::Known(pupils) => pupils > 0.0,
            Cell::Missing(lack) => lack != Lack::NoSuchStage,
        }
    }
}

fn is_thing(unit: &facts::Unit) -> bool {
    matches!(unit.to_string().as_str(), "book" | "class" | "device" | "person" | "room" | "school")
}

fn used_at_stages(resolved: &Resolved) -> Vec<Target> {
    let mut used = Vec::new();
    for indicator in &resolved.indicators {
        used.extend(named(&indicator.formula));
        used.extend(indicator.threshold.map(Target::Parameter));
        used.push(Target::Stock(indicator.weight));
    }
    for judgement in &resolved.judgements {
        if let policy::Rule::AtLeast { need, floor, .. } = &judgement.rule {
            used.push(Target::Parameter(*need));
            used.extend(floor.map(Target::Parameter));
        }
    }
    used.extend(items(resolved, policy::ItemLevel::SchoolStage));
    used
}

fn used_at_schools(resolved: &Resolved) -> Vec<Target> {
    let mut used: Vec<Target> = resolved.scope.iter().flat_map(|scope| named(&scope.value)).collect();
    used.extend(items(resolved, policy::ItemLevel::School));
    used
}

fn items(resolved: &Resolved, level: policy::ItemLevel) -> Vec<Target> {
    let items = resolved.items.iter().filter(|item| item.level == level);
    let conditions = items.flat_map(|item| {
        let requirements = [&item.require, &item.otherwise].into_iter().flatten().map(|requirement| &requirement.condition);
        requirements.chain(&item.applies)
    });
    conditions.flat_map(named).collect()
}

/// What the exceptions to these things ask for, and so on.
fn with_foundations(resolved: &Resolved, mut used: Vec<Target>) -> Vec<Target> {
    used.sort_unstable();
    used.dedup();
    let mut next = 0;
    while next < used.len() {
        let target = used[next];
        next += 1;
        for exception in resolved.exceptions_to(target) {
            let mut names = named(&exception.applies);
            if let Substitute::Formula(program) = &exception.value {
                names.extend(named(program));
            }
            for name in names {
                if !used.contains(&name) {
                    used.push(name);
                }
            }
        }
    }
    used
}

fn named(program: &Program) -> Vec<Target> {
    let target = |leaf| match leaf {
        Leaf::Stock(index) => Some(Target::Stock(index)),
        Leaf::Parameter(index) => Some(Target::Parameter(index)),
        Leaf::School(_) => None,
    };
    program.leaves().into_iter().filter_map(target).collect()
}

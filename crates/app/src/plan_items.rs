//! Items of the standard that purchases touch, such as music and art rooms: how many units a school needs so that they hold.
//!
//! Conditions are not read but tried: with plenty of everything else that an item looks at, how many units of one option does it
//! take? By halving, on the evaluation itself.

use evaluate::{Delta, ItemRow, Outcome, Scope, StockMatrix, Verdict};
use facts::{Finding, Place, Severity, Stage, text};
use plan::{Pool, Row, Site};
use policy::Resolved;

use crate::plan_problem::{RowName, RowOf, SiteName, Stated};
use crate::plan_settings::PlanSettings;

/// More units than any school needs for an item.
const PLENTY: i64 = 128;

/// Adds what items that do not hold ask of each school, where an option of the price list can help.
pub(crate) fn item_rows(
    resolved: &Resolved,
    matrix: &StockMatrix,
    before: &Outcome,
    settings: &PlanSettings,
    stated: &mut Stated,
) {
    for (item, rule) in resolved.items.iter().enumerate() {
        let Some(require) = &rule.require else { continue };
        let looked_at: Vec<&str> = require.condition.stocks().iter().map(|stock| resolved.stocks[*stock].id.as_str()).collect();
        let touches = |option: &usize| {
            let of = &settings.options[*option];
            of.price.is_some() && of.adds.keys().any(|stock| looked_at.contains(&stock.as_str()))
        };
        let options: Vec<usize> = (0..settings.options.len()).filter(touches).collect();
        let Some(rows) = before.items.get(item).map(|of| &of.rows).filter(|_| !options.is_empty()) else { continue };
        for row in rows.iter().filter(|row| row.verdict == Verdict::Fail) {
            let Some(school) = row.school.filter(|school| before.scope[*school] == Scope::In) else { continue };
            let trial = Trial { resolved, matrix, settings, item, school, row };
            match trial.needs(&options) {
                Some(needs) => {
                    for (option, need, stage) in needs.into_iter().filter(|(_, need, _)| *need > 0) {
                        ask(stated, matrix, settings, (school, stage), option, need, item);
                    }
                }
                None => stated.findings.push(not_planned(resolved, matrix, item, school)),
            }
        }
    }
}

/// One item at one school.
struct Trial<'a> {
    resolved: &'a Resolved,
    matrix: &'a StockMatrix,
    settings: &'a PlanSettings,
    item: usize,
    school: usize,
    row: &'a ItemRow,
}

impl Trial<'_> {
    /// By option: how many units, and where they are added; none where no number of them makes the item hold.
    fn needs(&self, options: &[usize]) -> Option<Vec<(usize, i64, Stage)>> {
        let stages = [self.row.stage.unwrap_or(Stage::Whole), Stage::Whole, Stage::Primary, Stage::Junior];
        stages.into_iter().find_map(|stage| {
            let plenty: Vec<(usize, i64)> = options.iter().map(|option| (*option, PLENTY)).collect();
            // An option that only makes it harder, such as a teacher without what is asked, is left out.
            if !self.holds(&plenty, stage) {
                return None;
            }
            let mut needs = Vec::new();
            for option in options {
                let (mut low, mut high) = (-1, PLENTY);
                while high - low > 1 {
                    let middle = (low + high) / 2;
                    let units: Vec<(usize, i64)> =
                        plenty.iter().map(|(of, units)| (*of, if of == option { middle } else { *units })).collect();
                    if self.holds(&units, stage) { high = middle } else { low = middle }
                }
                needs.push((*option, high, stage));
            }
            let together: Vec<(usize, i64)> = needs.iter().map(|(option, need, _)| (*option, *need)).collect();
            self.holds(&together, stage).then_some(needs)
        })
    }

    fn holds(&self, units: &[(usize, i64)], stage: Stage) -> bool {
        let code = &self.matrix.schools[self.school].code;
        let mut deltas = Vec::new();
        for (option, units) in units.iter().filter(|(_, units)| *units > 0) {
            for (stock, amount) in &self.settings.options[*option].adds {
                let amount = amount * *units as f64;
                deltas.push(Delta::Add { school: code.clone(), stage, stock: stock.clone(), amount });
            }
        }
        let after = evaluate::what_if(self.resolved, self.matrix, &deltas);
        let same = |row: &&ItemRow| row.school == Some(self.school) && row.stage == self.row.stage;
        let refused = after.findings.iter().any(|finding| finding.code.starts_with("what-if-"));
        !refused && !after.items[self.item].rows.iter().any(|row| same(&row))
    }
}

/// So many units of an option at a school, at least.
fn ask(
    stated: &mut Stated,
    matrix: &StockMatrix,
    settings: &PlanSettings,
    (school, stage): (usize, Stage),
    option: usize,
    need: i64,
    item: usize,
) {
    let here = |site: &SiteName| site.option == option && site.school == school;
    let known: Vec<usize> = (0..stated.sites.len()).filter(|site| here(&stated.sites[*site])).collect();
    let sites = if known.is_empty() {
        let private = matrix.schools[school].traits.owner.as_deref() == Some("private");
        // What no figure looks at is bought for its item alone: one pool for each option and owner.
        let mine = |site: &SiteName| {
            site.option == option && (matrix.schools[site.school].traits.owner.as_deref() == Some("private")) == private
        };
        let pool = stated.sites.iter().position(mine).map(|site| stated.problem.sites[site].pool).unwrap_or_else(|| {
            stated.problem.pools.push(Pool { price: settings.options[option].price, move_cost: None });
            stated.pools.push(option);
            stated.problem.pools.len() - 1
        });
        let limits = settings.limits.iter().filter(|limit| limit.option == settings.options[option].id);
        let takes = limits.filter(|limit| limit.school == matrix.schools[school].code.as_str()).map(|limit| limit.most).min();
        stated.problem.sites.push(Site { pool, gives: 0, takes });
        stated.sites.push(SiteName { option, school, stage });
        vec![stated.sites.len() - 1]
    } else {
        known
    };
    let terms = sites.into_iter().map(|site| (site, 1.0)).collect();
    stated.problem.rows.push(Row { terms, start: 0.0, need: need as f64, left: None, choice: None });
    stated.rows.push(RowName { school, stage, of: RowOf::Item(item) });
}

fn not_planned(resolved: &Resolved, matrix: &StockMatrix, item: usize, school: usize) -> Finding {
    let (title, school) = (&resolved.items[item].title, &matrix.schools[school]);
    let (zh, en) = (&title.zh, &title.en);
    Finding::new(
        Severity::Experience,
        "plan-item-not-planned",
        Place::School { code: school.code.clone(), name: Some(school.name.clone()) },
        text!(
            "“{zh}”靠价目表里的办法达不到，方案不包括它",
            "\"{en}\" cannot be reached with what the price list offers; the plan leaves it out"
        ),
        text!(
            "在价目表里加上能解决它的一项，或另行安排",
            "add an option that mends it to the price list, or arrange for it otherwise"
        ),
    )
}

use facts::{Finding, TABLES, Text, table, text};

use super::compile::{expression, rule};
use super::raw::RawCrossChecks;
use super::toml_file::TomlFile;
use super::{CrossCheck, Forms, Quantity, Tally, TallySource};

/// Reads `cross-checks.toml`. A name in a `must` is a tally, or an item of `school_figures`; `previous.` before it means the
/// school year before.
pub(crate) fn compile(path: &str, bytes: &[u8], forms: &mut Forms) -> Vec<Finding> {
    let (mut file, raw) = TomlFile::read::<RawCrossChecks>(path, bytes);
    let Some(raw) = raw else { return file.findings };
    let mut ids: Vec<String> = Vec::new();
    for tally in &raw.tallies {
        file.is_id(&tally.id);
        if ids.contains(tally.id.as_ref()) {
            file.twice(&tally.id);
        }
        let Some(table) = table(tally.table.as_ref()) else {
            let names: Vec<&str> = TABLES.iter().map(|table| table.name).collect();
            file.unknown(&tally.table, &text!("事实表", "fact table"), &names);
            continue;
        };
        // Personal columns lie sealed: rows of an earlier import come without them.
        let mut resolve = |name: &str| table.position(name).filter(|at| !table.columns[*at].personal);
        let when = tally.when.as_ref().map(|when| expression(&mut file, when, &mut resolve));
        let value = expression(&mut file, &tally.value, &mut resolve);
        ids.push(tally.id.as_ref().clone());
        forms.tallies.push(Tally {
            title: file.title(&tally.title, &tally.title_en),
            source: TallySource::Rows { table, when, value, whole_school: tally.whole_school },
        });
    }
    for check in &raw.checks {
        let rule = rule(&mut file, &check.code, &check.severity, (&check.title, &check.title_en), (&check.hint, &check.hint_en));
        let must = expression(&mut file, &check.must, &mut |name| resolve(name, &mut ids, forms));
        forms.cross_checks.push(CrossCheck { rule, must });
    }
    file.findings
}

fn resolve(name: &str, ids: &mut Vec<String>, forms: &mut Forms) -> Option<usize> {
    let (name, previous) = name.strip_prefix("previous.").map_or((name, false), |name| (name, true));
    let tally = match ids.iter().position(|id| id == name) {
        Some(tally) => tally,
        None => {
            let title: Text = forms.items().by_id(name)?.title.clone();
            forms.tallies.push(Tally { title, source: TallySource::Figure(name.to_string()) });
            ids.push(name.to_string());
            ids.len() - 1
        }
    };
    let wanted = Quantity { tally, previous };
    Some(forms.quantities.iter().position(|quantity| *quantity == wanted).unwrap_or_else(|| {
        forms.quantities.push(wanted);
        forms.quantities.len() - 1
    }))
}

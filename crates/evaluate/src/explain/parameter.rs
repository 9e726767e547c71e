use facts::{Stage, Text, Unit};
use policy::expr::Env;
use policy::{Citation, Resolved, Target};
use serde::Serialize;

use crate::exact::Quick;
use crate::ground::Ground;

/// A parameter as it holds for a school, or for the county, and where it is written.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExplainedParameter {
    pub id: String,
    pub title: Text,
    pub unit: Unit,
    /// In words, as the pack says it.
    pub unit_title: Text,
    pub value: Option<f64>,
    /// The value before exceptions, with its document, article, dates and source.
    pub general: Option<f64>,
    /// Its values by stage, where a rule on all stages of a school or county uses one that differs by stage.
    pub by_stage: Vec<(Stage, f64)>,
    pub citation: Option<Citation>,
    /// The exceptions that replaced it, in the order of application: label, and where each is written.
    pub exceptions: Vec<(Text, Citation)>,
}

pub(super) fn explain_parameter(ground: &Ground<'_, Quick>, index: usize) -> Option<ExplainedParameter> {
    let resolved = ground.rules.resolved;
    let stages = || ground.rules.division.judged.iter().filter(|stage| ground.rules.teaches(ground.school, **stage));
    let at = |stage: &Stage| Some((*stage, ground.at(*stage).parameter(index)?.value));
    let value = ground.parameter(index).map(|number| number.value);
    let by_stage = if value.is_none() { stages().filter_map(at).collect() } else { Vec::new() };
    let applied = ground.applied.iter().filter_map(|exception| resolved.exceptions.get(*exception));
    let applied = applied.filter(|exception| exception.target == Target::Parameter(index));
    let exceptions = applied.map(|exception| (exception.label.clone(), exception.citation.clone())).collect();
    Some(ExplainedParameter { value, by_stage, exceptions, ..parameter_of_county(resolved, index, ground.stage)? })
}

/// A parameter as it holds for the county, where no exception reaches it.
pub(super) fn parameter_of_county(resolved: &Resolved, index: usize, stage: Stage) -> Option<ExplainedParameter> {
    let parameter = resolved.parameters.get(index)?;
    let value = parameter.at(stage).map(|cited| cited.value);
    let by_stage = parameter.values.iter().filter_map(|value| Some((value.stage?, value.cited.value)));
    let cited = parameter.at(stage).or_else(|| parameter.values.first().map(|value| &value.cited));
    Some(ExplainedParameter {
        id: parameter.id.clone(),
        title: parameter.title.clone(),
        unit: parameter.unit.clone(),
        unit_title: parameter.unit_title.clone(),
        value,
        general: value,
        by_stage: if value.is_none() { by_stage.collect() } else { Vec::new() },
        citation: cited.map(|cited| cited.citation.clone()),
        exceptions: Vec::new(),
    })
}

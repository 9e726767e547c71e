use facts::{Text, Unit};
use policy::expr::Env;
use policy::{Citation, Target};
use serde::Serialize;

use crate::exact::Quick;
use crate::ground::Ground;

/// A parameter as it holds for a school, and where it is written.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExplainedParameter {
    pub id: String,
    pub title: Text,
    pub unit: Unit,
    pub value: Option<f64>,
    /// The value before exceptions, with its document, article, dates and source.
    pub general: Option<f64>,
    pub citation: Option<Citation>,
    /// The exceptions that replaced it, in the order of application: label, and where each is written.
    pub exceptions: Vec<(Text, Citation)>,
}

pub(super) fn explain_parameter(ground: &Ground<'_, Quick>, index: usize) -> Option<ExplainedParameter> {
    let resolved = ground.rules.resolved;
    let parameter = resolved.parameters.get(index)?;
    let applied = ground.applied.iter().filter_map(|exception| resolved.exceptions.get(*exception));
    let applied = applied.filter(|exception| exception.target == Target::Parameter(index));
    let own = parameter.at(ground.stage).or_else(|| parameter.values.first().map(|value| &value.cited));
    Some(ExplainedParameter {
        id: parameter.id.clone(),
        title: parameter.title.clone(),
        unit: parameter.unit.clone(),
        value: ground.parameter(index).map(|number| number.value),
        general: parameter.at(ground.stage).map(|cited| cited.value),
        citation: own.map(|cited| cited.citation.clone()),
        exceptions: applied.map(|exception| (exception.label.clone(), exception.citation.clone())).collect(),
    })
}

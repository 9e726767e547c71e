use serde::Serialize;
use utoipa::ToSchema;

use crate::shape::{Citation, Words};

/// A parameter as it holds for a school, and where it is written.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ExplainedParameter {
    pub id: String,
    pub title: Words,
    pub unit: String,
    pub unit_title: Words,
    pub value: Option<f64>,
    /// The value before exceptions.
    pub general: Option<f64>,
    pub citation: Option<Citation>,
    /// The exceptions that replaced it, in the order of application.
    pub exceptions: Vec<AppliedException>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AppliedException {
    pub label: Words,
    pub citation: Citation,
}

impl From<&app::ExplainedParameter> for ExplainedParameter {
    fn from(parameter: &app::ExplainedParameter) -> ExplainedParameter {
        ExplainedParameter {
            id: parameter.id.clone(),
            title: (&parameter.title).into(),
            unit: parameter.unit.to_string(),
            unit_title: (&parameter.unit_title).into(),
            value: parameter.value,
            general: parameter.general,
            citation: parameter.citation.as_ref().map(Citation::from),
            exceptions: (parameter.exceptions.iter())
                .map(|(label, citation)| AppliedException { label: label.into(), citation: citation.into() })
                .collect(),
        }
    }
}

use std::collections::BTreeSet;

use policy::expr::{Leaf, Program};
use policy::{Citation, Resolved, Rule, Substitute, Target};

use crate::ground::Rules;
use crate::outcome::{Applied, ExceptionHead, Frame, IndicatorHead, ItemHead, JudgementHead, LeverHead, PartHead, Unconfirmed};

/// The names that an outcome is read by.
pub(super) fn frame(rules: &Rules<'_>, applied: &[Applied]) -> Frame {
    let resolved = rules.resolved;
    let part = |part: Option<usize>| Some(resolved.parts.get(part?)?.id.clone());
    let indicators = resolved.indicators.iter().map(|indicator| IndicatorHead {
        id: indicator.id.clone(),
        title: indicator.title.clone(),
        short: indicator.short.clone(),
        unit: indicator.unit.clone(),
        unit_title: indicator.unit_title.clone(),
        stages: indicator.stages.clone(),
        decimals: indicator.form_decimals,
        stocks: stocks(resolved, &indicator.formula),
        compare: indicator.compare,
        threshold: indicator.threshold.and_then(|index| Some(resolved.parameters.get(index)?.id.clone())),
        lever: indicator.lever.and_then(|index| {
            let stock = resolved.stocks.get(index)?;
            Some(LeverHead {
                stock: stock.id.clone(),
                title: stock.title.clone(),
                unit: stock.unit.clone(),
                whole: rules.counts_things(index),
            })
        }),
        part: part(indicator.part),
        article: indicator.citation.article_title.clone(),
    });
    let judgements = resolved.judgements.iter().map(|judgement| JudgementHead {
        id: judgement.id.clone(),
        title: judgement.title.clone(),
        part: part(judgement.part),
        article: judgement.citation.article_title.clone(),
    });
    let items = resolved.items.iter().map(|item| ItemHead {
        id: item.id.clone(),
        no: item.no.clone(),
        title: item.title.clone(),
        part: part(item.part),
        article: item.citation.article_title.clone(),
        level: item.level,
        veto: item.veto,
    });
    let exceptions = resolved.exceptions.iter().map(|exception| ExceptionHead {
        id: exception.id.clone(),
        label: exception.label.clone(),
        target: match exception.target {
            Target::Parameter(index) => resolved.parameters.get(index).map(|parameter| parameter.id.clone()),
            Target::Stock(index) => resolved.stocks.get(index).map(|stock| stock.id.clone()),
        }
        .unwrap_or_default(),
        article: exception.citation.article_title.clone(),
        expires: exception.citation.to,
        review_by: exception.review_by,
        confirmed: exception.citation.confirmed,
    });
    Frame {
        title: resolved.title.clone(),
        stages: rules.division.judged.clone(),
        parts: resolved.parts.iter().map(|part| PartHead { id: part.id.clone(), title: part.title.clone() }).collect(),
        indicators: indicators.collect(),
        judgements: judgements.collect(),
        items: items.collect(),
        exceptions: exceptions.collect(),
        unconfirmed: unconfirmed(resolved, applied),
        stock_titles: resolved.stocks.iter().map(|stock| (stock.id.clone(), stock.title.clone())).collect(),
    }
}

/// The ids of the stocks that a formula names, and of those that exceptions to them name.
fn stocks(resolved: &Resolved, formula: &Program) -> Vec<String> {
    let mut found = formula.stocks();
    let mut next = 0;
    while next < found.len() {
        for exception in resolved.exceptions_to(Target::Stock(found[next])) {
            if let Substitute::Formula(formula) = &exception.value {
                for stock in formula.stocks() {
                    if !found.contains(&stock) {
                        found.push(stock);
                    }
                }
            }
        }
        next += 1;
    }
    found.into_iter().filter_map(|stock| Some(resolved.stocks.get(stock)?.id.clone())).collect()
}

/// The numbers and rules in use that nobody has compared with the original.
fn unconfirmed(resolved: &Resolved, applied: &[Applied]) -> Vec<Unconfirmed> {
    let mut found = BTreeSet::new();
    let mut add = |id: &str, title: &facts::Text, citation: &Citation| {
        if !citation.confirmed {
            found.insert(Unconfirmed {
                id: id.to_string(),
                title: title.clone(),
                article: citation.article_title.clone(),
                source: citation.source.clone(),
            });
        }
    };
    for index in parameters_in_use(resolved) {
        if let Some(parameter) = resolved.parameters.get(index) {
            for value in &parameter.values {
                add(&parameter.id, &parameter.title, &value.cited.citation);
            }
        }
    }
    for exception in applied.iter().map(|applied| applied.exception).collect::<BTreeSet<usize>>() {
        if let Some(exception) = resolved.exceptions.get(exception) {
            add(&exception.id, &exception.label, &exception.citation);
        }
    }
    if let Some(scope) = &resolved.scope {
        add("scope", &facts::text!("评估范围", "which schools are examined"), &scope.citation);
    }
    for split in &resolved.splits {
        add("split", &facts::text!("各学段拆分权重", "weights by which stages share premises"), &split.citation);
    }
    found.into_iter().collect()
}

fn parameters_in_use(resolved: &Resolved) -> BTreeSet<usize> {
    let mut used: BTreeSet<usize> = resolved.indicators.iter().filter_map(|indicator| indicator.threshold).collect();
    let mut programs: Vec<&Program> = resolved.indicators.iter().map(|indicator| &indicator.formula).collect();
    for judgement in &resolved.judgements {
        match &judgement.rule {
            Rule::AtLeast { need, floor, .. } => used.extend([*need].into_iter().chain(*floor)),
            Rule::CvEach { limit, .. } | Rule::CvMean { limit, .. } => used.extend([*limit]),
            Rule::Score { need, .. } => used.extend([*need]),
            Rule::Items { .. } => {}
        }
    }
    for item in &resolved.items {
        used.extend(item.points);
        programs.extend(&item.applies);
        programs.extend([&item.require, &item.otherwise].into_iter().flatten().map(|requirement| &requirement.condition));
    }
    programs.extend(resolved.scope.iter().map(|scope| &scope.value));
    used.extend(resolved.stocks.iter().flat_map(|stock| stock.parameters.iter().copied()));
    for leaf in programs.into_iter().flat_map(Program::leaves) {
        if let Leaf::Parameter(index) = leaf {
            used.insert(index);
        }
    }
    used
}

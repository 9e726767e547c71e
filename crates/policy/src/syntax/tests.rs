//! Whatever an author types, the answer is a tree or a fault with a place.

use proptest::prelude::*;

use super::{Dialect, SyntaxFault, Tree, parse};
use crate::sqlish;

fn check(source: &str, dialect: Dialect) -> Result<Tree, Box<SyntaxFault>> {
    let parsed = parse(source, dialect);
    match &parsed {
        Ok(tree) => tree.walk(&mut |part| assert!(part.start < part.end && source.get(part.start..part.end).is_some())),
        Err(fault) => {
            assert!(fault.start <= fault.end && fault.end <= source.len());
            assert!(!fault.what.zh.is_empty() && !fault.hint.en.is_empty());
        }
    }
    parsed
}

/// Words that an expression is made of, so that random ones are often nearly right.
fn soup() -> impl Strategy<Value = String> {
    let words = vec![
        "pupils",
        "school.kind",
        "size",
        "'211'",
        "'",
        "45",
        "0.5",
        "(",
        ")",
        "+",
        "-",
        "*",
        "/",
        "=",
        "<>",
        "<=",
        ">",
        "and",
        "or",
        "not",
        "in",
        "is",
        "null",
        ",",
        ":class_size_max",
        "ceil(",
        "max(",
        "true",
        "≥",
        ";",
        "--",
        "stage",
    ];
    prop::collection::vec(prop::sample::select(words), 0..40).prop_map(|words| words.join(" "))
}

proptest! {
    #[test]
    fn arbitrary_text_never_panics(source in any::<String>()) {
        let _ = check(&source, Dialect::Formula);
        let _ = check(&source, Dialect::Sql);
    }

    #[test]
    fn nearly_right_text_never_panics(source in soup()) {
        let _ = check(&source, Dialect::Formula);
        if let Ok(tree) = check(&source, Dialect::Sql) {
            for table in facts::TABLES {
                let mut faults = Vec::new();
                if let Some(condition) = sqlish::check(&tree, table, &mut faults) {
                    // What is written is again in the subset, and means the same.
                    let again = check(&condition.sql, Dialect::Sql).expect("the condition reads back");
                    let again = sqlish::check(&again, table, &mut Vec::new()).expect("and is sound");
                    assert_eq!(again.columns, condition.columns);
                    assert!(condition.columns.iter().all(|column| table.column(column).is_some_and(|column| !column.personal)));
                }
            }
        }
    }
}

#[test]
fn deep_and_long_expressions_are_faults() {
    for source in [
        "(".repeat(2_000),
        "not ".repeat(900),
        "- ".repeat(1_900),
        "abs(".repeat(900),
        "1+".repeat(1_900) + "1",
        "9".repeat(10_000),
    ] {
        let fault = check(&source, Dialect::Formula).expect_err("too much");
        assert!(["nested-too-deep", "expression-too-long"].contains(&fault.code), "{}", fault.code);
    }
}

#[test]
fn operators_bind_as_in_school() {
    for (source, bracketed) in [
        ("1 + 2 * 3", "1 + (2 * 3)"),
        ("8 / 4 / 2", "(8 / 4) / 2"),
        ("1 - 2 - 3", "(1 - 2) - 3"),
        ("- 1 + 2", "(- 1) + 2"),
        ("a = 1 or b = 2 and not c = 3", "(a = 1) or ((b = 2) and (not (c = 3)))"),
        ("a NOT IN (1, 2) AND b IS NOT NULL", "(a not in (1, 2)) and (b is not null)"),
    ] {
        let written = |source: &str| sqlish::written(&check(source, Dialect::Sql).expect("sound"));
        assert_eq!(written(source), written(bracketed), "{source}");
    }
}

#[test]
fn signs_of_other_languages_are_refused_with_the_one_that_is_meant() {
    for (source, sign, meant) in [
        ("a == 1", "==", "写成 ="),
        ("a =< 1", "=<", "写成 <="),
        ("a => 1", "=>", "写成 >="),
        ("a = 1 && b = 2", "&&", "写成 and"),
        ("a = 1 || b = 2", "||", "写成 or"),
    ] {
        for dialect in [Dialect::Formula, Dialect::Sql] {
            let fault = check(source, dialect).expect_err(source);
            assert_eq!((fault.code, fault.hint.zh.as_str()), ("unknown-sign", meant), "{source}");
            assert_eq!(&source[fault.start..fault.end], sign);
        }
    }
}

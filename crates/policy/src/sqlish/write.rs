use crate::syntax::{Join, Operator, Tree, TreeKind};

/// A checked condition as SQL, every part of it in brackets. A division is made one of real numbers, since engines differ
/// on whether 1/2 is 0.
pub(crate) fn write(tree: &Tree) -> String {
    match &tree.kind {
        TreeKind::Number(value) => value.to_string(),
        TreeKind::Words(words) => quoted(words),
        TreeKind::Name(name) => name.clone(),
        TreeKind::Placeholder(name) => format!(":{name}"),
        TreeKind::Negate(inner) => format!("(- {})", write(inner)),
        TreeKind::Not(inner) => format!("(not {})", write(inner)),
        TreeKind::Arithmetic(Operator::Divide, a, b) => format!("({} * 1.0 / {})", write(a), write(b)),
        TreeKind::Arithmetic(operator, a, b) => format!("({} {} {})", write(a), operator.sign(), write(b)),
        TreeKind::Compare(compare, a, b) => format!("({} {} {})", write(a), compare.sign(), write(b)),
        TreeKind::Join(Join::And, a, b) => format!("({} and {})", write(a), write(b)),
        TreeKind::Join(Join::Or, a, b) => format!("({} or {})", write(a), write(b)),
        TreeKind::In { tree, choices, negated } => {
            let list: Vec<String> = choices.iter().map(write).collect();
            format!("({} {}in ({}))", write(tree), if *negated { "not " } else { "" }, list.join(", "))
        }
        TreeKind::IsNull { tree, negated } => format!("({} is {}null)", write(tree), if *negated { "not " } else { "" }),
        // The parser makes neither in SQL; a condition that is never true is the safe reading.
        TreeKind::Truth(_) | TreeKind::Call(..) => "(1 = 0)".to_string(),
    }
}

fn quoted(words: &str) -> String {
    format!("'{}'", words.replace('\'', "''"))
}

use super::program::Node;
use super::{Leaf, Program};

impl Program {
    /// The expression written out, with every stock, parameter and attribute in the caller's words: with figures for an
    /// explanation (`100 × 12 ÷ 830`), with titles for a reader.
    pub fn render(&self, words: &dyn Fn(Leaf) -> String) -> String {
        let mut written: Vec<(String, u8)> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let next = write(node, &written, words);
            written.push(next);
        }
        written.pop().map(|(words, _)| words).unwrap_or_default()
    }
}

/// How tightly an operator binds; a looser part within a tighter one gets brackets.
const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARE: u8 = 4;
const SUM: u8 = 5;
const PRODUCT: u8 = 6;
const SIGN: u8 = 7;
const WHOLE: u8 = 8;

fn write(node: &Node, written: &[(String, u8)], words: &dyn Fn(Leaf) -> String) -> (String, u8) {
    let part = |at: u32, least: u8| match written.get(at as usize) {
        Some((words, binds)) if *binds >= least => words.clone(),
        Some((words, _)) => format!("({words})"),
        None => String::new(),
    };
    let pair = |a: &u32, sign: &str, b: &u32, binds: u8| (format!("{} {sign} {}", part(*a, binds), part(*b, binds)), binds);
    // The right side of − and ÷ must bind more tightly than the operator itself.
    let ordered =
        |a: &u32, sign: &str, b: &u32, binds: u8| (format!("{} {sign} {}", part(*a, binds), part(*b, binds + 1)), binds);
    let call = |name: &str, arguments: &[&u32]| {
        let list: Vec<String> = arguments.iter().map(|at| part(**at, 0)).collect();
        (format!("{name}({})", list.join(", ")), WHOLE)
    };
    match node {
        Node::Number(value) => (value.to_string(), WHOLE),
        Node::Stock(index) => (words(Leaf::Stock(*index as usize)), WHOLE),
        Node::Parameter(index) => (words(Leaf::Parameter(*index as usize)), WHOLE),
        Node::BuiltYear => (words(Leaf::School(super::Attribute::BuiltYear)), WHOLE),
        Node::Flag(attribute) => (words(Leaf::School(*attribute)), WHOLE),
        Node::Truth(value) => (value.to_string(), WHOLE),
        Node::Neg(a) => (format!("-{}", part(*a, SIGN)), SIGN),
        Node::Abs(a) => call("abs", &[a]),
        Node::Ceil(a) => call("ceil", &[a]),
        Node::Floor(a) => call("floor", &[a]),
        Node::OverStages(a) => call("sum_over_stages", &[a]),
        Node::Min(a, b) => call("min", &[a, b]),
        Node::Max(a, b) => call("max", &[a, b]),
        Node::Add(a, b) => pair(a, "+", b, SUM),
        Node::Sub(a, b) => ordered(a, "-", b, SUM),
        Node::Mul(a, b) => pair(a, "×", b, PRODUCT),
        Node::Div(a, b) => ordered(a, "÷", b, PRODUCT),
        Node::Compare(compare, a, b) => ordered(a, compare.sign(), b, COMPARE),
        Node::And(a, b) => pair(a, "and", b, AND),
        Node::Or(a, b) => pair(a, "or", b, OR),
        Node::Not(a) => (format!("not {}", part(*a, NOT)), NOT),
        Node::WordsIn { attribute, choices, negated } => {
            let sign = if *negated { "not in" } else { "in" };
            (format!("{} {sign} ({})", words(Leaf::School(*attribute)), choices.join(", ")), COMPARE)
        }
        Node::DivisionIn(prefix) => (format!("{} in {prefix}…", words(Leaf::School(super::Attribute::Division))), COMPARE),
    }
}

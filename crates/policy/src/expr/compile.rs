use super::infer::flag_literal;
use super::program::Node;
use super::{Attribute, Compare, Leaf, Program};
use crate::syntax::{Call, Join, Operator, Tree, TreeKind};

/// Turns a checked expression into a program; `find` gives the index of a name. None where the expression was not checked.
pub(crate) fn compile(tree: &Tree, source: &str, find: &dyn Fn(&str) -> Option<Leaf>) -> Option<Program> {
    let mut compiler = Compiler { nodes: Vec::new(), find };
    compiler.add(tree)?;
    Some(Program { nodes: compiler.nodes, text: tree.words(source).to_string() })
}

/// Both conditions at once: what covers a school is its kind, its place and the condition that the pack states.
pub(crate) fn all_of(programs: Vec<Program>) -> Program {
    let mut nodes: Vec<Node> = Vec::new();
    let mut texts = Vec::new();
    for program in programs {
        let offset = nodes.len() as u32;
        let before = offset.checked_sub(1);
        nodes.extend(program.nodes.into_iter().map(|node| node.moved(offset)));
        if let Some(before) = before {
            nodes.push(Node::And(before, nodes.len() as u32 - 1));
        }
        texts.push(program.text);
    }
    if nodes.is_empty() {
        nodes.push(Node::Truth(true));
    }
    Program { nodes, text: texts.join(" and ") }
}

pub(crate) fn kind_in(kinds: &[String]) -> Program {
    let list: Vec<String> = kinds.iter().map(|kind| format!("'{kind}'")).collect();
    let node = Node::WordsIn { attribute: Attribute::Kind, choices: kinds.to_vec(), negated: false };
    Program { nodes: vec![node], text: format!("school.kind in ({})", list.join(", ")) }
}

pub(crate) fn place_in(prefix: &str) -> Program {
    Program { nodes: vec![Node::DivisionIn(prefix.to_string())], text: format!("school.division in {prefix}…") }
}

struct Compiler<'a> {
    nodes: Vec<Node>,
    find: &'a dyn Fn(&str) -> Option<Leaf>,
}

impl Compiler<'_> {
    fn add(&mut self, tree: &Tree) -> Option<u32> {
        let node = match &tree.kind {
            TreeKind::Number(value) => Node::Number(*value),
            TreeKind::Truth(value) => Node::Truth(*value),
            TreeKind::Name(name) => self.name(name)?,
            TreeKind::Negate(inner) => Node::Neg(self.add(inner)?),
            TreeKind::Not(inner) => Node::Not(self.add(inner)?),
            TreeKind::Join(Join::And, a, b) => Node::And(self.add(a)?, self.add(b)?),
            TreeKind::Join(Join::Or, a, b) => Node::Or(self.add(a)?, self.add(b)?),
            TreeKind::Arithmetic(operator, a, b) => {
                let (a, b) = (self.add(a)?, self.add(b)?);
                match operator {
                    Operator::Add => Node::Add(a, b),
                    Operator::Subtract => Node::Sub(a, b),
                    Operator::Multiply => Node::Mul(a, b),
                    Operator::Divide => Node::Div(a, b),
                }
            }
            TreeKind::Compare(compare, a, b) => self.compare(*compare, a, b)?,
            TreeKind::In { tree, choices, negated } => self.choice(tree, choices, *negated)?,
            TreeKind::Call(call, arguments) => self.call(*call, arguments)?,
            TreeKind::Words(_) | TreeKind::Placeholder(_) | TreeKind::IsNull { .. } => return None,
        };
        Some(self.push(node))
    }

    fn push(&mut self, node: Node) -> u32 {
        self.nodes.push(node);
        self.nodes.len() as u32 - 1
    }

    fn name(&self, name: &str) -> Option<Node> {
        if let Some(attribute) = name.strip_prefix("school.") {
            let attribute = Attribute::from_id(attribute)?;
            return Some(if attribute == Attribute::BuiltYear { Node::BuiltYear } else { Node::Flag(attribute) });
        }
        Some(match (self.find)(name)? {
            Leaf::Stock(index) => Node::Stock(u32::try_from(index).ok()?),
            Leaf::Parameter(index) => Node::Parameter(u32::try_from(index).ok()?),
            Leaf::School(_) => return None,
        })
    }

    fn compare(&mut self, compare: Compare, a: &Tree, b: &Tree) -> Option<Node> {
        for (side, other) in [(a, b), (b, a)] {
            let Some(attribute) = word_attribute(side) else { continue };
            let negated = compare == Compare::NotEqual;
            if let TreeKind::Words(words) = &other.kind {
                return Some(Node::WordsIn { attribute, choices: vec![words.clone()], negated });
            }
            let wanted = flag_literal(other)? != negated;
            let flag = Node::Flag(attribute);
            return Some(if wanted { flag } else { Node::Not(self.push(flag)) });
        }
        Some(Node::Compare(compare, self.add(a)?, self.add(b)?))
    }

    fn choice(&mut self, tree: &Tree, choices: &[Tree], negated: bool) -> Option<Node> {
        if let Some(attribute) = word_attribute(tree) {
            let words = |choice: &Tree| if let TreeKind::Words(words) = &choice.kind { Some(words.clone()) } else { None };
            return Some(Node::WordsIn { attribute, choices: choices.iter().map(words).collect::<Option<_>>()?, negated });
        }
        let subject = self.add(tree)?;
        let mut any = None;
        for choice in choices {
            let choice = self.add(choice)?;
            let equal = self.push(Node::Compare(Compare::Equal, subject, choice));
            any = Some(match any {
                None => equal,
                Some(before) => self.push(Node::Or(before, equal)),
            });
        }
        let any = any?;
        // A double negation stands for the plain value: the caller pushes the node that is returned.
        Some(if negated { Node::Not(any) } else { Node::Not(self.push(Node::Not(any))) })
    }

    fn call(&mut self, call: Call, arguments: &[Tree]) -> Option<Node> {
        let mut indices = Vec::new();
        for argument in arguments {
            indices.push(self.add(argument)?);
        }
        let (first, rest) = indices.split_first()?;
        let pair: fn(u32, u32) -> Node = match call {
            Call::Abs => return Some(Node::Abs(*first)),
            Call::Ceil => return Some(Node::Ceil(*first)),
            Call::Floor => return Some(Node::Floor(*first)),
            Call::SumOverStages => return Some(Node::OverStages(*first)),
            Call::Max => Node::Max,
            Call::Min => Node::Min,
        };
        let (last, middle) = rest.split_last()?;
        let mut so_far = *first;
        for next in middle {
            so_far = self.push(pair(so_far, *next));
        }
        Some(pair(so_far, *last))
    }
}

/// The attribute that a side of a comparison names, unless it is a number.
fn word_attribute(tree: &Tree) -> Option<Attribute> {
    let TreeKind::Name(name) = &tree.kind else { return None };
    Attribute::from_id(name.strip_prefix("school.")?).filter(|attribute| *attribute != Attribute::BuiltYear)
}

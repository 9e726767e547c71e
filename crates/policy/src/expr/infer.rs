use facts::{Text, Unit, text};

use super::{Attribute, Compare};
use crate::suggest::did_you_mean;
use crate::syntax::{Call, Operator, SyntaxFault, Tree, TreeKind};

/// The names an expression may use.
pub(crate) trait Names {
    fn find(&self, name: &str) -> Option<Named>;
    fn all(&self) -> Vec<&str>;
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Named {
    /// A stock or a parameter with its unit; none where the unit itself is at fault, so that one mistake is told once.
    Quantity(Option<Unit>),
    /// Another kind of entry, such as an indicator, in words.
    Other(Text),
}

/// What an expression is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Type {
    Number(Measure),
    Truth,
    Attribute(Attribute),
    Words,
}

/// The unit of a number.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Measure {
    /// Zero, or something whose unit is at fault: fits every unit.
    Any,
    Of(Unit),
}

/// Finds what an expression is and the unit of its value; None after a fault, which is pushed to `faults`.
pub(crate) fn infer(tree: &Tree, source: &str, names: &dyn Names, faults: &mut Vec<SyntaxFault>) -> Option<Type> {
    Inference { source, names, faults }.of(tree)
}

struct Inference<'a> {
    source: &'a str,
    names: &'a dyn Names,
    faults: &'a mut Vec<SyntaxFault>,
}

impl Inference<'_> {
    fn of(&mut self, tree: &Tree) -> Option<Type> {
        match &tree.kind {
            TreeKind::Number(0.0) => Some(Type::Number(Measure::Any)),
            TreeKind::Number(_) => Some(Type::Number(Measure::Of(Unit::one()))),
            TreeKind::Words(_) => Some(Type::Words),
            TreeKind::Truth(_) => Some(Type::Truth),
            TreeKind::Name(name) => self.name(name, tree),
            TreeKind::Negate(inner) => self.number(inner).map(Type::Number),
            TreeKind::Not(inner) => self.truth(inner),
            TreeKind::Join(_, a, b) => {
                let (a, b) = (self.truth(a), self.truth(b));
                a.and(b)
            }
            TreeKind::Arithmetic(operator, a, b) => self.arithmetic(*operator, a, b),
            TreeKind::Compare(compare, a, b) => self.compare(*compare, a, b),
            TreeKind::In { tree, choices, .. } => self.choice(tree, choices),
            TreeKind::Call(call, arguments) => self.call(*call, arguments),
            // The parser makes these in the other dialect only.
            TreeKind::Placeholder(_) | TreeKind::IsNull { .. } => None,
        }
    }

    fn name(&mut self, name: &str, tree: &Tree) -> Option<Type> {
        if let Some(attribute) = name.strip_prefix("school.") {
            let Some(attribute) = Attribute::from_id(attribute) else {
                let hint = did_you_mean(attribute, Attribute::ALL.iter().map(|(_, id)| *id));
                let what = text!("学校没有属性 {attribute}", "a school has no attribute {attribute}");
                return self.fault("unknown-attribute", tree, what, hint);
            };
            return Some(if attribute == Attribute::BuiltYear {
                Type::Number(Measure::Of(Unit::one()))
            } else {
                Type::Attribute(attribute)
            });
        }
        match self.names.find(name) {
            Some(Named::Quantity(Some(unit))) => Some(Type::Number(Measure::Of(unit))),
            Some(Named::Quantity(None)) => Some(Type::Number(Measure::Any)),
            Some(Named::Other(kind)) => {
                let what = Text::new(
                    format!("{name} 是{}，不是存量或参数", kind.zh),
                    format!("{name} is {}, neither a stock nor a parameter", kind.en),
                );
                let hint =
                    text!("公式只用 [[stock]] 和 [[parameter]]", "expressions use [[stock]] and [[parameter]] entries only");
                self.fault("not-a-quantity", tree, what, hint)
            }
            None => {
                let hint = did_you_mean(name, self.names.all().into_iter());
                self.fault(
                    "unknown-name",
                    tree,
                    text!("没有叫 {name} 的存量或参数", "no stock or parameter is called {name}"),
                    hint,
                )
            }
        }
    }

    fn arithmetic(&mut self, operator: Operator, a: &Tree, b: &Tree) -> Option<Type> {
        let (left, right) = (self.number(a), self.number(b));
        let (left, right) = (left?, right?);
        let measure = match operator {
            Operator::Add | Operator::Subtract => self.agree((a, left), (b, right))?,
            Operator::Multiply => product(left, right, |a, b| a * b),
            Operator::Divide => product(left, right, |a, b| a / b),
        };
        Some(Type::Number(measure))
    }

    fn compare(&mut self, compare: Compare, a: &Tree, b: &Tree) -> Option<Type> {
        let (left, right) = (self.of(a), self.of(b));
        let equality = matches!(compare, Compare::Equal | Compare::NotEqual);
        match (left?, right?) {
            (Type::Number(left), Type::Number(right)) => self.agree((a, left), (b, right)).map(|_| Type::Truth),
            (Type::Attribute(attribute), Type::Words) | (Type::Words, Type::Attribute(attribute))
                if equality && !attribute.is_flag() =>
            {
                Some(Type::Truth)
            }
            (Type::Attribute(attribute), Type::Truth) | (Type::Truth, Type::Attribute(attribute))
                if equality && attribute.is_flag() =>
            {
                Some(Type::Truth)
            }
            (Type::Attribute(attribute), Type::Number(_)) | (Type::Number(_), Type::Attribute(attribute))
                if equality && attribute.is_flag() && [a, b].iter().any(|side| flag_literal(side).is_some()) =>
            {
                Some(Type::Truth)
            }
            (left, right) => {
                let (left, right) = (left.words(), right.words());
                let what = Text::new(
                    format!("{}不能和{}这样比较", left.zh, right.zh),
                    format!("{} cannot be compared with {} like this", left.en, right.en),
                );
                let hint = text!(
                    "数与数比较单位要一致；学校属性写 school.kind = '211'，是否类写 school.boarding",
                    "compare numbers of one unit; write attributes as school.kind = '211', and yes-or-no ones as school.boarding"
                );
                self.fault("cannot-compare", a, what, hint)
            }
        }
    }

    fn choice(&mut self, tree: &Tree, choices: &[Tree]) -> Option<Type> {
        let subject = self.of(tree)?;
        for choice in choices {
            let kind = self.of(choice)?;
            let fits = match (&subject, kind) {
                (Type::Attribute(attribute), Type::Words) => !attribute.is_flag(),
                (Type::Number(measure), Type::Number(other)) => self.agree((tree, measure.clone()), (choice, other)).is_some(),
                _ => false,
            };
            if !fits {
                let what =
                    text!("in (…) 里的值与前面的不是一类", "a choice of in (…) is not of the kind of what stands before it");
                let hint = text!(
                    "学校属性用字符串：school.kind in ('211', '218')",
                    "use strings for attributes: school.kind in ('211', '218')"
                );
                return self.fault("cannot-compare", choice, what, hint);
            }
        }
        Some(Type::Truth)
    }

    fn call(&mut self, call: Call, arguments: &[Tree]) -> Option<Type> {
        let measures: Vec<Option<Measure>> = arguments.iter().map(|argument| self.number(argument)).collect();
        let measures = measures.into_iter().collect::<Option<Vec<_>>>()?;
        let mut common = measures.first()?.clone();
        if matches!(call, Call::Max | Call::Min) {
            for (argument, measure) in arguments.iter().zip(measures).skip(1) {
                common = self.agree((arguments.first()?, common), (argument, measure))?;
            }
        }
        Some(Type::Number(common))
    }

    fn number(&mut self, tree: &Tree) -> Option<Measure> {
        match self.of(tree)? {
            Type::Number(measure) => Some(measure),
            other => {
                let Text { zh, en } = other.words();
                let what = text!("这里要一个数，却是{zh}", "a number is wanted here, and this is {en}");
                let hint = text!("用存量、参数或数", "use a stock, a parameter or a number");
                self.fault("not-a-number", tree, what, hint);
                None
            }
        }
    }

    fn truth(&mut self, tree: &Tree) -> Option<Type> {
        match self.of(tree)? {
            Type::Truth => Some(Type::Truth),
            Type::Attribute(attribute) if attribute.is_flag() => Some(Type::Truth),
            other => {
                let Text { zh, en } = other.words();
                let what = text!("这里要一个条件，却是{zh}", "a condition is wanted here, and this is {en}");
                let hint = text!("写成比较，如 pupils > 0", "write a comparison, such as pupils > 0");
                self.fault("not-a-condition", tree, what, hint)
            }
        }
    }

    /// The common unit of two numbers that are added or compared.
    fn agree(&mut self, (a, left): (&Tree, Measure), (b, right): (&Tree, Measure)) -> Option<Measure> {
        match (left, right) {
            (Measure::Any, other) | (other, Measure::Any) => Some(other),
            (Measure::Of(left), Measure::Of(right)) if left == right => Some(Measure::Of(left)),
            (Measure::Of(left), Measure::Of(right)) => {
                let (x, y) = (a.words(self.source), b.words(self.source));
                let what =
                    text!("单位不合：{x} 是 {left}，{y} 是 {right}", "units do not fit: {x} is in {left}, {y} is in {right}");
                let hint = if left == Unit::one() || right == Unit::one() {
                    text!(
                        "公式里的数没有单位（1）；带单位的数写成 [[parameter]]",
                        "numbers in a formula have no unit (1); make a number with a unit a [[parameter]]"
                    )
                } else {
                    text!("只有同单位的量才能相加、相比", "only quantities of one unit can be added or compared")
                };
                self.fault("units-do-not-fit", a, what, hint);
                None
            }
        }
    }

    fn fault(&mut self, code: &'static str, tree: &Tree, what: Text, hint: Text) -> Option<Type> {
        self.faults.push(*SyntaxFault::new(code, tree.span(), what, hint));
        None
    }
}

impl Type {
    pub fn words(&self) -> Text {
        match self {
            Type::Number(_) => text!("数", "a number"),
            Type::Truth => text!("条件", "a condition"),
            Type::Attribute(attribute) => text!("学校属性 {}", "the attribute {}", attribute.id()),
            Type::Words => text!("字符串", "a string"),
        }
    }
}

/// `true`, `false`, 1 or 0, with which a yes-or-no attribute may be compared.
pub(super) fn flag_literal(tree: &Tree) -> Option<bool> {
    match tree.kind {
        TreeKind::Truth(value) => Some(value),
        TreeKind::Number(1.0) => Some(true),
        TreeKind::Number(0.0) => Some(false),
        _ => None,
    }
}

fn product(a: Measure, b: Measure, combine: fn(Unit, Unit) -> Unit) -> Measure {
    match (a, b) {
        (Measure::Of(a), Measure::Of(b)) => Measure::Of(combine(a, b)),
        _ => Measure::Any,
    }
}

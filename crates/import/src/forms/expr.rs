use facts::{CitizenId, Date, SchoolYear, Text, Value, text};

/// What a form's `must`, `when`, `set` and `value` say, with names already turned into places of the row.
///
/// Three-valued: an operand that is missing makes the whole missing, except where `and` and `or` are decided without it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expr {
    Number(f64),
    Words(String),
    Name(usize),
    Negative(Box<Expr>),
    Not(Box<Expr>),
    Binary(Operator, Box<Expr>, Box<Expr>),
    In(Box<Expr>, Vec<Expr>),
    IsMissing(Box<Expr>),
    Call(Function, Vec<Expr>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Or,
    And,
    Equal,
    Unequal,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    Abs,
    /// The birth date in a citizen id.
    BirthOf,
    /// The first that is not missing.
    Coalesce,
    /// How many of the numbers are above zero.
    CountPositive,
    If,
    Max,
    Min,
    /// The sex in a citizen id, as GB/T 2261.1 writes it.
    SexOf,
    StartsWith,
    /// Adds up what is there; missing only where everything is.
    Sum,
    YearEnd,
    YearStart,
}

const FUNCTIONS: &[(&str, Function, std::ops::RangeInclusive<usize>)] = &[
    ("abs", Function::Abs, 1..=1),
    ("birth_of", Function::BirthOf, 1..=1),
    ("coalesce", Function::Coalesce, 1..=20),
    ("count_positive", Function::CountPositive, 1..=20),
    ("if", Function::If, 3..=3),
    ("max", Function::Max, 1..=20),
    ("min", Function::Min, 1..=20),
    ("sex_of", Function::SexOf, 1..=1),
    ("starts_with", Function::StartsWith, 2..=2),
    ("sum", Function::Sum, 1..=40),
    ("year_end", Function::YearEnd, 1..=1),
    ("year_start", Function::YearStart, 1..=1),
];

/// What an expression gives.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Val<'a> {
    Missing,
    Number(f64),
    Words(std::borrow::Cow<'a, str>),
    /// Compared with words, it is what they are: 2025-09-01.
    Day(Date),
    Truth(bool),
}

impl<'a> Val<'a> {
    pub(crate) fn of(value: &'a Value) -> Val<'a> {
        match value {
            Value::Missing(_) => Val::Missing,
            Value::Text(words) => Val::Words(words.as_str().into()),
            Value::Integer(number) => Val::Number(*number as f64),
            Value::Real(number) => Val::Number(*number),
            Value::Date(day) => Val::Day(*day),
        }
    }

    fn number(&self) -> Option<f64> {
        match self {
            Val::Number(number) => Some(*number),
            Val::Truth(truth) => Some(f64::from(u8::from(*truth))),
            Val::Missing | Val::Words(_) | Val::Day(_) => None,
        }
    }

    fn is(&self, other: &Val<'_>) -> bool {
        match (self, other) {
            (Val::Day(day), Val::Words(words)) | (Val::Words(words), Val::Day(day)) => day.to_string() == *words,
            _ => self == other,
        }
    }

    fn truth(&self) -> Option<bool> {
        match self {
            Val::Truth(truth) => Some(*truth),
            Val::Number(number) => Some(*number != 0.0),
            Val::Missing | Val::Words(_) | Val::Day(_) => None,
        }
    }
}

impl Expr {
    pub(crate) fn eval<'a>(&'a self, get: &dyn Fn(usize) -> Val<'a>) -> Val<'a> {
        match self {
            Expr::Number(number) => Val::Number(*number),
            Expr::Words(words) => Val::Words(words.as_str().into()),
            Expr::Name(index) => get(*index),
            Expr::Negative(inner) => inner.eval(get).number().map_or(Val::Missing, |number| Val::Number(-number)),
            Expr::Not(inner) => inner.eval(get).truth().map_or(Val::Missing, |truth| Val::Truth(!truth)),
            Expr::IsMissing(inner) => Val::Truth(inner.eval(get) == Val::Missing),
            Expr::In(inner, list) => match inner.eval(get) {
                Val::Missing => Val::Missing,
                found => Val::Truth(list.iter().any(|entry| entry.eval(get).is(&found))),
            },
            Expr::Binary(operator, left, right) => binary(*operator, left.eval(get), right, get),
            Expr::Call(function, arguments) => call(*function, arguments, get),
        }
    }

    /// Whether the condition holds; `None` where something that it needs is missing.
    pub(crate) fn holds<'a>(&'a self, get: &dyn Fn(usize) -> Val<'a>) -> Option<bool> {
        self.eval(get).truth()
    }

    /// The words in quotes that it may come to.
    pub(crate) fn results<'e>(&'e self, words: &mut Vec<&'e str>) {
        match self {
            Expr::Words(found) => words.push(found),
            Expr::Call(Function::Coalesce, arguments) => arguments.iter().for_each(|argument| argument.results(words)),
            Expr::Call(Function::If, arguments) => arguments.iter().skip(1).for_each(|argument| argument.results(words)),
            _ => {}
        }
    }

    /// Every name it refers to.
    pub(crate) fn names(&self, names: &mut Vec<usize>) {
        match self {
            Expr::Number(_) | Expr::Words(_) => {}
            Expr::Name(index) => names.push(*index),
            Expr::Negative(inner) | Expr::Not(inner) | Expr::IsMissing(inner) => inner.names(names),
            Expr::Binary(_, left, right) => {
                left.names(names);
                right.names(names);
            }
            Expr::In(inner, list) => {
                inner.names(names);
                list.iter().for_each(|entry| entry.names(names));
            }
            Expr::Call(_, arguments) => arguments.iter().for_each(|argument| argument.names(names)),
        }
    }
}

fn binary<'a>(operator: Operator, left: Val<'a>, right: &'a Expr, get: &dyn Fn(usize) -> Val<'a>) -> Val<'a> {
    let truth = |known: Option<bool>| known.map_or(Val::Missing, Val::Truth);
    match (operator, left.truth()) {
        (Operator::And, Some(false)) => return Val::Truth(false),
        (Operator::Or, Some(true)) => return Val::Truth(true),
        _ => {}
    }
    let right = right.eval(get);
    if operator == Operator::And || operator == Operator::Or {
        let decided = operator == Operator::Or;
        return match (left.truth(), right.truth()) {
            (_, Some(found)) if found == decided => Val::Truth(decided),
            (Some(_), Some(found)) => Val::Truth(found),
            _ => Val::Missing,
        };
    }
    let order = match (&left, &right) {
        (Val::Words(left), Val::Words(right)) => Some(left.cmp(right)),
        (Val::Day(left), Val::Day(right)) => Some(left.cmp(right)),
        (Val::Day(left), Val::Words(right)) => Some(left.to_string().as_str().cmp(right)),
        (Val::Words(left), Val::Day(right)) => Some(left.as_ref().cmp(&right.to_string())),
        _ => None,
    };
    if let Some(order) = order {
        return truth(compare(operator, order));
    }
    let (Some(left), Some(right)) = (left.number(), right.number()) else { return Val::Missing };
    let number = match operator {
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        Operator::Multiply => left * right,
        Operator::Divide if right == 0.0 => return Val::Missing,
        Operator::Divide => left / right,
        _ => return truth(left.partial_cmp(&right).and_then(|order| compare(operator, order))),
    };
    Val::Number(number)
}

fn compare(operator: Operator, order: std::cmp::Ordering) -> Option<bool> {
    match operator {
        Operator::Equal => Some(order.is_eq()),
        Operator::Unequal => Some(order.is_ne()),
        Operator::Less => Some(order.is_lt()),
        Operator::LessEqual => Some(order.is_le()),
        Operator::Greater => Some(order.is_gt()),
        Operator::GreaterEqual => Some(order.is_ge()),
        _ => None,
    }
}

fn call<'a>(function: Function, arguments: &'a [Expr], get: &dyn Fn(usize) -> Val<'a>) -> Val<'a> {
    let numbers = || arguments.iter().map(|argument| argument.eval(get).number());
    let number = |number: Option<f64>| number.map_or(Val::Missing, Val::Number);
    let first = || arguments.first().map_or(Val::Missing, |argument| argument.eval(get));
    match function {
        Function::Abs => number(first().number().map(f64::abs)),
        Function::BirthOf => with_citizen_id(first(), |id| Val::Day(id.birth_date())),
        Function::SexOf => with_citizen_id(first(), |id| Val::Words(if id.is_male() { "1" } else { "2" }.into())),
        Function::Coalesce => {
            arguments.iter().map(|argument| argument.eval(get)).find(|found| *found != Val::Missing).unwrap_or(Val::Missing)
        }
        Function::CountPositive => match numbers().flatten().count() {
            0 => Val::Missing,
            _ => Val::Number(numbers().flatten().filter(|number| *number > 0.0).count() as f64),
        },
        Function::If => match (first().truth(), arguments) {
            (Some(true), [_, then, _]) => then.eval(get),
            (Some(false), [_, _, otherwise]) => otherwise.eval(get),
            _ => Val::Missing,
        },
        Function::Max => number(numbers().reduce(|a, b| Some(a?.max(b?))).flatten()),
        Function::Min => number(numbers().reduce(|a, b| Some(a?.min(b?))).flatten()),
        Function::StartsWith => match (first(), arguments.get(1).map(|argument| argument.eval(get))) {
            (Val::Words(words), Some(Val::Words(start))) => Val::Truth(words.starts_with(start.as_ref())),
            (Val::Day(day), Some(Val::Words(start))) => Val::Truth(day.to_string().starts_with(start.as_ref())),
            _ => Val::Missing,
        },
        Function::Sum => number(numbers().flatten().reduce(|a, b| a + b)),
        Function::YearEnd => with_year(first(), SchoolYear::last_day),
        Function::YearStart => with_year(first(), SchoolYear::statistics_date),
    }
}

fn with_citizen_id<'a>(id: Val<'a>, tell: impl Fn(&CitizenId) -> Val<'a>) -> Val<'a> {
    match id {
        Val::Words(words) => CitizenId::parse(&words).map_or(Val::Missing, |id| tell(&id)),
        _ => Val::Missing,
    }
}

fn with_year<'a>(year: Val<'a>, day: impl Fn(SchoolYear) -> Date) -> Val<'a> {
    match year {
        Val::Words(words) => SchoolYear::read(&words).map_or(Val::Missing, |year| Val::Day(day(year))),
        _ => Val::Missing,
    }
}

/// Reads an expression; `resolve` says at which place of the row a name stands.
pub(crate) fn parse(source: &str, resolve: &mut dyn FnMut(&str) -> Option<usize>) -> Result<Expr, Text> {
    let tokens = tokenise(source)?;
    let mut parser = Parser { tokens: &tokens, at: 0, depth: 0, resolve };
    let expr = parser.binary(0)?;
    match parser.peek() {
        None => Ok(expr),
        Some(token) => Err(text!("多余的“{token}”", "`{token}` is too much")),
    }
}

/// From the loosest to the tightest binding.
const LEVELS: &[&[(&str, Operator)]] = &[
    &[("or", Operator::Or)],
    &[("and", Operator::And)],
    &[
        ("=", Operator::Equal),
        ("<>", Operator::Unequal),
        ("<=", Operator::LessEqual),
        ("<", Operator::Less),
        (">=", Operator::GreaterEqual),
        (">", Operator::Greater),
    ],
    &[("+", Operator::Add), ("-", Operator::Subtract)],
    &[("*", Operator::Multiply), ("/", Operator::Divide)],
];

const DEPTH_MAX: u32 = 40;

struct Parser<'t, 'r> {
    tokens: &'t [String],
    at: usize,
    depth: u32,
    resolve: &'r mut dyn FnMut(&str) -> Option<usize>,
}

impl Parser<'_, '_> {
    fn peek(&self) -> Option<&str> {
        self.tokens.get(self.at).map(String::as_str)
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.peek() == Some(token);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, token: &str) -> Result<(), Text> {
        if self.take(token) { Ok(()) } else { Err(text!("此处缺少“{token}”", "`{token}` is missing")) }
    }

    fn binary(&mut self, level: usize) -> Result<Expr, Text> {
        let Some(operators) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.binary(level + 1)?;
        loop {
            if level == 2 {
                if self.take("in") {
                    self.expect("(")?;
                    left = Expr::In(Box::new(left), self.list()?);
                    continue;
                }
                if self.take("is") {
                    let negated = self.take("not");
                    self.expect("missing")?;
                    left = Expr::IsMissing(Box::new(left));
                    if negated {
                        left = Expr::Not(Box::new(left));
                    }
                    continue;
                }
            }
            let Some((_, operator)) = operators.iter().find(|(word, _)| self.peek() == Some(word)) else { return Ok(left) };
            self.at += 1;
            left = Expr::Binary(*operator, Box::new(left), Box::new(self.binary(level + 1)?));
        }
    }

    fn unary(&mut self) -> Result<Expr, Text> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(text!("嵌套过深", "it is nested too deeply"));
        }
        let expr = if self.take("not") {
            Expr::Not(Box::new(self.binary(2)?))
        } else if self.take("-") {
            Expr::Negative(Box::new(self.unary()?))
        } else if self.take("(") {
            let inner = self.binary(0)?;
            self.expect(")")?;
            inner
        } else {
            self.atom()?
        };
        self.depth -= 1;
        Ok(expr)
    }

    fn atom(&mut self) -> Result<Expr, Text> {
        let Some(token) = self.peek().map(String::from) else { return Err(text!("式子没有写完", "it breaks off")) };
        self.at += 1;
        if let Some(words) = token.strip_prefix('\'') {
            return Ok(Expr::Words(words.to_string()));
        }
        if token.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
            return token.parse().map(Expr::Number).map_err(|_| text!("“{token}”不是数字", "`{token}` is no number"));
        }
        if self.take("(") {
            let Some((_, function, number)) = FUNCTIONS.iter().find(|(name, ..)| *name == token) else {
                return Err(text!("没有函数“{token}”", "there is no function `{token}`"));
            };
            let arguments = self.list()?;
            if !number.contains(&arguments.len()) {
                return Err(text!("函数“{token}”的参数个数不对", "`{token}` takes another number of arguments"));
            }
            return Ok(Expr::Call(*function, arguments));
        }
        match (self.resolve)(&token) {
            Some(index) => Ok(Expr::Name(index)),
            None => Err(text!("没有名为“{token}”的列或数据", "nothing here is called `{token}`")),
        }
    }

    fn list(&mut self) -> Result<Vec<Expr>, Text> {
        let mut list = vec![self.binary(0)?];
        while self.take(",") {
            list.push(self.binary(0)?);
        }
        self.expect(")")?;
        Ok(list)
    }
}

/// Words in quotes keep their opening quote as a mark.
fn tokenise(source: &str) -> Result<Vec<String>, Text> {
    let mut tokens = Vec::new();
    let mut rest = source.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if first == '\'' {
            let Some(end) = rest[1..].find('\'') else {
                return Err(text!("引号没有配对", "a quotation mark is not closed"));
            };
            tokens.push(rest[..=end].to_string());
            end + 2
        } else {
            let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
            let length = match rest.find(|c| !is_name(c)) {
                Some(0) if rest.starts_with("<=") || rest.starts_with(">=") || rest.starts_with("<>") => 2,
                Some(0) if "()+-*/<>=,".contains(first) => 1,
                Some(0) => return Err(text!("不认识的符号“{first}”", "`{first}` means nothing here")),
                Some(length) => length,
                None => rest.len(),
            };
            tokens.push(rest[..length].to_string());
            length
        };
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, expected: Val<'_>) {
        let values = [Val::Number(3.0), Val::Missing, Val::Words("初中".into()), Val::Words("2025-2026".into())];
        let mut resolve = |name: &str| ["n", "gone", "stage", "year"].iter().position(|known| *known == name);
        let expr = parse(source, &mut resolve).unwrap_or_else(|fault| panic!("{source}: {fault}"));
        assert_eq!(expr.eval(&|index| values[index].clone()), expected, "{source}");
    }

    #[test]
    fn values() {
        check("1 + n * 2 = 7", Val::Truth(true));
        check("-(n - 1) / 4", Val::Number(-0.5));
        check("n / 0", Val::Missing);
        check("gone > 1", Val::Missing);
        check("gone > 1 and n = 4", Val::Truth(false));
        check("n = 3 or gone > 1", Val::Truth(true));
        check("not n in (1, 2)", Val::Truth(true));
        check("stage in ('小学', '初中')", Val::Truth(true));
        check("gone is missing and n is not missing", Val::Truth(true));
        check("coalesce(gone, n)", Val::Number(3.0));
        check("sum(gone, n, 1)", Val::Number(4.0));
        check("max(gone, n)", Val::Missing);
        check("count_positive(n, gone, 0)", Val::Number(1.0));
        check("if(stage = '初中', 7, 1)", Val::Number(7.0));
        check("year_end(year)", Val::Day(Date::constant(2026, 8, 31)));
        check("year_end(year) = '2026-08-31' and year_start(year) < year_end(year)", Val::Truth(true));
        check("year_start(year) in ('2025-09-01', '2024-09-01')", Val::Truth(true));
        check("starts_with(year, '2025')", Val::Truth(true));
        check("birth_of('11010519491231002X') = '1949-12-31' and sex_of('11010519491231002X') = '2'", Val::Truth(true));
    }

    #[test]
    fn faults() {
        for source in ["", "1 +", "nothing", "f(1)", "abs(1, 2)", "(1", "'a", "1 2", "1.2.3", "n ? 1", &"(".repeat(500)] {
            assert!(parse(source, &mut |name| (name == "n").then_some(0)).is_err(), "{source}");
        }
    }
}

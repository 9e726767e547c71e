use facts::text;

use super::token::{Token, TokenKind, tokens};
use super::tree::{Call, Join, Operator, Tree, TreeKind};
use super::{DEPTH_MAX, PARTS_MAX, SyntaxFault};
use crate::expr::Compare;
use crate::suggest::did_you_mean;

/// Which of the two uses of the grammar is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// `formula`, `when`, `require` …: functions, `school.…`, no placeholders.
    Formula,
    /// `where`: placeholders and `is null`, no functions.
    Sql,
}

const KEYWORDS: [&str; 8] = ["and", "false", "in", "is", "not", "null", "or", "true"];

/// Parses one expression; everything that does not belong to it is a fault.
pub(crate) fn parse(source: &str, dialect: Dialect) -> Result<Tree, Box<SyntaxFault>> {
    let tokens = tokens(source)?;
    let mut parser = Parser { tokens: &tokens, at: 0, end: source.len(), dialect, depth: 0, parts: 0 };
    let tree = parser.or()?;
    match parser.peek() {
        None => Ok(tree),
        Some(token) => Err(parser.surprise(token.clone())),
    }
}

struct Parser<'t> {
    tokens: &'t [Token],
    at: usize,
    end: usize,
    dialect: Dialect,
    depth: usize,
    parts: usize,
}

type Parsed = Result<Tree, Box<SyntaxFault>>;

impl<'t> Parser<'t> {
    fn or(&mut self) -> Parsed {
        let mut left = self.and()?;
        while self.keyword("or") {
            let right = self.and()?;
            left = self.binary(left, right, |a, b| TreeKind::Join(Join::Or, a, b))?;
        }
        Ok(left)
    }

    fn and(&mut self) -> Parsed {
        let mut left = self.not()?;
        while self.keyword("and") {
            let right = self.not()?;
            left = self.binary(left, right, |a, b| TreeKind::Join(Join::And, a, b))?;
        }
        Ok(left)
    }

    fn not(&mut self) -> Parsed {
        let start = self.start();
        if self.keyword("not") {
            let tree = self.deeper(Parser::not)?;
            let end = tree.end;
            return self.part(TreeKind::Not(Box::new(tree)), start, end);
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Parsed {
        let left = self.sum()?;
        if let Some(compare) = self.compare_sign() {
            let right = self.sum()?;
            let tree = self.binary(left, right, |a, b| TreeKind::Compare(compare, a, b))?;
            if self.compare_sign().is_some() {
                let what = text!("比较不能连写", "comparisons cannot be chained");
                let hint = text!("写成 a <= b and b <= c", "write a <= b and b <= c");
                return Err(SyntaxFault::new("chained-comparison", tree.span(), what, hint));
            }
            return Ok(tree);
        }
        if self.dialect == Dialect::Sql && self.keyword("is") {
            let negated = self.keyword("not");
            let end = self.expect_keyword("null")?;
            let start = left.start;
            return self.part(TreeKind::IsNull { tree: Box::new(left), negated }, start, end);
        }
        let negated = self.next_is_not_in();
        if negated {
            self.at += 1;
        }
        if self.keyword("in") {
            self.expect("(")?;
            let mut choices = vec![self.choice()?];
            while self.sign(",") {
                choices.push(self.choice()?);
            }
            let end = self.expect(")")?;
            let start = left.start;
            return self.part(TreeKind::In { tree: Box::new(left), choices, negated }, start, end);
        }
        Ok(left)
    }

    /// A literal of `in (…)`.
    fn choice(&mut self) -> Parsed {
        let tree = self.unary()?;
        let literal = match &tree.kind {
            TreeKind::Number(_) | TreeKind::Words(_) => true,
            TreeKind::Negate(inner) => matches!(inner.kind, TreeKind::Number(_)),
            _ => false,
        };
        if literal {
            return Ok(tree);
        }
        let what = text!("in (…) 里只能是数或字符串", "only numbers and strings can stand in in (…)");
        let hint = text!("写成 in ('211', '218')", "write in ('211', '218')");
        Err(SyntaxFault::new("choice-not-literal", tree.span(), what, hint))
    }

    fn sum(&mut self) -> Parsed {
        let mut left = self.product()?;
        loop {
            let operator = match () {
                () if self.sign("+") => Operator::Add,
                () if self.sign("-") => Operator::Subtract,
                () => return Ok(left),
            };
            let right = self.product()?;
            left = self.binary(left, right, |a, b| TreeKind::Arithmetic(operator, a, b))?;
        }
    }

    fn product(&mut self) -> Parsed {
        let mut left = self.unary()?;
        loop {
            let operator = match () {
                () if self.sign("*") => Operator::Multiply,
                () if self.sign("/") => Operator::Divide,
                () => return Ok(left),
            };
            let right = self.unary()?;
            left = self.binary(left, right, |a, b| TreeKind::Arithmetic(operator, a, b))?;
        }
    }

    fn unary(&mut self) -> Parsed {
        let start = self.start();
        if self.sign("-") {
            let tree = self.deeper(Parser::unary)?;
            let end = tree.end;
            return self.part(TreeKind::Negate(Box::new(tree)), start, end);
        }
        self.primary()
    }

    fn primary(&mut self) -> Parsed {
        let Some(token) = self.peek().cloned() else {
            let what = text!("表达式不完整", "the expression ends too early");
            let hint = text!("在末尾补上名称、数或括号", "add the name, number or bracket that is missing");
            return Err(SyntaxFault::new("expression-incomplete", (self.end, self.end), what, hint));
        };
        self.at += 1;
        let (start, end) = (token.start, token.end);
        match token.kind.clone() {
            TokenKind::Number(value) => self.part(TreeKind::Number(value), start, end),
            TokenKind::Words(words) => self.part(TreeKind::Words(words), start, end),
            TokenKind::Placeholder(name) if self.dialect == Dialect::Sql => self.part(TreeKind::Placeholder(name), start, end),
            TokenKind::Name(name) if self.next_is("(") => self.call(&name, start, end),
            TokenKind::Name(name) => match (name.to_ascii_lowercase().as_str(), self.dialect) {
                ("true", Dialect::Formula) => self.part(TreeKind::Truth(true), start, end),
                ("false", Dialect::Formula) => self.part(TreeKind::Truth(false), start, end),
                (word, _) if KEYWORDS.contains(&word) || word == "select" => Err(self.surprise(token)),
                _ => self.part(TreeKind::Name(name), start, end),
            },
            TokenKind::Sign("(") => {
                let inner = self.deeper(Parser::or)?;
                let end = self.expect(")")?;
                // The brackets belong to the text of what they hold.
                Ok(Tree { start, end, ..inner })
            }
            _ => Err(self.surprise(token)),
        }
    }

    fn call(&mut self, name: &str, start: usize, end: usize) -> Parsed {
        let function = Call::ALL.iter().find(|(_, id)| *id == name).map(|(call, _)| *call);
        let (Some(call), Dialect::Formula) = (function, self.dialect) else {
            let what = text!("这里不能用函数 {name}", "the function {name} cannot be used here");
            let hint = match self.dialect {
                Dialect::Sql => text!(
                    "where 里没有函数和子查询；计数与求和写在 aggregate",
                    "`where` has no functions and no subqueries; counts and sums belong in `aggregate`"
                ),
                Dialect::Formula => did_you_mean(name, Call::ALL.iter().map(|(_, id)| *id)),
            };
            return Err(SyntaxFault::new("unknown-function", (start, end), what, hint));
        };
        self.expect("(")?;
        let mut arguments = vec![self.deeper(Parser::or)?];
        while self.sign(",") {
            arguments.push(self.deeper(Parser::or)?);
        }
        let end = self.expect(")")?;
        let (least, most) = call.arity();
        if !(least..=most).contains(&arguments.len()) {
            let n = arguments.len();
            let what = text!("{name} 不能有 {n} 个参数", "{name} cannot have {n} argument(s)");
            let hint = text!("它要 {least} 到 {most} 个", "it takes {least} to {most}");
            return Err(SyntaxFault::new("wrong-number-of-arguments", (start, end), what, hint));
        }
        self.part(TreeKind::Call(call, arguments), start, end)
    }

    fn binary(&mut self, a: Tree, b: Tree, kind: impl FnOnce(Box<Tree>, Box<Tree>) -> TreeKind) -> Parsed {
        let (start, end) = (a.start, b.end);
        self.part(kind(Box::new(a), Box::new(b)), start, end)
    }

    /// Every node passes here, so that an expression cannot grow without end.
    fn part(&mut self, kind: TreeKind, start: usize, end: usize) -> Parsed {
        self.parts += 1;
        if self.parts > PARTS_MAX {
            let what = text!("表达式超过 {PARTS_MAX} 个成分", "the expression has more than {PARTS_MAX} parts");
            let hint = text!("拆成几个 [[stock]] 或 [[item]]", "divide it into several [[stock]] or [[item]] entries");
            return Err(SyntaxFault::new("expression-too-long", (start, end), what, hint));
        }
        Ok(Tree { kind, start, end })
    }

    fn deeper(&mut self, read: fn(&mut Parser<'t>) -> Parsed) -> Parsed {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            let start = self.start();
            let what = text!("嵌套超过 {DEPTH_MAX} 层", "nested more than {DEPTH_MAX} deep");
            let hint = text!("去掉多余的括号，或拆成几个存量", "drop needless brackets, or divide it into several stocks");
            return Err(SyntaxFault::new("nested-too-deep", (start, start), what, hint));
        }
        let tree = read(self);
        self.depth -= 1;
        tree
    }

    fn peek(&self) -> Option<&'t Token> {
        self.tokens.get(self.at)
    }

    fn start(&self) -> usize {
        self.peek().map_or(self.end, |token| token.start)
    }

    fn next_is(&self, sign: &str) -> bool {
        matches!(self.peek(), Some(Token { kind: TokenKind::Sign(found), .. }) if *found == sign)
    }

    fn sign(&mut self, sign: &str) -> bool {
        let found = self.next_is(sign);
        self.at += usize::from(found);
        found
    }

    fn compare_sign(&mut self) -> Option<Compare> {
        let Some(Token { kind: TokenKind::Sign(sign), .. }) = self.peek() else { return None };
        let compare = Compare::from_sign(sign)?;
        self.at += 1;
        Some(compare)
    }

    fn is_keyword(&self, ahead: usize, keyword: &str) -> bool {
        matches!(self.tokens.get(self.at + ahead), Some(Token { kind: TokenKind::Name(name), .. }) if name.eq_ignore_ascii_case(keyword))
    }

    fn next_is_not_in(&self) -> bool {
        self.is_keyword(0, "not") && self.is_keyword(1, "in")
    }

    fn keyword(&mut self, keyword: &str) -> bool {
        let found = self.is_keyword(0, keyword);
        self.at += usize::from(found);
        found
    }

    fn expect_keyword(&mut self, keyword: &str) -> Result<usize, Box<SyntaxFault>> {
        let end = self.peek().map_or(self.end, |token| token.end);
        if self.keyword(keyword) { Ok(end) } else { Err(self.missing(keyword)) }
    }

    fn expect(&mut self, sign: &str) -> Result<usize, Box<SyntaxFault>> {
        let end = self.peek().map_or(self.end, |token| token.end);
        if self.sign(sign) { Ok(end) } else { Err(self.missing(sign)) }
    }

    fn missing(&self, wanted: &str) -> Box<SyntaxFault> {
        let span = self.peek().map_or((self.end, self.end), |token| (token.start, token.end));
        let what = text!("这里缺少 {wanted}", "{wanted} is missing here");
        SyntaxFault::new("sign-missing", span, what, text!("补上 {wanted}", "add {wanted}"))
    }

    fn surprise(&self, token: Token) -> Box<SyntaxFault> {
        let what = text!("这里没有料到这个词或符号", "this word or sign is not expected here");
        let hint = match (&token.kind, self.dialect) {
            (TokenKind::Placeholder(name), Dialect::Formula) => {
                text!("公式里直接写参数名 {name}，不加冒号", "in a formula write the parameter's name, {name}, without the colon")
            }
            (TokenKind::Name(_), Dialect::Sql) => text!(
                "where 只有列名、常数、:参数、= <> < <= > >=、and or not、in (…)、is null、+ - * / ( )",
                "`where` has columns, literals, :parameters, = <> < <= > >=, and or not, in (…), is null, + - * / ( )"
            ),
            _ => text!("检查它前面是否漏了运算符或括号", "look for a missing operator or bracket before it"),
        };
        SyntaxFault::new("unexpected-in-expression", (token.start, token.end), what, hint)
    }
}

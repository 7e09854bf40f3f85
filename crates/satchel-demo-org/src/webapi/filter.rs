//! Reads `$filter` expressions into a tree.

use super::refusal::Refusal;
use super::tokens::{Token, tokens};

/// More than this many conditions are refused.
const MOST_CONDITIONS: usize = 500;
/// Deeper nesting is refused before it reaches the stack's end.
const DEEPEST: usize = 100;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Test {
    And(Box<Test>, Box<Test>),
    Or(Box<Test>, Box<Test>),
    Not(Box<Test>),
    Compare(Side, Operator, Side),
    /// `contains`, `startswith` and `endswith`.
    Text(Search, Side, Side),
    /// A property that is itself true or false.
    Flag(Side),
    /// Whether some (or every) row of a collection passes; no test means that one is enough.
    Collection {
        path: Vec<String>,
        every: bool,
        test: Option<Box<Test>>,
    },
    /// `Microsoft.Dynamics.CRM.In` and `NotIn`.
    OneOf {
        property: String,
        values: Vec<String>,
        negated: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Search {
    Contains,
    Starts,
    Ends,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Side {
    Property(Vec<String>),
    Text(String),
    /// A number, an id, a date or a time: what it means depends on the other side.
    Bare(String),
    Flag(bool),
    Null,
}

pub(crate) fn parse(text: &str) -> Result<Test, Refusal> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens, at: 0, conditions: 0, depth: 0, variable: Vec::new(), text };
    let test = parser.or()?;
    if parser.at < parser.tokens.len() {
        return Err(parser.wrong());
    }
    Ok(test)
}

struct Parser<'t> {
    tokens: Vec<Token>,
    at: usize,
    conditions: usize,
    depth: usize,
    /// The names of the lambdas' rows, innermost last.
    variable: Vec<String>,
    text: &'t str,
}

impl Parser<'_> {
    fn or(&mut self) -> Result<Test, Refusal> {
        let mut test = self.and()?;
        while self.word("or") {
            test = Test::Or(Box::new(test), Box::new(self.and()?));
        }
        Ok(test)
    }

    fn and(&mut self) -> Result<Test, Refusal> {
        let mut test = self.condition()?;
        while self.word("and") {
            test = Test::And(Box::new(test), Box::new(self.condition()?));
        }
        Ok(test)
    }

    fn condition(&mut self) -> Result<Test, Refusal> {
        self.depth += 1;
        self.conditions += 1;
        if self.conditions > MOST_CONDITIONS || self.depth > DEEPEST {
            return Err(Refusal::new(
                400,
                "0x8004430C",
                format!("The number of conditions in the query exceeds {MOST_CONDITIONS}."),
            ));
        }
        let test = self.single();
        self.depth -= 1;
        test
    }

    fn single(&mut self) -> Result<Test, Refusal> {
        if self.word("not") {
            return Ok(Test::Not(Box::new(self.condition()?)));
        }
        if self.take(&Token::Open) {
            let test = self.or()?;
            self.expect(&Token::Close)?;
            return Ok(test);
        }
        if let (Some(Token::Word(name)), Some(Token::Open)) =
            (self.tokens.get(self.at).cloned(), self.tokens.get(self.at + 1))
        {
            self.at += 2;
            return self.function(&name);
        }
        let left = self.side()?;
        let Some(operator) = self.operator() else {
            return match left {
                Side::Property(_) | Side::Flag(_) => Ok(Test::Flag(left)),
                _ => Err(self.wrong()),
            };
        };
        Ok(Test::Compare(left, operator, self.side()?))
    }

    fn function(&mut self, name: &str) -> Result<Test, Refusal> {
        if let Some((path, every)) = lambda(name) {
            return self.collection(self.path(path), every);
        }
        if let Some(name) = name.strip_prefix("Microsoft.Dynamics.CRM.") {
            return self.crm_function(name);
        }
        let search = match name {
            "contains" => Search::Contains,
            "startswith" => Search::Starts,
            "endswith" => Search::Ends,
            _ => return Err(Refusal::query(format!("An unknown function with name '{name}' was found."))),
        };
        let left = self.side()?;
        self.expect(&Token::Comma)?;
        let right = self.side()?;
        self.expect(&Token::Close)?;
        Ok(Test::Text(search, left, right))
    }

    fn collection(&mut self, path: Vec<String>, every: bool) -> Result<Test, Refusal> {
        if self.take(&Token::Close) {
            return Ok(Test::Collection { path, every, test: None });
        }
        let Some(Token::Word(variable)) = self.next() else { return Err(self.wrong()) };
        self.expect(&Token::Colon)?;
        self.variable.push(variable);
        let test = self.or()?;
        self.variable.pop();
        self.expect(&Token::Close)?;
        Ok(Test::Collection { path, every, test: Some(Box::new(test)) })
    }

    /// `In(PropertyName='x',PropertyValues=['a','b'])`.
    fn crm_function(&mut self, name: &str) -> Result<Test, Refusal> {
        if !matches!(name, "In" | "NotIn") {
            return Err(Refusal::query(format!("The demo organisation does not know the query function '{name}'.")));
        }
        let (mut property, mut values, mut in_values) = (None, Vec::new(), false);
        loop {
            match self.next() {
                Some(Token::Close) => break,
                Some(Token::Word(word)) => in_values |= word.starts_with("PropertyValues="),
                Some(Token::Text(text)) if in_values => values.push(text),
                Some(Token::Text(text)) => property = Some(text),
                Some(Token::Comma) => {}
                _ => return Err(self.wrong()),
            }
        }
        let property = property.ok_or_else(|| self.wrong())?;
        Ok(Test::OneOf { property, values, negated: name == "NotIn" })
    }

    fn side(&mut self) -> Result<Side, Refusal> {
        match self.next() {
            Some(Token::Text(text)) => Ok(Side::Text(text)),
            Some(Token::Word(word)) => Ok(match word.as_str() {
                "null" => Side::Null,
                "true" => Side::Flag(true),
                "false" => Side::Flag(false),
                _ if word.starts_with("Microsoft.Dynamics.CRM.") => self.enumeration()?,
                _ if is_literal(&word) => Side::Bare(word),
                _ => Side::Property(self.path(&word)),
            }),
            _ => Err(self.wrong()),
        }
    }

    /// `Microsoft.Dynamics.CRM.OwnershipTypes'UserOwned'` means the text in its quotes.
    fn enumeration(&mut self) -> Result<Side, Refusal> {
        match self.next() {
            Some(Token::Text(text)) => Ok(Side::Text(text)),
            _ => Err(self.wrong()),
        }
    }

    /// The steps of a property's path, without the lambda's variable in front.
    fn path(&self, word: &str) -> Vec<String> {
        let mut steps: Vec<String> = word.split('/').map(str::to_owned).collect();
        if steps.len() > 1 && self.variable.last() == steps.first() {
            steps.remove(0);
        }
        steps
    }

    fn operator(&mut self) -> Option<Operator> {
        let Some(Token::Word(word)) = self.tokens.get(self.at) else { return None };
        let operator = match word.as_str() {
            "eq" => Operator::Equal,
            "ne" => Operator::NotEqual,
            "gt" => Operator::Greater,
            "ge" => Operator::GreaterOrEqual,
            "lt" => Operator::Less,
            "le" => Operator::LessOrEqual,
            _ => return None,
        };
        self.at += 1;
        Some(operator)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn take(&mut self, token: &Token) -> bool {
        let found = self.tokens.get(self.at) == Some(token);
        self.at += usize::from(found);
        found
    }

    fn word(&mut self, word: &str) -> bool {
        self.take(&Token::Word(word.to_owned()))
    }

    fn expect(&mut self, token: &Token) -> Result<(), Refusal> {
        if self.take(token) { Ok(()) } else { Err(self.wrong()) }
    }

    fn wrong(&self) -> Refusal {
        Refusal::query(format!("Syntax error in the filter '{}'.", self.text))
    }
}

fn lambda(name: &str) -> Option<(&str, bool)> {
    let (path, word) = name.rsplit_once('/')?;
    match word {
        "any" => Some((path, false)),
        "all" => Some((path, true)),
        _ => None,
    }
}

/// Numbers, dates and ids begin with a digit or a sign, ids also with a letter.
fn is_literal(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_digit() || first == '-') || uuid::Uuid::parse_str(word).is_ok()
}

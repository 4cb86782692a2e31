//! The calculator: infix arithmetic over doubles and integers.

use crate::lisp::value::{Value, arithmetic};

/// Evaluates `1 + 2 * (3 - 4) / 5`, `2 ^ 10`, `7 % 4`, `1.5e-3`, `sqrt(2)`, `pi`.
pub(super) fn calculate(text: &str) -> Result<Value, String> {
    if text.len() > 10_000 {
        return Err("the expression is too long".into());
    }
    let mut parser = Parser { text, at: 0, depth: 0 };
    let value = parser.sum()?;
    parser.blank();
    match parser.rest().chars().next() {
        None => Ok(value),
        Some(c) => Err(format!("unexpected {c:?} at character {}", parser.at + 1)),
    }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: u32,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn blank(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn eat(&mut self, token: &str) -> bool {
        self.blank();
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn sum(&mut self) -> Result<Value, String> {
        let mut left = self.product()?;
        loop {
            let operation: fn(&Value, &Value) -> _ = if self.eat("+") {
                arithmetic::add
            } else if self.eat("-") {
                arithmetic::subtract
            } else {
                return Ok(left);
            };
            let right = self.product()?;
            left = operation(&left, &right).map_err(|raise| raise.to_error().message)?;
        }
    }

    fn product(&mut self) -> Result<Value, String> {
        let mut left = self.power()?;
        loop {
            self.blank();
            let operation: fn(&Value, &Value) -> _ = if !self.rest().starts_with("**") && self.eat("*") {
                arithmetic::multiply
            } else if self.eat("/") {
                arithmetic::divide
            } else if self.eat("%") {
                arithmetic::modulo
            } else {
                return Ok(left);
            };
            let right = self.power()?;
            left = operation(&left, &right).map_err(|raise| raise.to_error().message)?;
        }
    }

    fn power(&mut self) -> Result<Value, String> {
        let base = self.unary()?;
        if self.eat("^") || self.eat("**") {
            let exponent = self.nested(Self::power)?;
            let (base, exponent) = (number(&base)?, number(&exponent)?);
            return Ok(whole_if_exact(base.powf(exponent)));
        }
        Ok(base)
    }

    fn nested(&mut self, parse: fn(&mut Self) -> Result<Value, String>) -> Result<Value, String> {
        self.depth += 1;
        if self.depth > 100 {
            return Err("the expression is nested too deeply".into());
        }
        let value = parse(self);
        self.depth -= 1;
        value
    }

    fn unary(&mut self) -> Result<Value, String> {
        if self.eat("-") {
            let value = self.nested(Self::power)?;
            return arithmetic::negate(&value).map_err(|raise| raise.to_error().message);
        }
        if self.eat("+") {
            return self.nested(Self::unary);
        }
        if self.eat("(") {
            let value = self.nested(Self::sum)?;
            return if self.eat(")") { Ok(value) } else { Err(format!("a ) is missing at character {}", self.at + 1)) };
        }
        self.blank();
        let word = self.word();
        if word.is_empty() {
            return Err(format!("a number is missing at character {}", self.at + 1));
        }
        self.at += word.len();
        if let Ok(n) = word.parse::<i64>() {
            return Ok(Value::Int(n));
        }
        if word.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
            return word.parse::<f64>().map(Value::from).map_err(|_| format!("{word} is no number"));
        }
        self.function(word)
    }

    /// The number or the name that comes next: `12.5e-3`, `log10`.
    fn word(&self) -> &'t str {
        let rest = self.rest();
        let part =
            |text: &str| text.find(|c: char| !c.is_ascii_alphanumeric() && !"._".contains(c)).unwrap_or(text.len());
        let end = part(rest);
        let is_number = rest.starts_with(|c: char| c.is_ascii_digit() || c == '.');
        let (exponent, sign) = (rest[..end].ends_with(['e', 'E']), rest[end..].starts_with(['-', '+']));
        if is_number && exponent && sign { &rest[..end + 1 + part(&rest[end + 1..])] } else { &rest[..end] }
    }

    fn function(&mut self, name: &str) -> Result<Value, String> {
        match name {
            "pi" => return Ok(Value::from(std::f64::consts::PI)),
            "e" => return Ok(Value::from(std::f64::consts::E)),
            _ => {}
        }
        let unary: fn(f64) -> f64 = match name {
            "sqrt" => f64::sqrt,
            "abs" => f64::abs,
            "floor" => f64::floor,
            "ceil" => f64::ceil,
            "round" => f64::round,
            "ln" | "log" => f64::ln,
            "log10" => f64::log10,
            "sin" => f64::sin,
            "cos" => f64::cos,
            "tan" => f64::tan,
            "exp" => f64::exp,
            other => {
                return Err(format!(
                    "{other} is not known; there are sqrt, abs, floor, ceil, round, ln, log, log10, sin, cos, tan, exp, pi, e"
                ));
            }
        };
        if !self.eat("(") {
            return Err(format!("{name} needs its argument in parentheses"));
        }
        let argument = self.nested(Self::sum)?;
        if !self.eat(")") {
            return Err(format!("a ) is missing at character {}", self.at + 1));
        }
        Ok(whole_if_exact(unary(number(&argument)?)))
    }
}

fn number(value: &Value) -> Result<f64, String> {
    crate::lisp::value::Number::of(value).map(crate::lisp::value::Number::to_f64).ok_or_else(|| "no number".into())
}

fn whole_if_exact(x: f64) -> Value {
    if x.fract() == 0.0 && x.abs() < 9e15 { Value::Int(x as i64) } else { Value::from(x) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_evaluated() {
        for (text, value) in [
            ("1 + 1", "2"),
            ("2 * (3 + 4) - 1", "13"),
            ("7 / 2", "3.5"),
            ("2 ^ 10", "1024"),
            ("-2 ^ 2", "-4"),
            ("sqrt(16) + 1.5", "5.5"),
            ("7 % 4", "3"),
            ("1.5e-3 * 2E+3 - 1", "2.0"),
            ("log10(100) + .5", "2.5"),
        ] {
            assert_eq!(calculate(text).map(|value| value.to_string()), Ok(value.to_owned()), "{text}");
        }
        for wrong in
            ["", "1 +", "(1", "1 1", "x", "1 / 0", "inf", "nan", "1e", "1_000", "1.2.3", "2e-", &"(".repeat(500)]
        {
            assert!(calculate(wrong).is_err(), "{wrong}");
        }
    }
}
